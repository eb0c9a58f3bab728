"""Use cases of resource classes and traits (spec placement §4.11)."""

from __future__ import annotations

from backend.core.database.tx import Tx
from backend.core.errors import NotFound
from backend.core.plan import Change, Command, Plan, Tier, WireRequest
from backend.core.usecase import Decision, Write
from backend.placement.model import (
    CreateResourceClass,
    CreateTrait,
    DeleteResourceClass,
    DeleteTrait,
    RenameResourceClass,
    ResourceClass,
    Trait,
)
from backend.placement.rules import conflicts, names, outbound
from backend.placement.rules.access import require_writer
from backend.placement.service.finding import knows_class
from backend.placement.store import classes as store
from backend.placement.store import marks

CLASS, TRAIT = "resource class", "trait"
Kind = ResourceClass | Trait


def create(tx: Tx, command: CreateResourceClass) -> Decision:
    """A custom class."""
    require_writer(command.actor)
    names.check_custom(command.name)
    if store.has_class(tx, command.name):
        raise conflicts.exists(CLASS, command.name, conflicts.CLASS_EXISTS)
    request = WireRequest("PUT", f"/resource_classes/{command.name}", {})
    inverse = DeleteResourceClass(actor=command.actor, name=command.name)
    return _made(command, CLASS, ResourceClass(command.name), request, inverse)


def rename(tx: Tx, command: RenameResourceClass) -> Decision:
    """Another name for a custom class, and so for all that is of it."""
    require_writer(command.actor)
    old, new = command.name, command.new_name
    _check_known(tx, old)
    names.check_own(CLASS, old, names.standard_classes())
    names.check_custom(new)
    if store.has_class(tx, new):
        raise conflicts.exists(CLASS, new, conflicts.CLASS_EXISTS)
    after = ResourceClass(new)
    plan = Plan(
        command,
        "Rename",
        f"Rename resource class {old}",
        old,
        Tier.HARMFUL,
        WireRequest("PUT", f"/resource_classes/{old}", {"name": new}),
        changes=(Change(old, "name", old, new),),
        undo="rename it back",
        inverse=RenameResourceClass(actor=command.actor, name=new, new_name=old),
    )
    writes = [Write(ResourceClass(old), after)]
    return Decision(plan, "class.rename", after.target, f"{old} is {new} now", writes)


def delete(tx: Tx, command: DeleteResourceClass) -> Decision:
    """Remove a custom class of which nobody has an inventory."""
    require_writer(command.actor)
    name = command.name
    _check_known(tx, name)
    names.check_own(CLASS, name, names.standard_classes())
    stocked = store.inventories_of(tx, name)
    if stocked:
        raise conflicts.in_use(
            f"{stocked} inventories are of {name}", conflicts.CLASS_IN_USE, name=name, used=stocked
        )
    request = outbound.delete_request(f"/resource_classes/{name}")
    inverse = CreateResourceClass(actor=command.actor, name=name)
    return _gone(command, CLASS, ResourceClass(name), request, inverse)


def _check_known(tx: Tx, name: str) -> None:
    if not knows_class(tx, name):
        raise NotFound(f"there is no resource class {name!r}")


def create_trait(tx: Tx, command: CreateTrait) -> Decision:
    """A custom trait."""
    require_writer(command.actor)
    names.check_custom(command.name)
    if marks.traits(tx, [command.name]):
        raise conflicts.exists(TRAIT, command.name, conflicts.TRAIT_EXISTS)
    request = WireRequest("PUT", f"/traits/{command.name}", {})
    inverse = DeleteTrait(actor=command.actor, name=command.name)
    return _made(command, TRAIT, Trait(command.name), request, inverse)


def delete_trait(tx: Tx, command: DeleteTrait) -> Decision:
    """Remove a custom trait that no provider has."""
    require_writer(command.actor)
    name = command.name
    names.check_own(TRAIT, name, names.standard_traits())
    if not marks.traits(tx, [name]):
        raise NotFound(f"there is no trait {name!r}")
    having = marks.having(tx, name)
    if having:
        raise conflicts.in_use(
            f"{having} providers have {name}", conflicts.TRAIT_IN_USE, name=name, used=having
        )
    request = outbound.delete_request(f"/traits/{name}")
    return _gone(command, TRAIT, Trait(name), request, CreateTrait(actor=command.actor, name=name))


def _made(
    command: Command, what: str, after: Kind, request: WireRequest, inverse: Command
) -> Decision:
    plan = Plan(
        command,
        "Create",
        f"Create {what} {after.name}",
        after.name,
        Tier.REVERSIBLE,
        request,
        changes=(Change(after.name, what, None, "new"),),
        undo=f"delete the {what}",
        inverse=inverse,
    )
    action = f"{what.rpartition(' ')[2]}.create"
    message = f"{what.capitalize()} {after.name} created"
    return Decision(plan, action, after.target, message, [Write(None, after)])


def _gone(
    command: Command, what: str, before: Kind, request: WireRequest, inverse: Command
) -> Decision:
    plan = Plan(
        command,
        "Delete",
        f"Delete {what} {before.name}",
        before.name,
        Tier.HARMFUL,
        request,
        changes=(Change(before.name, what, "there", None),),
        undo=f"create the {what} again",
        inverse=inverse,
    )
    action = f"{what.rpartition(' ')[2]}.delete"
    message = f"{what.capitalize()} {before.name} deleted"
    return Decision(plan, action, before.target, message, [Write(before, None)])
