"""Facts of journal entries with names in the place of uuids."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from backend.core.database.tx import Tx
from backend.core.journal import to_json

Facts = tuple[str, str, str]
"""A target and its facts before and after, as JSON texts."""
Named = Mapping[str, Sequence[str]]
"""Facts that are uuids, with the statements that name what they may be of."""


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
        text: _parsed(text)
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


def _parsed(text: str) -> Mapping[str, object]:
    """The facts in a text; empty for what makes no sense, as after tampering."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


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
