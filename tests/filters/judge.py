"""What a filter means, row by row and without SQL: the judge of what the database answers."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from backend.core.filter import Compare, Filter, Flag, Number, Op, Search, Term, Time, Word
from backend.core.filter.tree import Value

DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": DAY,
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}
ORDER: Mapping[Op, Callable[[float, float], bool]] = {
    Op.IS: operator.eq,
    Op.BELOW: operator.lt,
    Op.AT_MOST: operator.le,
    Op.ABOVE: operator.gt,
    Op.AT_LEAST: operator.ge,
}


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a row. `folded` ones know upper and lower case beyond ASCII; in `loose` ones
    a `:` finds what is anywhere."""

    value: str
    folded: bool = False
    loose: bool = False

    def has(self, word: Word, op: Op | None) -> bool:
        """True when the word is in it; with an operator, where that wants it."""
        fold = str.casefold if self.folded else str.lower
        value, wanted = fold(self.value), fold(word.text)
        if word.fuzzy:
            rest = iter(value)
            return all(char in rest for char in wanted)
        if op is Op.IS:
            return value == wanted
        return wanted in value if op is None or self.loose else value.startswith(wanted)


def parts(value: str, sign: str, *, folded: bool = False) -> list[Text]:
    """A text, and what stands after each sign in it."""
    pieces = value.split(sign)
    return [Text(sign.join(pieces[n:]), folded) for n in range(len(pieces))]


@dataclass(slots=True)
class Facts:
    """A row as people see it. `ahead` are the times whose ages count from now on, `floors`
    the numbers that may be higher. Times that are missing fit no comparison."""

    search: Sequence[Text] = ()
    texts: Mapping[str, Sequence[Text]] = field(default_factory=dict)
    numbers: Mapping[str, Sequence[float]] = field(default_factory=dict)
    times: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, bool] = field(default_factory=dict)
    ahead: frozenset[str] = frozenset()
    floors: frozenset[str] = frozenset()


def holds(found: Filter, row: Facts, now: int) -> bool:
    """True when the row is to be shown."""
    return all(_term(term, row, now) != term.negated for term in found.terms)


def _term(term: Term, row: Facts, now: int) -> bool:
    test = term.test
    if isinstance(test, Search):
        return any(
            row.flags[part.name]
            if isinstance(part, Flag)
            else any(text.has(part, None) for text in row.search)
            for part in test.parts
        )
    return any(_compare(test, value, row, now) for value in test.values)


def _compare(test: Compare, value: Value, row: Facts, now: int) -> bool:
    name, op = test.field, test.op
    if isinstance(value, Number):
        if name in row.floors and op not in (Op.ABOVE, Op.AT_LEAST):
            return False
        return any(ORDER[op](one, value.value) for one in row.numbers[name])
    if isinstance(value, Time):
        return name in row.times and _time(row.times[name], op, value.text, now, name in row.ahead)
    if name in row.states:
        return row.states[name].startswith(value.text) and (
            op is Op.LIKE or row.states[name] == value.text
        )
    return any(text.has(value, op) for text in row.texts[name])


def _time(at: int, op: Op, text: str, now: int, ahead: bool) -> bool:
    if text == "never" or not at:
        return text == "never" and not at
    when, today = _moment(at), _moment(now)
    days = {"yesterday": today - DAY, "today": today, "tomorrow": today + DAY}
    if text == "now":
        return ORDER[op](at, now)
    if text in days:
        text = days[text].date().isoformat()
    if text[-1] in UNITS:
        return _age(when - today if ahead else today - when, op, text)
    if text[2] == ":":
        text = f"{today.date().isoformat()} {text}"
    wanted = text.upper().replace("T", " ").rstrip("Z")
    return ORDER[op](*_ranked(when.isoformat(" ")[: len(wanted)], wanted))


def _ranked(one: str, other: str) -> tuple[int, int]:
    both = sorted((one, other))
    return (0, 0) if one == other else (both.index(one), both.index(other))


def _age(passed: timedelta, op: Op, text: str) -> bool:
    length, number = timedelta(), ""
    for char in text:
        if char in UNITS:
            length += float(number) * UNITS[char]
        number = "" if char in UNITS else number + char
    if op is Op.IS:
        return length <= passed < length + min(UNITS[char] for char in text if char in UNITS)
    return ORDER[op](passed / UNITS["s"], length / UNITS["s"])


def _moment(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)
