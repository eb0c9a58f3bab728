"""A note of where the journal ended, to notice when acknowledged entries are gone.

A `-wal` file that is lost, or an older copy in the file's place, leaves a database that is
sound in itself. `<file>.head` is written after every commit and not synced: it survives the
death of a process, and can only lag behind the database, never run ahead of it.
"""

from __future__ import annotations

import os
import sqlite3
from binascii import hexlify
from contextlib import suppress
from pathlib import Path

from backend.core.database.engine import Head

SELECT_LAST = "SELECT coalesce(max(seq), 0) FROM journal"
SELECT_HASH = "SELECT hash FROM journal WHERE seq = ?"


def head_path(database: Path) -> Path:
    """Where the note about a database is."""
    file = database.resolve()
    return file.with_name(file.name + ".head")


def noted(path: Path) -> Head | None:
    """The seq and hash in a note; None when there is none, or a power cut spoilt it."""
    with suppress(OSError, ValueError):
        seq, hash = path.read_text(encoding="ascii").split()
        return int(seq), bytes.fromhex(hash)
    return None


def lost(conn: sqlite3.Connection, path: Path, head: Head | None) -> str:
    """What is missing in the database that was noted before, `` for nothing.

    The note has to be read before: somebody may be writing.
    """
    if head is None or not head[0]:
        return ""
    try:
        row = conn.execute(SELECT_HASH, (head[0],)).fetchone()
        (last,) = conn.execute(SELECT_LAST).fetchone()
    except sqlite3.Error:  # a damaged page is told by whatever needs it
        return ""
    if row is None:
        return f"{path}: the journal ends at entry {last}, but entry {head[0]} was acknowledged"
    if bytes(row[0]) != head[1]:
        return f"{path}: journal entry {head[0]} is not the one that was acknowledged"
    return ""


def remedy(database: Path) -> str:
    """What to do when something is missing."""
    return (
        "its -wal file was lost, or an older copy put in its place: compare with a backup; "
        f"remove {head_path(database)} when it is meant to be so"
    )


class HeadFile:
    """The note, kept by the writer; whoever finds something missing leaves it as it was."""

    def __init__(self, path: Path, *, keep: bool) -> None:
        self._path = path
        self._keep = keep
        self._written = 0
        self._handle: int | None = None

    def write(self, head: Head) -> None:
        """Note the head of a commit; what cannot be noted harms nobody."""
        if self._keep or head[0] == self._written:
            return
        try:
            if self._handle is None:
                flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
                self._handle = os.open(self._path, flags, 0o600)
            os.pwrite(self._handle, b"%019d %s\n" % (head[0], hexlify(head[1])), 0)
            self._written = head[0]
        except OSError:
            return

    def close(self) -> None:
        """Let go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
