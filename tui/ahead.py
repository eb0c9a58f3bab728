"""Keys that are typed after something was asked for and before it is there."""

from __future__ import annotations

import time
from bisect import insort
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.screen import Screen
from textual.worker import Worker

Typed = events.Key | events.Paste
PASSES = ("escape", "ctrl+c", "ctrl+q", "ctrl+z")
"""Keys that are not kept: they stop what is waited for, or leave the console."""
REST = 0.3
"""Seconds without a key after which the next is no longer part of what was typed before."""
HELD = ("j", "k")
"""Letters that are held to move; no word has one of them twice in a row."""


async def _nobody(_: events.Event) -> None:
    return None


class Hush:
    """The time after a refusal in which letters that follow at once were meant for what is
    refused: a reason must not be taken for keys."""

    def __init__(self) -> None:
        self._last, self._key = 0.0, ""

    def begin(self) -> None:
        """Something was refused just now."""
        self._last, self._key = time.monotonic(), ""

    def end(self) -> None:
        """Any key does what it does again."""
        self._last = 0.0

    def swallows(self, event: Typed) -> bool:
        """Whether it goes on with what was typed before."""
        key = event.key if isinstance(event, events.Key) else ""
        letter = isinstance(event, events.Paste) or event.is_printable
        held = key == self._key and key in HELD
        if not letter or held or event.time - self._last >= REST:
            self.end()
            return False
        self._last, self._key = max(self._last, event.time), key
        return True


class Ahead:
    """Keeps what is typed while a worker reads what was asked for, and hands it on in order once
    that is there; what was asked for and does not come leaves nothing of it."""

    def __init__(self) -> None:
        self._worker: Worker[Any] | None = None
        self._screens: tuple[Screen[Any], ...] = ()
        self._kept: list[Typed] = []
        self.hush = Hush()
        self.last = ""
        """The key that did something last."""
        self.send: Callable[[events.Event], Awaitable[None]] = _nobody

    @property
    def waits(self) -> bool:
        """Whether something was asked for that is not there yet."""
        return self._worker is not None

    def waits_for(self, worker: Worker[Any]) -> bool:
        """Whether it is this one that reads it."""
        return self._worker is worker

    def wait(self, worker: Worker[Any], screen: Screen[Any]) -> None:
        """Keep what is typed on a screen from now on, until the worker has ended at the latest."""
        self._worker, self._screens = worker, (screen,)
        self._kept.clear()

    def into(self, screen: Screen[Any]) -> None:
        """What was asked for is about to be there, as a screen."""
        self._screens = (*self._screens, screen)

    def takes(self, event: events.Event, screen: Screen[Any] | None) -> bool:
        """Whether it was kept or goes nowhere; what another screen asks in between is answered
        there."""
        if not isinstance(event, Typed) or self.hush.swallows(event):
            return isinstance(event, Typed)
        if self._worker is None:
            self._note(event)
            return False
        if screen not in self._screens:
            self._kept.clear()
            return False
        if self._worker.is_finished or (isinstance(event, events.Key) and event.key in PASSES):
            self.drop()
            return False
        # One that came first may still be on its way back from the widget that had the focus.
        insort(self._kept, event, key=lambda one: one.time)
        return True

    def _note(self, event: Typed) -> None:
        if event.is_forwarded and isinstance(event, events.Key):
            self.last = event.key

    def refused(self) -> None:
        """What was asked for is refused, and so is what goes on to be typed for it."""
        self.drop()
        self.hush.begin()

    def drop(self) -> int:
        """Keep nothing any more; how much there was, but for the last key held too long."""
        kept, self._worker, self._screens, self._kept = self._kept, None, (), []
        return sum(not isinstance(one, events.Key) or one.key != self.last for one in kept)

    async def hand_on(self) -> None:
        """It is there: what was kept goes to it, and then what is typed."""
        while self._kept:
            event = self._kept.pop(0)
            if isinstance(event, events.Key):
                event = events.Key(event.key, event.character)
            await self.send(event)
        self.drop()
