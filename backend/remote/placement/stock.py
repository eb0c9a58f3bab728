"""Providers and inventories of a reading into a mirror: what is there keeps its key, and nothing is
written that is the same already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from backend.core.database import Tx
from backend.placement.model import Inventory, Provider, Stock
from backend.placement.rules.names import standard_classes
from backend.placement.store import classes as class_store
from backend.placement.store import inventories as inventory_store
from backend.placement.store import marks as mark_store
from backend.placement.store import providers as provider_store
from backend.remote.placement import holders

SELECT_ALL = f"SELECT {provider_store.COLUMNS} {provider_store.FROM} ORDER BY p.id"
INSERT = """
INSERT INTO provider (id, uuid, name, fold, generation, parent_id, root_id, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?)"""
FREE_NAME = "UPDATE provider SET name = ? WHERE name = ? AND uuid <> ?"
UPDATE = """
UPDATE provider SET name = ?, fold = ?, generation = ?,
    parent_id = coalesce((SELECT id FROM provider WHERE uuid = ?), 0),
    root_id = coalesce((SELECT id FROM provider WHERE uuid = ?), id) WHERE uuid = ?"""
ORPHAN = (
    "UPDATE provider SET parent_id = 0 WHERE parent_id = (SELECT id FROM provider WHERE uuid = ?)",
    "UPDATE provider SET root_id = id WHERE root_id = (SELECT id FROM provider WHERE uuid = ?)",
)
SET_GENERATION = "UPDATE provider SET generation = ? WHERE uuid = ? AND generation <> ?"
DELETE_CLASS = "DELETE FROM resource_class WHERE name = ?"
SELECT_USED_CLASSES = """
SELECT name FROM resource_class c WHERE EXISTS (SELECT 1 FROM inventory i WHERE i.class_id = c.id)
    OR EXISTS (SELECT 1 FROM allocation a WHERE a.class_id = c.id)"""


def put_providers(tx: Tx, found: Sequence[Provider]) -> None:
    """All that there are; the others are gone."""
    there = {row[0]: provider_store.provider_of(row) for row in tx.all(SELECT_ALL)}
    wanted = forest(found)
    for uuid, provider in wanted.items():
        if uuid not in there:
            row = (tx.next_id("provider"), uuid, _nameless(tx), "", provider.generation)
            tx.execute(INSERT, (*row, row[0], tx.now, tx.now))
    for gone in there.keys() - wanted.keys():
        drop_provider(tx, gone)
    for uuid, provider in wanted.items():
        if provider != there.get(uuid):
            _update(tx, provider)


def forest(found: Iterable[Provider]) -> dict[str, Provider]:
    """Providers by uuid in proper trees, whatever was said: above none is one that there is not,
    or itself."""
    told = {provider.uuid: provider for provider in found}
    parents = {uuid: one.parent if one.parent in told else "" for uuid, one in told.items()}
    trees: dict[str, Provider] = {}
    for uuid, provider in told.items():
        path = [uuid]
        while (above := parents[path[-1]]) and above not in path:
            path.append(above)
        if above:  # a circle, which is cut open here
            parents[path[-1]] = ""
        trees[uuid] = replace(provider, parent=parents[uuid], root=path[-1])
    return trees


def _update(tx: Tx, provider: Provider) -> None:
    uuid, name, generation = provider.uuid, provider.name, provider.generation
    tx.execute(FREE_NAME, (_nameless(tx), name, uuid))  # two may have changed places
    tree = (provider.parent, provider.root)
    tx.execute(UPDATE, (name, name.casefold(), generation, *tree, uuid))


def _nameless(tx: Tx) -> str:
    """A name until the right one is free, which nobody else can have."""
    return tx.runtime.uuid()


def drop_provider(tx: Tx, uuid: str) -> None:
    """It is gone, with all that is held of it."""
    holders.put_held(tx, uuid, {})
    for sql in ORPHAN:
        tx.execute(sql, (uuid,))
    provider_store.delete_provider(tx, uuid)


def put_stocks(tx: Tx, uuid: str, generation: int, stocks: Mapping[str, Stock]) -> None:
    """All inventories of a provider."""
    tx.execute(SET_GENERATION, (generation, uuid, generation))
    there = {one.resource_class: one for one in inventory_store.inventories(tx, [uuid])}
    for name, stock in stocks.items():
        old = there.pop(name, None)
        if old is None or old.stock != stock:
            class_store.keep_class(tx, name)
            inventory_store.save_inventory(tx, old, Inventory(uuid, name, stock))
    for gone in there.values():
        inventory_store.delete_inventory(tx, gone)


def put_classes(tx: Tx, found: Iterable[str]) -> None:
    """The classes that there are; standard ones need no row."""
    told = set(found)
    used = {name for (name,) in tx.all(SELECT_USED_CLASSES)}
    there = class_store.classes(tx).keys()
    for name in sorted(told - there - set(standard_classes())):
        class_store.keep_class(tx, name)
    for name in there - told - used:
        tx.execute(DELETE_CLASS, (name,))


def put_traits(tx: Tx, uuid: str, names: Sequence[str]) -> None:
    """The traits of a provider."""
    if sorted(mark_store.traits_of(tx, uuid)) != sorted(names):
        mark_store.set_traits(tx, uuid, names)


def put_aggregates(tx: Tx, uuid: str, uuids: Sequence[str]) -> None:
    """The aggregates of a provider."""
    if mark_store.aggregates_of(tx, uuid) != sorted(uuids):
        mark_store.set_aggregates(tx, uuid, uuids)
