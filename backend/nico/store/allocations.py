"""The SQL of allocations and their constraints."""

from __future__ import annotations

from backend.core.database.tx import Row, Tx
from backend.nico.model import Allocation, Constraint, Kind
from backend.nico.store import history, machines, places

ALLOCATION = """a.uuid, p.uuid, t.uuid, s.uuid, a.name, a.description, a.status, a.created_at,
a.updated_at"""
FROM = """FROM nico_allocation a JOIN nico_provider p ON p.id = a.provider_id
JOIN nico_tenant t ON t.id = a.tenant_id JOIN nico_site s ON s.id = a.site_id"""
SELECT = f"SELECT {ALLOCATION} {FROM} WHERE a.uuid = ?"
SELECT_NAMED = f"SELECT {ALLOCATION} {FROM} WHERE t.uuid = ? AND s.uuid = ? AND a.name = ?"
INSERT = """
INSERT INTO nico_allocation (id, uuid, provider_id, tenant_id, site_id, name, description, status,
    fold, created_at, updated_at)
VALUES (?, ?, (SELECT id FROM nico_provider WHERE uuid = ?),
    (SELECT id FROM nico_tenant WHERE uuid = ?), (SELECT id FROM nico_site WHERE uuid = ?),
    ?, ?, ?, ?, ?, ?)"""
UPDATE = """
UPDATE nico_allocation SET name = ?, description = ?, status = ?, fold = ?, updated_at = ?
WHERE uuid = ?"""
DELETE = "DELETE FROM nico_allocation WHERE uuid = ?"
CONSTRAINT = """c.uuid, a.uuid, c.kind, coalesce(y.uuid, b.uuid, ''), c.mode, c.value,
coalesce(d.uuid, ''), c.created_at, c.updated_at"""
FROM_CONSTRAINT = """FROM nico_constraint c JOIN nico_allocation a ON a.id = c.allocation_id
LEFT JOIN nico_type y ON y.id = c.type_id LEFT JOIN nico_block b ON b.id = c.block_id
LEFT JOIN nico_block d ON d.id = c.derived_id"""
SELECT_CONSTRAINT = f"SELECT {CONSTRAINT} {FROM_CONSTRAINT} WHERE c.uuid = ?"
SELECT_OF = f"SELECT {CONSTRAINT} {FROM_CONSTRAINT} WHERE a.uuid = ? ORDER BY c.id LIMIT 1"
INSERT_CONSTRAINT = """
INSERT INTO nico_constraint (id, uuid, allocation_id, kind, type_id, block_id, derived_id, mode,
    value, created_at, updated_at)
VALUES (?, ?, (SELECT id FROM nico_allocation WHERE uuid = ?), ?,
    coalesce((SELECT id FROM nico_type WHERE uuid = ?), 0),
    coalesce((SELECT id FROM nico_block WHERE uuid = ?), 0),
    coalesce((SELECT id FROM nico_block WHERE uuid = ?), 0), ?, ?, ?, ?)"""
UPDATE_CONSTRAINT = "UPDATE nico_constraint SET value = ?, updated_at = ? WHERE uuid = ?"
DELETE_CONSTRAINT = "DELETE FROM nico_constraint WHERE uuid = ?"
SELECT_TENANT = """
SELECT t.uuid FROM nico_allocation a JOIN nico_tenant t ON t.id = a.tenant_id WHERE a.uuid = ?"""


def allocation(tx: Tx, uuid: str) -> Allocation | None:
    """The allocation of this uuid."""
    row = tx.one(SELECT, (uuid,))
    return Allocation(*row) if row else None


def named(tx: Tx, tenant: str, site: str, name: str) -> Allocation | None:
    """The allocation of a name that a tenant has at a site."""
    row = tx.one(SELECT_NAMED, (tenant, site, name))
    return Allocation(*row) if row else None


def constraint_of(row: Row) -> Constraint:
    """A constraint from `CONSTRAINT`."""
    uuid, of, kind, resource, mode, *rest = row
    return Constraint(uuid, of, Kind(kind), resource, mode, *rest)


def constraint(tx: Tx, uuid: str) -> Constraint | None:
    """The constraint of this uuid."""
    row = tx.one(SELECT_CONSTRAINT, (uuid,))
    return constraint_of(row) if row else None


def the_one_of(tx: Tx, allocation: str) -> Constraint | None:
    """The constraint of an allocation, of which each has one."""
    row = tx.one(SELECT_OF, (allocation,))
    return constraint_of(row) if row else None


def save(tx: Tx, before: Allocation | None, after: Allocation) -> None:
    """Insert or update an allocation, counted where its tenant sees the site."""
    what = (after.name, after.description, after.status, after.name.casefold())
    if before is not None:
        tx.execute(UPDATE, (*what, after.updated_at, after.uuid))
        return
    id = tx.next_id("nico_allocation")
    where = (after.uuid, after.provider, after.tenant, after.site)
    tx.execute(INSERT, (id, *where, *what, after.created_at, after.updated_at))
    places.count_at(tx, after.tenant, after.site, 1)
    history.note(tx, after.target, after.status, "", after.created_at)


def delete(tx: Tx, one: Allocation) -> None:
    """Remove an allocation without constraints."""
    tx.execute(DELETE, (one.uuid,))
    places.count_at(tx, one.tenant, one.site, -1)
    history.forget(tx, one.target)


def save_constraint(tx: Tx, before: Constraint | None, after: Constraint) -> None:
    """Insert or update a constraint, counted with its type and its tenant's pool."""
    if before is not None:
        tx.execute(UPDATE_CONSTRAINT, (after.value, after.updated_at, after.uuid))
        _count(tx, after, after.value - before.value)
        return
    head = (tx.next_id("nico_constraint"), after.uuid, after.allocation, after.kind)
    machine = after.kind is Kind.MACHINES
    what = (after.resource, "") if machine else ("", after.resource)
    rest = (after.derived, after.mode, after.value, after.created_at, after.updated_at)
    tx.execute(INSERT_CONSTRAINT, (*head, *what, *rest))
    _count(tx, after, after.value)


def delete_constraint(tx: Tx, one: Constraint) -> None:
    """Remove a constraint."""
    _count(tx, one, -one.value)
    tx.execute(DELETE_CONSTRAINT, (one.uuid,))


def _count(tx: Tx, one: Constraint, more: int) -> None:
    if one.kind is Kind.MACHINES and more:
        tenant = str(tx.scalar(SELECT_TENANT, (one.allocation,)))
        machines.allocate(tx, one.resource, tenant, more)
