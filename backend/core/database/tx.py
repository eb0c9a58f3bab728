"""One open transaction, as services see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from backend.core.database.engine import Connection
from backend.core.errors import ReadOnly
from backend.core.journal import Chain, Entry, Refusal
from backend.core.runtime import Runtime, micros

Row = tuple[Any, ...]

BUMP = "UPDATE counter SET value = value + ? WHERE name = ? RETURNING value"
SELECT_COUNTER = "SELECT value FROM counter WHERE name = ?"
SET_COUNTER = "UPDATE counter SET value = ? WHERE name = ?"
NEW_COUNTER = "INSERT INTO counter (name, value) VALUES (?, ?)"
IN_CHUNK = 512


class Tx:
    """SQL, the clock, ids and the journal of one transaction.

    `now` is fixed for the transaction (microseconds since the epoch). Every write must be
    journalled with `record` by the use case that makes it.
    """

    def __init__(self, conn: Connection, runtime: Runtime, *, writable: bool) -> None:
        self._conn = conn
        self.runtime = runtime
        self.now = micros(runtime.now())
        self.writable = writable
        self.chain = Chain(self)

    @property
    def origin(self) -> object:
        """The connection: another one may see other data, as after a standby has taken over."""
        return self._conn

    @property
    def is_undone(self) -> bool:
        """True once the engine itself has rolled everything back, as on a full disk."""
        return not self._conn.in_transaction

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run a statement that returns no rows; the number of rows it touched."""
        return int(self._conn.execute(sql, params).rowcount)

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """Run a statement once per row of parameters; the sum of rows touched."""
        return int(self._conn.executemany(sql, rows).rowcount)

    def all(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        rows: list[Row] = self._conn.execute(sql, params).fetchall()
        return rows

    def one(self, sql: str, params: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, read to its end."""
        rows = self.all(sql, params)
        return rows[0] if rows else None

    def scalar(self, sql: str, params: Sequence[Any] = ()) -> Any:
        """The first column of the first row, None without rows."""
        row = self.one(sql, params)
        return row[0] if row else None

    def each(self, sql: str, params: Sequence[Any] = ()) -> Iterator[Row]:
        """Rows one by one, for results that are too long to hold."""
        return self._conn.each(sql, params)

    def within(self, sql: str, keys: Sequence[Any], params: Sequence[Any] = ()) -> list[Row]:
        """Rows of a query whose `{keys}` stands for an IN list of any length."""
        found: list[Row] = []
        for start in range(0, len(keys), IN_CHUNK):
            part = keys[start : start + IN_CHUNK]
            # Few different statements, so that engines know them: the last key is said again.
            said = 1 << (len(part) - 1).bit_length()
            marks = ",".join("?" * said)
            more = [part[-1]] * (said - len(part))
            found += self.all(sql.replace("{keys}", marks), [*params, *part, *more])
        return found

    def next_ids(self, name: str, count: int = 1) -> range:
        """`count` consecutive ids that were never given before."""
        last = self.scalar(BUMP, (count, name))
        if last is None:
            self.execute(NEW_COUNTER, (name, count))
            last = count
        return range(last - count + 1, last + 1)

    def next_id(self, name: str) -> int:
        """One id that was never given before."""
        return self.next_ids(name)[0]

    def ids(self, name: str) -> Ids:
        """Ids for many things, which cost nothing each."""
        return Ids(self, name)

    def record(self, entry: Entry) -> int:
        """Journal what this transaction did; returns its seq."""
        if not self.writable:
            raise ReadOnly("this transaction only reads", hint="open without --read-only")
        return self.chain.append(entry)

    def refuse(self, refusal: Refusal) -> None:
        """Keep a service's refused attempt in the ring, also when its savepoint rolls back."""
        self.chain.refuse(refusal)

    def savepoint(self) -> AbstractContextManager[None]:
        """All or nothing inside a bigger transaction, journal entries included."""
        return _Savepoint(self._conn, self.chain)


class _Savepoint:
    """No generator: one that is left behind by an interrupt would undo, when it is collected, a
    part of whatever transaction is open then."""

    def __init__(self, conn: Connection, chain: Chain) -> None:
        self._conn, self._chain = conn, chain

    def __enter__(self) -> None:
        self._mark = self._chain.mark()
        self._conn.execute("SAVEPOINT part")

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            if self._conn.in_transaction:
                self._conn.execute("ROLLBACK TO part")
                self._conn.execute("RELEASE part")
            self._chain.truncate(self._mark)
        else:
            self._conn.execute("RELEASE part")


class Ids:
    """Ids that were never given before, counted in memory until `save`. Meanwhile nobody else
    may give ids of this name."""

    def __init__(self, tx: Tx, name: str) -> None:
        self._tx = tx
        self._name = name
        self._stored: int | None = None
        self._given = 0

    def next(self) -> int:
        """One id."""
        if self._stored is None:
            self._stored = int(self._tx.scalar(SELECT_COUNTER, (self._name,)) or 0)
        self._given += 1
        return self._stored + self._given

    def save(self) -> None:
        """Keep the last one that was given."""
        if self._stored is None or not self._given:
            return
        last = self._stored + self._given
        if not self._tx.execute(SET_COUNTER, (last, self._name)):
            self._tx.execute(NEW_COUNTER, (self._name, last))
        self._stored, self._given = last, 0
