"""Instance types, machines and who uses them, of a reading into a mirror."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backend.core.database import Tx
from backend.nico.client import AllocationTold, MachineTold, TypeTold
from backend.nico.model import Kind
from backend.remote.nico.parties import PROVIDERS, SITES, TENANTS
from backend.remote.rows import Table, Values

TYPES = Table(
    "nico_type",
    "provider_id",
    "site_id",
    "name",
    "description",
    "status",
    "fold",
    "machines",
    "allocated",
    "created_at",
    "updated_at",
    "known",
    "counted",
)
COUNTED = "UPDATE nico_type SET counted = 1 WHERE id = ? AND counted = 0"
MACHINES = Table("nico_machine", "site_id", "type_id", "status", key="name")
INSTANCES = Table("nico_instance", "name", "tenant_id", "site_id", "type_id", "machine_id")
SELECT_UNUSED = """
SELECT id, uuid FROM nico_type y
WHERE NOT EXISTS (SELECT 1 FROM nico_constraint c WHERE c.type_id > 0 AND c.type_id = y.id)"""
DROP_TYPE = (
    "DELETE FROM nico_pool WHERE type_id = ?",
    "DELETE FROM nico_instance WHERE type_id = ?",
    "DELETE FROM nico_type WHERE id = ?",
)
SELECT_MACHINES = "SELECT name FROM nico_machine"
DELETE_MACHINE = "DELETE FROM nico_machine WHERE name = ?"
SELECT_INSTANCES = """
SELECT i.uuid FROM nico_instance i JOIN nico_type y ON y.id = i.type_id WHERE y.uuid = ?"""
DELETE_INSTANCE = "DELETE FROM nico_instance WHERE uuid = ?"
SELECT_SITE = "SELECT id, site_id FROM nico_type WHERE uuid = ?"
SELECT_POOLS = "SELECT type_id, tenant_id, allocated, instances FROM nico_pool"
COUNT_POOLS = """
SELECT x.type_id, x.tenant_id, sum(x.allocated), sum(x.instances) FROM (
    SELECT c.type_id AS type_id, a.tenant_id AS tenant_id, c.value AS allocated, 0 AS instances
    FROM nico_constraint c JOIN nico_allocation a ON a.id = c.allocation_id WHERE c.type_id > 0
    UNION ALL SELECT type_id, tenant_id, 0, 1 FROM nico_instance WHERE type_id > 0) x
GROUP BY x.type_id, x.tenant_id"""
DELETE_POOL = "DELETE FROM nico_pool WHERE type_id = ? AND tenant_id = ?"
INSERT_POOL = """
INSERT INTO nico_pool (type_id, tenant_id, allocated, instances) VALUES (?, ?, ?, ?)"""


MOST = 100_000
"""Instances of a tenant and a type; what is told to be more is not believed."""


def put_types(tx: Tx, told: Iterable[TypeTold], own: str, *, whole: bool = False) -> None:
    """These types; where they are all, others only stay that have constraints. Of those that are
    not of the `own` provider the figures are a tenant's."""
    found = {one.id: one for one in told}
    there = TYPES.there(tx, found)
    providers = PROVIDERS.ids(tx, {one.infrastructure_provider_id for one in found.values()})
    sites = SITES.ids(tx, {one.site_id for one in found.values()})
    wanted = {
        uuid: _type(one, there.get(uuid), own, providers, sites) for uuid, one in found.items()
    }
    TYPES.put(tx, there, {uuid: row for uuid, row in wanted.items() if row[0] and row[1]})
    if whole:
        gone = [(id,) for id, uuid in tx.all(SELECT_UNUSED) if uuid not in found]
        for sql in DROP_TYPE:
            tx.many(sql, gone)


def _type(
    told: TypeTold,
    old: Values | None,
    own: str,
    providers: Mapping[str, int],
    sites: Mapping[str, int],
) -> Values:
    before = old or (0, 0, "", None, "", "", 0, 0, 0, 0, 0, 0)
    where = (
        providers.get(told.infrastructure_provider_id, before[0]),
        sites.get(told.site_id, before[1]),
    )
    what = (told.name, told.description, told.status, told.name.casefold())
    it = told.allocation_stats
    machines = before[6] if it is None or it.assigned is None else it.assigned
    allocated = before[7] if it is None or it.total is None else it.total
    figures = it is not None and it.assigned is not None and it.total is not None
    known = int(figures and told.infrastructure_provider_id == own)
    when = (told.created or 0, told.updated or 0)
    return (*where, *what, machines, allocated, *when, known, before[-1])


def ensure_types(tx: Tx, told: Sequence[AllocationTold]) -> None:
    """Types as their allocations name them, unless they are known."""
    named = {
        it.resource_type_id: one
        for one in told
        if (it := one.constraint) is not None and it.resource_type == Kind.MACHINES
    }
    there = TYPES.there(tx, named)
    providers = PROVIDERS.ids(tx, {one.infrastructure_provider_id for one in named.values()})
    sites = SITES.ids(tx, {one.site_id for one in named.values()})
    wanted: dict[str, Values] = {}
    for uuid, one in named.items():
        provider = providers.get(one.infrastructure_provider_id, 0)
        site = sites.get(one.site_id, 0)
        of = one.constraint.instance_type if one.constraint else None
        if uuid and uuid not in there and provider and site:
            name, status = (of.name, of.status) if of else (uuid, "")
            what = (name, None, status, name.casefold())
            wanted[uuid] = (provider, site, *what, 0, 0, 0, 0, 0, 0)
    TYPES.put(tx, {}, wanted)


def put_machines(tx: Tx, told: Sequence[MachineTold], *, whole: bool) -> None:
    """All machines."""
    there = MACHINES.there(tx)
    sites = SITES.ids(tx, {one.site_id for one in told})
    types = TYPES.ids(tx, {one.instance_type_id for one in told})
    wanted = {
        one.id: (sites[one.site_id], types.get(one.instance_type_id, 0), one.status)
        for one in told
        if one.site_id in sites
    }
    MACHINES.put(tx, there, wanted)
    if whole:
        tx.many(DELETE_MACHINE, [(name,) for name in there if name not in wanted])


def put_uses(tx: Tx, type: str, uses: Mapping[str, int], machines: Sequence[MachineTold]) -> None:
    """As many instances of a type as tenants use of it; which machines they are on is known of
    most: what a tenant has beside, on machines of the type, may be targeted ones (§1)."""
    row = tx.one(SELECT_SITE, (type,))
    if row is None:
        return
    id, site = row
    tenants, wanted = TENANTS.ids(tx, uses), dict[str, Values]()
    carried = [one for one in machines if one.instance_type_id == type and one.instance_id]
    on = MACHINES.ids(tx, [one.id for one in carried])
    for tenant, count in uses.items():
        if tenant not in tenants:
            continue
        count = min(max(count, 0), MOST)
        own = [one for one in carried if one.tenant_id == tenant][:count]
        for one in own:
            wanted[one.instance_id] = ("", tenants[tenant], site, id, on.get(one.id, 0))
        for n in range(count - len(own)):
            wanted[f"{type}/{tenant}/{n}"] = ("", tenants[tenant], site, id, 0)
    gone = [(uuid,) for (uuid,) in tx.all(SELECT_INSTANCES, (type,)) if uuid not in wanted]
    tx.many(DELETE_INSTANCE, gone)
    INSTANCES.put(tx, INSTANCES.there(tx, wanted), wanted)
    tx.execute(COUNTED, (id,))


def count_pools(tx: Tx) -> None:
    """What tenants have of types, counted anew."""
    there = {(type, tenant): tuple(row) for type, tenant, *row in tx.all(SELECT_POOLS)}
    wanted = {
        (type, tenant): (int(allocated), int(instances))
        for type, tenant, allocated, instances in tx.all(COUNT_POOLS)
    }
    tx.many(DELETE_POOL, [key for key, row in there.items() if wanted.get(key) != row])
    fresh = [(*key, *row) for key, row in wanted.items() if there.get(key) != row]
    tx.many(INSERT_POOL, fresh)
