"""Facts of journal entries with names in the place of uuids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from backend.core.audit import INDEXED
from backend.core.database.tx import Tx
from backend.core.filter.sql import Like
from backend.core.journal import to_json
from backend.core.stored import object_of

Facts = tuple[str, str, str]
"""A target and its facts before and after, as JSON texts."""
Named = Mapping[str, Sequence[str]]
"""Facts that are uuids, with the statements that name what they may be of."""


def ended(kind: str) -> str:
    """The condition of the entries that ended something of a kind: these tell all about it."""
    return f"""{INDEXED} AND target >= '{kind}:' AND target < '{kind};'
AND "after" = '{{}}' AND "before" <> '{{}}'"""


def by_name_of_gone(kind: str) -> Like:
    """The entries about what of a kind is not there any more, by the name it had in the end."""
    sql = f"""target IN (SELECT target FROM journal
        WHERE {ended(kind)} AND lower("before") LIKE ? ESCAPE '!')"""
    return Like(sql, head='%"name":"', tail='"%', folded=True)


def told(
    tx: Tx,
    facts: Iterable[Facts],
    kinds: tuple[str, ...],
    named: Named,
    figure: Callable[[str, object], object] = lambda fact, value: value,
) -> list[Facts]:
    """The same, where of targets of these kinds uuids are names, and what else there is as
    `figure` tells it."""
    found = list(facts)
    texts = {
        text: object_of(text)
        for target, *sides in found
        if target.startswith(kinds)
        for text in sides
    }
    names = _names(tx, texts.values(), named)
    words = {
        text: to_json(
            {
                fact: names.get((fact, str(value)), figure(fact, value))
                for fact, value in one.items()
            }
        )
        for text, one in texts.items()
        if one
    }
    return [(target, words.get(old, old), words.get(new, new)) for target, old, new in found]


def _names(
    tx: Tx, told: Iterable[Mapping[str, object]], named: Named
) -> dict[tuple[str, str], str]:
    """Names by the fact that has them and uuid."""
    wanted: dict[str, set[str]] = {fact: set() for fact in named}
    for facts in told:
        for fact in named.keys() & facts.keys():
            wanted[fact].add(str(facts[fact]))
    return {
        (fact, uuid): name
        for fact, uuids in wanted.items()
        for sql in named[fact]
        for uuid, name in tx.within(sql, sorted(uuids))
    }
