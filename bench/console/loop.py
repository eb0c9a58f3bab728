"""Goal G13: the longest time the event loop did nothing else while much was being read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from backend.embedded import open_embedded
from tui.app import BursarApp
from tui.session import Session

BEAT = 0.01
"""Seconds between two beats."""
KEYS = {"ids": ("2",), "filter": ("/", *"person00123"), "limits": ("escape", "<")}
"""What is typed: to a million ids, a filter, and the order by what effective limits leave."""


class Heart:
    """Beats in an event loop; `longest` milliseconds between two beats."""

    longest = 0.0

    async def beat(self) -> None:
        """Until cancelled."""
        last = time.monotonic()
        while True:
            await asyncio.sleep(BEAT)
            now = time.monotonic()
            self.longest, last = max(self.longest, (now - last) * 1000), now


@asynccontextmanager
async def beating() -> AsyncIterator[Heart]:
    """A heart for a while."""
    heart = Heart()
    task = asyncio.ensure_future(heart.beat())
    try:
        yield heart
    finally:
        task.cancel()


async def _gaps(database: Path) -> dict[str, float]:
    backend = open_embedded(database)
    found = {}
    try:
        app = BursarApp(Session(backend), live=False)
        async with app.run_test(size=(140, 40)) as pilot:
            await _read(pilot)
            for what, keys in KEYS.items():
                async with beating() as heart:
                    await pilot.press(*keys)
                    await _read(pilot)
                found[what] = heart.longest
    finally:
        backend.shut()
    return found


async def _read(pilot: Pilot[None]) -> None:
    """Wait until nothing has been read for a while."""
    quiet = 0
    while quiet < 30:
        await asyncio.sleep(BEAT)
        quiet = 0 if [work for work in pilot.app.workers if work.group != "live"] else quiet + 1


def gaps(database: Path, rounds: int) -> dict[str, Any]:
    """Milliseconds at most, by what was being done: the best of some rounds, because the
    machine's own pauses are not the console's."""
    found = [asyncio.run(_gaps(database)) for _ in range(rounds)]
    return {what: min(one[what] for one in found) for what in KEYS}
