"""Opening SQLite files the one way bursar uses them, and naming their failures."""

from __future__ import annotations

import ctypes
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from backend.core.errors import (
    Invalid,
    StorageBusy,
    StorageCorrupt,
    StorageError,
    StorageForeign,
    StorageFull,
    StorageReadOnly,
    StorageRefused,
)

PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA trusted_schema = OFF",
)
WRITER_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA wal_autocheckpoint = 8000",
)

_NETWORK_FILESYSTEMS = {
    0x6969: "NFS",
    0x517B: "SMB",
    0xFF534D42: "CIFS",
    0xFE534D42: "SMB2",
    0x00C36400: "CephFS",
    0x5346414F: "AFS",
}
_FUSE = 0x65735546
_NETWORK_FUSE = ("sshfs", "gluster", "ceph", "s3", "rclone", "dav", "gcs", "smb", "ftp", "juice")

# SQLite shares its memory through a file beside the database, which readers need, too.
_BESIDE = "make its directory writable, or have somebody who may write keep it open"

_FOREIGN = "choose a file that bursar made; if it was one, restore a backup"

# The first prefix counts.
_FAILURES: dict[str, tuple[type[StorageError], str]] = {
    "SQLITE_READONLY_DIRECTORY": (StorageReadOnly, _BESIDE),
    "SQLITE_READONLY_CANTINIT": (StorageReadOnly, _BESIDE),
    "SQLITE_FULL": (StorageFull, "free some space; nothing of this change was kept"),
    "SQLITE_READONLY": (StorageReadOnly, "check its permissions; bursar --read-only looks at it"),
    "SQLITE_BUSY": (StorageBusy, "another program holds the database; try again"),
    "SQLITE_LOCKED": (StorageBusy, "another program holds the database; try again"),
    "SQLITE_CORRUPT": (StorageCorrupt, "restore a backup made with bursar backup"),
    "SQLITE_NOTADB": (StorageForeign, _FOREIGN),
    "SQLITE_CANTOPEN": (StorageError, "check that you may open the file and write beside it"),
    "SQLITE_IOERR": (StorageError, "check the disk; nothing of this change was kept"),
}

_OF_WHAT_IS_WRITTEN = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError)


class FileConnection(sqlite3.Connection):
    """A connection that also reads row by row."""

    def each(self, sql: str, parameters: Any = (), /) -> Iterator[tuple[Any, ...]]:
        """Rows as SQLite finds them."""
        return iter(self.execute(sql, parameters))


def storage_error(error: sqlite3.Error) -> StorageError:
    """The tree's error for a driver error; its text names SQLite's own code."""
    name = getattr(error, "sqlite_errorname", "") or ""
    for prefix, (kind, hint) in _FAILURES.items():
        if name.startswith(prefix):
            return kind(f"{error} [{name}]", hint=hint)
    kind = StorageRefused if isinstance(error, _OF_WHAT_IS_WRITTEN) else StorageError
    return kind(f"{error} [{name or type(error).__name__}]", hint="run bursar check")


def bursar_error(error: BaseException) -> BaseException:
    """The tree's error, a new one, for what failed below; other errors as they are."""
    if isinstance(error, StorageError):
        return type(error)(error.message, hint=error.hint, data=error.data)
    # Beside an open statement the driver's own complaint covers what it could not bind.
    cause = (error.__context__ if isinstance(error, sqlite3.Error) else error) or error
    if isinstance(cause, UnicodeEncodeError):
        return Invalid("a text contains half a surrogate pair", hint="remove this character")
    if isinstance(cause, OverflowError):
        return Invalid(f"a number is too large: {cause}", hint="use 64-bit integers")
    return storage_error(error) if isinstance(error, sqlite3.Error) else error


def path_error(path: Path, error: OSError) -> StorageError:
    """The tree's error for a file that cannot be made or written."""
    return StorageError(
        f"{path}: {error.strerror}", hint="check that the directory exists and can be written"
    )


def connect(path: Path, *, writer: bool, read_only: bool) -> FileConnection:
    """A connection with bursar's settings, autocommit until an explicit BEGIN.

    Raises StorageError naming the file when it cannot be opened.
    """
    refuse_network_filesystem(path)
    mode = "ro" if read_only else "rw"
    try:
        conn = sqlite3.connect(
            f"file:{quote(os.fsencode(path))}?mode={mode}",
            uri=True,
            isolation_level=None,
            cached_statements=256,
            check_same_thread=False,
            factory=FileConnection,
        )
    except sqlite3.Error as error:
        raise _about(path, error) from error
    try:
        for pragma in PRAGMAS + (WRITER_PRAGMAS if writer else ("PRAGMA query_only = ON",)):
            conn.execute(pragma).fetchall()
        conn.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except sqlite3.Error as error:
        conn.close()
        raise _about(path, error) from error
    return conn


def _about(path: Path, error: sqlite3.Error) -> StorageError:
    found = storage_error(error)
    if isinstance(found, StorageForeign):
        return StorageForeign(f"{path} is no SQLite database", hint=found.hint)
    return type(found)(f"{path}: {found.message}", hint=found.hint)


def refuse_network_filesystem(path: Path) -> None:
    """WAL needs shared memory: refuse files on network file systems."""
    place = path.parent if not path.exists() else path
    name = _NETWORK_FILESYSTEMS.get(_filesystem_type(place), "")
    driver = fuse_driver(path)
    if any(word in driver for word in _NETWORK_FUSE):
        name = driver
    if name:
        raise StorageError(
            f"{path} is on a network file system ({name})",
            hint="keep the database on a local disk and use bursar serve for others",
        )


def fuse_driver(path: Path) -> str:
    """Which program keeps the file system that a path is on, such as `sshfs`; `` for none."""
    place = path.parent if not path.exists() else path
    if _filesystem_type(place) != _FUSE:
        return ""
    device = place.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    with suppress(OSError):
        for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
            _, _, mounted, *rest = line.split(" ")
            if mounted == wanted:
                return rest[rest.index("-") + 1].removeprefix("fuse.")
    return "fuse"


def _filesystem_type(path: Path) -> int:
    """Linux statfs f_type of a path, 0 where it cannot be known."""
    if not sys.platform.startswith("linux"):
        return 0
    buffer = ctypes.create_string_buffer(256)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.statfs(os.fsencode(path), buffer) != 0:
        return 0
    return int(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_long))[0]) & 0xFFFFFFFF
