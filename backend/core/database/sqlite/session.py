"""The connection that writes, and the turn it takes among processes."""

from __future__ import annotations

from backend.core.database.engine import Head
from backend.core.database.sqlite.connection import FileConnection
from backend.core.database.sqlite.head import HeadFile
from backend.core.database.sqlite.lock import FileLock
from backend.core.database.sqlite.wal import WriteAheadLog


class FileSession:
    """Writes of one process to one file."""

    in_callers_thread = True

    def __init__(
        self, conn: FileConnection, lock: FileLock, head: HeadFile, log: WriteAheadLog
    ) -> None:
        self._conn = conn
        self._lock = lock
        self._head = head
        self._log = log

    def begin(self) -> FileConnection:
        """Wait for the turn and begin. Raises StorageBusy."""
        conn = self._conn
        self._lock.take()
        if conn.in_transaction:
            conn.execute("ROLLBACK")  # a second Ctrl-C kept it from being done in `end`
        conn.execute("BEGIN IMMEDIATE")
        return conn

    def commit(self, written: Head | None) -> None:
        """Commit, and note where the journal ends."""
        self._conn.execute("COMMIT")
        if written is not None:
            self._head.write(written)

    def end(self) -> None:
        """Roll back what is open and give the turn on."""
        try:
            if self._conn.in_transaction:
                self._conn.execute("ROLLBACK")
        finally:
            self._lock.give()

    def again(self, error: Exception, attempt: int) -> bool:
        """Who has the turn fails for good."""
        return False

    def delivered(self) -> None:
        """Keep the log short."""
        self._log.committed()

    def close(self) -> None:
        """Close connection, lock and note."""
        self._conn.close()
        self._lock.close()
        self._head.close()
