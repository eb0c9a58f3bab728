"""The SQL of rows as the API shows them, by their ids and in the order of those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from backend.core.database.tx import Tx
from backend.nico.model import Allocation, Block, InstanceType, Machine, Provider, Tenant
from backend.nico.model.reads import (
    Account,
    Figures,
    History,
    ShownAllocation,
    ShownBlock,
    ShownConstraint,
    ShownMachine,
    ShownSite,
    ShownType,
    Usage,
)
from backend.nico.rules.usage import WHOLE, usage
from backend.nico.store import allocations, blocks, history, machines, places


class Keyed(Protocol):
    """A row with its id."""

    @property
    def key(self) -> int:
        """The id."""
        ...


K = TypeVar("K", bound=Keyed)

P = "p.uuid, p.org, p.display_name, p.created_at"
SELECT_ALLOCATIONS = f"""
SELECT a.id, {allocations.ALLOCATION}, {P}, t.uuid, t.org, t.display_name, t.created_at,
    {places.SITE} {allocations.FROM} WHERE a.id IN ({{keys}})"""
SELECT_CONSTRAINTS = f"""
SELECT c.allocation_id, {allocations.CONSTRAINT} {allocations.FROM_CONSTRAINT}
WHERE c.allocation_id IN ({{keys}})"""
SELECT_TYPES = f"""
SELECT t.id, {machines.TYPE}, t.labels, {P}, {places.SITE} {machines.FROM_TYPE}
WHERE t.id IN ({{keys}})"""
SELECT_SUMMARIES = f"SELECT {machines.TYPE} {machines.FROM_TYPE} WHERE t.uuid IN ({{keys}})"
SELECT_SOURCES = f"SELECT {blocks.BLOCK} {blocks.FROM_BLOCK} WHERE b.uuid IN ({{keys}})"
SELECT_BLOCKS = f"""
SELECT b.id, {blocks.BLOCK}, {P}, {places.SITE}, coalesce(t.org, ''),
    coalesce(t.display_name, ''), coalesce(t.created_at, 0)
{blocks.FROM_BLOCK} WHERE b.id IN ({{keys}})"""
SELECT_MACHINES = """
SELECT m.id, m.name, s.uuid, coalesce(y.uuid, ''), m.status, p.uuid, coalesce(i.uuid, ''),
    coalesce(n.uuid, ''), m.facts
FROM nico_machine m JOIN nico_site s ON s.id = m.site_id
JOIN nico_provider p ON p.id = s.provider_id LEFT JOIN nico_type y ON y.id = m.type_id
LEFT JOIN nico_instance i ON i.id = (SELECT min(o.id) FROM nico_instance o
    WHERE o.machine_id = m.id)
LEFT JOIN nico_tenant n ON n.id = i.tenant_id WHERE m.id IN ({keys})"""
SELECT_SITES = f"SELECT s.id, {places.SITE}, {P} {places.FROM_SITE} WHERE s.id IN ({{keys}})"
SELECT_STATUSES = """
SELECT site_id, status, count(*) FROM nico_machine WHERE site_id IN ({keys})
GROUP BY site_id, status"""
SELECT_ACCOUNTS = """
SELECT k.id, k.uuid, p.uuid, p.org, coalesce(t.uuid, ''), k.tenant_org, k.status,
    (SELECT count(*) FROM nico_allocation a
        WHERE a.tenant_id = k.tenant_id AND a.provider_id = k.provider_id), k.created_at
FROM nico_account k JOIN nico_provider p ON p.id = k.provider_id
LEFT JOIN nico_tenant t ON t.id = k.tenant_id WHERE k.id IN ({keys})"""
SELECT_USED = """
SELECT type_id, sum(instances) FROM nico_pool WHERE type_id IN ({keys}) GROUP BY type_id"""
SELECT_OWN = """
SELECT type_id, allocated, instances FROM nico_pool
WHERE tenant_id = (SELECT id FROM nico_tenant WHERE uuid = ?) AND type_id IN ({keys})"""
SELECT_USABLE = """
SELECT m.type_id, count(*) FROM nico_machine m WHERE m.status = 'Ready' AND NOT EXISTS
    (SELECT 1 FROM nico_instance i WHERE i.machine_id = m.id) AND m.type_id IN ({keys})
GROUP BY m.type_id"""
SELECT_ASSIGNED = "SELECT type_id, name FROM nico_machine WHERE type_id IN ({keys}) ORDER BY id"


def allocations_of(tx: Tx, ids: Sequence[int]) -> list[ShownAllocation]:
    """Allocations with their constraints and whom they are about; none without a constraint."""
    constraints, rows = _constraints(tx, ids), tx.within(SELECT_ALLOCATIONS, ids)
    every = {row[0]: Allocation(*row[1:10]) for row in rows}
    told = _histories(tx, every.values())
    found = []
    for key, *row in rows:
        if key not in constraints:
            continue
        who, whom = Provider(*row[9:13]), Tenant(*row[13:17])
        site = places.site_of(tuple(row[17:]))
        about = (constraints[key], who, whom, site, told[every[key].target])
        found.append(ShownAllocation(key, every[key], *about))
    return in_order(ids, found)


def _constraints(tx: Tx, ids: Sequence[int]) -> Mapping[int, ShownConstraint]:
    rows = tx.within(SELECT_CONSTRAINTS, ids)
    plain = {key: allocations.constraint_of(tuple(row)) for key, *row in rows}
    named = list(dict.fromkeys(one.resource for one in plain.values()))
    types = {row[0]: machines.type_of(row) for row in tx.within(SELECT_SUMMARIES, named)}
    sources = {row[0]: blocks.block_of(row) for row in tx.within(SELECT_SOURCES, named)}
    return {
        key: ShownConstraint(one, types.get(one.resource), sources.get(one.resource))
        for key, one in plain.items()
    }


def constraint(tx: Tx, uuid: str, *, related: bool) -> ShownConstraint:
    """A constraint that there is, with what it is of when that is wanted."""
    one = allocations.constraint(tx, uuid)
    if one is None:
        raise LookupError(uuid)
    of = machines.instance_type(tx, one.resource) if related else None
    source = blocks.block(tx, one.resource) if related else None
    return ShownConstraint(one, of, source)


def types(tx: Tx, ids: Sequence[int]) -> list[ShownType]:
    """Instance types without what has to be asked for."""
    rows = tx.within(SELECT_TYPES, ids)
    every = {row[0]: machines.type_of(row[1:11]) for row in rows}
    told = _histories(tx, every.values())
    found = []
    for key, *row in rows:
        who, site = Provider(*row[11:15]), places.site_of(tuple(row[15:]))
        one = every[key]
        found.append(ShownType(key, one, row[10], who, site, told[one.target]))
    return in_order(ids, found)


def figures(tx: Tx, rows: Sequence[ShownType], tenant: str) -> Mapping[int, Figures]:
    """allocationStats of types by their ids, of all tenants or, when one is given, its own."""
    ids = [row.key for row in rows]
    usable = {key: int(n) for key, n in tx.within(SELECT_USABLE, ids)}
    if tenant:
        own = {key: (total, used) for key, total, used in tx.within(SELECT_OWN, ids, (tenant,))}
        pools = {key: own.get(key, (0, 0)) for key in ids}
    else:
        used = {key: int(n) for key, n in tx.within(SELECT_USED, ids)}
        pools = {row.key: (row.type.allocated, used.get(row.key, 0)) for row in rows}
    return {
        row.key: _figures(row.type, *pools[row.key], usable.get(row.key, 0), own=bool(tenant))
        for row in rows
    }


def _figures(of: InstanceType, total: int, used: int, usable: int, *, own: bool) -> Figures:
    most = None if own or of.room < 0 else of.room
    return Figures(of.machines, total, used, min(total - used, usable), most)


def assigned(tx: Tx, ids: Sequence[int]) -> Mapping[int, list[str]]:
    """The machines of types."""
    found: dict[int, list[str]] = {key: [] for key in ids}
    for key, name in tx.within(SELECT_ASSIGNED, ids):
        found[key].append(name)
    return found


def blocks_of(tx: Tx, ids: Sequence[int]) -> list[ShownBlock]:
    """Blocks without what has to be asked for."""
    rows = tx.within(SELECT_BLOCKS, ids)
    every = {row[0]: blocks.block_of(row[1:16]) for row in rows}
    told = _histories(tx, every.values())
    found = []
    for key, *row in rows:
        one = every[key]
        who, site = Provider(*row[15:19]), places.site_of(tuple(row[19:25]))
        whom = Tenant(one.tenant, *row[25:]) if one.tenant else None
        found.append(ShownBlock(key, one, who, site, whom, told[one.target]))
    return in_order(ids, found)


def usages(tx: Tx, rows: Sequence[ShownBlock]) -> Mapping[int, Usage]:
    """usageStats of blocks, by their ids."""
    taken = blocks.taken(tx, [row.key for row in rows])
    return {row.key: _usage(tx, row.block, taken[row.key]) for row in rows}


def _usage(tx: Tx, one: Block, taken: int) -> Usage:
    if one.full_grant:
        return WHOLE
    return usage(blocks.net_of(one), blocks.free_list(tx, one).pieces(), taken)


def machines_of(tx: Tx, ids: Sequence[int]) -> list[ShownMachine]:
    """Machines."""
    rows = tx.within(SELECT_MACHINES, ids)
    return in_order(ids, [ShownMachine(row[0], Machine(*row[1:5]), *row[5:]) for row in rows])


def sites(tx: Tx, ids: Sequence[int]) -> list[ShownSite]:
    """Sites without what has to be asked for."""
    rows = tx.within(SELECT_SITES, ids)
    return in_order(
        ids, [ShownSite(row[0], places.site_of(row[1:7]), Provider(*row[7:])) for row in rows]
    )


def statuses(tx: Tx, ids: Sequence[int]) -> Mapping[int, dict[str, int]]:
    """How many machines sites have of each status."""
    found: dict[int, dict[str, int]] = {key: {} for key in ids}
    for key, status, n in tx.within(SELECT_STATUSES, ids):
        found[key][status] = int(n)
    return found


def accounts(tx: Tx, ids: Sequence[int]) -> list[Account]:
    """What providers have with tenants."""
    return in_order(ids, [Account(*row) for row in tx.within(SELECT_ACCOUNTS, ids)])


def _histories(tx: Tx, rows: Iterable[Allocation | Block | InstanceType]) -> Mapping[str, History]:
    """The last statuses of rows, by their targets."""
    found = history.of(tx, [row.target for row in rows])
    return {target: told[: history.SHOWN] for target, told in found.items()}


def in_order(ids: Sequence[int], rows: Sequence[K]) -> list[K]:
    """Rows in the order of these ids, each once."""
    found = {row.key: row for row in rows}
    return [found[key] for key in ids if key in found]
