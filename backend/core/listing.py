"""How long lists are read: a query, the keys of its rows in order, and rows by key."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

RowT = TypeVar("RowT", covariant=True)

MARKED = "marked"
"""The word of every filter that finds `Query.marked`."""


class Kind(StrEnum):
    """What a field of a filter is compared with."""

    TEXT = "text"
    STATE = "state"
    NUMBER = "number"
    PERCENT = "percent"
    DECIMAL = "decimal"
    TIME = "time"
    AGE = "age"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """Something a list can be filtered by, for completion and help: a `FLAG` is a word that
    stands alone, all others are compared. `words` are the values of a `STATE`, `meanings` say of
    some of them (word, what it means). A `prefix` stands for every name that begins with its own.
    """

    name: str
    kind: Kind
    help: str
    example: str
    aliases: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    prefix: bool = False
    meanings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """What a list shows: `text` a filter (docs/filters.md; a plain word is a case-insensitive
    substring over the visible columns), `view` a named preset, `scope` an object it is limited
    to, `sort` a column id, `marked` the keys that the word `marked` finds."""

    text: str = ""
    view: str = ""
    scope: str = ""
    sort: str = ""
    descending: bool = False
    marked: tuple[int, ...] = ()


class Listing(Protocol[RowT]):
    """One list of a room. Rows have an integer `key` that names the same object for ever.

    `page`, `keys` and `count` raise Invalid, with the place as `data["at"]`, on a bad filter;
    cancelling them stops the query.
    """

    @property
    def fields(self) -> Sequence[FieldSpec]:
        """What `Query.text` may compare."""
        ...

    async def page(self, query: Query, limit: int) -> Sequence[RowT]:
        """The first `limit` rows, as fast as can be (a first paint)."""
        ...

    async def keys(self, query: Query) -> array[int]:
        """All keys in display order."""
        ...

    async def count(self, query: Query) -> int:
        """How many keys that would be, without reading them."""
        ...

    async def rows(self, keys: Sequence[int]) -> Mapping[int, RowT]:
        """The rows of these keys; vanished ones are missing."""
        ...
