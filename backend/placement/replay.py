"""Providers, inventories and consumers as the journal tells them, against those that are kept.

World files are imported without their facts in the journal, so what it told before one is
forgotten, and what is kept may be unknown to it afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from backend.core.database.tx import Tx
from backend.core.usecase import Entity, facts
from backend.placement.store import consumers, inventories, providers

WANTED = """outcome = 'done' AND (action LIKE 'allocations.%' OR action LIKE 'inventory.%'
    OR action LIKE 'provider.%' OR action IN ('reshape', 'class.rename', 'world.import'))"""
SELECT_TOLD = f"""
SELECT seq, -1 AS n, action, target, "before", "after" FROM journal WHERE {WANTED}
UNION ALL SELECT c.seq, c.n, j.action, c.target, c."before", c."after"
FROM journal_change c JOIN journal j ON j.seq = c.seq WHERE {WANTED}
ORDER BY 1, 2"""
SELECT_CONSUMERS = "SELECT uuid FROM consumer ORDER BY id"
SELECT_PROVIDERS = "SELECT uuid FROM provider ORDER BY id"
KINDS = ("consumer:", "inventory:", "provider:")
# These move with what others do, without an entry about the provider.
DRIFTING = frozenset({"generation", "root"})
CHUNK = 512

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
        elif action == "class.rename":
            self._rename(json.loads(before)["name"], json.loads(after)["name"])
        elif target.startswith(KINDS):
            old, new = json.loads(before), json.loads(after)
            if new:
                self.told.setdefault(target, {}).update(new)
            elif old:
                self.told.pop(target, None)

    def _rename(self, old: str, new: str) -> None:
        self.told = {_renamed(target, old, new): told for target, told in self.told.items()}
        for told in self.told.values():
            if told.get("resource_class") == old:
                told["resource_class"] = new
            if "allocations" in told:
                told["allocations"] = told["allocations"].replace(f'"{old}":', f'"{new}":')


def _renamed(target: str, old: str, new: str) -> str:
    if target.startswith("inventory:") and target.endswith(f"/{old}"):
        return target.removesuffix(old) + new
    return target


def findings(tx: Tx) -> Iterator[str]:
    """Where the journal and what is kept differ, one line each."""
    replay = Replay()
    for seq, _, *entry in tx.each(SELECT_TOLD):
        try:
            replay.apply(*entry)
        except (ValueError, TypeError, AttributeError, KeyError):
            yield f"journal: entry {seq} cannot be understood"
    for kept in _kept(tx):
        told = replay.told.pop(kept.target, None)
        if told is not None:
            yield from _differences(kept, told)
        elif replay.complete:
            yield f"{kept.target}: the journal knows nothing of it"
    for target in replay.told:
        yield f"{target}: told by the journal, but missing"


def _differences(kept: Entity, told: Facts) -> Iterator[str]:
    shown = facts(kept)
    drifting = DRIFTING if kept.target.startswith("provider:") else ()
    for name, value in told.items():
        if name in shown and name not in drifting and not _same(name, shown[name], value):
            yield f"{kept.target}: {name} {shown[name]} stored, {value} by the journal"


def _same(name: str, stored: object, told: object) -> bool:
    """Renaming a class leaves the order of what is held as it was."""
    if name == "allocations":
        return bool(json.loads(str(stored)) == json.loads(str(told)))
    return stored == told


def _kept(tx: Tx) -> Iterator[Entity]:
    """All that is kept, some at a time."""
    for part in _parts(tx, SELECT_PROVIDERS):
        yield from providers.providers(tx, part).values()
        yield from inventories.inventories(tx, part)
    for part in _parts(tx, SELECT_CONSUMERS):
        yield from consumers.consumers(tx, part).values()


def _parts(tx: Tx, sql: str) -> Iterator[list[str]]:
    found = [uuid for (uuid,) in tx.all(sql)]
    return (found[start : start + CHUNK] for start in range(0, len(found), CHUNK))
