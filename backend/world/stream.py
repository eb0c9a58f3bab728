"""A world file for an event loop: it is written on a thread of its own and taken in pieces."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import suppress

from backend.core.database import Database
from backend.world.dump import dump

PIECE = 64 << 10
AHEAD = 4
"""Pieces that lie ready at most: who takes them slowly holds up the writing."""


async def pieces(db: Database) -> AsyncGenerator[bytes, None]:
    """What `dump` writes, in UTF-8; who stops taking ends the writing. Raises StorageError."""
    pipe = _Pipe()
    writing = asyncio.get_running_loop().run_in_executor(None, pipe.fill, db)
    writing.add_done_callback(_noticed)
    try:
        while piece := await pipe.ready.get():
            pipe.room.release()
            yield piece
        await writing
    finally:
        pipe.end()


def _noticed(writing: asyncio.Future[None]) -> None:
    """What breaks once nobody takes it any more is no failure."""
    if not writing.cancelled():
        writing.exception()


class _Pipe:
    """Text from a thread to its event loop; an empty piece is the last."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.ready: asyncio.Queue[bytes] = asyncio.Queue()
        self.room = threading.Semaphore(AHEAD)
        self._text: list[str] = []
        self._size = 0
        self._ended = False

    def fill(self, db: Database) -> None:
        """Write all of it, on the thread."""
        try:
            dump(db, self)
            self._pass_on()
        finally:
            with suppress(RuntimeError):  # the loop has been closed meanwhile
                self._loop.call_soon_threadsafe(self.ready.put_nowait, b"")

    def write(self, text: str) -> None:
        """Add text. Raises BrokenPipeError when nobody takes it any more."""
        self._text.append(text)
        self._size += len(text)
        if self._size >= PIECE:
            self._pass_on()

    def _pass_on(self) -> None:
        piece, self._text, self._size = "".join(self._text).encode(), [], 0
        self.room.acquire()
        if self._ended:
            raise BrokenPipeError
        self._loop.call_soon_threadsafe(self.ready.put_nowait, piece)

    def end(self) -> None:
        """Have the thread end, too."""
        self._ended = True
        self.room.release()
