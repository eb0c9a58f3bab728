"""Contexts of the configuration as sessions of the console."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from backend import contexts
from backend.contexts import Config, Context
from backend.core.errors import BursarError
from tui.cli.output import state_folder
from tui.messages import WARN
from tui.signin import SignIn

if TYPE_CHECKING:
    from backend.backend import Backend
    from tui.session import Session

PATIENCE = 5.0
"""Seconds that a list of contexts waits for each."""


@dataclass(slots=True)
class Opener:
    """Opens contexts as they were typed and configured; `visited` are the sessions so far."""

    config: Config
    options: argparse.Namespace
    refresh: float
    typed: Context | None = None
    """What was named otherwise, and no configuration has."""
    remembers: bool = True
    visited: dict[str, Session] = field(default_factory=dict)

    @property
    def _known(self) -> dict[str, Context]:
        typed = {self.typed.name: self.typed} if self.typed else {}
        return {**self.config.contexts, **typed}

    @property
    def names(self) -> tuple[str, ...]:
        """All contexts."""
        return tuple(self._known)

    def reread(self) -> None:
        """Other contexts, if the file has others by now; all else stays until the next console.
        Raises Invalid."""
        self.config = replace(self.config, contexts=contexts.load().contexts)

    def place(self, name: str) -> str:
        """What it is, and where."""
        context = self._known[name]
        return f"{context.kind} {context.place}"

    async def state(self, name: str) -> str:
        """Whether it answers, and as whom."""
        context = self._known[name]
        if isinstance(context.database, Path) and not context.database.exists():
            return "not made yet"
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._looked(context)
        except TimeoutError:
            return "does not answer"
        except BursarError as error:
            return error.title.lower()

    async def _looked(self, context: Context) -> str:
        backend = await asyncio.to_thread(contexts.open_context, context, read_only=True)
        try:
            await backend.badges()
            return f"answers as {backend.connection.who}"
        finally:
            await backend.close()

    async def open(self, name: str) -> Session:
        """A session on it that goes on where the last one ended. Raises BursarError."""
        context, sign_in = self._known[name], SignIn()
        opened = partial(self._backend, context, sign_in)
        local = context.database is not None
        return self.session(
            await asyncio.to_thread(opened) if local else opened(), context, sign_in
        )

    def opened(self, context: Context) -> Session:
        """The first session. Raises BursarError."""
        sign_in = SignIn()
        return self.session(self._backend(context, sign_in), context, sign_in)

    def _backend(self, context: Context, sign_in: SignIn) -> Backend:
        read_only = self.options.read_only
        return contexts.open_context(context, read_only=read_only, ask=sign_in)

    def session(self, backend: Backend, context: Context, sign_in: SignIn) -> Session:
        """A session on an open backend, with what is remembered of its context."""
        from tui.format.glyphs import choose
        from tui.format.units import Style
        from tui.session import Session, Settings

        config, options = self.config, self.options
        settings = Settings(
            context=context.name,
            production=context.production,
            read_only=options.read_only or context.read_only,
            glyphs=choose(options.glyphs or config.glyphs),
            units=Style(config.units),
            refresh=self.refresh,
            theme=options.theme or config.theme,
            keys=config.keys,
            state=state_folder(),
        )
        session = Session(backend, settings)
        session.sign_in, session.contexts = sign_in, self.names if self.remembers else ()
        if self.remembers:
            remember(session)
            self._go_on(session, context)
        return session

    def _go_on(self, session: Session, context: Context) -> None:
        """What is known of the last session of this process, the row under the cursor included
        where keys outlive a session."""
        before = self.visited.get(context.name)
        self.visited[context.name] = session
        if before is None or (here := before.history.here) is None:
            return
        key = 0 if context.foreign else here.key
        session.history.visit(here.list, here.query)
        session.history.rest(here.list, key)


def remember(session: Session) -> None:
    """Go on where the last console on this context ended, and write down where this one ends."""
    from tui import memory

    place = session.connection.place
    path = memory.path_for(state_folder(), session.settings.context, place)
    memory.recall(session, path)

    def keep() -> None:
        try:
            memory.keep(session, path)
        except OSError as error:
            session.tell(f"{path} cannot be written: {error.strerror}", WARN)

    session.keep = keep
