"""Keys that are typed after something was asked for and before it is there."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.screen import Screen
from textual.worker import Worker

Typed = events.Key | events.Paste
PASSES = ("escape", "ctrl+c", "ctrl+q", "ctrl+z")
"""Keys that are not kept: they stop what is waited for, or leave the console."""


async def _nobody(_: events.Event) -> None:
    return None


class Ahead:
    """Keeps what is typed while a worker reads what was asked for, and hands it on in order once
    that is there; what was asked for and does not come leaves nothing of it."""

    def __init__(self) -> None:
        self._worker: Worker[Any] | None = None
        self._screens: tuple[Screen[Any], ...] = ()
        self._kept: deque[Typed] = deque()
        self.send: Callable[[events.Event], Awaitable[None]] = _nobody

    @property
    def waits(self) -> bool:
        """Whether something was asked for that is not there yet."""
        return self._worker is not None

    def wait(self, worker: Worker[Any], screen: Screen[Any]) -> None:
        """Keep what is typed on a screen from now on, until the worker has ended at the latest."""
        self._worker, self._screens = worker, (screen,)
        self._kept.clear()

    def into(self, screen: Screen[Any]) -> None:
        """What was asked for is about to be there, as a screen."""
        self._screens = (*self._screens, screen)

    def takes(self, event: events.Event, screen: Screen[Any] | None) -> bool:
        """Whether it was kept; what another screen asks in between is answered there."""
        if self._worker is None or not isinstance(event, Typed):
            return False
        if screen not in self._screens:
            self._kept.clear()
            return False
        if self._worker.is_finished or (isinstance(event, events.Key) and event.key in PASSES):
            self.drop()
            return False
        self._kept.append(event)
        return True

    def drop(self) -> int:
        """Keep nothing any more; how much there was."""
        self._worker, self._screens, count = None, (), len(self._kept)
        self._kept.clear()
        return count

    async def hand_on(self) -> None:
        """It is there: what was kept goes to it, and then what is typed."""
        while self._kept:
            event = self._kept.popleft()
            if isinstance(event, events.Key):
                event = events.Key(event.key, event.character)
            await self.send(event)
        self.drop()
