"""What a constraint may become, and what blocks an allocation's deletion."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.database.tx import Tx
from backend.nico.model import Bounds, Constraint, Kind
from backend.nico.rules import pools
from backend.nico.service.finding import blocks_of, type_of
from backend.nico.store import blocks, machines


def bounds(tx: Tx, constraint: Constraint, tenant: str) -> Bounds:
    """From where to where a value can be set now, and why no further."""
    if constraint.kind is Kind.MACHINES:
        of = type_of(tx, constraint)
        pool = machines.pool(tx, of.uuid, tenant)
        return pools.machine_bounds(constraint.value, pool, of.room)
    source, derived = blocks_of(tx, constraint)
    free = blocks.free_list(tx, source)
    joined, _ = free.joined(blocks.net_of(derived))
    largest = min(joined.length, free.largest() or joined.length)
    held = pools.held(*blocks.held(tx, derived.uuid))
    return pools.address_bounds(held, largest, source.bits)


def obstacles(tx: Tx, constraint: Constraint, tenant: str) -> Iterator[str]:
    """What has to go before an allocation can be deleted, one line each."""
    if constraint.kind is Kind.MACHINES:
        of = type_of(tx, constraint)
        pool = machines.pool(tx, of.uuid, tenant)
        over = pool.instances - (pool.allocated - constraint.value)
        if over > 0:
            yield f"{over:,} of {pool.instances:,} instances of {of.name}"
        return
    for one in blocks.prefixes(tx, constraint.derived):
        kind = "subnet" if one.is_subnet else "VPC prefix"
        yield f"{kind} {one.name} ({one.prefix}/{one.length})"
