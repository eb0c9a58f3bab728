"""What must hold of NICo: counts are those of what there is, networks of a block lie in it side by
side, what is free is what they leave, and all is as the journal tells."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.database.tx import Tx
from backend.nico.model import Block
from backend.nico.replay import kept, replay
from backend.nico.rules.carve import Net, free_of
from backend.nico.store import blocks

SELECT_TYPES = """
SELECT t.name, t.machines, (SELECT count(*) FROM nico_machine m WHERE m.type_id = t.id),
    t.allocated, (SELECT coalesce(sum(c.value), 0) FROM nico_constraint c WHERE c.type_id = t.id)
FROM nico_type t ORDER BY t.id"""
# What tenants have by what there is, and by what was counted; where they differ, one is missing.
SELECT_POOLS = """
SELECT t.name, n.org, max(x.allocated), max(x.instances), max(x.kept_allocated),
    max(x.kept_instances)
FROM (
    SELECT c.type_id, a.tenant_id, sum(c.value) AS allocated, 0 AS instances,
        0 AS kept_allocated, 0 AS kept_instances
    FROM nico_constraint c JOIN nico_allocation a ON a.id = c.allocation_id
    WHERE c.type_id > 0 GROUP BY c.type_id, a.tenant_id
    UNION ALL SELECT type_id, tenant_id, 0, count(*), 0, 0 FROM nico_instance
    WHERE type_id > 0 GROUP BY type_id, tenant_id
    UNION ALL SELECT type_id, tenant_id, 0, 0, allocated, instances FROM nico_pool) x
JOIN nico_type t ON t.id = x.type_id JOIN nico_tenant n ON n.id = x.tenant_id
GROUP BY t.id, t.name, n.id, n.org ORDER BY t.id, n.id"""
SELECT_SITES = """
SELECT s.name, n.org, sum(x.there), sum(x.kept) FROM (
    SELECT site_id, tenant_id, count(*) AS there, 0 AS kept FROM nico_allocation
    GROUP BY site_id, tenant_id
    UNION ALL SELECT site_id, tenant_id, 0, allocations FROM nico_tenant_site) x
JOIN nico_site s ON s.id = x.site_id JOIN nico_tenant n ON n.id = x.tenant_id
GROUP BY s.id, s.name, n.id, n.org ORDER BY s.id, n.id"""
SELECT_ODD = """
SELECT a.uuid, (SELECT count(*) FROM nico_constraint c WHERE c.allocation_id = a.id)
FROM nico_allocation a
WHERE (SELECT count(*) FROM nico_constraint c WHERE c.allocation_id = a.id) <> 1 ORDER BY a.id"""
SELECT_ELSEWHERE = """
SELECT c.uuid FROM nico_constraint c JOIN nico_allocation a ON a.id = c.allocation_id
LEFT JOIN nico_type t ON t.id = c.type_id LEFT JOIN nico_block b ON b.id = c.block_id
WHERE coalesce(t.site_id, b.site_id, 0) <> a.site_id
OR coalesce(t.provider_id, b.provider_id, 0) <> a.provider_id OR c.value < 1 ORDER BY c.id"""
SELECT_CARVED = """
SELECT c.uuid FROM nico_constraint c JOIN nico_allocation a ON a.id = c.allocation_id
LEFT JOIN nico_block d ON d.id = c.derived_id
WHERE c.kind = 'IPBlock' AND (d.id IS NULL OR d.parent_id <> c.block_id OR d.length <> c.value
    OR d.tenant_id <> a.tenant_id OR d.name <> a.name) ORDER BY c.id"""
SELECT_STRAY = """
SELECT b.uuid FROM nico_block b WHERE b.parent_id > 0
AND (SELECT count(*) FROM nico_constraint c WHERE c.derived_id = b.id) <> 1 ORDER BY b.id"""
SELECT_MISPLACED = """
SELECT m.name FROM nico_machine m JOIN nico_type t ON t.id = m.type_id
WHERE t.site_id <> m.site_id ORDER BY m.id"""
SELECT_CROWDED = """
SELECT m.name, count(*) FROM nico_instance i JOIN nico_machine m ON m.id = i.machine_id
GROUP BY m.id, m.name HAVING count(*) > 1 ORDER BY m.id"""
SELECT_ACCOUNTS = """
SELECT k.tenant_org FROM nico_account k LEFT JOIN nico_tenant t ON t.org = k.tenant_org
WHERE k.tenant_id <> coalesce(t.id, 0) ORDER BY k.id"""
SELECT_BLOCKS = f"SELECT {blocks.BLOCK} {blocks.FROM_BLOCK} ORDER BY b.id"


def findings(tx: Tx) -> Iterator[str]:
    """What is wrong with allocations and what they are of, one line each."""
    yield from _counts(tx)
    yield from _references(tx)
    for row in tx.all(SELECT_BLOCKS):
        yield from _block(tx, blocks.block_of(row))
    journal = replay()
    yield from journal.take(tx)
    yield from journal.differences(kept(tx))


def _counts(tx: Tx) -> Iterator[str]:
    for name, machines, there, allocated, given in tx.all(SELECT_TYPES):
        if (machines, allocated) != (there, int(given)):
            had = f"{machines} machines, {allocated} allocated"
            yield f"type {name}: {had}; there are {there} and {int(given)}"
    for name, org, *figures in tx.all(SELECT_POOLS):
        allocated, instances, kept_allocated, kept_instances = map(int, figures)
        if (allocated, instances) != (kept_allocated, kept_instances):
            had = f"{kept_allocated} allocated, {kept_instances} instances"
            yield f"pool of {org}, {name}: {had}; there are {allocated} and {instances}"
    for name, org, there, counted in tx.all(SELECT_SITES):
        if there != counted:
            yield f"{org} at {name}: {int(counted)} allocations counted, there are {int(there)}"


def _references(tx: Tx) -> Iterator[str]:
    for uuid, count in tx.all(SELECT_ODD):
        yield f"allocation {uuid}: {count} constraints, should be one"
    for (uuid,) in tx.all(SELECT_ELSEWHERE):
        yield f"constraint {uuid}: of nothing, or of what is at another site or provider's"
    for (uuid,) in tx.all(SELECT_CARVED):
        yield f"constraint {uuid}: what was carved for it does not fit it"
    for (uuid,) in tx.all(SELECT_STRAY):
        yield f"block {uuid}: was not carved for one constraint"
    for (name,) in tx.all(SELECT_MISPLACED):
        yield f"machine {name}: is at another site than its type"
    for name, count in tx.all(SELECT_CROWDED):
        yield f"machine {name}: carries {count} instances"
    for (org,) in tx.all(SELECT_ACCOUNTS):
        yield f"account of {org}: is not of the tenant that the organisation is"


def _block(tx: Tx, one: Block) -> Iterator[str]:
    """What is taken of a block lies in it, aligned and disjoint, and leaves what is free."""
    own, taken = blocks.net_of(one), blocks.children(tx, one)
    what = f"block {one.name} ({one.cidr})"
    wrong = list(_misfits(own, taken))
    yield from (f"{what}: {told}" for told in wrong)
    if one.full_grant != (own in taken):
        yield f"{what}: {'is not' if one.full_grant else 'is'} given away whole"
    if not wrong and blocks.free_list(tx, one).pieces() != list(free_of(own, taken)):
        yield f"{what}: the list of what is free is not what its parts leave"


def _misfits(own: Net, taken: list[Net]) -> Iterator[str]:
    end = own.network
    for one in sorted(taken):
        if not own.holds(one):
            yield f"{one.cidr} lies outside"
        elif one.network % (1 << (one.bits - one.length)):
            yield f"{one.cidr} is not aligned"
        elif one.network < end:
            yield f"{one.cidr} overlaps another part"
        end = max(end, one.end)
