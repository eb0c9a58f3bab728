"""The queue of processes that want to write one file."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

from backend.core.database.sqlite.connection import path_error
from backend.core.errors import StorageBusy

PATIENCE = 10.0
"""Seconds; processes that take turns wait for milliseconds."""


class FileLock:
    """An flock beside the database: unlike SQLite's own lock it is a fair queue between
    processes. Raises StorageError when the file cannot be made.

    A released flock goes to whoever asks first, which is who has just released it. So another
    one comes before it: who waits for the lock holds that, and nobody passes by.

    The kernel knows no time limit for it. Where the lock is not free a thread stands in the
    queue, and stays there when its caller has given up: the next caller then takes its place.
    """

    def __init__(self, path: Path) -> None:
        self._handle, self._next = _open(path), _open(path.with_name(path.name + "-next"))
        self._path = path
        self._state = threading.Lock()  # bare: see Writer
        self._queuer: threading.Thread | None = None
        self._turn: threading.Event | None = None
        self._closed = False

    def take(self) -> None:
        """Wait for it. Raises StorageBusy when another process does not let it go."""
        with self._state:
            queued = self._is_queued()
            if not queued and self._try():
                return
            self._turn = turn = threading.Event()
            if not queued:
                self._queuer = threading.Thread(target=self._queue, name="bursar-lock", daemon=True)
                self._queuer.start()
        if not turn.wait(PATIENCE):
            raise StorageBusy(
                f"another process has not let go of {self._path} for {PATIENCE:g} seconds",
                hint=f"it may be stopped: lsof {self._path} names it; nothing was changed",
            )

    def give(self) -> None:
        """Let others have it; no harm when it was not taken."""
        with self._state:
            self._turn = None
            if not self._is_queued():
                fcntl.flock(self._handle, fcntl.LOCK_UN)
                fcntl.flock(self._next, fcntl.LOCK_UN)  # an interrupt may have left it

    def close(self) -> None:
        """Give the side file back."""
        with self._state:
            self._closed = True
            if not self._is_queued():
                self._let_go()

    def _let_go(self) -> None:
        os.close(self._handle)
        os.close(self._next)

    def _is_queued(self) -> bool:
        return self._queuer is not None and self._queuer.is_alive()

    def _try(self) -> bool:
        try:
            return _free(self._next) and _free(self._handle)
        finally:
            fcntl.flock(self._next, fcntl.LOCK_UN)

    def _queue(self) -> None:
        fcntl.flock(self._next, fcntl.LOCK_EX)
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        fcntl.flock(self._next, fcntl.LOCK_UN)
        with self._state:
            self._queuer = None
            if self._closed:
                self._let_go()
            elif self._turn is not None:
                self._turn.set()
            else:
                fcntl.flock(self._handle, fcntl.LOCK_UN)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise path_error(path, error) from error


def _free(handle: int) -> bool:
    """Take a lock if nobody has it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
