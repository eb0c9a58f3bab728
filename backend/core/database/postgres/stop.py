"""Stopping a read that nobody waits for any more, by asking the server to cancel it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import psycopg

from backend.core.database.postgres.connection import ServerConnection
from backend.core.database.postgres.failures import READ_ONLY, passes, state_of

T = TypeVar("T")

ATTEMPTS = 6
"""After a server was started again, all connections that were left are broken."""
AGAIN = 0.1
"""Seconds until a cancellation is repeated: between two statements it does nothing."""


class ServerStop:
    """`stop` ends the one read that it was made for, and never a later one of the same
    connection: that is not given back while a cancellation is under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._conn: ServerConnection | None = None
        self._stopped = False
        self._over = threading.Event()

    def run(self, conn: ServerConnection, work: Callable[[], T]) -> T:
        """Do `work`, which raises psycopg.Error when it is stopped."""
        with self._lock:
            conn.stopped = self._stopped
            self._conn = conn
        try:
            return work()
        finally:
            with self._lock:
                self._conn = None
            self._over.set()

    def stop(self) -> None:
        """End the read, or have it end at its first statement."""
        with self._lock:
            self._stopped = True
            if self._conn is None:
                return
            self._conn.stopped = True
        threading.Thread(target=self._cancel, name="bursar-cancel", daemon=True).start()

    def again(self, error: Exception, attempt: int) -> bool:
        """True for a connection that broke or was in the way of a standby."""
        if self._stopped or attempt >= ATTEMPTS or state_of(error) == READ_ONLY:
            return False
        return passes(error)

    def _cancel(self) -> None:
        while True:
            with self._lock:
                if self._conn is None:
                    return
                with suppress(psycopg.Error):
                    self._conn.raw.cancel_safe(timeout=5)
            if self._over.wait(AGAIN):
                return
