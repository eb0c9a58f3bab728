"""A room over a database, as the tests of every room play in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import pytest

from backend.core.database import Database, Tx
from backend.core.errors import BursarError
from backend.core.plan import Command, Plan, Receipt
from backend.core.usecase import Room, decide, execute

T = TypeVar("T")
E = TypeVar("E", bound=BursarError)
Content = Mapping[str, Sequence[tuple[Any, ...]]]
"""Rows by table."""


def done(database: Database, room: Room, command: Command, reason: str) -> Receipt:
    """Run a command, which the journal calls as it would where it is refused."""

    def run(tx: Tx) -> Receipt:
        found = execute(tx, room, command, reason)
        tx.chain.flush()
        told = tx.one("SELECT action FROM journal WHERE seq = ?", (found.seq,))
        assert told is None or told[0] == room.action(command), told
        return found

    return database.write(run)


@dataclass(slots=True)
class Played:
    """A database and what is done in it; `TABLES` are those that commands of the room change, in
    the `ORDER` of their first columns."""

    database: Database

    ROOM: ClassVar[Room]
    TABLES: ClassVar[Sequence[str]]
    ORDER: ClassVar[str] = "1, 2"

    def do(self, command: Command, reason: str = "as agreed") -> Receipt:
        """Run a command."""
        return done(self.database, self.ROOM, command, reason)

    def plan(self, command: Command) -> Plan:
        """What a command would do."""
        return self.database.read(lambda tx: decide(tx, self.ROOM, command).plan)

    def see(self, fn: Callable[..., T], *args: Any, **more: Any) -> T:
        """Read something."""
        return self.database.read(lambda tx: fn(tx, *args, **more))

    def refused(self, error: type[E], command: Command) -> E:
        """What refuses a command, which leaves no trace."""
        before = self.content()
        with pytest.raises(error) as caught:
            self.do(command)
        assert self.content() == before
        return caught.value

    def content(self) -> Content:
        """All that a command can change, as of one moment."""
        return self.see(self._content)

    def _content(self, tx: Tx) -> Content:
        told = "SELECT * FROM {} ORDER BY {}"
        return {name: tx.all(told.format(name, self.ORDER)) for name in self.TABLES}
