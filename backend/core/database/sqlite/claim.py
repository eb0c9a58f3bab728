"""Work that one process at a time does for a file."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from backend.core.database.sqlite.connection import path_error


class FileClaim:
    """An flock beside the database, which the kernel drops with its holder."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @property
    def holds(self) -> bool:
        """Nobody can take it away."""
        return True

    def close(self) -> None:
        """Let others have it."""
        os.close(self._handle)


def claim(path: Path) -> FileClaim | None:
    """The claim that a file stands for, None when it is taken. Raises StorageError."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise path_error(path, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return FileClaim(handle)
