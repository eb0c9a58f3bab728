"""The SQL of providers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.core.database.tx import Row, Tx
from backend.placement.model import Provider
from backend.placement.store import marks

COLUMNS = "p.uuid, p.name, p.generation, coalesce(a.uuid, ''), r.uuid"
FROM = """FROM provider p JOIN provider r ON r.id = p.root_id
LEFT JOIN provider a ON a.id = p.parent_id"""
SELECT_BY_UUID = f"SELECT {COLUMNS} {FROM} WHERE p.uuid IN ({{keys}}) ORDER BY p.id"
SELECT_NAMESAKE = "SELECT uuid FROM provider WHERE name = ? AND uuid <> ?"
SELECT_CHILDREN = """
SELECT count(*) FROM provider WHERE parent_id = (SELECT id FROM provider WHERE uuid = ?)"""
BELOW = """
RECURSIVE below (id) AS (SELECT id FROM provider WHERE uuid = ?
    UNION SELECT p.id FROM provider p JOIN below b ON p.parent_id = b.id)"""
SELECT_BELOW = f"WITH {BELOW} SELECT p.uuid FROM provider p JOIN below b ON b.id = p.id"
INSERT = """
INSERT INTO provider (id, uuid, name, fold, generation, parent_id, root_id, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, coalesce((SELECT id FROM provider WHERE uuid = ?), 0),
    coalesce((SELECT root_id FROM provider WHERE uuid = ?), ?), ?, ?)"""
RENAME = "UPDATE provider SET name = ?, fold = ?, updated_at = ? WHERE uuid = ?"
MOVE = """
UPDATE provider SET parent_id = coalesce((SELECT id FROM provider WHERE uuid = ?), 0)
WHERE uuid = ?"""
MOVE_TREE = f"""
WITH {BELOW} UPDATE provider SET root_id = (SELECT id FROM provider WHERE uuid = ?)
WHERE id IN (SELECT id FROM below)"""
NEXT_GENERATION = "UPDATE provider SET generation = generation + 1, updated_at = ? WHERE uuid = ?"
DELETE_INVENTORIES = """
DELETE FROM inventory WHERE provider_id = (SELECT id FROM provider WHERE uuid = ?)"""
DELETE = "DELETE FROM provider WHERE uuid = ?"


def provider_of(row: Row) -> Provider:
    """A provider from `COLUMNS`."""
    uuid, name, generation, parent, root = row
    return Provider(uuid, name, generation, parent, root)


def providers(tx: Tx, uuids: Sequence[str]) -> dict[str, Provider]:
    """Providers by uuid; unknown ones are missing."""
    return {row[0]: provider_of(row) for row in tx.within(SELECT_BY_UUID, list(uuids))}


def provider(tx: Tx, uuid: str) -> Provider | None:
    """The provider of this uuid."""
    return providers(tx, [uuid]).get(uuid)


def namesake(tx: Tx, name: str, uuid: str) -> str:
    """The uuid of another provider of this name, ``."""
    return str(tx.scalar(SELECT_NAMESAKE, (name, uuid)) or "")


def children(tx: Tx, uuid: str) -> int:
    """How many providers have this one as their parent."""
    return int(tx.scalar(SELECT_CHILDREN, (uuid,)))


def below(tx: Tx, uuid: str) -> list[str]:
    """A provider and all that are under it."""
    return [found for (found,) in tx.all(SELECT_BELOW, (uuid,))]


def save_provider(tx: Tx, before: Provider | None, after: Provider) -> None:
    """Insert or update a provider; those below it get its root."""
    if before is None:
        id, fold = tx.next_id("provider"), after.name.casefold()
        head = (id, after.uuid, after.name, fold, after.generation)
        tx.execute(INSERT, (*head, after.parent, after.parent, id, tx.now, tx.now))
        return
    tx.execute(RENAME, (after.name, after.name.casefold(), tx.now, after.uuid))
    if after.parent != before.parent:
        tx.execute(MOVE, (after.parent, after.uuid))
        tx.execute(MOVE_TREE, (after.uuid, after.root))


def next_generation(tx: Tx, uuids: Iterable[str]) -> None:
    """Somebody changed what these providers have."""
    tx.many(NEXT_GENERATION, [(tx.now, uuid) for uuid in uuids])


def delete_provider(tx: Tx, uuid: str) -> None:
    """Remove a provider with all that is its own."""
    for sql in (marks.DELETE_TRAITS_OF, marks.DELETE_AGGREGATES_OF, DELETE_INVENTORIES, DELETE):
        tx.execute(sql, (uuid,))
