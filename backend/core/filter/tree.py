"""A parsed filter: terms that must all hold, and its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backend.core.filter.values import amount_text
from backend.core.listing import FieldSpec, Kind

_PLAIN = re.compile(r'[^\s|"!~:=<>]+')


class Op(StrEnum):
    """How a field is compared. `:` is a prefix, `=` the whole value; numbers know no `:`."""

    LIKE = ":"
    IS = "="
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class Word:
    """A text; with `fuzzy` its characters in this order, whatever is between them."""

    text: str
    fuzzy: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """A word of the list, such as `over`."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """An amount, or a percentage as float."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Time:
    """A moment or an age, read by `values` when the time is known."""

    text: str


Value = Word | Number | Time


@dataclass(frozen=True, slots=True)
class Search:
    """Holds where one of the words is found or one of the flags is true."""

    parts: tuple[Word | Flag, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """Holds where the field compares so with one of the values."""

    field: str
    op: Op
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One condition, or its contrary."""

    test: Search | Compare
    negated: bool = False

    def names(self) -> Iterator[str]:
        """The fields and flags in it."""
        if isinstance(self.test, Compare):
            yield self.test.field
        else:
            yield from (part.name for part in self.test.parts if isinstance(part, Flag))


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that must all hold; none holds everywhere."""

    terms: tuple[Term, ...] = ()


def render(found: Filter, specs: Sequence[FieldSpec]) -> str:
    """The text that the list with these fields parses to the same filter."""
    flags = {name for spec in specs if spec.kind is Kind.FLAG for name in names(spec)}
    return " ".join(_term(term, flags) for term in found.terms)


def names(spec: FieldSpec) -> tuple[str, ...]:
    """What a field is called."""
    return (spec.name, *spec.aliases)


def _term(term: Term, flags: set[str]) -> str:
    test = term.test
    if isinstance(test, Compare):
        sign = "!" if term.negated else ""
        values = "|".join(_value(value, set()) for value in test.values)
        if test.op is Op.IS:
            return f"{test.field}{sign}={values}"
        return f"{sign}{test.field}{test.op}{values}"
    parts = (part.name if isinstance(part, Flag) else _value(part, flags) for part in test.parts)
    return ("!" if term.negated else "") + "|".join(parts)


def _value(value: Value, reserved: set[str]) -> str:
    if isinstance(value, Number):
        number = value.value
        return amount_text(number) if isinstance(number, int) else repr(number)
    text = value.text
    fuzzy = isinstance(value, Word) and value.fuzzy
    plain = _PLAIN.fullmatch(text) and (fuzzy or text.casefold() not in reserved)
    quoted = text if plain else '"' + text.replace('"', '""') + '"'
    return f"~{quoted}" if fuzzy else quoted
