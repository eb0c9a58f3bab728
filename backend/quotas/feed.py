"""What happened to commissions lately: journal entries and refusals, newest first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backend.core.database.tx import Row, Tx
from backend.quotas.model import FeedEvent

KINDS: Mapping[str, str] = {
    "commission.issue": "issued",
    "commission.accept": "accepted",
    "commission.reject": "rejected",
    "commission.charge": "charged",
    "commission.expire": "expired",
}
LOOKBACK = 4000

SELECT_EVENTS = """
SELECT at, action, target, actor, "after", reason FROM journal
WHERE seq > (SELECT coalesce(max(seq), 0) FROM journal) - ? AND outcome = 'done' AND action IN (
    'commission.issue', 'commission.accept', 'commission.reject', 'commission.charge',
    'commission.expire')
ORDER BY seq DESC LIMIT ?"""
SELECT_REFUSALS = "SELECT at, actor, detail FROM refusal ORDER BY id DESC LIMIT ?"
SELECT_HOLDING_NAMES = """
SELECT h.id, o.label, s.label, r.name, r.unit FROM holding h
JOIN holder o ON o.id = h.holder_id JOIN holder s ON s.id = h.source_id
JOIN resource r ON r.id = h.resource_id WHERE h.id IN ({keys})"""
SELECT_LABELS = "SELECT name, label FROM holder WHERE name IN ({keys})"
SELECT_UNITS = "SELECT name, unit FROM resource"

Postings = Sequence[tuple[int, int]]


def feed(tx: Tx, limit: int) -> list[FeedEvent]:
    """At most `limit` events of the last few thousand journal entries and of the ring."""
    rows = tx.all(SELECT_EVENTS, (LOOKBACK, limit))
    names = _names(tx, rows)
    events = [_event(row, names) for row in rows] + _refusals(tx, limit)
    return sorted(events, key=lambda event: -event.at)[:limit]


def _postings(row: Row) -> Postings:
    return [(holding, quantity) for holding, quantity in json.loads(row[4]).get("p", [])]


def _names(tx: Tx, rows: Iterable[Row]) -> dict[int, Row]:
    ids = {holding for row in rows for holding, _ in _postings(row)}
    return {row[0]: row for row in tx.within(SELECT_HOLDING_NAMES, sorted(ids))}


def _event(row: Row, names: Mapping[int, Row]) -> FeedEvent:
    at, action, target, actor, _, reason = row
    told = [(names[id], quantity) for id, quantity in _postings(row) if id in names]
    members = [(name, quantity) for name, quantity in told if name[2]] or told
    holder, project = (members[0][0][1], members[0][0][2]) if members else ("", "")
    change = tuple((name[3], name[4], quantity) for name, quantity in members)
    serial = int(target.partition(":")[2])
    return FeedEvent(at, KINDS[action], serial, actor, holder, project or holder, change, reason)


def _refusals(tx: Tx, limit: int) -> list[FeedEvent]:
    rows = [
        (at, actor, json.loads(detail)) for at, actor, detail in tx.all(SELECT_REFUSALS, (limit,))
    ]
    holders = {name for *_, d in rows for p in d["provisions"] for name in p[:2] if name}
    labels: dict[str, str] = dict(tx.within(SELECT_LABELS, sorted(holders)))
    units: dict[str, str] = dict(tx.all(SELECT_UNITS))
    return [_refusal(at, actor, detail, labels, units) for at, actor, detail in rows]


def _refusal(
    at: int,
    actor: str,
    detail: Mapping[str, Any],
    labels: Mapping[str, str],
    units: Mapping[str, str],
) -> FeedEvent:
    told = [p for p in detail["provisions"] if p[1]] or detail["provisions"]
    change = tuple((p[2], units.get(p[2], ""), p[3]) for p in told)
    holder, source = (told[0][0], told[0][1]) if told else ("", "")
    note = _why(detail["error"])
    project = labels.get(source or holder, source or holder)
    return FeedEvent(at, "refused", 0, actor, labels.get(holder, holder), project, change, note)


def _why(error: Mapping[str, object]) -> str:
    name = error.get("name")
    if name == "NoCapacityError":
        return f"413 limit {error['limit']} usage {error['usage']}"
    if name == "NoQuantityError":
        return f"413 held {error['usage']}"
    return "404 no such holding" if name == "NoHoldingError" else "400"
