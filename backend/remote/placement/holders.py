"""Consumers of a reading into a mirror. Who holds what is told by providers; whose it is, of which
type and since when only by asking for each consumer (`known` 0 until that was done)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from backend.core.database import Tx
from backend.placement.client import ConsumerTold, HeldTold
from backend.placement.model import PLACEHOLDER, UNTYPED, Consumer
from backend.placement.store import classes as class_store
from backend.placement.store.consumers import owner_ids

SELECT_HELD_OF = """
SELECT k.uuid, c.name, a.used FROM allocation a JOIN consumer k ON k.id = a.consumer_id
JOIN resource_class c ON c.id = a.class_id
WHERE a.provider_id = (SELECT id FROM provider WHERE uuid = ?)"""
SELECT_HELD_BY = """
SELECT p.uuid, c.name, a.used FROM allocation a JOIN provider p ON p.id = a.provider_id
JOIN resource_class c ON c.id = a.class_id
WHERE a.consumer_id = (SELECT id FROM consumer WHERE uuid = ?)"""
WHERE = """WHERE consumer_id = (SELECT id FROM consumer WHERE uuid = ?)
    AND provider_id = (SELECT id FROM provider WHERE uuid = ?)
    AND class_id = (SELECT id FROM resource_class WHERE name = ?)"""
DELETE = f"DELETE FROM allocation {WHERE}"
UPDATE = f"UPDATE allocation SET used = ? {WHERE}"
INSERT = """
INSERT INTO allocation (consumer_id, provider_id, class_id, used, created_at)
SELECT k.id, p.id, c.id, ?, ? FROM consumer k, provider p, resource_class c
WHERE k.uuid = ? AND p.uuid = ? AND c.name = ?"""
COUNT_USED = """
UPDATE inventory SET used = (SELECT coalesce(sum(a.used), 0) FROM allocation a
    WHERE a.provider_id = inventory.provider_id AND a.class_id = inventory.class_id)
WHERE provider_id = (SELECT id FROM provider WHERE uuid = ?)
    AND used <> (SELECT coalesce(sum(a.used), 0) FROM allocation a
    WHERE a.provider_id = inventory.provider_id AND a.class_id = inventory.class_id)"""
SELECT_CONSUMER = """
SELECT project_id, user_id, type_id, generation, created_at, known FROM consumer WHERE uuid = ?"""
SELECT_GENERATIONS = "SELECT uuid, generation FROM consumer WHERE uuid IN ({keys})"
INSERT_CONSUMER = """
INSERT INTO consumer (id, uuid, project_id, user_id, type_id, generation, created_at, updated_at,
    known) VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0)"""
MOVED = "UPDATE consumer SET generation = ?, known = 0 WHERE uuid = ?"
TOLD = """
UPDATE consumer SET project_id = ?, user_id = ?, type_id = ?, generation = ?, created_at = ?,
    updated_at = created_at, known = ? WHERE uuid = ?"""
DELETE_EMPTY = """
DELETE FROM consumer WHERE uuid = ?
    AND NOT EXISTS (SELECT 1 FROM allocation a WHERE a.consumer_id = consumer.id)"""

Place = tuple[str, str, str]
"""Consumer, provider and class."""


def put_held(tx: Tx, provider: str, held: Mapping[str, HeldTold]) -> None:
    """All that is held of a provider."""
    there = {(c, provider, name): used for c, name, used in tx.all(SELECT_HELD_OF, (provider,))}
    wanted = {
        (consumer, provider, name): amount
        for consumer, told in held.items()
        for name, amount in told.amounts.items()
    }
    _keep_consumers(tx, {uuid: told.generation for uuid, told in held.items()})
    _write(tx, there, wanted)


def put_consumer(tx: Tx, uuid: str, told: ConsumerTold | None) -> None:
    """All that a consumer holds, and whose it is; None for one that holds nothing."""
    there = {(uuid, p, name): used for p, name, used in tx.all(SELECT_HELD_BY, (uuid,))}
    shares = told.allocations if told else {}
    wanted = {(uuid, p, n): used for p, share in shares.items() for n, used in share.items()}
    if told is not None:
        _keep_consumers(tx, {uuid: told.generation})
    _write(tx, there, wanted)
    if told is not None:
        _describe(tx, told)


def _keep_consumers(tx: Tx, generations: Mapping[str, int | None]) -> None:
    """They are there; of those that changed it is not known any more whose they are."""
    there: dict[str, int] = dict(tx.within(SELECT_GENERATIONS, list(generations)))
    moved = [
        (told, uuid)
        for uuid, told in generations.items()
        if uuid in there and told not in (None, there[uuid])
    ]
    tx.many(MOVED, moved)
    fresh = sorted(generations.keys() - there.keys())
    if fresh:
        who = _nobody(tx)
        ids = tx.next_ids("consumer", len(fresh))
        rows = [
            (id, uuid, *who, generations[uuid] or 0) for id, uuid in zip(ids, fresh, strict=True)
        ]
        tx.many(INSERT_CONSUMER, rows)


def _nobody(tx: Tx) -> list[int]:
    return owner_ids(tx, Consumer("", PLACEHOLDER, PLACEHOLDER, UNTYPED, 0, {}))


def _write(tx: Tx, there: Mapping[Place, int], wanted: Mapping[Place, int]) -> None:
    gone = [place for place in there if place not in wanted]
    fresh = [place for place in wanted if place not in there]
    changed = [p for p, used in wanted.items() if there.get(p, used) != used]
    for name in {name for _, _, name in fresh}:
        class_store.keep_class(tx, name)
    tx.many(DELETE, gone)
    tx.many(UPDATE, [(wanted[place], *place) for place in changed])
    tx.many(INSERT, [(wanted[place], tx.now, *place) for place in fresh])
    _count(tx, {provider for _, provider, _ in (*gone, *changed, *fresh)})
    if gone:
        _forget(tx, {consumer for consumer, _, _ in gone})


def _count(tx: Tx, providers: Iterable[str]) -> None:
    """What is used of an inventory is the sum of what is held."""
    for provider in providers:
        tx.execute(COUNT_USED, (provider,))


def _forget(tx: Tx, consumers: Iterable[str]) -> None:
    """Those that hold nothing any more."""
    for uuid in consumers:
        tx.execute(DELETE_EMPTY, (uuid,))


def _describe(tx: Tx, told: ConsumerTold) -> None:
    row = tx.one(SELECT_CONSUMER, (told.uuid,))
    if row is None:  # held of providers alone that were not told yet
        return
    who = (told.project or PLACEHOLDER, told.user or PLACEHOLDER, told.consumer_type or UNTYPED)
    owner = owner_ids(tx, Consumer(told.uuid, *who, 0, {}))
    generation, known = told.generation or 0, int(told.project is not None)
    new = (*owner, generation, told.at, known)
    if new != tuple(row):
        tx.execute(TOLD, (*new, told.uuid))
