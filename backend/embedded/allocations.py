"""The list of all allocations of a database."""

from __future__ import annotations

from array import array

from backend.allocations import fields, queries
from backend.allocations.model import AllocationRow
from backend.core.database import Database, Tx
from backend.core.keys import count_of, first_keys, keys_of
from backend.core.listing import Query
from backend.embedded.listing import TableListing


class EmbeddedAllocations(TableListing[AllocationRow]):
    """A Listing from statements that follow each other."""

    def __init__(self, database: Database) -> None:
        super().__init__(
            database,
            lambda query, now: queries.statements(query, now)[0],
            queries.rows,
            fields.SPECS,
        )

    def _first(self, tx: Tx, query: Query, limit: int) -> list[int]:
        found: list[int] = []
        for statement in queries.statements(query, tx.now):
            found += first_keys(tx, statement, limit - len(found))
        return found

    def _every(self, tx: Tx, query: Query) -> array[int]:
        found: array[int] = array("q")
        for statement in queries.statements(query, tx.now):
            found += keys_of(tx, statement)
        return found

    def _counted(self, tx: Tx, query: Query) -> int:
        return sum(count_of(tx, one) for one in queries.statements(query, tx.now))
