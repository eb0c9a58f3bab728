"""A database on a PostgreSQL server as an engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import psycopg

from backend.core.database.postgres import session
from backend.core.database.postgres.claim import ServerClaim, claim
from backend.core.database.postgres.connection import ServerConnection, about, connect
from backend.core.database.postgres.dump import dump
from backend.core.database.postgres.ear import ServerEar
from backend.core.database.postgres.failures import bursar_error
from backend.core.database.postgres.schema import check_fitness, migrate, version_of
from backend.core.database.postgres.session import ServerSession
from backend.core.database.postgres.stop import ServerStop
from backend.core.database.schema import Step, check_version
from backend.core.database.tx import Tx
from backend.core.dsn import shown
from backend.core.errors import StorageError

# A process that was stopped in its turn, or whose machine has gone, loses it after two minutes.
WRITING = """
SET lock_timeout = '{milliseconds}ms'; SET idle_in_transaction_session_timeout = '120s';
SELECT set_config('synchronous_commit', 'on', false)
WHERE current_setting('synchronous_commit') IN ('off', 'local')"""


class ServerEngine:
    """One database on a server, which other processes may use as well."""

    kind = "postgresql"
    snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    remedy = "a standby that was not synchronous became primary: see docs/operations.md"

    def __init__(self, url: str) -> None:
        self.place = shown(url)
        self.lost = ""
        self._url = url
        self._read_only = True

    @property
    def path(self) -> Path:
        """There is none. Raises StorageError."""
        raise StorageError(f"{self.place} is not a file", hint="name a database file")

    def open(self, steps: Sequence[Step]) -> ServerSession:
        """Make or migrate the tables. Raises StorageError."""
        self._read_only = False
        conn = connect(self._url, primary=True)
        try:
            check_fitness(conn)
            migrate(conn, steps)
        except psycopg.Error as error:
            raise about(self.place, error) from error
        except StorageError as error:
            raise type(error)(f"{self.place}: {error.message}", hint=error.hint) from error
        finally:
            conn.close()
        return ServerSession(self._writing, self.place, len(steps), self._missing)

    def barred(self) -> str:
        """The server tells when it is written to."""
        return ""

    def look(self, steps: Sequence[Step]) -> None:
        """See that the tables can be read as they are. Raises StorageError."""
        conn = connect(self._url)
        try:
            check_fitness(conn)
            check_version(version_of(conn), steps, exactly=True)
        except psycopg.Error as error:
            raise about(self.place, error) from error
        except StorageError as error:
            raise type(error)(f"{self.place}: {error.message}", hint=error.hint) from error
        finally:
            conn.close()

    def check(self) -> None:
        """The server tells by itself when the database is gone."""

    def reader(self) -> ServerConnection:
        """A connection that only reads; who also writes reads what was written."""
        return connect(self._url, primary=not self._read_only)

    def release(self, conn: ServerConnection) -> bool:
        """End its snapshot; False when it is broken."""
        return conn.roll_back()

    def stop(self) -> ServerStop:
        """For one read."""
        return ServerStop()

    def ear(self) -> ServerEar:
        """For one watcher."""
        return ServerEar(self.reader)

    def claim(self, name: str) -> ServerClaim | None:
        """An advisory lock of this name."""
        return claim(connect(self._url, primary=True), name)

    def failure(self, error: BaseException) -> BaseException:
        """The tree's error for what failed below."""
        return bursar_error(error)

    def backup(self, target: Path) -> None:
        """Dump the database. Raises StorageError."""
        dump(self._url, target)

    def unmake(self, tx: Tx) -> None:
        """The database was there before; what is made in it are empty tables."""

    def _writing(self) -> ServerConnection:
        settings = WRITING.format(milliseconds=int(session.PATIENCE * 1000))
        return connect(self._url, settings, primary=True)

    def _missing(self, what: str) -> None:
        self.lost = what
