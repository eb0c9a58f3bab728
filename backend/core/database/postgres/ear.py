"""Hearing of commits: NOTIFY wakes, and what was committed is read."""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from contextlib import suppress

import psycopg

from backend.core.database.postgres.connection import ServerConnection
from backend.core.database.postgres.failures import READ_ONLY, state_of
from backend.core.database.postgres.session import CHANNEL

POLL_SECONDS = 2.0
"""How often it is looked without being woken: a notification may be lost."""

SELECT_STATE = """
SELECT (SELECT coalesce(max(seq), 0) FROM journal), (SELECT coalesce(max(id), 0) FROM refusal)"""


class ServerEar:
    """A connection that listens. After LISTEN, and after a connection was lost, the tables are
    always read once, so that nothing is missed."""

    def __init__(self, connect: Callable[[], ServerConnection]) -> None:
        self._connect = connect
        self._conn: ServerConnection | None = None
        self._heard = 0
        self._head = 0
        self._awake, self._wake = os.pipe()
        os.set_blocking(self._wake, False)

    def wait(self) -> None:
        """Until a notification, a wake-up, or for two seconds."""
        poll = select.poll()
        poll.register(self._awake, select.POLLIN)
        if self._conn is not None and not self._conn.raw.closed:
            poll.register(self._conn.raw.fileno(), select.POLLIN)
        ready = poll.poll(POLL_SECONDS * 1000)
        if any(file == self._awake for file, _ in ready):
            os.read(self._awake, 4096)

    def committed(self) -> None:
        """Our own commits are heard as those of others are."""

    def wake(self) -> None:
        """Have `wait` return."""
        with suppress(BlockingIOError):  # it is full of wake-ups
            os.write(self._wake, b"x")

    def version(self) -> object:
        """How often somebody notified, and how far journal and refusals are."""
        try:
            head, refused = self._listening().execute(SELECT_STATE).fetchall()[0]
        except psycopg.Error:
            self._hang_up()
            raise
        self._head = int(head)
        return self._heard, head, refused

    def head(self) -> int:
        """The journal's last seq when `version` looked."""
        return self._head

    def close(self) -> None:
        """Stop listening."""
        self._hang_up()
        os.close(self._awake)
        os.close(self._wake)

    def _listening(self) -> ServerConnection:
        if self._conn is None or self._conn.raw.closed:
            conn = self._connect()
            conn.raw.add_notify_handler(self._notified)
            try:
                conn.script(f"LISTEN {CHANNEL}")
            except psycopg.Error as error:
                if state_of(error) != READ_ONLY:  # a standby cannot, and is looked at anyway
                    conn.close()
                    raise
            self._conn = conn
        return self._conn

    def _notified(self, notification: psycopg.Notify) -> None:
        self._heard += 1

    def _hang_up(self) -> None:
        if self._conn is not None:
            self._conn.close()
            self._conn = None
