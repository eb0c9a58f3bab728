"""Filters as SQL conditions, in the intersection of SQLite and PostgreSQL.

Every condition is true or false, never unknown, so that it can be negated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from backend.core import filter as language
from backend.core.listing import MARKED, FieldSpec, Kind, Query

_MARKS = "{marks}"


@dataclass(frozen=True, slots=True)
class Like:
    """A condition with one `?` for a LIKE pattern (ESCAPE '!').

    `head` and `tail` are the patterns of what stands before and after the text, `loose` what may
    stand before a prefix only. `folded` tells that the column is case-folded, not just lower case.
    `whole` is the same condition on a whole text where an index finds that, with a `?` or more
    for it. Where it `reads` words itself it makes the condition of one, and its parameters.
    """

    sql: str
    head: str = ""
    loose: str = ""
    tail: str = ""
    folded: bool = False
    whole: str = ""
    reads: Callable[[str], tuple[str, list[object]]] | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field and what it is in SQL: `likes` of a text, any of which may match; `choices` of
    a state, word → condition; else `sql`: the condition of a flag, where `?` is the time, or
    that of a comparison as `… {op} ?`, with a `?` before it for the name when that is a prefix.
    Ages of an `ahead` time count from now on. Where `floor` holds, the figure is the least that it
    may be.
    """

    spec: FieldSpec
    sql: str = ""
    likes: tuple[Like, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    ahead: bool = False
    floor: str = ""


def text(name: str, likes: Sequence[Like], help: str, example: str, *aliases: str) -> Field:
    """A text that `:` compares from its beginning."""
    return Field(FieldSpec(name, Kind.TEXT, help, example, aliases), likes=tuple(likes))


def state(name: str, choices: Mapping[str, str], help: str, example: str, *aliases: str) -> Field:
    """One of a few words, each with its condition."""
    spec = FieldSpec(name, Kind.STATE, help, example, aliases, tuple(choices))
    return Field(spec, choices=choices)


def number(name: str, sql: str, help: str, example: str, *aliases: str, when: str = "") -> Field:
    """An amount; where `when` does not hold it is not known and fits no comparison."""
    return Field(FieldSpec(name, Kind.NUMBER, help, example, aliases), _compared(sql, when))


def percent(
    name: str, sql: str, help: str, example: str, *aliases: str, when: str = "", floor: str = ""
) -> Field:
    """The same for a share in percent."""
    spec = FieldSpec(name, Kind.PERCENT, help, example, aliases)
    return Field(spec, _compared(sql, when), floor=floor)


def decimal(name: str, sql: str, help: str, example: str, *aliases: str) -> Field:
    """A number that may have decimals."""
    return Field(FieldSpec(name, Kind.DECIMAL, help, example, aliases), f"{sql} {{op}} ?")


def _compared(sql: str, when: str) -> str:
    return f"({when} AND {sql} {{op}} ?)" if when else f"{sql} {{op}} ?"


def time(name: str, sql: str, help: str, example: str, *aliases: str, ahead: bool = False) -> Field:
    """A moment, compared with moments or, by the time that lies between, with ages."""
    spec = FieldSpec(name, Kind.TIME, help, example, aliases)
    return Field(spec, f"{sql} {{op}} ?", ahead=ahead)


def age(name: str, sql: str, help: str, example: str, *aliases: str) -> Field:
    """How long ago a moment was."""
    return Field(FieldSpec(name, Kind.AGE, help, example, aliases), f"{sql} {{op}} ?")


def flag(name: str, sql: str, help: str, *aliases: str) -> Field:
    """A word that stands alone; every `?` of its condition is the time."""
    return Field(FieldSpec(name, Kind.FLAG, help, name, aliases), sql)


@dataclass(frozen=True, slots=True)
class Where:
    """A filter as a condition, `` when all rows fit. `used` are the names of its fields and
    flags, `wanted` of those that are not negated."""

    sql: str
    params: tuple[object, ...]
    used: frozenset[str]
    wanted: frozenset[str]


class Fields:
    """What a list can be filtered by. `text` is where a plain word is searched, `key` the
    column of the rows' keys, by which `marked` finds them."""

    def __init__(self, text: Sequence[Like], fields: Sequence[Field], key: str) -> None:
        fields = (*fields, flag(MARKED, f"{key} IN ({_MARKS})", "you marked it"))
        self.specs = tuple(one.spec for one in fields)
        self.text = text
        self.flags = {one.spec.name: one for one in fields if one.spec.kind is Kind.FLAG}
        self.fields = {one.spec.name: one for one in fields if one.spec.kind is not Kind.FLAG}

    def named(self, name: str) -> Field:
        """The field of this name, or that of its beginning."""
        found = self.fields.get(name)
        return found or next(
            one
            for one in self.fields.values()
            if one.spec.prefix and name.startswith(one.spec.name)
        )

    def where(self, query: Query, now: int) -> Where:
        """The condition of a query's filter at a time in microseconds. Raises Invalid."""
        if not query.text:
            return Where("", (), frozenset(), frozenset())
        from backend.core.filter.conditions import condition

        terms = language.parse(query.text, self.specs).terms
        built = [condition(self, term, now) for term in terms]
        sql = " AND ".join(sql for sql, _ in built)
        if _MARKS in sql:
            sql = sql.replace(_MARKS, ",".join(map(str, query.marked)) or "0")
        return Where(
            sql,
            tuple(param for _, params in built for param in params),
            frozenset(name for term in terms for name in term.names()),
            frozenset(name for term in terms if not term.negated for name in term.names()),
        )
