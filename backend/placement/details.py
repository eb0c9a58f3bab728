"""Consumers and providers one by one: all about them, and as Placement's own API shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.core.database.tx import Tx
from backend.core.errors import NotFound
from backend.placement.model import (
    ConsumerDetail,
    ConsumerRow,
    InventoryRow,
    ProviderDetail,
    ProviderRow,
    Share,
)
from backend.placement.queries import (
    consumer_rows,
    inventories_of,
    provider_rows,
)
from backend.placement.rules.names import standard_classes

MOST_CONSUMERS = 50
MINOR = 39
"""The microversion whose JSON is shown."""

SELECT_CONSUMER = "SELECT id FROM consumer WHERE uuid = ?"
SELECT_PROVIDER = "SELECT id FROM provider WHERE uuid = ? OR name = ? ORDER BY uuid <> ?"
SELECT_SHARES = """
SELECT a.provider_id, k.name, a.used FROM allocation a JOIN provider r ON r.id = a.provider_id
JOIN resource_class k ON k.id = a.class_id WHERE a.consumer_id = ?
ORDER BY r.fold, r.id, a.class_id"""
SELECT_CHILDREN = "SELECT name FROM provider WHERE parent_id = ? ORDER BY fold, id"
SELECT_TRAITS = """
SELECT t.name FROM provider_trait h JOIN trait t ON t.id = h.trait_id
WHERE h.provider_id = ? ORDER BY t.name"""
SELECT_AGGREGATES = "SELECT uuid FROM provider_aggregate WHERE provider_id = ? ORDER BY uuid"
SELECT_LARGEST = """
SELECT a.consumer_id, c.uuid FROM allocation a JOIN consumer c ON c.id = a.consumer_id
LEFT JOIN inventory i ON i.provider_id = a.provider_id AND i.class_id = a.class_id
WHERE a.provider_id = ? GROUP BY a.consumer_id, c.uuid
ORDER BY max(a.used * 1.0 / coalesce(i.total, 1)) DESC, c.uuid LIMIT ?"""
SELECT_HELD = """
SELECT a.consumer_id, k.name, a.used FROM allocation a JOIN resource_class k ON k.id = a.class_id
WHERE a.provider_id = ? AND a.consumer_id IN ({keys}) ORDER BY a.consumer_id, a.class_id"""
SELECT_CLASSES = "SELECT name FROM resource_class ORDER BY name"
SELECT_UUIDS = "SELECT id, uuid FROM consumer ORDER BY uuid"


def consumer(tx: Tx, key: int) -> ConsumerDetail:
    """A consumer and its share of each provider. Raises NotFound."""
    row = consumer_rows(tx, [key]).get(key)
    if row is None:
        raise NotFound("the consumer is not there any more")
    held: dict[int, list[tuple[str, int]]] = {}
    for provider, name, used in tx.all(SELECT_SHARES, (key,)):
        held.setdefault(provider, []).append((name, used))
    providers, stocks = provider_rows(tx, list(held)), inventories_of(tx, list(held))
    shares = (
        Share(providers[id].provider, _with_stock(amounts, stocks.get(id, ())))
        for id, amounts in held.items()
    )
    return ConsumerDetail(row, tuple(shares))


def _with_stock(
    amounts: Sequence[tuple[str, int]], stocks: Sequence[InventoryRow]
) -> tuple[tuple[str, int, InventoryRow | None], ...]:
    by_class = {row.resource_class: row for row in stocks}
    return tuple((name, used, by_class.get(name)) for name, used in amounts)


def provider(tx: Tx, key: int) -> ProviderDetail:
    """A provider with what is of it, and who holds most. Raises NotFound."""
    row = provider_rows(tx, [key]).get(key)
    if row is None:
        raise NotFound("the provider is not there any more")
    return ProviderDetail(
        row,
        tuple(inventories_of(tx, [key]).get(key, ())),
        _names(tx, SELECT_CHILDREN, key),
        _names(tx, SELECT_TRAITS, key),
        _names(tx, SELECT_AGGREGATES, key),
        _largest(tx, key),
    )


def _names(tx: Tx, statement: str, key: int) -> tuple[str, ...]:
    return tuple(name for (name,) in tx.all(statement, (key,)))


def _largest(tx: Tx, key: int) -> tuple[tuple[ConsumerRow, tuple[tuple[str, int], ...]], ...]:
    """Consumers with what they hold of it, those with the largest share first."""
    found = [id for id, _ in tx.all(SELECT_LARGEST, (key, MOST_CONSUMERS))]
    held: dict[int, list[tuple[str, int]]] = {}
    for id, name, used in tx.within(SELECT_HELD, found, (key,)):
        held.setdefault(id, []).append((name, used))
    rows = consumer_rows(tx, found)
    return tuple((rows[id], tuple(held[id])) for id in found)


def consumer_named(tx: Tx, uuid: str) -> ConsumerRow:
    """The consumer with this uuid. Raises NotFound."""
    key = tx.scalar(SELECT_CONSUMER, (uuid,))
    if key is None:
        raise NotFound(f"there is no consumer {uuid}", hint="it may hold nothing any more")
    return consumer_rows(tx, [key])[key]


def provider_named(tx: Tx, name: str) -> ProviderRow:
    """The provider with this uuid or name. Raises NotFound."""
    key = tx.scalar(SELECT_PROVIDER, (name, name, name))
    if key is None:
        raise NotFound(f"there is no provider {name}", hint="give its uuid or its whole name")
    return provider_rows(tx, [key])[key]


def stocks(tx: Tx, keys: Sequence[int]) -> list[InventoryRow]:
    """All inventories of these providers, provider by provider."""
    return [row for rows in inventories_of(tx, keys).values() for row in rows]


def classes(tx: Tx) -> list[str]:
    """The names of all classes, the standard ones first."""
    known = standard_classes()
    return [*known, *(name for (name,) in tx.all(SELECT_CLASSES) if name not in known)]


def orphans(tx: Tx, live: Sequence[str]) -> list[int]:
    """Consumers that are not among these ids, with or without dashes, in any case."""
    known = set(map(_bare, live))
    return [key for key, uuid in tx.each(SELECT_UUIDS) if _bare(uuid) not in known]


def _bare(uuid: str) -> str:
    return uuid.strip().strip("{}").replace("-", "").lower()


def raw_consumer(tx: Tx, key: int) -> Mapping[str, object]:
    """The consumer as `GET /allocations/{uuid}` shows it, as far as that is known. Raises
    NotFound."""
    from backend.placement.service import api
    from backend.placement.wire import encode

    row = consumer(tx, key).row
    told = encode.held(api.allocations_of(tx, row.uuid), MINOR)
    return told if row.known else {"allocations": told["allocations"]}


def raw_provider(tx: Tx, key: int) -> Mapping[str, object]:
    """What `GET /resource_providers/{uuid}` and the routes below it show. Raises NotFound."""
    from backend.placement.rules.outbound import stock_object
    from backend.placement.wire import encode

    found = provider(tx, key)
    told = encode.provider(found.row.provider, MINOR, "")
    del told["links"]
    return told | {
        "inventories": {row.resource_class: stock_object(row.stock) for row in found.inventories},
        "usages": {row.resource_class: row.used for row in found.inventories},
        "traits": list(found.traits),
        "aggregates": list(found.aggregates),
    }
