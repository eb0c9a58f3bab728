"""Going from one context to another without leaving the console."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from textual.screen import Screen

from backend.core.errors import BursarError, NotFound
from tui.leaving import unless_lost, writes
from tui.panes import PANES, first
from tui.session import Session
from tui.widgets.menu import Item, Menu

if TYPE_CHECKING:
    from tui.app import BursarApp

BETWEEN = "between"
"""The mode without a pane that is shown while panes are exchanged."""


class Contexts(Protocol):
    """What is configured, as far as a console goes from one to another."""

    @property
    def names(self) -> Sequence[str]:
        """All contexts, in the order of the configuration."""
        ...

    def reread(self) -> None:
        """Look again what is configured. Raises BursarError, and then all is as it was."""
        ...

    def place(self, name: str) -> str:
        """What a context is connected to, and where that is."""
        ...

    async def state(self, name: str) -> str:
        """Whether it answers, and as whom; never raises."""
        ...

    async def open(self, name: str) -> Session:
        """A session on it, with what is remembered of it. Raises BursarError."""
        ...


class ContextMenu(Menu):
    """All contexts; what each answers is put behind it as it comes in."""

    def __init__(self, session: Session, contexts: Contexts) -> None:
        items = [Item(name, name, note=contexts.place(name)) for name in contexts.names]
        super().__init__("Contexts", items, session.settings.glyphs)
        self._contexts = contexts

    def on_mount(self) -> None:
        """Ask all of them at once."""
        super().on_mount()
        for name in self._contexts.names:
            looking: Callable[[], Awaitable[None]] = partial(self._look, name)
            self.run_worker(looking, group=f"look {name}")

    async def _look(self, name: str) -> None:
        state = await self._contexts.state(name)
        self.renote(name, f"{state}   {self._contexts.place(name)}")


def choose(app: BursarApp, contexts: Contexts) -> None:
    """Offer them, and go to the one that is chosen."""

    def chosen(item: Item | None) -> None:
        if item is not None:
            go(app, contexts, item.id)

    app.push_screen(ContextMenu(app.session, contexts), chosen)


def named(app: BursarApp, contexts: Contexts, name: str) -> None:
    """To the one that was typed, or a choice of all for ``, as they are configured by now. Raises
    BursarError."""
    contexts.reread()
    app.session.contexts = tuple(contexts.names)
    if not name:
        choose(app, contexts)
    elif name in contexts.names:
        go(app, contexts, name)
    else:
        known = ", ".join(contexts.names)
        raise NotFound(f"there is no context {name}", hint=f"the configuration has {known}")


def go(app: BursarApp, contexts: Contexts, name: str) -> None:
    """To another context, unless something is being written in this one; asked first where
    something would be lost."""
    if name == app.session.settings.context:
        app.session.tell(f"this is {name} already")
    elif writes(app):
        app.session.tell("Something is being written; the other context after that")
    else:
        words = (f"Go to {name}?", "y goes   n or esc stays")
        unless_lost(app, app.session, words, partial(_start, app, contexts, name))


def _start(app: BursarApp, contexts: Contexts, name: str) -> None:
    going: Callable[[], Awaitable[None]] = partial(_go, app, contexts, name)
    app.run_worker(going, group="context", exclusive=True)


async def _go(app: BursarApp, contexts: Contexts, name: str) -> None:
    app.session.tell(f"opening {name}")
    try:
        session = await contexts.open(name)
    except BursarError as error:
        app.session.told(error)
        return
    await _exchange(app, session)


async def _exchange(app: BursarApp, session: Session) -> None:
    """Panes of the new session in place of those of the old one, which is closed."""
    old, place = app.session, session.history.here
    old.keep()
    app.leave_session()
    app.add_mode(BETWEEN, Screen)
    await app.switch_mode(BETWEEN)
    for pane in PANES:
        await app.remove_mode(pane.id)
    app.take_session(session)
    await app.switch_mode(session.begins or first(session.connection.systems))
    if place is not None:
        app.go(place)
    await app.remove_mode(BETWEEN)
    app.follow_session()
    session.tell(f"this is {session.settings.context}: {session.connection.place}")
    # What waits for a server that does not answer is not waited for here.
    closing: Callable[[], Awaitable[None]] = partial(_close, old)
    app.run_worker(closing, group="closing")


async def _close(session: Session) -> None:
    try:
        await asyncio.shield(session.backend.close())
    except BursarError as error:
        session.told(error)
