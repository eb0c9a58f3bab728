"""Hearing of commits: our own at once, other processes' by `PRAGMA data_version`."""

from __future__ import annotations

import sqlite3
import threading

from backend.core.journal import SELECT_HEAD

POLL_SECONDS = 0.25


class FileEar:
    """Looks at the file four times a second, and when it is told to."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._woken = threading.Event()

    def wait(self) -> None:
        """Until woken, or for a quarter of a second."""
        self._woken.wait(POLL_SECONDS)
        self._woken.clear()

    def committed(self) -> None:
        """Look at once."""
        self._woken.set()

    def wake(self) -> None:
        """Have `wait` return."""
        self._woken.set()

    def version(self) -> object:
        """Another number after every commit of anybody."""
        return self._conn.execute("PRAGMA data_version").fetchall()[0][0]

    def head(self) -> int:
        """The journal's last seq."""
        rows = self._conn.execute(SELECT_HEAD).fetchall()
        return int(rows[0][0]) if rows else 0

    def close(self) -> None:
        """Close the connection."""
        self._conn.close()
