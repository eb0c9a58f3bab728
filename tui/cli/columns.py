"""What a column of a list is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

Value = str | int | float | bool | None | Sequence[Any] | Mapping[str, Any]


class Kind(Enum):
    """What a column holds: amounts have a unit, moments are microseconds since the epoch (0:
    never), data has words of its own."""

    TEXT = "text"
    NUMBER = "number"
    AMOUNT = "amount"
    MOMENT = "moment"
    FLAG = "flag"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `value` is exact, as JSON has it; `words(row, style of amounts)` is what
    tables show instead, and CSV where the value is data; `sort` is its `Query.sort`; columns
    that are not `usual` are left out of tables; `also` is what it may be called besides, as the
    console does."""

    name: str
    value: Callable[[Any], Value]
    kind: Kind = Kind.TEXT
    words: Callable[[Any, str], str] | None = None
    sort: str = ""
    usual: bool = True
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All that it may be called."""
        return (self.name, *self.also)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of the command: its columns and the views it can be narrowed to. A short table of a
    `mixed` list leaves out columns that no row has anything in."""

    fields: tuple[Field, ...]
    views: tuple[str, ...] = ()
    mixed: bool = False


def of(name: str, kind: Kind = Kind.TEXT, attribute: str = "", **given: Any) -> Field:
    """A column that shows an attribute of its rows."""
    source = attribute or name

    def value(row: Any) -> Value:
        found: Value = getattr(row, source)
        return found

    return Field(name, value, kind, **given)


def rare(name: str, kind: Kind = Kind.TEXT, attribute: str = "", **given: Any) -> Field:
    """The same for a column that tables leave out."""
    return of(name, kind, attribute, usual=False, **given)
