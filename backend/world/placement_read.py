"""What a database has of Placement: as records, and those as the objects of a world file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from backend.core.database.tx import Row, Tx
from backend.placement.model import UNTYPED, Consumer, Provider, Stock
from backend.quotas.encode import iso
from backend.world.model import UNKNOWN, ConsumerEntry, ProviderEntry
from backend.world.read import chunks

Json = dict[str, object]

SELECT_CLASSES = "SELECT name FROM resource_class ORDER BY id"
SELECT_TRAITS = "SELECT name FROM trait ORDER BY id"
SELECT_PROVIDER_IDS = "SELECT id FROM provider ORDER BY id"
SELECT_PROVIDERS = """
SELECT p.id, p.uuid, p.name, p.generation, coalesce(a.uuid, ''), r.uuid, p.created_at, p.updated_at
FROM provider p JOIN provider r ON r.id = p.root_id LEFT JOIN provider a ON a.id = p.parent_id
WHERE p.id IN ({keys})"""
SELECT_STOCKS = """
SELECT i.provider_id, c.name, i.total, i.reserved, i.min_unit, i.max_unit, i.step_size,
    i.allocation_ratio
FROM inventory i JOIN resource_class c ON c.id = i.class_id
WHERE i.provider_id IN ({keys}) ORDER BY i.provider_id, i.id"""
SELECT_TRAITS_OF = """
SELECT h.provider_id, t.name FROM provider_trait h JOIN trait t ON t.id = h.trait_id
WHERE h.provider_id IN ({keys}) ORDER BY h.provider_id, t.name"""
SELECT_AGGREGATES_OF = """
SELECT provider_id, uuid FROM provider_aggregate
WHERE provider_id IN ({keys}) ORDER BY provider_id, uuid"""
SELECT_CONSUMER_IDS = "SELECT id FROM consumer WHERE known = 1 ORDER BY id"
SELECT_CONSUMERS = """
SELECT c.id, c.uuid, p.external_id, u.external_id, t.name, c.generation, c.created_at, c.updated_at
FROM consumer c JOIN consumer_project p ON p.id = c.project_id
JOIN consumer_user u ON u.id = c.user_id JOIN consumer_type t ON t.id = c.type_id
WHERE c.id IN ({keys})"""
SELECT_SHARES = """
SELECT a.consumer_id, r.uuid, c.name, a.used FROM allocation a
JOIN provider r ON r.id = a.provider_id JOIN resource_class c ON c.id = a.class_id
WHERE a.consumer_id IN ({keys}) ORDER BY a.consumer_id, a.provider_id, a.class_id"""


def classes(tx: Tx) -> list[str]:
    """Resource classes that were mentioned, in that order."""
    return [name for (name,) in tx.all(SELECT_CLASSES)]


def traits(tx: Tx) -> list[str]:
    """The same of traits."""
    return [name for (name,) in tx.all(SELECT_TRAITS)]


def providers(tx: Tx) -> Iterator[ProviderEntry]:
    """Every provider, in the order they were made."""
    for part in chunks(id for (id,) in tx.all(SELECT_PROVIDER_IDS)):
        found: dict[int, Row] = {row[0]: row for row in tx.within(SELECT_PROVIDERS, part)}
        stocks: dict[int, dict[str, Stock]] = {}
        for id, name, *figures in tx.within(SELECT_STOCKS, part):
            stocks.setdefault(id, {})[name] = Stock(*figures)
        marks = _grouped(tx, SELECT_TRAITS_OF, part)
        groups = _grouped(tx, SELECT_AGGREGATES_OF, part)
        for id in part:
            *named, created, updated = found[id][1:]
            told = (stocks.get(id, {}), marks.get(id, ()), groups.get(id, ()))
            yield ProviderEntry(Provider(*named), *told, created, updated)


def _grouped(tx: Tx, sql: str, ids: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for id, name in tx.within(sql, ids):
        found.setdefault(id, []).append(name)
    return {id: tuple(names) for id, names in found.items()}


def consumers(tx: Tx) -> Iterator[ConsumerEntry]:
    """Every consumer that is known, in the order they came."""
    for part in chunks(id for (id,) in tx.all(SELECT_CONSUMER_IDS)):
        found: dict[int, Row] = {row[0]: row for row in tx.within(SELECT_CONSUMERS, part)}
        held: dict[int, dict[str, dict[str, int]]] = {}
        for id, provider, name, used in tx.within(SELECT_SHARES, part):
            held.setdefault(id, {}).setdefault(provider, {})[name] = used
        for id in part:
            _, uuid, project, user, kind, generation, created, updated = found[id]
            one = Consumer(uuid, project, user, kind, generation, held.get(id, {}))
            yield ConsumerEntry(one, created, updated)


def provider_object(entry: ProviderEntry) -> Json:
    """A provider."""
    one = entry.provider
    return {
        "uuid": one.uuid,
        "name": one.name,
        "generation": one.generation,
        "parent_provider_uuid": one.parent or None,
        "inventories": {name: asdict(stock) for name, stock in entry.inventories.items()},
        "traits": list(entry.traits),
        "aggregates": list(entry.aggregates),
        **_dates(entry),
    }


def consumer_object(entry: ConsumerEntry) -> Json:
    """A consumer."""
    one = entry.consumer
    return {
        "allocations": {
            provider: {"resources": dict(amounts)} for provider, amounts in one.allocations.items()
        },
        "project_id": one.project,
        "user_id": one.user,
        "consumer_generation": one.generation,
        "consumer_type": UNKNOWN if one.consumer_type == UNTYPED else one.consumer_type,
        **_dates(entry),
    }


def _dates(entry: ProviderEntry | ConsumerEntry) -> Json:
    return {"_bursar": {"created": iso(entry.created_at), "updated": iso(entry.updated_at)}}
