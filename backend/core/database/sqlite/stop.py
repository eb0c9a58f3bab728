"""Stopping a read that nobody waits for any more."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# Stepped once and left open: an interruption lasts as long as any statement is open, so that
# it also reaches a read that is between two statements.
ANCHOR = "SELECT 1 UNION ALL SELECT 2"


class FileStop:
    """`stop` ends the one read that it was made for, from any thread, and never a later one
    of the same connection."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._conn: sqlite3.Connection | None = None
        self._stopped = False

    def run(self, conn: sqlite3.Connection, work: Callable[[], T]) -> T:
        """Do `work`, which raises sqlite3.OperationalError when it is stopped."""
        anchor = conn.execute(ANCHOR)
        try:
            with self._lock:
                self._conn = conn
                if self._stopped:
                    conn.interrupt()
            return work()
        finally:
            with self._lock:
                self._conn = None
            anchor.close()

    def stop(self) -> None:
        """End the read, or have it end at its first statement."""
        with self._lock:
            self._stopped = True
            if self._conn is not None:
                self._conn.interrupt()

    def again(self, error: Exception, attempt: int) -> bool:
        """What a file does not give it does not give the next time."""
        return False
