"""A screen that does things in the background and outlives none of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from textual.css.query import NoMatches
from textual.screen import Screen
from textual.worker import Worker

from backend.core.errors import BursarError
from tui.messages import WARN
from tui.session import ELSEWHERE, Session

T = TypeVar("T")
READING = "reading what it is about"


class Working(Screen[None], inherit_bindings=False):
    """What is started here ends with the screen; what fails is told."""

    session: Session

    def start(
        self, doing: Callable[..., Awaitable[None]], *given: object, group: str
    ) -> Worker[Any]:
        """Do something in the background, in place of what its group was doing; the operator
        is told when it fails."""
        # A coroutine made here would never be awaited if the worker is cancelled before it starts.
        work: Callable[[], Awaitable[None]] = partial(self._guarded, doing, *given)
        return self.run_worker(work, group=group, exclusive=True)

    async def _guarded(self, doing: Callable[..., Awaitable[None]], *given: object) -> None:
        try:
            with self.unless_closed():
                await doing(*given)
        except BursarError as error:
            self.session.told(error)

    async def waiting(self, reading: Awaitable[T], doing: str = READING) -> T:
        """What a form, a menu or a preview is made of; while it is read, in a worker of the group
        `change`, that is said, and `esc` ends it. Raises BursarError."""
        session = self.session

        def stop() -> None:
            self.workers.cancel_group(self, "change")
            session.doing = ""
            session.tell("nothing was opened", WARN)

        if session.doing:
            return await reading
        session.doing, session.stop = doing, stop
        session.redraw()
        try:
            return await reading
        finally:
            session.doing = ""
            session.redraw()

    def is_here(self) -> bool:
        """Whether what was waited for may be shown; the operator is told when not."""
        if not self.is_active:
            self.session.tell(ELSEWHERE, WARN)
        return self.is_active

    async def chosen(self, menu: Screen[T | None]) -> T | None:
        """What the operator chooses from a menu, None for nothing. In a worker only."""
        return await self.app.push_screen_wait(menu) if self.is_here() else None

    @contextmanager
    def unless_closed(self) -> Iterator[None]:
        """A screen that is closed loses its widgets before its reading ends; what was to be
        shown on them is shown no more."""
        try:
            yield
        except NoMatches:
            if self in self.app.screen_stack:
                raise
