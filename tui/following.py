"""What the console does with its session: shows its panes, follows it, exchanges it for another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.screen import Screen
from textual.timer import Timer

from tui.panes import PANES, SCREENS, PaneInfo
from tui.panes.pane import Pane
from tui.session import Session
from tui.widgets.small import HEARD, is_too_small

if TYPE_CHECKING:
    from backend.core.signin import Question


def _made(info: PaneInfo, session: Session) -> Pane:
    """Its class is imported when it is first shown."""
    module, _, name = info.made.partition(":")
    pane: Pane = getattr(import_module(f"tui.panes.{module}"), name)(session)
    return pane


MAKERS: dict[str, Callable[[Session], Pane]] = {
    info.id: partial(_made, info) for info in (*PANES, *SCREENS)
}


@runtime_checkable
class Refreshing(Protocol):
    """A dialog whose figures can be read again."""

    def refresh_figures(self) -> None: ...


@runtime_checkable
class Filling(Protocol):
    """A form: the list behind it is read again, too. A decision stands over what it is about."""

    form: object


class Following(App[None], inherit_bindings=False):
    """An app whose modes are the panes of `session`."""

    session: Session
    _live: bool
    """Whether it follows changes, or reads once."""
    _ticking: Timer | None = None

    def take_session(self, session: Session) -> None:
        """Make it the one whose panes are shown."""
        self.session = session
        self.set_class(session.settings.production, "-production")
        for pane in PANES:
            self.add_mode(pane.id, partial(MAKERS[pane.id], session))

    def follow_session(self) -> None:
        """Show what the session hears of."""
        self.session.redraw = self._redraw
        self.session.refresh = self._refresh
        self.session.sign_in.show = self._ask_token
        self.session.ahead.send = super().on_event
        if self._live:
            self.run_worker(self.session.live(), group="live", exclusive=True)
            self.session.begin()
        else:
            self._read(self.session.read)

    def leave_session(self) -> None:
        """Show nothing of it any more."""
        self.workers.cancel_group(self, "live")
        self.workers.cancel_group(self, "read")
        self.session.leave()

    async def _ask_token(self, question: Question) -> str:
        """Have the operator type a token, on top of whatever is on screen."""
        from tui.dialogs.signin import SignInScreen

        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.push_screen(SignInScreen(self.session, question, answer))
        self._redraw()
        return await answer

    async def on_event(self, event: events.Event) -> None:
        """What follows a token at once goes nowhere, lest it does something here or is seen; nor
        does what is typed where nothing is seen. What follows the key of a form goes into the
        form."""
        typed = isinstance(event, events.Key | events.Paste)
        swallowed = typed and (self.session.sign_in.swallows() or self._blind(event))
        if swallowed or self.session.ahead.takes(event, self.shown):
            event.stop()
        else:
            await super().on_event(event)

    def _blind(self, event: events.Event) -> bool:
        """Whether a terminal is too small to show what a key would do."""
        heard = isinstance(event, events.Key) and self.session.means(event.key, HEARD)
        return not heard and is_too_small(self.size)

    @property
    def shown(self) -> Screen[Any] | None:
        """The screen on top; none while the console ends, when ticks and news still come in."""
        stack = self.screen_stack
        return stack[-1] if stack else None

    def _redraw(self) -> None:
        """The pane's chrome, be it behind a dialog."""
        if (behind := self._behind()) is not None:
            behind.show_chrome()

    async def _refresh(self) -> None:
        screen: object = self.shown
        if isinstance(screen, Pane):
            with screen.unless_closed():
                await screen.catch_up()
            return
        if isinstance(screen, Refreshing):
            screen.refresh_figures()
        if isinstance(screen, Filling) and (behind := self._behind()) is not None:
            with behind.unless_closed():
                await behind.catch_up()

    def _behind(self) -> Pane | None:
        """The pane that is seen, be it behind a dialog."""
        stack = self.screen_stack if self.is_running else ()
        return next((one for one in reversed(stack) if isinstance(one, Pane)), None)

    def _read(self, reading: Callable[[], Awaitable[None]]) -> None:
        self.run_worker(reading, group="read", exclusive=True)

    def _tick(self) -> None:
        self.session.mind()
        screen = self.shown
        if isinstance(screen, Pane) and screen.is_mounted:
            screen.tick()
        self._redraw()

    def look_every(self, seconds: float) -> None:
        """Look at ages and marks so often."""
        self.session.settings = replace(self.session.settings, refresh=seconds)
        if self._ticking is not None:
            self._ticking.stop()
            self._ticking = self.set_interval(seconds, self._tick)
        self._redraw()
