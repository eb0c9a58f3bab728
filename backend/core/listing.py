"""How long lists are read: a query, the keys of its rows in order, and rows by key."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

RowT = TypeVar("RowT", covariant=True)


@dataclass(frozen=True, slots=True)
class Query:
    """What a list shows: `text` a case-insensitive substring over the visible columns,
    `view` a named preset, `scope` an object it is limited to, `sort` a column id."""

    text: str = ""
    view: str = ""
    scope: str = ""
    sort: str = ""
    descending: bool = False


class Listing(Protocol[RowT]):
    """One list of a room. Rows have an integer `key` that names the same object for ever."""

    async def page(self, query: Query, limit: int) -> Sequence[RowT]:
        """The first `limit` rows, as fast as can be (a first paint)."""
        ...

    async def keys(self, query: Query) -> array[int]:
        """All keys in display order."""
        ...

    async def rows(self, keys: Sequence[int]) -> Mapping[int, RowT]:
        """The rows of these keys; vanished ones are missing."""
        ...
