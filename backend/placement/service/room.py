"""The room: which use case answers which command, and how decisions are stored."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database.tx import Tx
from backend.core.journal import SideEffect
from backend.core.plan import Command, Receipt
from backend.core.usecase import Decision, Room, Write, perform_writes
from backend.placement.model import (
    AddInventory,
    AggregatesOf,
    Consumer,
    CreateProvider,
    CreateResourceClass,
    CreateTrait,
    DeleteAllocations,
    DeleteProvider,
    DeleteResourceClass,
    DeleteTrait,
    DropInventory,
    Inventory,
    ModifyProvider,
    Provider,
    RenameResourceClass,
    ReplaceAllocations,
    ReplaceInventories,
    Reshape,
    ResourceClass,
    SetAggregates,
    SetInventory,
    SetTraits,
    Trait,
    TraitsOf,
)
from backend.placement.service import allocations, classes, inventories, marks, providers, reshape
from backend.placement.service.finding import Bump
from backend.placement.store import classes as class_store
from backend.placement.store import consumers as consumer_store
from backend.placement.store import inventories as inventory_store
from backend.placement.store import marks as mark_store
from backend.placement.store import providers as provider_store


def persist(tx: Tx, write: object) -> Sequence[SideEffect]:
    """Store one write of a decision."""
    if isinstance(write, Bump):
        provider_store.next_generation(tx, write.providers)
    elif isinstance(write, Write):
        _store(tx, write)
    return ()


def _store(tx: Tx, write: Write) -> None:
    before, after = write.before, write.after
    one = after or before
    if isinstance(one, Consumer):
        consumer_store.save_consumer(tx, before, after)
    elif isinstance(one, Inventory):
        _store_inventory(tx, before, after)
    elif isinstance(one, Provider):
        _store_provider(tx, before, after)
    elif isinstance(one, ResourceClass):
        class_store.save_class(tx, before.name if before else "", after.name if after else "")
    elif isinstance(one, Trait):
        _store_trait(tx, before, after)
    elif isinstance(one, TraitsOf):
        mark_store.set_traits(tx, one.provider, after.traits)
    elif isinstance(one, AggregatesOf):
        mark_store.set_aggregates(tx, one.provider, after.aggregates)
    else:
        raise TypeError(f"{write!r} is no write of this room")


def _store_trait(tx: Tx, before: Trait | None, after: Trait | None) -> None:
    if after is not None:
        mark_store.keep_traits(tx, [after.name])
    elif before is not None:
        mark_store.delete_trait(tx, before.name)


def _store_inventory(tx: Tx, before: Inventory | None, after: Inventory | None) -> None:
    if after is not None:
        class_store.keep_class(tx, after.resource_class)
        inventory_store.save_inventory(tx, before, after)
    elif before is not None:
        inventory_store.delete_inventory(tx, before)


def _store_provider(tx: Tx, before: Provider | None, after: Provider | None) -> None:
    if after is not None:
        provider_store.save_provider(tx, before, after)
    elif before is not None:
        provider_store.delete_provider(tx, before.uuid)


def _subject(command: Command) -> str:
    """What a command is about, `placement` when that is many or not there yet."""
    consumer, provider = getattr(command, "consumer", ""), getattr(command, "provider", "")
    if isinstance(command, ReplaceAllocations) and len(command.claims) == 1:
        consumer = command.claims[0].consumer
    if consumer:
        return f"consumer:{consumer}"
    resource_class = getattr(command, "resource_class", "")
    if resource_class:
        return f"inventory:{provider}/{resource_class}"
    if isinstance(command, RenameResourceClass | DeleteResourceClass):
        return f"resource_class:{command.name}"
    if isinstance(command, DeleteTrait):
        return f"trait:{command.name}"
    return f"provider:{provider}" if provider else "placement"


def _perform(tx: Tx, decision: Decision, reason: str) -> Receipt:
    return perform_writes(tx, decision, reason, persist)


ROOM = Room(
    "placement",
    {
        ReplaceAllocations: ("allocations.{}", allocations.replace),
        DeleteAllocations: ("allocations.delete", allocations.delete),
        CreateProvider: ("provider.create", providers.create),
        ModifyProvider: ("provider.modify", providers.modify),
        DeleteProvider: ("provider.delete", providers.delete),
        ReplaceInventories: ("inventory.replace", inventories.replace),
        AddInventory: ("inventory.add", inventories.add),
        SetInventory: ("inventory.set", inventories.set_one),
        DropInventory: ("inventory.drop", inventories.drop),
        CreateResourceClass: ("class.create", classes.create),
        RenameResourceClass: ("class.rename", classes.rename),
        DeleteResourceClass: ("class.delete", classes.delete),
        CreateTrait: ("trait.create", classes.create_trait),
        DeleteTrait: ("trait.delete", classes.delete_trait),
        SetTraits: ("traits.set", marks.set_traits),
        SetAggregates: ("aggregates.set", marks.set_aggregates),
        Reshape: ("reshape", reshape.reshape),
    },
    _perform,
    _subject,
)
