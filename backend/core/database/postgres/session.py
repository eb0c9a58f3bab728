"""The connection that writes, and the row at which all processes queue.

Every write transaction first locks the one row of `schema_version`. So writers of all
processes follow each other, as they do on SQLite, each sees all that was committed before, and
what the services read and then write cannot change in between; group commit keeps it fast
(`python -m bench.postgres`). The row also tells when a newer bursar has migrated the tables.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import psycopg

from backend.core.database.engine import Head
from backend.core.database.postgres.connection import ServerConnection
from backend.core.database.postgres.failures import (
    LOCK_TIMEOUT,
    READ_ONLY,
    is_gone,
    passes,
    state_of,
)
from backend.core.database.postgres.schema import SELECT_VERSION
from backend.core.errors import (
    OutcomeUnknown,
    StorageBusy,
    StorageCorrupt,
    StorageError,
    StorageNewer,
    StorageUnreachable,
)

PATIENCE = 10.0
"""Seconds that a turn, or a server that has gone, is waited for."""
SHORTEST, LONGEST = 0.002, 0.25
"""Seconds between two attempts, at random up to this."""

CHANNEL = "bursar"
BEGIN = f"BEGIN; {SELECT_VERSION} FOR UPDATE"
COMMIT = f"NOTIFY {CHANNEL}; COMMIT"
SELECT_HASH = "SELECT hash FROM journal WHERE seq = ?"


class ServerSession:
    """Writes of one process to a database that others write, too."""

    # There Ctrl-C would have the driver cancel a COMMIT, which then says that it succeeded.
    in_callers_thread = False

    def __init__(
        self,
        connect: Callable[[], ServerConnection],
        place: str,
        version: int,
        lost: Callable[[str], None],
    ) -> None:
        self._connect = connect
        self._place = place
        self._version = version
        self._lost = lost
        self._conn: ServerConnection | None = None
        self._acknowledged: Head | None = None
        self._warnings: list[str] = []
        self._until = 0.0

    def begin(self) -> ServerConnection:
        """Wait for the turn. Raises StorageBusy, StorageNewer, StorageCorrupt."""
        conn = self._connected()
        try:
            rows = conn.script(BEGIN).fetchall()
        except psycopg.Error as error:
            if state_of(error) == LOCK_TIMEOUT:
                raise _busy(self._place) from error
            raise
        if rows and rows[0][0] > self._version:
            raise StorageNewer(
                f"{self._place} was migrated while it was open",
                hint="start again with the newer bursar; nothing was changed",
            )
        if not rows or rows[0][0] != self._version:
            raise StorageCorrupt(
                f"{self._place} was emptied or replaced while it was open",
                hint="start again; nothing was changed",
            )
        return conn

    def commit(self, written: Head | None) -> None:
        """Commit and wake those who watch. Raises OutcomeUnknown."""
        conn = self._connected()
        try:
            self._finish(conn)
        except psycopg.Error as error:
            if not is_gone(error):
                raise
            if not self._was_kept(written, error):
                raise
        self._acknowledged = written or self._acknowledged

    def end(self) -> None:
        """Roll back what is open, and hang up where that fails."""
        if self._conn is not None and not self._conn.roll_back():
            self._drop()

    def again(self, error: Exception, attempt: int) -> bool:
        """After a pause, where nothing was kept and the failure may be over."""
        standby = state_of(error) == READ_ONLY
        if not (standby or passes(error) or isinstance(error, StorageUnreachable)):
            return False
        now = time.monotonic()
        if attempt == 1:
            self._until = now + PATIENCE
        if now >= self._until:
            return False
        if standby:
            self._drop()
        _pause(attempt)
        return True

    def delivered(self) -> None:
        """The server keeps its own house."""

    def close(self) -> None:
        """Hang up."""
        self._drop()

    def _finish(self, conn: ServerConnection) -> None:
        self._warnings.clear()
        status = conn.script(COMMIT).statusmessage
        if self._warnings:
            raise _unknown(self._warnings[0])
        if status != "COMMIT":
            raise StorageError(f"the commit ended with {status}", hint="nothing was changed")

    def _was_kept(self, written: Head | None, error: psycopg.Error) -> bool:
        """What became of a commit whose answer was lost: asked of whoever is the primary, in a
        turn of its own, which is after the transaction in question has ended. The own commit
        waits for the standbys: what it saw is on them, too."""
        if self._warnings or written is None:
            raise _unknown(*self._warnings) from error
        until = time.monotonic() + PATIENCE
        for attempt in range(1, 1000):
            self._drop()
            try:
                return self._look_for(written)
            except (psycopg.Error, StorageError) as again:
                if time.monotonic() >= until:
                    raise _unknown(str(again)) from error
            _pause(attempt)
        raise _unknown() from error

    def _look_for(self, written: Head) -> bool:
        conn = self.begin()
        rows = conn.execute(SELECT_HASH, (written[0],)).fetchall()
        self._finish(conn)
        return bool(rows) and bytes(rows[0][0]) == written[1]

    def _connected(self) -> ServerConnection:
        if self._conn is None or self._conn.raw.closed:
            self._conn = conn = self._connect()
            conn.raw.add_notice_handler(self._noticed)
            self._compare(conn)
        return self._conn

    def _compare(self, conn: ServerConnection) -> None:
        """Tell when what was acknowledged is not there any more: a standby that lagged."""
        if self._acknowledged is None:
            return
        seq, hash = self._acknowledged
        rows = conn.execute(SELECT_HASH, (seq,)).fetchall()
        if not rows or bytes(rows[0][0]) != hash:
            self._lost(f"{self._place}: journal entry {seq} was acknowledged and is gone")

    def _noticed(self, notice: psycopg.errors.Diagnostic) -> None:
        """A cancelled wait for a standby is a warning, and the COMMIT says that it succeeded."""
        if notice.severity_nonlocalized == "WARNING":
            self._warnings.append(notice.message_primary or "")

    def _drop(self) -> None:
        if self._conn is not None:
            self._conn.close()
            self._conn = None


def _pause(attempt: int) -> None:
    most = min(LONGEST, SHORTEST * 2.0 ** min(attempt, 10))
    time.sleep(random.uniform(0, most))  # noqa: S311 - so that many do not come at once again


def _busy(place: str) -> StorageBusy:
    return StorageBusy(
        f"another process has not let go of {place} for {PATIENCE:g} seconds",
        hint="pg_stat_activity shows who is idle in a transaction; nothing was changed",
    )


def _unknown(why: str = "") -> OutcomeUnknown:
    return OutcomeUnknown(
        "the server did not say whether the change is kept" + (f": {why}" if why else ""),
        hint="look whether it is there; with an idempotency key it can be sent again",
    )
