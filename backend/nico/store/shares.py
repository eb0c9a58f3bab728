"""The SQL of what tenants have of the instance types of a site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from backend.core.database.tx import Tx
from backend.nico.model import InstanceType, Tenant
from backend.nico.model.reads import Given, Share, Shared
from backend.nico.store import machines

SELECT_TYPES = f"""
SELECT t.id, {machines.TYPE} {machines.FROM_TYPE} WHERE s.uuid = ? ORDER BY t.created_at, t.id"""
SELECT_MACHINES = """
SELECT m.type_id, m.status, count(*) FROM nico_machine m JOIN nico_type t ON t.id = m.type_id
WHERE t.site_id = (SELECT id FROM nico_site WHERE uuid = ?) GROUP BY m.type_id, m.status"""
SELECT_USED = """
SELECT i.type_id, i.tenant_id, m.status, count(*) FROM nico_instance i
JOIN nico_type t ON t.id = i.type_id JOIN nico_machine m ON m.id = i.machine_id
WHERE t.site_id = (SELECT id FROM nico_site WHERE uuid = ?)
GROUP BY i.type_id, i.tenant_id, m.status"""
SELECT_GIVEN = """
SELECT c.type_id, n.id, n.uuid, n.org, n.display_name, n.created_at, a.uuid, a.name, c.value
FROM nico_constraint c JOIN nico_allocation a ON a.id = c.allocation_id
JOIN nico_tenant n ON n.id = a.tenant_id JOIN nico_type t ON t.id = c.type_id
WHERE c.type_id > 0 AND t.site_id = (SELECT id FROM nico_site WHERE uuid = ?)
ORDER BY a.created_at, a.id"""

Statuses = dict[str, int]


class _Found(NamedTuple):
    """What is known of a site, by ids."""

    machines: dict[int, Statuses]
    used: dict[tuple[int, int], Statuses]
    given: dict[tuple[int, int], tuple[Tenant, list[Given]]]


def shared(tx: Tx, site: str) -> list[Shared]:
    """The types of a site with what tenants were given of them, in the order of age."""
    found = _found(tx, site)
    return [_shared(key, InstanceType(*row), found) for key, *row in tx.all(SELECT_TYPES, (site,))]


def _found(tx: Tx, site: str) -> _Found:
    found = _Found({}, {}, {})
    for of, status, n in tx.all(SELECT_MACHINES, (site,)):
        found.machines.setdefault(of, {})[status] = int(n)
    for of, tenant, status, n in tx.all(SELECT_USED, (site,)):
        found.used.setdefault((of, tenant), {})[status] = int(n)
    for of, tenant, *row in tx.all(SELECT_GIVEN, (site,)):
        _, given = found.given.setdefault((of, tenant), (Tenant(*row[:4]), []))
        given.append(Given(*row[4:]))
    return found


def _shared(key: int, of: InstanceType, found: _Found) -> Shared:
    shares = [
        Share(tenant, of, given, found.used.get((key, id), {}))
        for (kind, id), (tenant, given) in found.given.items()
        if kind == key
    ]
    used = _sum(found.used, key)
    return Shared(of, found.machines.get(key, {}), shares, used)


def _sum(used: Mapping[tuple[int, int], Statuses], key: int) -> Statuses:
    """The statuses of all machines of a type that are in use."""
    total: Statuses = {}
    for (kind, _), statuses in used.items():
        if kind == key:
            for status, n in statuses.items():
                total[status] = total.get(status, 0) + n
    return total
