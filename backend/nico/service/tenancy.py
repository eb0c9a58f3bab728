"""Use cases of tenants: instances on what they were given, networks in it (spec nico §2.7)."""

from __future__ import annotations

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound
from backend.core.plan import Change, Plan, Tier
from backend.core.usecase import Decision, Write
from backend.nico.model import (
    AddPrefix,
    AdmitInstance,
    Instance,
    Machine,
    NicoCommand,
    Prefix,
    RemoveInstance,
    RemovePrefix,
    Tenant,
)
from backend.nico.rules import outbound, pools, roles, values
from backend.nico.service.finding import damaged, granted, unknown
from backend.nico.store import blocks, machines, places

LEAST = 8
"""The length of the largest network that a tenant makes."""


def admit(tx: Tx, command: AdmitInstance) -> Decision:
    """Let a tenant have an instance, on a machine of a type or on one that is named."""
    tenant = _tenant(tx, command, command.tenant, Invalid)
    values.refuse(values.name(command.name))
    site = places.site(tx, values.plain(command.site))
    if site is None:
        raise unknown("site", command.site, Invalid)
    machine = _machine(tx, command, tenant)
    if machine.site != site.uuid:
        raise values.refusal(Invalid, "foreign", f"machine {machine.id} is at another site")
    uuid = tx.runtime.uuid() if tx.writable else ""
    kind = values.plain(command.instance_type)
    after = Instance(uuid, command.name, tenant.uuid, site.uuid, kind, machine.id)
    plan = Plan(
        command,
        "Admit",
        f"Admit instance {after.name} of {tenant.org}",
        after.name,
        Tier.REVERSIBLE,
        outbound.instance_request(command.org or tenant.org, command),
        changes=(
            Change(after.name, "instance", None, "new"),
            Change(after.name, "machine", None, machine.id),
        ),
        undo="remove the instance",
    )
    message = f"Instance {after.name} of {tenant.org} admitted"
    writes = [Write(None, after)]
    return Decision(plan, "instance.admit", after.target, message, writes, {"instance": uuid})


def _tenant(
    tx: Tx, command: NicoCommand, uuid: str, error: type[Invalid] | type[NotFound]
) -> Tenant:
    """The tenant in whose name something is done. Raises NotAllowed, too."""
    found = places.tenant(tx, values.plain(uuid))
    if found is None:
        raise unknown("tenant", uuid, error)
    roles.require_tenant(command.actor, command.org.lower(), found.org)
    return found


def _machine(tx: Tx, command: AdmitInstance, tenant: Tenant) -> Machine:
    """The machine that an instance comes to. Raises NotAllowed, then Invalid."""
    if not command.instance_type:
        return _named(tx, command.machine, "")
    of = machines.instance_type(tx, values.plain(command.instance_type))
    if of is None:
        raise unknown("instance type", command.instance_type, Invalid)
    if of.site not in places.visible(tx, tenant.uuid):
        told = f"{tenant.org} has no allocation at the site"
        raise values.refusal(NotAllowed, "capacity", told, "have something allocated")
    pools.need_place(of, machines.pool(tx, of.uuid, tenant.uuid))
    if command.machine:
        return _named(tx, command.machine, of.uuid)
    found = machines.spare(tx, of.uuid)
    if found is None:
        raise values.refusal(Invalid, "capacity", f"no machine of {of.name} is Ready and free")
    return found


def _named(tx: Tx, id: str, kind: str) -> Machine:
    """A machine by its id, of a type if one is given, that carries nothing."""
    found = machines.machine(tx, id)
    if found is None or (kind and found.instance_type != kind):
        raise unknown("machine", id, Invalid)
    carried = machines.instance_on(tx, id)
    if carried is not None:
        told = f"machine {id} carries instance {carried.name}"
        raise values.refusal(Invalid, "in_use", told, "choose another machine")
    return found


def remove(tx: Tx, command: RemoveInstance) -> Decision:
    """Give an instance up."""
    before = machines.instance(tx, values.plain(command.instance))
    if before is None:
        raise unknown("instance", command.instance, NotFound)
    tenant = _tenant(tx, command, before.tenant, NotFound)
    plan = Plan(
        command,
        "Remove",
        f"Remove instance {before.name} of {tenant.org}",
        before.name,
        Tier.HARMFUL,
        outbound.delete_request(command.org or tenant.org, "instance", before.uuid),
        changes=(Change(before.name, "instance", "there", "removed"),),
        undo="admit another one",
    )
    message = f"Instance {before.name} of {tenant.org} removed"
    return Decision(plan, "instance.remove", before.target, message, [Write(before, None)])


def add_prefix(tx: Tx, command: AddPrefix) -> Decision:
    """Carve a subnet or a VPC prefix of a block that a tenant was given."""
    block = blocks.block(tx, values.plain(command.block))
    if block is None:
        raise unknown("block", command.block, Invalid)
    if not block.tenant:
        told = f"block {block.name} is no tenant's"
        raise values.refusal(Invalid, "kind", told, "use one that was carved for an allocation")
    tenant = _tenant(tx, command, block.tenant, Invalid)
    most = block.bits - (2 if command.is_subnet else 1)
    faults = values.name(command.name)
    if not LEAST <= command.length <= most:
        faults |= {"prefixLength": f"must be {LEAST} to {most}"}
    values.refuse(faults)
    own = blocks.free_list(tx, block).carved(command.length)
    if own is None:
        told = f"block {block.name} ({block.cidr}) has no room for a /{command.length}"
        raise values.refusal(Conflict, "space", told)
    uuid = tx.runtime.uuid() if tx.writable else ""
    where = (own.address, own.length, command.is_subnet)
    after = Prefix(uuid, command.name, tenant.uuid, block.uuid, *where)
    plan = Plan(
        command,
        "Add",
        f"Add {after.what} {after.name} to {block.name}",
        after.name,
        Tier.REVERSIBLE,
        outbound.prefix_request(command.org or tenant.org, command),
        changes=(
            Change(after.name, after.what, None, "new"),
            Change(after.name, "network", None, own.cidr),
        ),
        undo="remove it",
    )
    writes = [Write(None, after), *granted(block, own.length == block.length, tx.now)]
    message = f"{after.what} {after.name} added to {block.name}"
    return Decision(plan, "prefix.add", after.target, message, writes, {"prefix": uuid})


def remove_prefix(tx: Tx, command: RemovePrefix) -> Decision:
    """Give a subnet or a VPC prefix up."""
    before = blocks.prefix(tx, values.plain(command.prefix))
    if before is None:
        raise unknown("subnet or VPC prefix", command.prefix, NotFound)
    tenant = _tenant(tx, command, before.tenant, NotFound)
    block = blocks.block(tx, before.block)
    if block is None:
        raise damaged(f"{before.target} is of no block")
    what = "subnet" if before.is_subnet else "vpc-prefix"
    cidr = f"{before.prefix}/{before.length}"
    plan = Plan(
        command,
        "Remove",
        f"Remove {before.what} {before.name} of {tenant.org}",
        before.name,
        Tier.HARMFUL,
        outbound.delete_request(command.org or tenant.org, what, before.uuid),
        changes=(Change(before.name, "network", cidr, None),),
        undo="add another one",
    )
    writes = [Write(before, None), *granted(block, False, tx.now)]
    message = f"{before.what} {before.name} removed"
    return Decision(plan, "prefix.remove", before.target, message, writes)
