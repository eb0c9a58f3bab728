"""The journal in words: targets and figures named for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from backend.backend import JournalDetail, JournalEffect, JournalRow
from backend.core.audit import SELECT_EFFECTS, SELECT_ROWS
from backend.core.database import Tx
from backend.core.database.tx import Row
from backend.core.errors import NotFound
from backend.quotas.feed import SELECT_HOLDING_NAMES
from backend.quotas.model import UNLIMITED

EFFECTS_SHOWN = 400


def row_of(row: Row) -> JournalRow:
    """A journal row from the columns of `core.audit`."""
    seq, at, actor, action, target, before, after, reason, request, outcome, effects = row
    return JournalRow(
        seq, at, actor, action, target, before, after, reason, request, outcome, effects
    )


def describe(tx: Tx, seq: int) -> JournalDetail:
    """An entry with its side effects, limits named by holder and resource.

    At most `EFFECTS_SHOWN` effects. Raises NotFound.
    """
    rows = tx.within(SELECT_ROWS, [seq])
    if not rows:
        raise NotFound(f"there is no journal entry {seq}")
    effects: list[JournalEffect] = []
    for target, before, after in tx.all(SELECT_EFFECTS, (seq,)):
        effects += (
            _named(tx, before, after)
            if target == "limits"
            else [JournalEffect(target, before, after)]
        )
    entry = row_of(rows[0])
    if entry.action.startswith("commission."):
        effects += _postings(tx, json.loads(entry.after).get("p", []))
    return JournalDetail(entry, tuple(effects[:EFFECTS_SHOWN]))


def _named(tx: Tx, before: str, after: str) -> list[JournalEffect]:
    """A chunk of limit changes, one effect per holding."""
    old: dict[int, int | None] = dict(json.loads(before))
    new: dict[int, int | None] = dict(json.loads(after))
    names = _holding_names(tx, [*{**old, **new}])
    return [
        JournalEffect(names.get(id, f"holding:{id}"), _limit(old.get(id)), _limit(new.get(id)))
        for id in {**old, **new}
    ]


def _limit(value: int | None) -> str:
    return "{}" if value is None else json.dumps({"limit": "inf" if value == UNLIMITED else value})


def _postings(tx: Tx, postings: Sequence[Sequence[int]]) -> Iterator[JournalEffect]:
    names = _holding_names(tx, [id for id, _ in postings])
    for id, quantity in postings:
        yield JournalEffect(
            names.get(id, f"holding:{id}"), "{}", json.dumps({"quantity": quantity})
        )


def _holding_names(tx: Tx, ids: Sequence[int]) -> Mapping[int, str]:
    return {
        id: f"{holder} in {source}: {resource}" if source else f"{holder} (pool): {resource}"
        for id, holder, source, resource, _ in tx.within(SELECT_HOLDING_NAMES, ids)
    }
