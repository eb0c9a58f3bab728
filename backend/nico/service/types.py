"""Use cases of instance types and which machines are of them (spec nico §2.7)."""

from __future__ import annotations

from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.identity import Actor
from backend.core.plan import Change, Plan, Tier, WireRequest
from backend.core.text import counted
from backend.core.usecase import Decision, Write
from backend.nico.model import (
    AssociateMachines,
    CreateInstanceType,
    DeleteInstanceType,
    DissociateMachine,
    InstanceType,
    Machine,
    Provider,
)
from backend.nico.rules import outbound, roles, values
from backend.nico.service.finding import acting, at_site, owned, unknown
from backend.nico.store import machines

FIT = ("Ready", "Reset")
"""Statuses in which a machine can be given a type."""


def create(tx: Tx, command: CreateInstanceType) -> Decision:
    """A new kind of machine at a site."""
    roles.require_provider(command.actor)
    values.refuse(values.name(command.name) | values.identifier("siteId", command.site))
    provider, site = at_site(tx, command, command.site)
    namesake = machines.type_named(tx, site.uuid, command.name)
    if namesake is not None:
        raise values.name_taken(command.name, namesake.uuid)
    uuid = tx.runtime.uuid() if tx.writable else ""
    what = (command.name, command.description, "Ready", tx.now, tx.now)
    after = InstanceType(uuid, provider.uuid, site.uuid, *what)
    plan = Plan(
        command,
        "Create",
        f"Create instance type {after.name} at {site.name}",
        after.name,
        Tier.REVERSIBLE,
        outbound.type_request(command.org or provider.org, command),
        changes=(
            Change(after.name, "instance type", None, "new"),
            Change(after.name, "site", None, site.name),
        ),
        undo="delete the type",
    )
    message = f"Instance type {after.name} created at {site.name}"
    made = {"instance_type": uuid}
    return Decision(plan, "instance_type.create", after.target, message, [Write(None, after)], made)


def delete(tx: Tx, command: DeleteInstanceType) -> Decision:
    """Remove a kind of machine that nothing refers to; its machines are of none then."""
    provider, before = _type(tx, command.actor, command.org, command.instance_type)
    constraints, instances = machines.references(tx, before.uuid)
    if constraints or instances:
        told = f"{counted(constraints, 'allocation')} and {counted(instances, 'instance')}"
        told += f" are of instance type {before.name}"
        raise values.refusal(Invalid, "in_use", told, "delete them first")
    freed = machines.machines_of(tx, before.uuid)
    plan = Plan(
        command,
        "Delete",
        f"Delete instance type {before.name}",
        before.name,
        Tier.HARMFUL,
        _delete_request(command.org or provider.org, before),
        changes=(
            Change(before.name, "instance type", "there", "deleted"),
            Change(before.name, "machines", len(freed), None),
        ),
        undo="create it again, under another id",
    )
    writes = [Write(one, replace(one, instance_type="")) for one in freed]
    message = f"Instance type {before.name} deleted"
    return Decision(
        plan, "instance_type.delete", before.target, message, [*writes, Write(before, None)]
    )


def _delete_request(org: str, of: InstanceType, *more: str) -> WireRequest:
    return outbound.delete_request(org, "instance", "type", of.uuid, *more)


def _type(tx: Tx, actor: Actor, org: str, uuid: str) -> tuple[Provider, InstanceType]:
    """The type of this uuid and whose it is. Raises NotAllowed, NotFound, Invalid."""
    roles.require_provider(actor)
    values.refuse(values.identifier("instanceTypeId", uuid))
    found = machines.instance_type(tx, values.plain(uuid))
    if found is None:
        raise unknown("instance type", uuid, NotFound)
    provider = acting(tx, actor, org, found.provider, Invalid)
    owned(provider, found.provider, f"instance type {found.name}")
    return provider, found


def associate(tx: Tx, command: AssociateMachines) -> Decision:
    """Say which machines are of a type; those that are of one stay with it."""
    provider, of = _type(tx, command.actor, command.org, command.instance_type)
    ids = list(dict.fromkeys(command.machines))
    if not ids:
        values.refuse({"machineIds": "must name at least one machine"})
    found = [_free(tx, id, of) for id in ids]
    plan = Plan(
        command,
        "Associate",
        f"Associate {counted(len(ids), 'machine')} with {of.name}",
        of.name,
        Tier.REVERSIBLE,
        outbound.machines_request(command.org or provider.org, of.uuid, ids),
        changes=tuple(Change(id, "instance type", None, of.name) for id in ids),
        undo="dissociate them",
        inverse=DissociateMachine(
            actor=command.actor, org=command.org, instance_type=of.uuid, machine=ids[0]
        )
        if len(ids) == 1
        else None,
    )
    writes = [Write(one, replace(one, instance_type=of.uuid)) for one in found]
    message = f"{counted(len(ids), 'machine')} associated with {of.name}"
    return Decision(plan, "machine.associate", of.target, message, writes)


def _free(tx: Tx, id: str, of: InstanceType) -> Machine:
    """A machine that can be given a type. Raises Invalid, then Conflict."""
    found = machines.machine(tx, id)
    if found is None:
        raise unknown("machine", id, Invalid)
    if found.site != of.site:
        raise values.refusal(Invalid, "foreign", f"machine {id} is at another site")
    if found.status not in FIT:
        told = f"machine {id} is {found.status}"
        raise values.refusal(Invalid, "status", told, f"wait until it is {' or '.join(FIT)}")
    if found.instance_type:
        told = f"machine {id} is of an instance type already"
        raise values.refusal(Conflict, "in_use", told, "dissociate it first")
    return found


def dissociate(tx: Tx, command: DissociateMachine) -> Decision:
    """Take a machine from its type, when it carries nothing and enough others stay."""
    provider, of = _type(tx, command.actor, command.org, command.instance_type)
    before = machines.machine(tx, command.machine)
    if before is None or before.instance_type != of.uuid:
        told = f"machine {command.machine!r} is not of instance type {of.name}"
        raise values.refusal(NotFound, "unknown", told)
    carried = machines.instance_on(tx, before.id)
    if carried is not None:
        told = f"machine {before.id} carries instance {carried.name}"
        raise values.refusal(Invalid, "in_use", told, "remove it first")
    if of.room < 1:
        told = f"all {counted(of.machines, 'machine')} of {of.name} are given away"
        raise values.refusal(Invalid, "capacity", told, "lower an allocation first")
    again = AssociateMachines(
        actor=command.actor, org=command.org, instance_type=of.uuid, machines=(before.id,)
    )
    plan = Plan(
        command,
        "Dissociate",
        f"Dissociate machine {before.id} from {of.name}",
        before.id,
        Tier.REVERSIBLE,
        _delete_request(command.org or provider.org, of, "machine", before.id),
        changes=(Change(before.id, "instance type", of.name, None),),
        undo="associate it again",
        inverse=again if before.status in FIT else None,
    )
    message = f"Machine {before.id} dissociated from {of.name}"
    write = Write(before, replace(before, instance_type=""))
    return Decision(plan, "machine.dissociate", before.target, message, [write])
