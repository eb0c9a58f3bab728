"""The SQL of consumers and what they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from backend.core.database.tx import Tx
from backend.placement.model import Consumer, Whose, spread
from backend.placement.store import inventories

SELECT_BY_UUID = """
SELECT k.uuid, j.external_id, u.external_id, t.name, k.generation FROM consumer k
JOIN consumer_project j ON j.id = k.project_id JOIN consumer_user u ON u.id = k.user_id
JOIN consumer_type t ON t.id = k.type_id WHERE k.uuid IN ({keys}) ORDER BY k.id"""
SELECT_HELD = """
SELECT k.uuid, p.uuid, c.name, a.used FROM consumer k JOIN allocation a ON a.consumer_id = k.id
JOIN provider p ON p.id = a.provider_id JOIN resource_class c ON c.id = a.class_id
WHERE k.uuid IN ({keys}) ORDER BY k.id, p.id, c.id"""
SELECT_WHOSE = """
SELECT k.uuid, coalesce(o.realname, j.external_id), coalesce(e.email, u.external_id), k.created_at
FROM consumer k JOIN consumer_project j ON j.id = k.project_id
JOIN consumer_user u ON u.id = k.user_id
LEFT JOIN project o ON o.uuid = j.external_id AND o.is_base = 0
LEFT JOIN person e ON e.uuid = u.external_id WHERE k.uuid IN ({keys})"""
SELECT_IDS = """
SELECT (SELECT id FROM consumer_project WHERE external_id = ?),
    (SELECT id FROM consumer_user WHERE external_id = ?),
    (SELECT id FROM consumer_type WHERE name = ?)"""
INSERT_PROJECT = "INSERT INTO consumer_project (id, external_id) VALUES (?, ?)"
INSERT_USER = "INSERT INTO consumer_user (id, external_id) VALUES (?, ?)"
INSERT_TYPE = "INSERT INTO consumer_type (id, name) VALUES (?, ?)"
INSERT = """
INSERT INTO consumer (id, uuid, project_id, user_id, type_id, generation, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
UPDATE = """
UPDATE consumer SET project_id = ?, user_id = ?, type_id = ?, generation = ?, updated_at = ?
WHERE uuid = ?"""
DELETE = "DELETE FROM consumer WHERE uuid = ?"
DELETE_HELD = """
DELETE FROM allocation WHERE consumer_id = (SELECT id FROM consumer WHERE uuid = ?)"""
INSERT_HELD = """
INSERT INTO allocation (consumer_id, provider_id, class_id, used, created_at)
VALUES ((SELECT id FROM consumer WHERE uuid = ?), (SELECT id FROM provider WHERE uuid = ?),
    (SELECT id FROM resource_class WHERE name = ?), ?, ?)"""

DIMENSIONS = (
    ("consumer_project", INSERT_PROJECT),
    ("consumer_user", INSERT_USER),
    ("consumer_type", INSERT_TYPE),
)


def consumers(tx: Tx, uuids: Sequence[str]) -> dict[str, Consumer]:
    """Consumers by uuid, with all that they hold; unknown ones are missing."""
    wanted = list(uuids)
    rows = tx.within(SELECT_BY_UUID, wanted)
    held: dict[str, dict[str, dict[str, int]]] = {row[0]: {} for row in rows}
    if rows:
        for uuid, provider, resource_class, used in tx.within(SELECT_HELD, wanted):
            held[uuid].setdefault(provider, {})[resource_class] = used
    return {
        uuid: Consumer(uuid, project, user, kind, generation, held[uuid])
        for uuid, project, user, kind, generation in rows
    }


def whose(tx: Tx, uuids: Sequence[str]) -> dict[str, Whose]:
    """Whose consumers are; unknown ones are missing."""
    return {uuid: Whose(*told) for uuid, *told in tx.within(SELECT_WHOSE, list(uuids))}


def save_consumer(tx: Tx, before: Consumer | None, after: Consumer | None) -> None:
    """Store what a consumer is and holds, with what that uses of inventories; without
    allocations there is no consumer."""
    if before is not None:
        tx.execute(DELETE_HELD, (before.uuid,))
    if after is None:
        if before is not None:
            tx.execute(DELETE, (before.uuid,))
    else:
        _save(tx, before, after)
        held = [(after.uuid, *where, tx.now) for where in spread(after.allocations)]
        tx.many(INSERT_HELD, held)
    inventories.use(tx, _used(before, after))


def _save(tx: Tx, before: Consumer | None, after: Consumer) -> None:
    who = owner_ids(tx, after)
    if before is None:
        head = (tx.next_id("consumer"), after.uuid)
        tx.execute(INSERT, (*head, *who, after.generation, tx.now, tx.now))
    else:
        tx.execute(UPDATE, (*who, after.generation, tx.now, after.uuid))


def owner_ids(tx: Tx, consumer: Consumer) -> list[int]:
    """The ids of project, user and type, which get rows when they are named first."""
    names = (consumer.project, consumer.user, consumer.consumer_type)
    ids = list(tx.all(SELECT_IDS, names)[0])
    for n, (table, insert) in enumerate(DIMENSIONS):
        if ids[n] is None:
            ids[n] = tx.next_id(table)
            tx.execute(insert, (ids[n], names[n]))
    return ids


def _used(before: Consumer | None, after: Consumer | None) -> Iterator[tuple[str, str, int]]:
    """(provider, class, amount) that differ."""
    moved: Counter[tuple[str, str]] = Counter()
    for sign, one in ((-1, before), (1, after)):
        for provider, resource_class, amount in spread(one.allocations) if one else ():
            moved[provider, resource_class] += sign * amount
    return ((*place, amount) for place, amount in moved.items() if amount)
