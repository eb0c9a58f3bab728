"""Allocations and awards as the journal tells them, against those that are kept.

World files are imported without their facts in the journal, so what it told before one is
forgotten, and what is kept may be unknown to it afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from backend.core.database.tx import Tx
from backend.core.usecase import Entity, facts
from backend.openportal.store import allocations, awards, places

WANTED = """outcome = 'done' AND (action LIKE 'allocation.%' OR action LIKE 'award.%'
    OR action LIKE 'remote_project.%' OR action LIKE 'portal_project.%'
    OR action = 'world.import')"""
SELECT_TOLD = f"""
SELECT seq, -1 AS n, action, target, "before", "after" FROM journal WHERE {WANTED}
UNION ALL SELECT c.seq, c.n, j.action, c.target, c."before", c."after"
FROM journal_change c JOIN journal j ON j.seq = c.seq WHERE {WANTED}
ORDER BY 1, 2"""
SELECT_ALLOCATIONS = f"SELECT {allocations.ALLOCATION} {allocations.FROM} ORDER BY a.id"
SELECT_AWARDS = f"SELECT {awards.AWARD} {awards.FROM_AWARD} ORDER BY w.id"
SELECT_REMOTE = f"SELECT {awards.REMOTE_PROJECT} {awards.FROM_REMOTE} ORDER BY r.id"
SELECT_PROJECTS = f"SELECT {places.PROJECT} {places.FROM_PROJECT} ORDER BY p.id"
KINDS = ("allocation:", "award:", "remote_project:", "portal_project:")
# Projects come with world files alone, and with awards.
MADE_HERE = ("allocation:", "remote_project:")

Facts = dict[str, Any]


class Replay:
    """Applies entries in order; `told` is what they lead to by target, and `complete` whether
    that is all there can be."""

    def __init__(self) -> None:
        self.told: dict[str, Facts] = {}
        self.complete = True

    def apply(self, action: str, target: str, before: str, after: str) -> None:
        """Take the next entry, or an effect of one. Raises ValueError when it makes no sense."""
        if action == "world.import":
            self.told, self.complete = {}, False
        elif target.startswith(KINDS):
            old, new = json.loads(before), json.loads(after)
            if new or not old:
                self.told.setdefault(target, {}).update(new)
            else:
                self.told.pop(target, None)


def replayed(tx: Tx, replay: Replay) -> Iterator[str]:
    """Have a replay take the whole journal; what of it makes no sense, one line each."""
    for seq, _, *entry in tx.each(SELECT_TOLD):
        try:
            replay.apply(*entry)
        except (ValueError, TypeError, AttributeError):
            yield f"journal: entry {seq} cannot be understood"


def differences(tx: Tx, replay: Replay) -> Iterator[str]:
    """Where the journal and what is kept differ, one line each."""
    missing = dict(replay.told)
    for kept in _kept(tx):
        told = missing.pop(kept.target, None)
        if told is not None:
            yield from _differing(kept, told)
        elif replay.complete and kept.target.startswith(MADE_HERE):
            yield f"{kept.target}: the journal knows nothing of it"
    for target in missing:
        yield f"{target}: told by the journal, but missing"


def _differing(kept: Entity, told: Facts) -> Iterator[str]:
    shown = facts(kept)
    for name, value in told.items():
        if name in shown and shown[name] != value:
            yield f"{kept.target}: {name} {shown[name]} stored, {value} by the journal"


def _kept(tx: Tx) -> Iterator[Entity]:
    for row in tx.each(SELECT_ALLOCATIONS):
        yield allocations.allocation_of(row)
    for row in tx.each(SELECT_AWARDS):
        yield awards.award_of(row)
    for row in tx.each(SELECT_REMOTE):
        yield awards.remote_project_of(row)
    for row in tx.each(SELECT_PROJECTS):
        yield places.project_of(row)
