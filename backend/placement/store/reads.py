"""The SQL of what the API shows."""

from __future__ import annotations

from backend.core.database.tx import Tx
from backend.placement.model import Held, HeldOf, Inventory, Provider, Stocked, Usage
from backend.placement.store import consumers as consumer_store
from backend.placement.store import inventories as inventory_store

SELECT_HELD = """
SELECT p.uuid, p.generation, max(a.created_at) FROM consumer k
JOIN allocation a ON a.consumer_id = k.id JOIN provider p ON p.id = a.provider_id
WHERE k.uuid = ? GROUP BY p.uuid, p.generation"""
SELECT_HELD_OF = """
SELECT k.uuid, k.generation, c.name, a.used, a.created_at FROM allocation a
JOIN consumer k ON k.id = a.consumer_id JOIN resource_class c ON c.id = a.class_id
WHERE a.provider_id = (SELECT id FROM provider WHERE uuid = ?) ORDER BY k.id, c.id"""
SELECT_USED = """
SELECT c.name, i.used FROM inventory i JOIN resource_class c ON c.id = i.class_id
WHERE i.provider_id = (SELECT id FROM provider WHERE uuid = ?) ORDER BY i.id"""
OF_PROJECT = """
k.project_id = (SELECT id FROM consumer_project WHERE external_id = ?)
AND (? = '' OR k.user_id = (SELECT id FROM consumer_user WHERE external_id = ?))"""
SELECT_USAGES = f"""
SELECT t.name, c.name, sum(a.used) FROM consumer k JOIN consumer_type t ON t.id = k.type_id
JOIN allocation a ON a.consumer_id = k.id JOIN resource_class c ON c.id = a.class_id
WHERE {OF_PROJECT} GROUP BY t.name, c.name ORDER BY t.name, min(c.id)"""
COUNT_CONSUMERS = f"""
SELECT t.name, count(*) FROM consumer k JOIN consumer_type t ON t.id = k.type_id
WHERE {OF_PROJECT} GROUP BY t.name ORDER BY t.name"""
SELECT_STOCKED = f"""
SELECT {inventory_store.COLUMNS}, i.updated_at {inventory_store.FROM}
WHERE p.uuid = ? ORDER BY i.id"""


def held(tx: Tx, consumer: str) -> Held | None:
    """What a consumer holds, None when nothing."""
    found = consumer_store.consumers(tx, [consumer]).get(consumer)
    if found is None:
        return None
    rows = tx.all(SELECT_HELD, (consumer,))
    at = max((row[2] for row in rows), default=0)
    return Held(found, {uuid: generation for uuid, generation, _ in rows}, at)


def held_of(tx: Tx, provider: Provider) -> HeldOf:
    """Who holds what of a provider."""
    found: dict[str, tuple[int, dict[str, int]]] = {}
    at = 0
    for uuid, generation, name, used, created_at in tx.all(SELECT_HELD_OF, (provider.uuid,)):
        found.setdefault(uuid, (generation, {}))[1][name] = used
        at = max(at, created_at)
    return HeldOf(provider, found, at)


def used(tx: Tx, provider: str) -> dict[str, int]:
    """What is used of each inventory."""
    return dict(tx.all(SELECT_USED, (provider,)))


def usages(tx: Tx, project: str, user: str = "") -> dict[str, Usage]:
    """What a project's consumers use, by their type."""
    whose = (project, user, user)
    amounts: dict[str, dict[str, int]] = {}
    for kind, name, total in tx.all(SELECT_USAGES, whose):
        amounts.setdefault(kind, {})[name] = int(total)
    counts = tx.all(COUNT_CONSUMERS, whose)
    return {kind: Usage(count, amounts.get(kind, {})) for kind, count in counts}


def stocked(tx: Tx, provider: Provider) -> Stocked:
    """The inventories of a provider."""
    found: dict[str, Inventory] = {}
    at = 0
    for *row, updated_at in tx.all(SELECT_STOCKED, (provider.uuid,)):
        one = inventory_store.inventory_of(tuple(row))
        found[one.resource_class] = one
        at = max(at, updated_at)
    return Stocked(provider, found, at)
