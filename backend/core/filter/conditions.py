"""The conditions of a filter's terms in SQL.

Every condition is true or false, never unknown, so that it can be negated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.core.filter import values
from backend.core.filter.sql import Field, Fields, Like
from backend.core.filter.tree import Compare, Flag, Number, Op, Search, Term, Time, Value, Word
from backend.core.listing import Kind

EVERYWHERE = "%"

Condition = tuple[str, list[object]]


def condition(fields: Fields, term: Term, now: int) -> Condition:
    """One term at a time in microseconds."""
    sql, params = (
        _search(fields, term.test, now)
        if isinstance(term.test, Search)
        else _compare(fields, term.test, now)
    )
    return (f"NOT {sql}" if term.negated else sql), params


def _search(fields: Fields, test: Search, now: int) -> Condition:
    return _any(
        _flag(fields, part.name, now) if isinstance(part, Flag) else _liked(fields.text, part)
        for part in test.parts
    )


def _flag(fields: Fields, name: str, now: int) -> Condition:
    sql = fields.flags[name].sql
    return sql, [now] * sql.count("?")


def _compare(fields: Fields, test: Compare, now: int) -> Condition:
    one = fields.named(test.field)
    name = [test.field] if one.spec.prefix else []
    found = (_value(one, test.op, value, now) for value in test.values)
    return _any((sql, [*name, *params]) for sql, params in found)


def pattern(like: Like, word: Word, op: Op | None = None) -> str:
    """The pattern of a word; without `op` it may be anywhere."""
    text = _cased(like, word)
    if word.fuzzy:
        return f"{like.head}%{'%'.join(map(escaped, text))}%"
    if op is Op.IS:
        return like.head + escaped(text) + like.tail
    return f"{like.head}{EVERYWHERE if op is None else like.loose}{escaped(text)}%"


def escaped(text: str) -> str:
    """A text that stands for itself in a pattern."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def lowered(text: str) -> str:
    """Lower case as both engines have it, in ASCII only."""
    return "".join(char.lower() if char.isascii() else char for char in text)


def _any(conditions: Iterable[Condition]) -> Condition:
    found = list(conditions)
    params = [param for _, own in found for param in own]
    return f"({' OR '.join(sql for sql, _ in found)})", params


def _liked(likes: Sequence[Like], word: Word, op: Op | None = None) -> Condition:
    return _any(_fits(like, word, op) for like in likes)


def _fits(like: Like, word: Word, op: Op | None) -> Condition:
    if like.reads is not None:
        return like.reads("" if word.fuzzy else word.text)
    if op is Op.IS and like.whole and not word.fuzzy:
        return like.whole, [_cased(like, word)] * like.whole.count("?")
    return like.sql, [pattern(like, word, op)]


def _cased(like: Like, word: Word) -> str:
    return word.text.casefold() if like.folded else word.text.lower()


def _value(one: Field, op: Op, value: Value, now: int) -> Condition:
    if isinstance(value, Number):
        unsure = one.floor and op not in (Op.ABOVE, Op.AT_LEAST)
        sql = one.sql.format(op=op)
        return f"({sql} AND NOT {one.floor})" if unsure else sql, [value.value]
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
