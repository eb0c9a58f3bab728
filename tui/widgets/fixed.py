"""A listing of rows that are all in memory: members, effects, hits."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic

from backend.core.listing import FieldSpec, Query
from tui.widgets.rows import RowT


class FixedListing(Generic[RowT]):
    """Shows its rows in the order given, whatever the query."""

    fields: Sequence[FieldSpec] = ()

    def __init__(self, rows: Iterable[RowT] = ()) -> None:
        self._rows = {row.key: row for row in rows}
        self.fields = ()

    def replace(self, rows: Iterable[RowT]) -> None:
        """Have other rows; the table sees them when it reads again."""
        self._rows = {row.key: row for row in rows}

    async def page(self, query: Query, limit: int) -> Sequence[RowT]:
        """The first rows."""
        return list(self._rows.values())[:limit]

    async def keys(self, query: Query) -> array[int]:
        """All keys."""
        return array("q", self._rows)

    async def count(self, query: Query) -> int:
        """How many keys there are."""
        return len(self._rows)

    async def rows(self, keys: Sequence[int]) -> Mapping[int, RowT]:
        """Rows by key."""
        return {key: self._rows[key] for key in keys if key in self._rows}
