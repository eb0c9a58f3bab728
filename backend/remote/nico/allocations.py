"""Allocations of a reading into a mirror."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from backend.core.database import Tx
from backend.nico.client import AllocationTold, ConstraintTold
from backend.nico.model import Kind
from backend.remote.nico.blocks import BLOCKS
from backend.remote.nico.parties import PROVIDERS, SITES, TENANTS
from backend.remote.nico.stock import TYPES
from backend.remote.rows import Table, Values

ALLOCATIONS = Table(
    "nico_allocation",
    "provider_id",
    "tenant_id",
    "site_id",
    "name",
    "description",
    "status",
    "fold",
    "created_at",
    "updated_at",
)
CONSTRAINTS = Table(
    "nico_constraint",
    "allocation_id",
    "kind",
    "type_id",
    "block_id",
    "derived_id",
    "mode",
    "value",
    "created_at",
    "updated_at",
)
TARGET = "nico_allocation:"
WHERE, NAME = slice(0, 3), 3
"""Where a row has what is one of a kind, together."""
OF = "allocation_id = (SELECT id FROM nico_allocation WHERE uuid = ?)"
DROP = (
    f"DELETE FROM nico_constraint WHERE {OF}",
    f"DELETE FROM nico_status WHERE target = '{TARGET}' || ?",
    "DELETE FROM nico_allocation WHERE uuid = ?",
)
SELECT_ALL = "SELECT uuid FROM nico_allocation"
SELECT_OF = """
SELECT a.uuid FROM nico_allocation a JOIN nico_constraint c ON c.allocation_id = a.id
LEFT JOIN nico_type y ON y.id = c.type_id LEFT JOIN nico_block b ON b.id = c.block_id
WHERE y.uuid = ? OR b.uuid = ?"""
SELECT_BLOCKLESS = """
SELECT a.uuid FROM nico_constraint c JOIN nico_allocation a ON a.id = c.allocation_id
WHERE c.block_id > 0 AND c.derived_id = 0"""
UNNAME = "UPDATE nico_allocation SET name = uuid WHERE uuid = ?"
SELECT_NAMESAKES = """
SELECT uuid FROM nico_allocation WHERE tenant_id = ? AND site_id = ? AND name = ? AND uuid <> ?"""
DROP_CONSTRAINT = f"DELETE FROM nico_constraint WHERE {OF} AND uuid <> ?"
SELECT_STATUS = (
    "SELECT target, status, message, at FROM nico_status WHERE target IN ({keys}) ORDER BY id"
)
FORGET = "DELETE FROM nico_status WHERE target = ?"
NOTE = "INSERT INTO nico_status (id, target, status, message, at) VALUES (?, ?, ?, ?, ?)"


def drop(tx: Tx, uuids: Collection[str]) -> None:
    """These are gone."""
    for sql in DROP:
        tx.many(sql, [(uuid,) for uuid in uuids])


def drop_others(tx: Tx, there: Collection[str]) -> None:
    """Those that are not among all that there are: they are gone."""
    drop(tx, [uuid for (uuid,) in tx.all(SELECT_ALL) if uuid not in there])


def drop_others_of(tx: Tx, resource: str, there: Collection[str]) -> None:
    """The same of a type or a block."""
    found = [uuid for (uuid,) in tx.all(SELECT_OF, (resource, resource))]
    drop(tx, [uuid for uuid in found if uuid not in there])


def without_blocks(tx: Tx) -> list[str]:
    """Those of addresses whose carved block was not known when they were put."""
    return [uuid for (uuid,) in tx.all(SELECT_BLOCKLESS)]


def put(tx: Tx, told: Sequence[AllocationTold]) -> None:
    """These, whose parties, places and resources are there."""
    there = ALLOCATIONS.there(tx, [one.id for one in told])
    providers = PROVIDERS.ids(tx, {one.infrastructure_provider_id for one in told})
    tenants = TENANTS.ids(tx, {one.tenant_id for one in told})
    sites = SITES.ids(tx, {one.site_id for one in told})
    wanted: dict[str, Values] = {}
    for one in told:
        whose = (providers.get(one.infrastructure_provider_id), tenants.get(one.tenant_id))
        where = (*whose, sites.get(one.site_id))
        if all(where):
            what = (one.name, one.description, one.status, one.name.casefold())
            wanted[one.id] = (*where, *what, one.created or 0, one.updated or 0)
    _make_way(tx, there, wanted)
    ALLOCATIONS.put(tx, there, wanted)
    known = [one for one in told if one.id in wanted]
    _put_constraints(tx, known)
    _put_statuses(tx, known)


def _make_way(tx: Tx, there: Mapping[str, Values], wanted: dict[str, Values]) -> None:
    """Let no two have one name on the way; where a server has two, the second is told apart by its
    id."""
    moved = {u: row for u, row in wanted.items() if row[: NAME + 1] != there.get(u, ())[: NAME + 1]}
    tx.many(UNNAME, [(uuid,) for uuid in moved])
    taken: set[Values] = set()
    for uuid, row in moved.items():
        place = (*row[1:3], row[NAME])
        if place in taken or tx.one(SELECT_NAMESAKES, (*place, uuid)) is not None:
            wanted[uuid] = (*row[:NAME], f"{row[NAME]} ({uuid})", *row[NAME + 1 :])
        taken.add(place)


def _put_constraints(tx: Tx, told: Sequence[AllocationTold]) -> None:
    pairs = {one.id: it for one in told if (it := one.constraint) is not None}
    tx.many(
        DROP_CONSTRAINT, [(one.id, pairs[one.id].id if one.id in pairs else "") for one in told]
    )
    ids = ALLOCATIONS.ids(tx, pairs)
    of = _Resources(tx, list(pairs.values()))
    wanted = {it.id: of.row(ids[uuid], it) for uuid, it in pairs.items()}
    CONSTRAINTS.put(tx, CONSTRAINTS.there(tx, wanted), wanted)


class _Resources:
    """What constraints are about."""

    def __init__(self, tx: Tx, told: Sequence[ConstraintTold]) -> None:
        resources = {one.resource_type_id for one in told}
        self._types = TYPES.ids(tx, resources)
        self._blocks = BLOCKS.ids(tx, resources | {one.derived_resource_id for one in told})

    def row(self, allocation: int, it: ConstraintTold) -> Values:
        """The row of a constraint."""
        machines = it.resource_type == Kind.MACHINES
        type = self._types.get(it.resource_type_id, 0) if machines else 0
        block = 0 if machines else self._blocks.get(it.resource_type_id, 0)
        derived = 0 if machines else self._blocks.get(it.derived_resource_id, 0)
        what = (it.constraint_type, it.constraint_value or 0)
        when = (it.created or 0, it.updated or 0)
        return (allocation, it.resource_type, type, block, derived, *what, *when)


def _put_statuses(tx: Tx, told: Sequence[AllocationTold]) -> None:
    """What their statuses were, oldest first."""
    there: dict[str, list[Values]] = {TARGET + one.id: [] for one in told}
    for target, *row in tx.within(SELECT_STATUS, list(there)):
        there[target].append(tuple(row))
    for one in told:
        history = one.status_history or ()
        wanted: list[Values] = [(it.status, it.message, it.created or 0) for it in history][::-1]
        if wanted and wanted != there[TARGET + one.id]:
            tx.execute(FORGET, (TARGET + one.id,))
            ids = tx.next_ids("nico_status", len(wanted))
            tx.many(
                NOTE, [(id, TARGET + one.id, *row) for id, row in zip(ids, wanted, strict=True)]
            )
