"""A private folder, in memory where there is such a place, that does not outlive its use."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - a directory of our own is made in it
PREFIX, ALIVE = "bursar-mirror-", "alive"


class Place:
    """The folder. A process that dies leaves it behind, and the next one removes it."""

    def __init__(self, parent: Path | None = None) -> None:
        parent = parent or _memory() or Path(tempfile.gettempdir())
        sweep(parent)
        self._folder = tempfile.TemporaryDirectory(prefix=PREFIX, dir=parent)
        self.path = Path(self._folder.name)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._lock = os.open(self.path / ALIVE, flags, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def close(self) -> None:
        """Remove it and all that is in it."""
        self._folder.cleanup()
        os.close(self._lock)


def _memory() -> Path | None:
    return MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None


def sweep(parent: Path) -> None:
    """Remove what processes of ours that live no more have left."""
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder.lstat().st_uid == os.getuid() and _is_left(folder / ALIVE):
                shutil.rmtree(folder)


def _is_left(lock: Path) -> bool:
    """Raises OSError for a folder that is just being made."""
    handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True
