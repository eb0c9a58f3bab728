"""Lists of a database."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from backend.core.database import Database, Tx
from backend.core.keys import count_of, first_keys, keys_of
from backend.core.listing import FieldSpec, Query

RowT = TypeVar("RowT")
Keys = Callable[[Query, int], tuple[str, list[object]]]
Rows = Callable[[Tx, Sequence[int]], Mapping[int, RowT]]


class TableListing(Generic[RowT]):
    """A Listing from a statement that gives the keys (at a time in microseconds) and a function
    that reads rows. `unordered` gives the same keys in no order, where that takes less."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        rows: Rows[RowT],
        fields: Sequence[FieldSpec],
        unordered: Keys | None = None,
    ) -> None:
        self.fields = fields
        self._database = database
        self._keys = keys
        self._rows = rows
        self._unordered = unordered or keys

    async def page(self, query: Query, limit: int) -> Sequence[RowT]:
        """The first rows."""

        def read(tx: Tx) -> list[RowT]:
            keys = self._first(tx, query, limit)
            rows = self._rows(tx, keys)
            return [rows[key] for key in keys if key in rows]

        return await self._database.aread(read)

    async def keys(self, query: Query) -> array[int]:
        """All keys in order."""
        return await self._database.aread(lambda tx: self._every(tx, query))

    async def count(self, query: Query) -> int:
        """How many keys there are."""
        return await self._database.aread(lambda tx: self._counted(tx, query))

    async def rows(self, keys: Sequence[int]) -> Mapping[int, RowT]:
        """Rows by key."""
        return await self._database.aread(lambda tx: self._rows(tx, keys))

    def _first(self, tx: Tx, query: Query, limit: int) -> list[int]:
        return first_keys(tx, self._keys(query, tx.now), limit)

    def _every(self, tx: Tx, query: Query) -> array[int]:
        return keys_of(tx, self._keys(query, tx.now))

    def _counted(self, tx: Tx, query: Query) -> int:
        return count_of(tx, self._unordered(query, tx.now))
