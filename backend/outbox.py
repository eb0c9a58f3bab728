"""What a console has sent to a server and not heard the outcome of, and the trail of all that it
asked for: a small file of a context's own, private, that a crash leaves readable."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from backend.core.errors import StorageError

SCHEMA = """
CREATE TABLE IF NOT EXISTS unfinished (
    key TEXT PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL, reason TEXT NOT NULL,
    body TEXT NOT NULL, owner TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS trail (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, key TEXT NOT NULL, what TEXT NOT NULL,
    reason TEXT NOT NULL, outcome TEXT NOT NULL, message TEXT NOT NULL) STRICT;
"""
KEPT = 10_000
"""Lines of the trail."""
PATIENCE = 5.0
"""Seconds that another console of the same context may take."""

INSERT = "INSERT OR IGNORE INTO unfinished VALUES (?, ?, ?, ?, ?, ?)"
DELETE = "DELETE FROM unfinished WHERE key = ?"
OWNERS = "SELECT DISTINCT owner FROM unfinished WHERE owner <> ?"
TAKE = "UPDATE unfinished SET owner = ? WHERE owner = ?"
SELECT_OF = "SELECT key, at, what, reason, body FROM unfinished WHERE owner = ? ORDER BY at, key"
SELECT = "SELECT key, at, what, reason, body FROM unfinished ORDER BY at, key"
APPEND = "INSERT INTO trail (at, key, what, reason, outcome, message) VALUES (?, ?, ?, ?, ?, ?)"
FORGET = "DELETE FROM trail WHERE id <= (SELECT max(id) FROM trail) - ?"
TRAIL = "SELECT at, key, what, reason, outcome, message FROM trail ORDER BY id DESC LIMIT ?"


class Outcome(StrEnum):
    """What became of a change that a server was asked for."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A change under way: its idempotency key, when it was asked for (microseconds since the
    epoch), what it is in words, why, and all it takes to ask again, as its owner writes it."""

    key: str
    at: int
    what: str
    reason: str
    body: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trail; `at` microseconds since the epoch."""

    at: int
    key: str
    what: str
    reason: str
    outcome: Outcome
    message: str


class Outbox:
    """The file of one context, which several consoles may share.

    Every call opens it anew and waits for the disk, so that it is for other threads than the
    event loop's. All raise StorageError. While a process has something in it, it holds a lock
    beside it, which tells others that it lives.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._owner = uuid.uuid4().hex
        self._lock = -1

    def keep(self, one: Unfinished) -> None:
        """Write down what is about to be sent."""
        with self._opened() as conn:
            self._live()
            conn.execute(INSERT, (one.key, one.at, one.what, one.reason, one.body, self._owner))

    def note(self, one: Unfinished, outcome: Outcome, message: str, at: int) -> None:
        """Add a line to the trail."""
        with self._opened() as conn:
            _append(conn, one, outcome, message, at)

    def finish(self, one: Unfinished, outcome: Outcome, message: str, at: int) -> None:
        """Note what became of it; it is open no more."""
        with self._opened() as conn:
            conn.execute(DELETE, (one.key,))
            _append(conn, one, outcome, message, at)

    def unfinished(self) -> list[Unfinished]:
        """All that has no outcome yet, oldest first."""
        if not self.path.exists():
            return []
        with self._opened() as conn:
            return [Unfinished(*row) for row in conn.execute(SELECT)]

    def orphans(self) -> list[Unfinished]:
        """What processes that live no more left open; it is this one's from now on."""
        if not self.path.exists():
            return []
        found: list[Unfinished] = []
        with self._opened() as conn:
            for (owner,) in conn.execute(OWNERS, (self._owner,)).fetchall():
                if not self._lives(owner):
                    found += [Unfinished(*row) for row in conn.execute(SELECT_OF, (owner,))]
                    self._live()
                    conn.execute(TAKE, (self._owner, owner))
                    self._lock_of(owner).unlink(missing_ok=True)
        return found

    def close(self) -> None:
        """Leave what is open to others."""
        if self._lock >= 0:
            self._lock_of(self._owner).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = -1

    def trail(self, limit: int) -> list[Line]:
        """The latest lines, newest first."""
        if not self.path.exists():
            return []
        with self._opened() as conn:
            rows = conn.execute(TRAIL, (limit,)).fetchall()
        return [
            Line(at, key, what, why, Outcome(so), told) for at, key, what, why, so, told in rows
        ]

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """A connection in a transaction that is on the disk afterwards."""
        try:
            self._make()
            conn = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            try:
                conn.execute("PRAGMA synchronous = FULL")
                conn.executescript(SCHEMA)
                conn.execute("BEGIN IMMEDIATE")
                yield conn
                conn.execute("COMMIT")
            finally:
                conn.close()
        except sqlite3.Error as error:
            raise StorageError(f"{self.path}: {error}", hint="free the disk, or move it") from error
        except OSError as error:
            raise StorageError(f"{self.path}: {error.strerror}", hint="it must be yours") from error

    def _live(self) -> None:
        """Have a lock that goes with this process, however it ends."""
        if self._lock < 0:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._lock = os.open(self._lock_of(self._owner), flags, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)

    def _lives(self, owner: str) -> bool:
        try:
            lock = os.open(self._lock_of(owner), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def _lock_of(self, owner: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{owner}")

    def _make(self) -> None:
        """The file, readable for its owner alone."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))


def _append(
    conn: sqlite3.Connection, one: Unfinished, outcome: Outcome, message: str, at: int
) -> None:
    conn.execute(APPEND, (at, one.key, one.what, one.reason, outcome.value, message))
    conn.execute(FORGET, (KEPT,))
