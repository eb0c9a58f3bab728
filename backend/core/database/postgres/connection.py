"""Connections to PostgreSQL the one way bursar uses them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import count
from typing import Any

import psycopg
from psycopg.adapt import AdaptersMap, Buffer, Dumper, Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8Dumper

from backend.core.database.postgres.failures import passes, storage_error
from backend.core.database.postgres.sql import as_copy, as_one, numbered
from backend.core.dsn import shown
from backend.core.errors import StorageBusy, StorageError, StorageUnreachable

# Whoever gives others knows better.
DEFAULTS = {
    "application_name": "bursar",
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
BULK = 24
"""Rows from which on they are sent together."""

_LOGIN = "check the user and its password: DATABASE_URL, PGPASSWORD or ~/.pgpass"
_REFUSALS: dict[str, tuple[type[StorageError], str]] = {
    'database "': (StorageError, "createdb -T template0 -E UTF8 --locale=C NAME makes it"),
    "authentication failed": (StorageError, _LOGIN),
    "password": (StorageError, _LOGIN),
    "role ": (StorageError, _LOGIN),
    "pg_hba.conf": (StorageError, "have the server let this machine and user in"),
    "too many": (StorageBusy, "raise max_connections"),
    "remaining connection": (StorageBusy, "raise max_connections"),
}
_NUMBERS = count(1)
_AT_HAND = 2000  # rows fetched at a time

Row = tuple[Any, ...]


class _Flag(Dumper):
    """A bool as the 0 or 1 that it is in SQLite."""

    oid = Int8Dumper.oid

    def dump(self, obj: bool) -> bytes:
        """One digit."""
        return b"1" if obj else b"0"


class _Truth(Loader):
    """A condition's value as 0 or 1."""

    def load(self, data: Buffer) -> int:
        """From t or f."""
        return int(bytes(data) == b"t")


class _Whole(Loader):
    """A sum of integers, which PostgreSQL makes a numeric; divided, it is cut as in SQLite."""

    def load(self, data: Buffer) -> int:
        """The digits before the point."""
        return int(bytes(data).partition(b".")[0] or b"0")


@cache
def _adapters() -> AdaptersMap:
    """Values go in and out as with SQLite."""
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(bool, _Flag)
    adapters.register_loader("bool", _Truth)
    adapters.register_loader("numeric", _Whole)
    return adapters


class ServerConnection:
    """A connection that knows when the server has given its transaction up."""

    def __init__(self, raw: psycopg.Connection[Row]) -> None:
        self.raw = raw
        self.stopped = False
        """Set by whoever stops what is going on here."""
        self._given_up = False

    @property
    def in_transaction(self) -> bool:
        """Whether there is a transaction that may still be committed."""
        idle = (TransactionStatus.IDLE, TransactionStatus.UNKNOWN)
        return not self._given_up and self.raw.info.transaction_status not in idle

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> psycopg.Cursor[Row]:
        """Run one statement."""
        self._check()
        try:
            return self.raw.execute(numbered(sql), parameters)
        except psycopg.Error as error:
            self._note(error)
            raise

    def executemany(self, sql: str, parameters: Any, /) -> psycopg.Cursor[Row]:
        """Run a statement once per row of parameters; many rows travel together."""
        self._check()
        rows = list(parameters)
        cursor = self.raw.cursor()
        try:
            if len(rows) < BULK or not _at_once(cursor, sql, rows):
                cursor.executemany(numbered(sql), rows)
        except psycopg.Error as error:
            self._note(error)
            raise
        return cursor

    def each(self, sql: str, parameters: Any, /) -> Iterator[Row]:
        """Rows fetched some at a time."""
        cursor = psycopg.RawServerCursor(self.raw, f"each_{next(_NUMBERS)}")
        try:
            cursor.itersize = _AT_HAND
            cursor.execute(numbered(sql), parameters)
            for row in cursor:
                self._check()
                yield row
        except psycopg.Error as error:
            self._note(error)
            raise
        finally:
            if self.in_transaction:
                with suppress(psycopg.Error):  # the transaction has failed, and the cursor with it
                    cursor.close()

    def script(self, sql: str) -> Any:
        """Statements without parameters in one message; the last one's cursor."""
        try:
            cursor = self.raw.execute(sql.encode(), prepare=False)
            while cursor.nextset():
                pass
        except psycopg.Error as error:
            self._note(error)
            raise
        return cursor

    def roll_back(self) -> bool:
        """End what is open; False when the connection is of no use any more."""
        self._given_up = self.stopped = False
        if self.raw.closed:
            return False
        try:
            if self.raw.info.transaction_status != TransactionStatus.IDLE:
                self.raw.execute(b"ROLLBACK", prepare=False)
        except psycopg.Error:
            return False
        return True

    def close(self) -> None:
        """Hang up."""
        with suppress(psycopg.Error):
            self.raw.close()

    def _check(self) -> None:
        if self.stopped:
            raise psycopg.errors.QueryCanceled("nobody waits for this read any more")

    def _note(self, error: psycopg.Error) -> None:
        self._given_up = self._given_up or passes(error)


def _at_once(cursor: psycopg.Cursor[Row], sql: str, rows: Sequence[Sequence[Any]]) -> bool:
    """Run the statement for all rows in one go; False where that cannot be."""
    if copy := as_copy(sql):
        with cursor.copy(copy) as stream:
            for row in rows:
                stream.write_row(row)
        return True
    one = as_one(sql)
    columns = [list(column) for column in zip(*rows, strict=True)] if one else []
    alike = all(type(value) is int for column in columns for value in column)
    if not (one and alike and len(set(columns[-1])) == len(rows)):
        return False
    cursor.execute(one, columns)
    return True


def connect(url: str, settings: str = "", *, primary: bool = False) -> ServerConnection:
    """A connection, autocommit until an explicit BEGIN, with `settings` (statements) made; where
    several hosts are named, to the one that takes changes if it is to be the `primary`.

    Raises StorageError naming the place, without its secrets.
    """
    place = shown(url)
    try:
        given = {**DEFAULTS, **conninfo_to_dict(url)}
        if primary and "," in str(given.get("host", "")):
            given.setdefault("target_session_attrs", "read-write")
        conninfo = make_conninfo("", **given)
        raw = psycopg.connect(
            conninfo,
            autocommit=True,
            prepare_threshold=1,
            context=_adapters(),
            cursor_factory=psycopg.RawCursor,
        )
    except psycopg.ProgrammingError:  # tells the URL, and a secret with it
        raise StorageError(f"{place}: an unknown setting in the URL", hint="mend it") from None
    except psycopg.Error as error:
        raise _refused(place, error) from None
    raw.prepared_max = 400
    conn = ServerConnection(raw)
    try:
        conn.script(f"SET client_encoding = 'UTF8'; {settings}")
    except psycopg.Error as error:
        conn.close()
        raise about(place, error) from error
    return conn


def about(place: str, error: psycopg.Error) -> StorageError:
    """The tree's error, naming the place."""
    found = storage_error(error)
    return type(found)(f"{place}: {found.message}", hint=found.hint)


def _refused(place: str, error: psycopg.Error) -> StorageError:
    """Why there is no connection. The driver has no SQLSTATE for it, only the server's words."""
    told = " ".join(str(error).split()).rpartition("FATAL: ")[2]
    for words, (kind, hint) in _REFUSALS.items():
        if words in told:
            return kind(f"{place}: {told}", hint=hint)
    hint = "check host and port, and that the server runs"
    return StorageUnreachable(f"{place} cannot be reached: {told}", hint=hint)
