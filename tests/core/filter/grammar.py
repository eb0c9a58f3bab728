"""Filters at random, for a list with given fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from backend.core.filter import (
    Compare,
    Filter,
    Flag,
    Number,
    Op,
    Search,
    Term,
    Time,
    Word,
)
from backend.core.filter.tree import Value
from backend.core.listing import FieldSpec, Kind

INFINITE = 2**63 - 1
TIMES = (
    "1999", "2026", "2026-11", "2026-12", "2026-11-20", "2026-11-19", "2026-11-20 09:00",
    "2026-11-20t08:59:59z", "09:00", "08:59:30", "now", "today", "yesterday", "tomorrow",
)  # fmt: skip
AGES = ("0s", "1s", "30s", "1m", "5m", "1h", "2d", "1d12h", "1.5h", "6w", "1y")
AMOUNTS = (-2048, -1, 0, 1, 2, 3, 5, 1024, 10 << 30, (1 << 50) + 1, INFINITE - 1, INFINITE)
SHARES = (0.0, 0.29, 1.0, 1.5, 12.5, 33.333, 50.0, 90.0, 100.0, 250.0)
ORDERED = tuple(op for op in Op if op is not Op.LIKE)

letters = st.sampled_from(list('ab.c1%_!"|~:<=> @éß') + ["over", "full", "vm"])
odd_texts = st.lists(letters, min_size=1, max_size=4).map("".join)


def words(known: Sequence[str]) -> st.SearchStrategy[Word]:
    """Known texts, parts of them, and odd ones."""
    parts = st.sampled_from(list(known)).flatmap(
        lambda text: st.tuples(st.integers(0, len(text)), st.integers(1, max(1, len(text)))).map(
            lambda cut: text[cut[0] : cut[0] + cut[1]] or text
        )
    )
    texts = st.one_of(parts, st.sampled_from(list(known)), odd_texts).filter(bool)
    return st.builds(Word, st.one_of(texts, texts.map(str.upper)), st.booleans())


def amounts() -> st.SearchStrategy[Number]:
    """Small ones, big ones, none."""
    return st.builds(Number, st.sampled_from(AMOUNTS))


def compares(spec: FieldSpec, known: Sequence[str]) -> st.SearchStrategy[Compare]:
    """Comparisons of one field."""
    return st.sampled_from(_operators(spec.kind)).flatmap(
        lambda op: st.builds(
            Compare,
            st.just(_name(spec)),
            st.just(op),
            st.lists(_values(spec, op, known), min_size=1, max_size=3).map(tuple),
        )
    )


def _operators(kind: Kind) -> Sequence[Op]:
    return (Op.LIKE, Op.IS) if kind in (Kind.TEXT, Kind.STATE) else ORDERED


def simple(specs: Sequence[FieldSpec], known: Sequence[str]) -> Iterator[Filter]:
    """Every flag, every field with every operator and a few values, and their contraries."""
    tests: list[Search | Compare] = []
    for spec in specs:
        if spec.kind is Kind.FLAG:
            tests.append(Search((Flag(spec.name),)))
            continue
        for op in _operators(spec.kind):
            examples = dict.fromkeys(_examples(spec, op, known))
            tests += [Compare(_name(spec), op, (one,)) for one in examples]
    for test in tests:
        yield Filter((Term(test),))
        yield Filter((Term(test, negated=True),))


def _name(spec: FieldSpec) -> str:
    return f"{spec.name}gpu" if spec.prefix else spec.name


def _examples(spec: FieldSpec, op: Op, known: Sequence[str]) -> list[Value]:
    if spec.kind is Kind.TEXT:
        parts = [text[cut] for text in known for cut in (slice(3), slice(2, 5)) if text[cut]]
        return [*(Word(text) for text in (*known, *parts) if text), Word(known[0], True)]
    if spec.kind is Kind.STATE:
        return [Word(word) for word in spec.words]
    if spec.kind in (Kind.PERCENT, Kind.DECIMAL):
        return [Number(value) for value in SHARES]
    if spec.kind is Kind.NUMBER:
        return [Number(value) for value in AMOUNTS]
    never = ("never",) if spec.kind is Kind.TIME and op is Op.IS else ()
    return [Time(text) for text in (*AGES, *never, *(TIMES if spec.kind is Kind.TIME else ()))]


def _values(spec: FieldSpec, op: Op, known: Sequence[str]) -> st.SearchStrategy[Value]:
    if spec.kind is Kind.TEXT:
        return words(known) | st.just(Word("")) if op is Op.IS else words(known)
    if spec.kind is Kind.STATE:
        whole = st.sampled_from(spec.words)
        return (whole if op is Op.IS else whole | whole.map(lambda word: word[:2])).map(Word)
    if spec.kind is Kind.NUMBER:
        return amounts()
    if spec.kind in (Kind.PERCENT, Kind.DECIMAL):
        return st.sampled_from(SHARES).map(Number)
    told = [*AGES, *(TIMES if spec.kind is Kind.TIME else ())]
    if spec.kind is Kind.TIME and op is Op.IS:
        told.append("never")
    return st.sampled_from(told).map(Time)


def filters(specs: Sequence[FieldSpec], known: Sequence[str]) -> st.SearchStrategy[Filter]:
    """Filters of up to three terms."""
    flags = [spec.name for spec in specs if spec.kind is Kind.FLAG]
    part = words(known) | st.sampled_from(flags).map(Flag) if flags else words(known)
    search = st.builds(Search, st.lists(part, min_size=1, max_size=3).map(tuple))
    fields = [spec for spec in specs if spec.kind is not Kind.FLAG]
    compare = st.sampled_from(fields).flatmap(lambda spec: compares(spec, known))
    term = st.builds(Term, compare | search, st.booleans())
    return st.builds(Filter, st.lists(term, max_size=3).map(tuple))
