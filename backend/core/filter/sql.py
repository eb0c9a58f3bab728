"""Filters as SQL conditions, in the intersection of SQLite and PostgreSQL.

Every condition is true or false, never unknown, so that it can be negated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from backend.core.filter import values
from backend.core.filter.parser import parse
from backend.core.filter.tree import (
    Compare,
    Flag,
    Number,
    Op,
    Search,
    Term,
    Time,
    Value,
    Word,
)
from backend.core.listing import MARKED, FieldSpec, Kind, Query

EVERYWHERE = "%"
_MARKS = "{marks}"

Condition = tuple[str, list[object]]


@dataclass(frozen=True, slots=True)
class Like:
    """A condition with one `?` for a LIKE pattern (ESCAPE '!').

    `head` is the pattern of what stands before the text, `loose` what may stand before a
    prefix only. `folded` tells that the column is case-folded, not just lower case.
    """

    sql: str
    head: str = ""
    loose: str = ""
    folded: bool = False

    def pattern(self, word: Word, op: Op | None = None) -> str:
        """The pattern of a word; without `op` it may be anywhere."""
        text = word.text.casefold() if self.folded else word.text.lower()
        if word.fuzzy:
            return f"{self.head}%{'%'.join(map(escaped, text))}%"
        if op is Op.IS:
            return self.head + escaped(text)
        return f"{self.head}{EVERYWHERE if op is None else self.loose}{escaped(text)}%"


@dataclass(frozen=True, slots=True)
class Field:
    """A field and what it is in SQL: `likes` of a text, any of which may match; `choices` of
    a state, word → condition; else `sql`: the condition of a flag, where `?` is the time, or
    that of a comparison as `… {op} ?`. Ages of an `ahead` time count from now on.
    """

    spec: FieldSpec
    sql: str = ""
    likes: tuple[Like, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    ahead: bool = False


def text(name: str, likes: Sequence[Like], help: str, example: str, *aliases: str) -> Field:
    """A text that `:` compares from its beginning."""
    return Field(FieldSpec(name, Kind.TEXT, help, example, aliases), likes=tuple(likes))


def state(name: str, choices: Mapping[str, str], help: str, example: str, *aliases: str) -> Field:
    """One of a few words, each with its condition."""
    spec = FieldSpec(name, Kind.STATE, help, example, aliases, tuple(choices))
    return Field(spec, choices=choices)


def number(name: str, sql: str, help: str, example: str, *aliases: str) -> Field:
    """An amount."""
    return Field(FieldSpec(name, Kind.NUMBER, help, example, aliases), f"{sql} {{op}} ?")


def percent(name: str, sql: str, help: str, example: str, *aliases: str) -> Field:
    """A share in percent."""
    return Field(FieldSpec(name, Kind.PERCENT, help, example, aliases), f"{sql} {{op}} ?")


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
        self._text = text
        self._flags = {one.spec.name: one for one in fields if one.spec.kind is Kind.FLAG}
        self._fields = {one.spec.name: one for one in fields if one.spec.kind is not Kind.FLAG}

    def where(self, query: Query, now: int) -> Where:
        """The condition of a query's filter at a time in microseconds. Raises Invalid."""
        terms = parse(query.text, self.specs).terms
        built = [self._term(term, now) for term in terms]
        marks = ",".join(map(str, query.marked)) or "0"
        return Where(
            " AND ".join(sql for sql, _ in built).replace(_MARKS, marks),
            tuple(param for _, params in built for param in params),
            frozenset(name for term in terms for name in term.names()),
            frozenset(name for term in terms if not term.negated for name in term.names()),
        )

    def _term(self, term: Term, now: int) -> Condition:
        sql, params = (
            self._search(term.test, now)
            if isinstance(term.test, Search)
            else self._compare(term.test, now)
        )
        return (f"NOT {sql}" if term.negated else sql), params

    def _search(self, test: Search, now: int) -> Condition:
        return _any(
            self._flag(part.name, now) if isinstance(part, Flag) else _liked(self._text, part)
            for part in test.parts
        )

    def _flag(self, name: str, now: int) -> Condition:
        sql = self._flags[name].sql
        return sql, [now] * sql.count("?")

    def _compare(self, test: Compare, now: int) -> Condition:
        one = self._fields[test.field]
        return _any(_value(one, test.op, value, now) for value in test.values)


def escaped(text: str) -> str:
    """A text that stands for itself in a pattern."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _any(conditions: Iterable[Condition]) -> Condition:
    found = list(conditions)
    params = [param for _, own in found for param in own]
    return f"({' OR '.join(sql for sql, _ in found)})", params


def _liked(likes: Sequence[Like], word: Word, op: Op | None = None) -> Condition:
    return _any((like.sql, [like.pattern(word, op)]) for like in likes)


def _value(one: Field, op: Op, value: Value, now: int) -> Condition:
    if isinstance(value, Number):
        return one.sql.format(op=op), [value.value]
    if isinstance(value, Time):
        return _time(one, op, value.text, now)
    if one.spec.kind is Kind.TEXT:
        return _liked(one.likes, value, op)
    fits = value.text.__eq__ if op is Op.IS else lambda word: word.startswith(value.text)
    return _any((sql, []) for word, sql in one.choices.items() if fits(word))


def _time(one: Field, op: Op, text: str, now: int) -> Condition:
    """A moment 0 is never: it is neither early nor late."""
    if text == values.NEVER:
        return one.sql.format(op="="), [0]
    bounds = _bounds(one, op, text, now)
    sql = " AND ".join(one.sql.format(op=sign) for sign in ("<>", *(sign for sign, _ in bounds)))
    return f"({sql})", [0, *(at for _, at in bounds)]


def _bounds(one: Field, op: Op, text: str, now: int) -> list[tuple[str, int]]:
    """What the moment must be, as (operator, microseconds)."""
    try:
        found = values.age(text)
    except ValueError:
        span = values.span(text, now)
        if op is Op.IS:
            return [(">=", span.low), ("<", span.high)]
        return [(_OF_SPAN[op][0], (span.low, span.high)[_OF_SPAN[op][1]])]
    if op is not Op.IS:
        return [(op, now + found.length) if one.ahead else (_TURNED[op], now - found.length)]
    if one.ahead:
        return [(">=", now + found.length), ("<", now + found.length + found.step)]
    return [("<=", now - found.length), (">", now - found.length - found.step)]


_TURNED = {Op.BELOW: ">", Op.AT_MOST: ">=", Op.ABOVE: "<", Op.AT_LEAST: "<="}
_OF_SPAN = {Op.BELOW: ("<", 0), Op.AT_MOST: ("<", 1), Op.ABOVE: (">=", 1), Op.AT_LEAST: (">=", 0)}
