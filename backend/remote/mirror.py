"""A private copy of what a server shows, with the schema and the reads of an embedded database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from backend.core.database import Database, Tx
from backend.core.database.sqlite.engine import FileEngine
from backend.core.runtime import Runtime
from backend.schema import STEPS

T = TypeVar("T")

TOTAL_CHANGES = "SELECT total_changes()"
FILE = "mirror.db"

Ready = Callable[[], Awaitable[None]]


class MirrorDatabase(Database):
    """A database that is filled before it is first read."""

    def __init__(self, path: Path, runtime: Runtime, ready: Ready) -> None:
        super().__init__(FileEngine(path), STEPS, runtime, read_only=False)
        self._ready = ready

    async def aread(self, fn: Callable[[Tx], T]) -> T:
        """`Database.aread`, once there is something to be read."""
        await self._ready()
        return await super().aread(fn)

    async def peek(self, fn: Callable[[Tx], T]) -> T:
        """The same of what there is so far."""
        return await super().aread(fn)


class Mirror:
    """What was read of one system so far. All systems of a console have one file in `folder`, so
    that it can be read together; each waits for its own.

    Who decides on what he has just read holds the `turn`; `reads` counts such readings, which
    are newer than one of everything that was begun before.
    """

    def __init__(self, folder: Path, ready: Ready, runtime: Runtime) -> None:
        self.database = MirrorDatabase(folder / FILE, runtime, ready)
        self.turn = asyncio.Lock()
        self.reads = 0

    async def write(self, fn: Callable[[Tx], T]) -> tuple[bool, T]:
        """Write what was read; False when it was there already, and what `fn` returns."""

        def work(tx: Tx) -> tuple[bool, T]:
            before = tx.scalar(TOTAL_CHANGES)
            found = fn(tx)
            return bool(tx.scalar(TOTAL_CHANGES) != before), found

        return await self.database.awrite(work)

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()
