"""Use cases of what an allocation gives: another value, or nothing more (spec nico §2.3, §2.6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from backend.core.database.tx import Tx
from backend.core.errors import Invalid, NotFound
from backend.core.plan import Change, Impact, Plan, Tier
from backend.core.usecase import Decision, Write
from backend.nico.model import (
    DeleteNicoAllocation,
    InstanceType,
    Kind,
    SetConstraintValue,
)
from backend.nico.rules import outbound, pools, roles, values
from backend.nico.rules.carve import Net, Sketch
from backend.nico.service.allocations import no_space, readiness, scarce
from backend.nico.service.finding import (
    Found,
    acting,
    blocks_of,
    find_allocation,
    granted,
    owned,
    tier,
    type_of,
    unknown,
    with_constraint,
)
from backend.nico.store import allocations, blocks, machines


class Effect(NamedTuple):
    """What another value comes to: `exact` when setting the old one restores all."""

    changes: Sequence[Change]
    impacts: Sequence[Impact] = ()
    warnings: Sequence[str] = ()
    figures: Sequence[str] = ()
    writes: Sequence[Write] = ()
    exact: bool = True
    undo: str = "set the old value again"


def set_value(tx: Tx, command: SetConstraintValue) -> Decision:
    """Give more or fewer machines, or a network of another size, which may be elsewhere."""
    roles.require_provider(command.actor)
    faults = values.identifier("allocationId", command.allocation)
    faults |= values.identifier("allocationConstraintId", command.constraint)
    values.refuse(faults)
    values.refuse(values.amount(Kind.MACHINES, command.value))
    found = _find(tx, command)
    before = found.constraint
    if before.value == command.value:
        effect = Effect([], warnings=[f"it is {_unit(before.kind, command.value)} already"])
    elif before.kind is Kind.MACHINES:
        effect = _other_machines(tx, found, command.value)
    else:
        effect = _other_network(tx, found, command.value)
    plan = Plan(
        command,
        "Set",
        f"Set {found.allocation.name} of {found.tenant.org} to {_unit(before.kind, command.value)}",
        found.allocation.name,
        tier(harmful=not effect.exact),
        outbound.value_request(command.org or found.provider.org, command),
        changes=tuple(effect.changes),
        impacts=tuple(effect.impacts),
        warnings=tuple(effect.warnings),
        figures=tuple(effect.figures),
        undo=effect.undo,
        inverse=replace(command, value=before.value) if effect.exact else None,
    )
    writes = [*effect.writes]
    if before.value != command.value:
        writes.append(Write(before, replace(before, value=command.value, updated_at=tx.now)))
    message = f"{found.allocation.name} set to {_unit(before.kind, command.value)}"
    return Decision(plan, "constraint.set", before.target, message, writes)


def _find(tx: Tx, command: SetConstraintValue) -> Found:
    """The constraint of an allocation. Raises NotFound or Invalid, as §2.3 has them in order."""
    constraint = allocations.constraint(tx, values.plain(command.constraint))
    if constraint is None:
        raise unknown("constraint", command.constraint, NotFound)
    if constraint.allocation != values.plain(command.allocation):
        told = f"constraint {command.constraint!r} is of another allocation"
        raise values.refusal(Invalid, "foreign", told)
    allocation = find_allocation(tx, command.allocation)
    provider = acting(tx, command.actor, command.org, allocation.provider, Invalid)
    owned(provider, allocation.provider, f"allocation {allocation.name}")
    return with_constraint(tx, allocation, provider)


def _unit(kind: Kind, value: int) -> str:
    if kind is Kind.ADDRESSES:
        return f"/{value}"
    return f"{value:,} machine{'' if value == 1 else 's'}"


def _other_machines(tx: Tx, found: Found, value: int) -> Effect:
    of, before = type_of(tx, found.constraint), found.constraint
    pool = machines.pool(tx, of.uuid, found.allocation.tenant)
    more = value - before.value
    if more < 0:
        pools.need_pool(of, pool, -more, Invalid)
    else:
        pools.need_room(of, more, Invalid)
    change = Change(found.allocation.name, f"machines of {of.name}", before.value, value)
    impact = _impact(found, of, pool.allocated, pool.allocated + more, pool.instances)
    return Effect([change], [impact], list(scarce(tx, of, more)), readiness(tx, of, more))


def _impact(found: Found, of: InstanceType, before: int, after: int, instances: int) -> Impact:
    """All that the tenant is given of the type, against his instances."""
    return Impact("", found.tenant.org, of.name, before, after, instances)


def _other_network(tx: Tx, found: Found, value: int) -> Effect:
    source, derived = blocks_of(tx, found.constraint)
    values.refuse(values.length(value, source.bits))
    if value < source.length:
        told = f"block {source.name} is a /{source.length}, smaller than a /{value}"
        raise values.refusal(Invalid, "space", told, f"use {source.length} to {source.bits}")
    pools.need_unheld(derived.cidr, blocks.prefixes(tx, derived.uuid))
    old, free = blocks.net_of(derived), Sketch(blocks.free_list(tx, source))
    free.give_back(old)
    new = free.carved(value)
    if new is None:
        raise no_space(tx, source, value, Invalid)
    name = found.allocation.name
    changes = [
        Change(name, f"prefix length in {source.name}", old.length, value),
        Change(name, "network", old.cidr, new.cidr),
    ]
    after = replace(derived, prefix=new.address, length=value, updated_at=tx.now)
    writes = [Write(derived, after), *granted(source, value == source.length, tx.now)]
    free.take(new)
    free.give_back(new)
    exact = free.carved(old.length) == old
    undo = "set the old value again"
    undo += f", which gives {old.cidr} back" if exact else ", which gives another network"
    return Effect(changes, (), list(_moves(old, new)), (), writes, exact, undo)


def _moves(old: Net, new: Net) -> Iterator[str]:
    if not (old.holds(new) or new.holds(old)):
        yield f"moves to another network: {old.cidr} is given up"


def delete(tx: Tx, command: DeleteNicoAllocation) -> Decision:
    """Take back what was given, when nothing of it is in use."""
    roles.require_provider(command.actor)
    values.refuse(values.identifier("allocationId", command.allocation))
    allocation = find_allocation(tx, command.allocation)
    provider = acting(tx, command.actor, command.org, allocation.provider, Invalid)
    owned(provider, allocation.provider, f"allocation {allocation.name}")
    found = with_constraint(tx, allocation, provider)
    taking = _machines_back if found.constraint.kind is Kind.MACHINES else _network_back
    effect = taking(tx, found)
    plan = Plan(
        command,
        "Delete",
        f"Delete allocation {allocation.name} of {found.tenant.org}",
        allocation.name,
        Tier.HARMFUL,
        outbound.delete_request(command.org or provider.org, "allocation", allocation.uuid),
        changes=(Change(allocation.name, "allocation", "given", "deleted"), *effect.changes),
        impacts=tuple(effect.impacts),
        undo=effect.undo,
    )
    writes = [Write(found.constraint, None), *effect.writes, Write(allocation, None)]
    message = f"Allocation {allocation.name} of {found.tenant.org} deleted"
    return Decision(plan, "nico_allocation.delete", allocation.target, message, writes)


def _machines_back(tx: Tx, found: Found) -> Effect:
    of, value = type_of(tx, found.constraint), found.constraint.value
    pool = machines.pool(tx, of.uuid, found.allocation.tenant)
    pools.need_pool(of, pool, value, Invalid)
    left = pool.allocated - value
    change = Change(found.allocation.name, f"machines of {of.name}", value, None)
    impact = _impact(found, of, pool.allocated, left, pool.instances)
    return Effect([change], [impact], undo="create it again, under another id")


def _network_back(tx: Tx, found: Found) -> Effect:
    source, derived = blocks_of(tx, found.constraint)
    pools.need_unheld(derived.cidr, blocks.prefixes(tx, derived.uuid))
    change = Change(found.allocation.name, "network", derived.cidr, None)
    writes = [Write(derived, None), *granted(source, False, tx.now)]
    undo = "create it again, which may give another network"
    return Effect([change], writes=writes, undo=undo)
