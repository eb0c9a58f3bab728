"""The room: which use case answers which command, and how decisions are stored."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database.tx import Tx
from backend.core.journal import SideEffect
from backend.core.plan import Command, Receipt
from backend.core.usecase import Decision, Room, Write, perform_writes
from backend.placement.model import (
    AddInventory,
    Consumer,
    CreateProvider,
    DeleteAllocations,
    DeleteProvider,
    DropInventory,
    Inventory,
    ModifyProvider,
    Provider,
    ReplaceAllocations,
    ReplaceInventories,
    SetInventory,
)
from backend.placement.service import allocations, inventories, providers
from backend.placement.service.finding import Bump
from backend.placement.store import classes as class_store
from backend.placement.store import consumers as consumer_store
from backend.placement.store import inventories as inventory_store
from backend.placement.store import providers as provider_store


def persist(tx: Tx, write: object) -> Sequence[SideEffect]:
    """Store one write of a decision."""
    if isinstance(write, Bump):
        provider_store.next_generation(tx, write.providers)
    elif isinstance(write, Write):
        _store(tx, write)
    else:
        raise TypeError(f"{write!r} is no write of this room")
    return ()


def _store(tx: Tx, write: Write) -> None:
    one = write.after or write.before
    if isinstance(one, Consumer):
        consumer_store.save_consumer(tx, write.before, write.after)
    elif isinstance(one, Inventory):
        _store_inventory(tx, write.before, write.after)
    elif isinstance(one, Provider):
        _store_provider(tx, write.before, write.after)


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
    provider = getattr(command, "provider", "")
    if provider and getattr(command, "resource_class", ""):
        return f"inventory:{provider}/{command.resource_class}"  # type: ignore[attr-defined]
    consumer = getattr(command, "consumer", "")
    if isinstance(command, ReplaceAllocations) and len(command.claims) == 1:
        consumer = command.claims[0].consumer
    if consumer:
        return f"consumer:{consumer}"
    return f"provider:{provider}" if provider else "placement"


def _perform(tx: Tx, decision: Decision, reason: str) -> Receipt:
    return perform_writes(tx, decision, reason, persist)


ROOM = Room(
    "placement",
    {
        ReplaceAllocations: allocations.replace,
        DeleteAllocations: allocations.delete,
        CreateProvider: providers.create,
        ModifyProvider: providers.modify,
        DeleteProvider: providers.delete,
        ReplaceInventories: inventories.replace,
        AddInventory: inventories.add,
        SetInventory: inventories.set_one,
        DropInventory: inventories.drop,
    },
    _perform,
    _subject,
)
