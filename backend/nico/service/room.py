"""The room: which use case answers which command, and how decisions are stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backend.core.database.tx import Tx
from backend.core.journal import SideEffect
from backend.core.plan import Command, Receipt
from backend.core.usecase import Decision, Room, Write, perform_writes
from backend.nico.model import (
    AddPrefix,
    AdmitInstance,
    Allocation,
    AssociateMachines,
    Block,
    Constraint,
    CreateBlock,
    CreateInstanceType,
    CreateNicoAllocation,
    DeleteBlock,
    DeleteInstanceType,
    DeleteNicoAllocation,
    DissociateMachine,
    Instance,
    InstanceType,
    Machine,
    ModifyNicoAllocation,
    Prefix,
    Provider,
    RegisterProvider,
    RegisterTenant,
    RemoveInstance,
    RemovePrefix,
    SetConstraintValue,
    Tenant,
)
from backend.nico.rules.values import plain
from backend.nico.service import allocations, blocks, constraints, organisations, tenancy, types
from backend.nico.store import allocations as allocation_store
from backend.nico.store import blocks as block_store
from backend.nico.store import machines as machine_store
from backend.nico.store import places

Keep = Callable[[Tx, Any, Any], None]


def _kept(
    add: Callable[[Tx, Any], None],
    save: Callable[[Tx, Any, Any], None] | None,
    delete: Callable[[Tx, Any], None] | None,
) -> Keep:
    """How something is stored that is added, changed and removed in these ways."""

    def keep(tx: Tx, before: Any, after: Any) -> None:
        if before is None:
            add(tx, after)
        elif after is None and delete is not None:
            delete(tx, before)
        elif after is not None and save is not None:
            save(tx, before, after)
        else:
            raise TypeError(f"{before!r} cannot become {after!r}")

    return keep


def _new_allocation(tx: Tx, one: Allocation) -> None:
    allocation_store.save(tx, None, one)


def _new_constraint(tx: Tx, one: Constraint) -> None:
    allocation_store.save_constraint(tx, None, one)


KEEP: Mapping[type, Keep] = {
    Allocation: _kept(_new_allocation, allocation_store.save, allocation_store.delete),
    Constraint: _kept(
        _new_constraint, allocation_store.save_constraint, allocation_store.delete_constraint
    ),
    Block: _kept(block_store.add, block_store.save, block_store.delete),
    Prefix: _kept(block_store.add_prefix, None, block_store.delete_prefix),
    InstanceType: _kept(machine_store.add_type, None, machine_store.delete_type),
    Machine: machine_store.save_machine,
    Provider: _kept(places.add_provider, None, None),
    Tenant: _kept(places.add_tenant, None, None),
    Instance: _kept(machine_store.add_instance, None, machine_store.delete_instance),
}


def persist(tx: Tx, write: object) -> Sequence[SideEffect]:
    """Store one write of a decision, and all that is counted with it."""
    if not isinstance(write, Write):
        raise TypeError(f"{write!r} is no write of this room")
    KEEP[type(write.after or write.before)](tx, write.before, write.after)
    return ()


SUBJECTS = {
    "constraint": "constraint",
    "allocation": "nico_allocation",
    "block": "ip_block",
    "instance_type": "instance_type",
    "machine": "machine",
    "instance": "instance",
}
"""What a command is about, by the field that says it."""


def _subject(command: Command) -> str:
    for field, kind in SUBJECTS.items():
        value = getattr(command, field, "")
        if value:
            return f"{kind}:{plain(value)}"
    return "nico"


def _perform(tx: Tx, decision: Decision, reason: str) -> Receipt:
    return perform_writes(tx, decision, reason, persist)


ROOM = Room(
    "nico",
    {
        RegisterProvider: ("nico_provider.create", organisations.register_provider),
        RegisterTenant: ("nico_tenant.create", organisations.register_tenant),
        CreateNicoAllocation: ("nico_allocation.create", allocations.create),
        ModifyNicoAllocation: ("nico_allocation.modify", allocations.modify),
        SetConstraintValue: ("constraint.set", constraints.set_value),
        DeleteNicoAllocation: ("nico_allocation.delete", constraints.delete),
        CreateBlock: ("ip_block.create", blocks.create),
        DeleteBlock: ("ip_block.delete", blocks.delete),
        CreateInstanceType: ("instance_type.create", types.create),
        DeleteInstanceType: ("instance_type.delete", types.delete),
        AssociateMachines: ("machine.associate", types.associate),
        DissociateMachine: ("machine.dissociate", types.dissociate),
        AdmitInstance: ("instance.admit", tenancy.admit),
        RemoveInstance: ("instance.remove", tenancy.remove),
        AddPrefix: ("prefix.add", tenancy.add_prefix),
        RemovePrefix: ("prefix.remove", tenancy.remove_prefix),
    },
    _perform,
    _subject,
)
