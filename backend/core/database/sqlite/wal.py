"""Keeping SQLite's write-ahead log short."""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from pathlib import Path

LIMIT = 64 << 20  # bytes; beyond SQLite's own automatic checkpoint
EVERY = 64  # transactions between two looks
MOMENT, PAUSE = 0.25, 0.003  # seconds that writers may be held up, and between two attempts


class WriteAheadLog:
    """Empties the log where SQLite's own checkpoints never can: they wait for nobody, and
    where somebody is always reading a part of the log stays in use."""

    def __init__(self, conn: sqlite3.Connection, database: Path) -> None:
        self._conn = conn
        self._path = database.with_name(database.name + "-wal")
        self._bound = LIMIT
        self._commits = 0

    def committed(self) -> None:
        """Count a transaction of this connection and now and then look."""
        self._commits += 1
        if self._commits % EVERY == 0:
            with suppress(OSError, sqlite3.Error):  # the transaction is safe in any case
                self._look()

    def _look(self) -> None:
        size = self._path.stat().st_size
        if size < self._bound:
            return
        # A reader that stays is not waited for again before the log has doubled.
        self._bound = LIMIT if self._emptied() else 2 * size

    def _emptied(self) -> bool:
        """Wait a moment until readers that began before the last commit are gone: those who
        come then use the file alone. SQLite's own way of waiting would miss the moment."""
        (patience,) = self._conn.execute("PRAGMA busy_timeout").fetchone()
        self._conn.execute("PRAGMA busy_timeout = 0").fetchall()
        try:
            end = time.monotonic() + MOMENT
            while not (done := self._checkpoint()) and time.monotonic() < end:
                time.sleep(PAUSE)
            return done
        finally:
            self._conn.execute(f"PRAGMA busy_timeout = {patience}").fetchall()

    def _checkpoint(self) -> bool:
        busy, _, _ = self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
