"""Use cases of providers (spec placement §4.9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from backend.core.database.tx import Tx
from backend.core.plan import Change, Plan, Tier, WireRequest
from backend.core.usecase import Decision, Write
from backend.placement.model import KEEP, CreateProvider, DeleteProvider, ModifyProvider, Provider
from backend.placement.rules import conflicts, outbound, stocks
from backend.placement.rules import tree as rules
from backend.placement.rules.access import require_writer
from backend.placement.service.finding import find_provider, stocked
from backend.placement.store import providers as store


def create(tx: Tx, command: CreateProvider) -> Decision:
    """A provider without anything; its uuid is made here unless it is given."""
    require_writer(command.actor)
    rules.check_name(command.name)
    if command.uuid:
        rules.check_uuid(command.uuid)
    parent = _check_parent(tx, command.uuid, command.parent)
    _check_free(tx, command.uuid, command.name)
    uuid = command.uuid or (tx.runtime.uuid() if tx.writable else "")
    after = Provider(uuid, command.name, 0, command.parent, parent.root if parent else uuid)
    told = [Change(command.name, "parent", None, parent.name)] if parent else []
    body: dict[str, Any] = {"name": command.name}
    body |= {"uuid": command.uuid} if command.uuid else {}
    body |= {"parent_provider_uuid": command.parent} if command.parent else {}
    plan = Plan(
        command,
        "Create",
        f"Create provider {command.name}",
        command.name,
        Tier.REVERSIBLE,
        WireRequest("POST", "/resource_providers", body),
        changes=(Change(command.name, "provider", None, "new"), *told),
        undo="delete the provider",
    )
    message = f"Provider {command.name} created"
    created = {"provider": uuid}
    return Decision(plan, "provider.create", after.target, message, [Write(None, after)], created)


def _check_parent(tx: Tx, uuid: str, parent: str) -> Provider | None:
    found = store.provider(tx, parent) if parent else None
    rules.check_parent(uuid, parent, found)
    return found


def _check_free(tx: Tx, uuid: str, name: str) -> None:
    if uuid and store.provider(tx, uuid):
        raise rules.taken("uuid", uuid)
    if store.namesake(tx, name, uuid):
        raise rules.taken("name", name)


def modify(tx: Tx, command: ModifyProvider) -> Decision:
    """Rename a provider or move it, with all below it."""
    require_writer(command.actor)
    before = find_provider(tx, command.provider)
    rules.check_name(command.name)
    keeps = command.parent in (KEEP, before.parent)
    parent = None if keeps else _check_parent(tx, before.uuid, command.parent)
    if not keeps:
        rules.check_move(command, before, store.below(tx, before.uuid))
    if store.namesake(tx, command.name, before.uuid):
        raise rules.taken("name", command.name)
    after = replace(before, name=command.name)
    if not keeps:
        root = parent.root if parent else before.uuid
        after = replace(after, parent=command.parent, root=root)
    body: dict[str, Any] = {"name": command.name}
    body |= {} if command.parent == KEEP else {"parent_provider_uuid": command.parent or None}
    plan = Plan(
        command,
        "Change",
        f"Change provider {before.name}",
        before.name,
        Tier.REVERSIBLE,
        WireRequest("PUT", outbound.provider_path(before.uuid), body),
        changes=tuple(_changes(tx, before, after)),
        undo="change it back",
        inverse=ModifyProvider(
            actor=command.actor,
            provider=before.uuid,
            name=before.name,
            parent=KEEP if keeps else before.parent,
        ),
    )
    message = f"Provider {after.name} changed"
    return Decision(plan, "provider.modify", before.target, message, [Write(before, after)])


def _changes(tx: Tx, before: Provider, after: Provider) -> Iterator[Change]:
    if before.name != after.name:
        yield Change(before.name, "name", before.name, after.name)
    if before.parent != after.parent:
        found = store.providers(tx, [before.parent, after.parent])
        names = {uuid: one.name for uuid, one in found.items()}
        told = (names.get(before.parent), names.get(after.parent))
        yield Change(before.name, "parent", *told)


def delete(tx: Tx, command: DeleteProvider) -> Decision:
    """Remove a provider of which nobody holds anything, with its inventories."""
    require_writer(command.actor)
    before = find_provider(tx, command.provider)
    children = store.children(tx, before.uuid)
    if children:
        raise rules.parental(before, children)
    inventories = stocked(tx, before)
    if any(inventory.used for inventory in inventories.values()):
        raise conflicts.in_use(
            f"provider {before.name} has allocations",
            conflicts.PROVIDER_IN_USE,
            provider=before.uuid,
            provider_name=before.name,
            used={name: one.used for name, one in inventories.items() if one.used},
        )
    changes = [Change(before.name, "provider", "there", None)]
    for inventory in inventories.values():
        changes += stocks.changes(before.name, inventory, None)
    writes = [Write(inventory, None) for inventory in inventories.values()]
    plan = Plan(
        command,
        "Delete",
        f"Delete provider {before.name}",
        before.name,
        Tier.DANGEROUS,
        outbound.delete_request(outbound.provider_path(before.uuid)),
        changes=tuple(changes),
    )
    message = f"Provider {before.name} deleted"
    return Decision(plan, "provider.delete", before.target, message, [*writes, Write(before, None)])
