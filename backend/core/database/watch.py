"""Hearing of commits: our own at once, other processes' by `PRAGMA data_version`."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress

from backend.core.journal import SELECT_HEAD

POLL_SECONDS = 0.25


class Watcher:
    """Tells subscribers the journal's head seq after commits, from one thread of its own:
    a burst of commits is told once, and no subscriber can hold up or harm a writer."""

    def __init__(self, conn: sqlite3.Connection, poll: float = POLL_SECONDS) -> None:
        self._conn = conn
        self._poll = poll
        self._subscribers: list[Callable[[int], None]] = []
        self._woken = threading.Event()
        self._closed = False
        self._version = self._data_version()
        self._thread = threading.Thread(target=self._loop, name="bursar-watch", daemon=True)
        self._thread.start()

    def subscribe(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Add a subscriber; the function returned removes it."""
        self._subscribers.append(changed)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._subscribers.remove(changed)

        return unsubscribe

    def wake(self) -> None:
        """Look now: this process has committed."""
        self._woken.set()

    def announce(self) -> None:
        """Tell everybody soon, whether or not there was a commit."""
        self._version = -1
        self._woken.set()

    def close(self) -> None:
        """Stop looking and close the connection."""
        self._closed = True
        self._woken.set()
        self._thread.join()
        self._conn.close()

    def _loop(self) -> None:
        while True:
            self._woken.wait(self._poll)
            self._woken.clear()
            if self._closed:
                return
            with suppress(sqlite3.Error):  # a locked or vanished file shows up on the next read
                version = self._data_version()
                if version != self._version:
                    self._version = version
                    self._announce(self._head())

    def _announce(self, head: int) -> None:
        for changed in list(self._subscribers):
            with suppress(Exception):  # such as an event loop that has been closed meanwhile
                changed(head)

    def _data_version(self) -> int:
        return int(self._conn.execute("PRAGMA data_version").fetchall()[0][0])

    def _head(self) -> int:
        rows = self._conn.execute(SELECT_HEAD).fetchall()
        return int(rows[0][0]) if rows else 0
