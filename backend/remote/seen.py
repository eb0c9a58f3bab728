"""Lists that tell what is on screen."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from backend.core.listing import Query
from backend.embedded.listing import TableListing

Saw = Callable[[Sequence[int]], None]


class Keyed(Protocol):
    """A row of a list."""

    @property
    def key(self) -> int:
        """Its key."""
        ...


RowT = TypeVar("RowT", bound=Keyed)


class SeenListing(TableListing[RowT]):
    """Another list, whose rows are looked at when they are read."""

    def __init__(self, whole: TableListing[RowT], saw: Saw) -> None:
        self.fields = whole.fields
        self._whole, self._saw = whole, saw

    async def page(self, query: Query, limit: int) -> Sequence[RowT]:
        """The first rows."""
        found = await self._whole.page(query, limit)
        self._saw([row.key for row in found])
        return found

    async def keys(self, query: Query) -> array[int]:
        """All keys in order."""
        return await self._whole.keys(query)

    async def count(self, query: Query) -> int:
        """How many keys there are."""
        return await self._whole.count(query)

    async def rows(self, keys: Sequence[int]) -> Mapping[int, RowT]:
        """Rows by key."""
        self._saw(keys)
        return await self._whole.rows(keys)
