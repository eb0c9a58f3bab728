"""Use cases of allocations (spec nico §2.2, §2.4, §2.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.plan import Change, Plan, Tier
from backend.core.usecase import Decision, Write
from backend.nico.model import (
    Allocation,
    Block,
    Constraint,
    CreateNicoAllocation,
    InstanceType,
    Kind,
    Mode,
    ModifyNicoAllocation,
    Provider,
    Site,
    Tenant,
)
from backend.nico.rules import carve, outbound, pools, roles, values
from backend.nico.rules.carve import Net
from backend.nico.service.finding import acting, at_site, find_allocation, granted, owned, unknown
from backend.nico.service.finding import with_constraint as joined
from backend.nico.store import allocations, blocks, machines, places

REGISTERED = "Registered"


class Given(NamedTuple):
    """What a new allocation gives: machines of a type, or a network of a block."""

    name: str
    of: InstanceType | None
    source: Block | None
    network: Net | None


def create(tx: Tx, command: CreateNicoAllocation) -> Decision:
    """Give a tenant machines of a type, or a part of a block."""
    roles.require_provider(command.actor)
    values.refuse(_faults(command))
    command = _plain(command)
    provider, site, tenant = _where(tx, command)
    given = _machines(tx, command) if command.kind is Kind.MACHINES else _network(tx, command)
    writes = _new(tx, command, provider, given)
    after: Allocation = writes[0].after
    plan = Plan(
        command,
        "Create",
        f"Give {tenant.org} {_told(command, given)}",
        after.name,
        Tier.REVERSIBLE,
        outbound.create_request(command.org or provider.org, command),
        changes=tuple(_first(command, tenant, site, given)),
        warnings=tuple(_doubts(tx, given, command.value)),
        figures=readiness(tx, given.of, command.value) if given.of else (),
        undo="delete the allocation",
    )
    message = f"Allocation {after.name} created for {tenant.org}"
    created = {"allocation": after.uuid, "constraint": writes[-1].after.uuid}
    more = granted(given.source, True, tx.now) if given.source and _whole(given) else []
    return Decision(
        plan, "nico_allocation.create", after.target, message, [*writes, *more], created
    )


def _faults(command: CreateNicoAllocation) -> values.Faults:
    faults = values.name(command.name) | values.identifier("siteId", command.site)
    faults |= values.identifier("tenantId", command.tenant)
    faults |= values.identifier("resourceTypeId", command.resource)
    return faults | values.amount(command.kind, command.value)


def _plain(command: CreateNicoAllocation) -> CreateNicoAllocation:
    return replace(
        command,
        tenant=values.plain(command.tenant),
        site=values.plain(command.site),
        resource=values.plain(command.resource),
    )


def _where(tx: Tx, command: CreateNicoAllocation) -> tuple[Provider, Site, Tenant]:
    """Who gives where to whom. Raises Invalid, then Conflict."""
    provider, site = at_site(tx, command, command.site)
    tenant = places.tenant(tx, command.tenant)
    if tenant is None:
        raise unknown("tenant", command.tenant, Invalid)
    namesake = allocations.named(tx, tenant.uuid, site.uuid, command.name)
    if namesake is not None:
        raise values.name_taken(command.name, namesake.uuid)
    return provider, site, tenant


def _machines(tx: Tx, command: CreateNicoAllocation) -> Given:
    of = machines.instance_type(tx, command.resource)
    if of is None:
        raise unknown("instance type", command.resource, Invalid)
    _here(command, of.site, f"instance type {of.name}")
    if command.mode is not Mode.RESERVED:
        told = f"machines cannot be {command.mode.value}"
        raise values.refusal(Invalid, "kind", told, f"use {Mode.RESERVED.value}")
    pools.need_room(of, command.value, Conflict)
    return Given(of.name, of, None, None)


def _network(tx: Tx, command: CreateNicoAllocation) -> Given:
    source = blocks.block(tx, command.resource)
    if source is None:
        raise unknown("block", command.resource, Invalid)
    _here(command, source.site, f"block {source.name}")
    if source.parent:
        told = f"block {source.name} was itself carved of another one"
        raise values.refusal(Invalid, "kind", told, "carve of a site's block")
    values.refuse(values.length(command.value, source.bits))
    network = blocks.free_list(tx, source).carved(command.value)
    if network is None:
        raise no_space(tx, source, command.value, Conflict)
    return Given(source.name, None, source, network)


def _here(command: CreateNicoAllocation, site: str, what: str) -> None:
    """Raises Invalid on what is of another site, and so perhaps another provider."""
    if site != command.site:
        raise values.refusal(Invalid, "foreign", f"{what} is at another site")


def no_space(tx: Tx, source: Block, length: int, error: type[values.E]) -> values.E:
    """What refuses to carve, with what there is."""
    told = f"block {source.name} ({source.cidr}) has no room for a /{length}"
    pieces = blocks.free_list(tx, source).pieces()
    return values.refusal(error, "space", told, carve.told(pieces))


def _whole(given: Given) -> bool:
    return bool(given.source and given.network and given.source.length == given.network.length)


def _new(tx: Tx, command: CreateNicoAllocation, provider: Provider, given: Given) -> list[Write]:
    """The allocation, what was carved, and the constraint; without uuids while only planned."""
    uuids = [tx.runtime.uuid() if tx.writable else "" for _ in range(3)]
    head = (uuids[0], provider.uuid, command.tenant, command.site, command.name)
    allocation = Allocation(*head, command.description, REGISTERED, tx.now, tx.now)
    found = [Write(None, allocation)]
    derived = _derived(command, uuids[2], given, tx.now)
    found += [Write(None, derived)] if derived else []
    carved = derived.uuid if derived else ""
    about = (uuids[0], command.kind, command.resource, command.mode, command.value)
    constraint = Constraint(uuids[1], *about, carved, tx.now, tx.now)
    return [*found, Write(None, constraint)]


def _derived(command: CreateNicoAllocation, uuid: str, given: Given, now: int) -> Block | None:
    source, network = given.source, given.network
    if source is None or network is None:
        return None
    return replace(
        source,
        uuid=uuid,
        tenant=command.tenant,
        parent=source.uuid,
        name=command.name,
        description=command.description,
        prefix=network.address,
        length=network.length,
        full_grant=False,
        status="Ready",
        created_at=now,
        updated_at=now,
    )


def _told(command: CreateNicoAllocation, given: Given) -> str:
    """What is given, in words."""
    if given.network:
        return f"{given.network.cidr} of {given.name}"
    return f"{command.value:,} machine{'' if command.value == 1 else 's'} of {given.name}"


def _first(
    command: CreateNicoAllocation, tenant: Tenant, site: Site, given: Given
) -> Iterator[Change]:
    name = command.name
    yield Change(name, "allocation", None, "new")
    yield Change(name, "tenant", None, tenant.org)
    yield Change(name, "site", None, site.name)
    if given.network is None:
        yield Change(name, f"machines of {given.name}", None, command.value)
    else:
        yield Change(name, f"prefix length in {given.name}", None, command.value)
        yield Change(name, "network", None, given.network.cidr)


def _doubts(tx: Tx, given: Given, value: int) -> Iterator[str]:
    if given.of:
        yield from scarce(tx, given.of, value)
    elif _whole(given):
        yield f"all of {given.name}: nothing else can be carved of it"


def scarce(tx: Tx, of: InstanceType, more: int) -> Iterator[str]:
    """Warnings of what giving so many more machines of a type leads to."""
    if more > 0 and machines.ready(tx, of.uuid) < of.allocated + more:
        yield f"fewer machines of {of.name} are Ready than are given away"
    if 0 < more == of.room:
        yield f"nobody can be given a machine of {of.name} any more"


def readiness(tx: Tx, of: InstanceType, more: int) -> tuple[str, ...]:
    """How many machines of a type are Ready, where that is fewer than would be given away."""
    ready, given = machines.ready(tx, of.uuid), of.allocated + more
    told = f"{of.name}: {ready:,} Ready, {given:,} given away by then"
    return (told,) if more > 0 and ready < given else ()


def modify(tx: Tx, command: ModifyNicoAllocation) -> Decision:
    """Rename or describe an allocation; what was carved for it gets its name."""
    roles.require_provider(command.actor)
    values.refuse(values.identifier("allocationId", command.allocation))
    values.refuse(values.name(command.name))
    before = find_allocation(tx, command.allocation)
    provider = acting(tx, command.actor, command.org, before.provider, NotFound)
    owned(provider, before.provider, f"allocation {before.name}")
    after = _modified(command, before)
    namesake = allocations.named(tx, after.tenant, after.site, after.name)
    if namesake is not None and namesake.uuid != before.uuid:
        raise values.name_taken(after.name, namesake.uuid)
    after = replace(after, updated_at=tx.now)
    plan = Plan(
        command,
        "Change",
        f"Change allocation {before.name}",
        before.name,
        Tier.REVERSIBLE,
        outbound.modify_request(command.org or provider.org, command),
        changes=tuple(_changes(before, after)),
        undo="change it back",
        inverse=_back(command, before),
    )
    writes = [Write(before, after), *_renamed(tx, before, after, provider)]
    message = f"Allocation {after.name} changed"
    return Decision(plan, "nico_allocation.modify", before.target, message, writes)


def _modified(command: ModifyNicoAllocation, before: Allocation) -> Allocation:
    name, text = command.name, command.description
    return replace(
        before,
        name=before.name if name is None else name,
        description=before.description if text is None else text,
    )


def _changes(before: Allocation, after: Allocation) -> Iterator[Change]:
    for field in ("name", "description"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield Change(before.name, field, old, new)


def _renamed(tx: Tx, before: Allocation, after: Allocation, provider: Provider) -> Iterator[Write]:
    """The write of the carved block, when the name is another one."""
    constraint = joined(tx, before, provider).constraint
    carved = blocks.block(tx, constraint.derived) if constraint.derived else None
    if carved is not None and before.name != after.name:
        yield Write(carved, replace(carved, name=after.name, updated_at=tx.now))


def _back(command: ModifyNicoAllocation, before: Allocation) -> ModifyNicoAllocation | None:
    """The command that restores what this one changes; a description cannot be cleared."""
    if command.description is not None and before.description is None:
        return None
    return replace(
        command,
        name=None if command.name is None else before.name,
        description=None if command.description is None else before.description,
    )
