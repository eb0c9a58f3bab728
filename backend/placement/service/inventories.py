"""Use cases of inventories (spec placement §1.1, §4.10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.plan import Change, Command, Impact, Plan, Tier, WireRequest
from backend.core.usecase import Decision, Write
from backend.placement.model import (
    AddInventory,
    DropInventory,
    Inventory,
    Provider,
    ReplaceInventories,
    SetInventory,
    Stock,
)
from backend.placement.rules import conflicts, outbound
from backend.placement.rules import stocks as rules
from backend.placement.rules.access import require_writer
from backend.placement.service.finding import Bump, find_provider, knows_class, refuse, stocked

BACK = "set the old figures again"


class Swap(NamedTuple):
    """An inventory before and after."""

    before: Inventory | None
    after: Inventory | None


class Words(NamedTuple):
    """How a change of inventories is told: `target` as journalled."""

    verb: str
    title: str
    action: str
    target: str
    message: str
    request: WireRequest
    inverse: Command | None = None


def replace(tx: Tx, command: ReplaceInventories) -> Decision:
    """Give a provider these inventories alone."""
    require_writer(command.actor)
    provider = find_provider(tx, command.provider)
    refuse(conflicts.stale_provider(provider, command.generation))
    swaps = swaps_of(tx, provider, command.stocks, may_reserve_all=command.may_reserve_all)
    for before, after in swaps:
        if before and not after:
            refuse(rules.dropped(provider, before))
    old = {one.before.resource_class: one.before.stock for one in swaps if one.before}
    body = outbound.inventories_object(command.stocks, provider.generation)
    words = Words(
        "Replace",
        f"Replace the inventories of {provider.name}",
        "inventory.replace",
        provider.target,
        f"Inventories of {provider.name} replaced",
        WireRequest("PUT", outbound.provider_path(provider.uuid, "inventories"), body),
        ReplaceInventories(actor=command.actor, provider=provider.uuid, stocks=old),
    )
    return _decision(command, provider, swaps, words)


def swaps_of(
    tx: Tx, provider: Provider, stocks: Mapping[str, Stock], *, may_reserve_all: bool
) -> list[Swap]:
    """All inventories of a provider before and after. Raises Invalid on figures and classes."""
    for name, stock in stocks.items():
        rules.check(name, stock, may_reserve_all=may_reserve_all)
    before = stocked(tx, provider)
    for name in stocks:
        if name not in before and not knows_class(tx, name):
            raise conflicts.no_class(name)
    after = {name: _inventory(provider, name, stock, before) for name, stock in stocks.items()}
    return [Swap(before.get(name), after.get(name)) for name in {**before, **after}]


def _inventory(
    provider: Provider, name: str, stock: Stock, before: Mapping[str, Inventory]
) -> Inventory:
    used = before[name].used if name in before else 0
    return Inventory(provider.uuid, name, rules.exact(stock), used)


def add(tx: Tx, command: AddInventory) -> Decision:
    """Give a provider an inventory of one more class; no generation is asked for."""
    require_writer(command.actor)
    provider, name = find_provider(tx, command.provider), command.resource_class
    if not knows_class(tx, name):
        raise conflicts.no_class(name)
    rules.check(name, command.stock, may_reserve_all=command.may_reserve_all)
    if name in stocked(tx, provider):
        raise Conflict(
            f"provider {provider.name} has an inventory of {name} already",
            hint="change that one",
            data={"rule": conflicts.INVENTORY_EXISTS, "provider": provider.uuid, "class": name},
        )
    after = Inventory(provider.uuid, name, rules.exact(command.stock))
    body = {"resource_class": name, **outbound.stock_object(command.stock)}
    words = Words(
        "Add",
        f"Add {name} to {provider.name}",
        "inventory.add",
        after.target,
        f"{name} of {provider.name} added",
        WireRequest("POST", outbound.provider_path(provider.uuid, "inventories"), body),
        DropInventory(actor=command.actor, provider=provider.uuid, resource_class=name),
    )
    return _decision(command, provider, [Swap(None, after)], words)


def set_one(tx: Tx, command: SetInventory) -> Decision:
    """Replace all six fields of an inventory, also below what is used of it."""
    require_writer(command.actor)
    provider, name = find_provider(tx, command.provider), command.resource_class
    refuse(conflicts.stale_provider(provider, command.generation))
    rules.check(name, command.stock, may_reserve_all=command.may_reserve_all)
    if not knows_class(tx, name):
        raise NotFound(f"there is no resource class {name!r}")
    before = stocked(tx, provider).get(name)
    if before is None:
        told = f"provider {provider.name} has no inventory of {name}"
        raise Invalid(told, hint="add one")
    after = Inventory(provider.uuid, name, rules.exact(command.stock), before.used)
    stock = outbound.stock_object(command.stock)
    body = {**outbound.generation_object(provider.generation), **stock}
    words = Words(
        "Set",
        f"Set {name} of {provider.name}",
        "inventory.set",
        after.target,
        f"{name} of {provider.name} set",
        WireRequest("PUT", outbound.provider_path(provider.uuid, "inventories", name), body),
        SetInventory(
            actor=command.actor, provider=provider.uuid, resource_class=name, stock=before.stock
        ),
    )
    return _decision(command, provider, [Swap(before, after)], words)


def drop(tx: Tx, command: DropInventory) -> Decision:
    """Remove one inventory of a provider, or all."""
    require_writer(command.actor)
    provider, name = find_provider(tx, command.provider), command.resource_class
    found = stocked(tx, provider)
    if name and name not in found:
        raise NotFound(f"provider {provider.name} has no inventory of {name!r}")
    gone = [found[name]] if name else list(found.values())
    for inventory in gone:
        refuse(rules.dropped(provider, inventory))
    path = outbound.provider_path(provider.uuid, "inventories", *([name] if name else []))
    words = Words(
        "Remove",
        f"Remove {name or 'all inventories'} of {provider.name}",
        "inventory.drop",
        found[name].target if name else provider.target,
        f"{name or 'All inventories'} of {provider.name} removed",
        outbound.delete_request(path),
        _again(command, provider, gone),
    )
    return _decision(command, provider, [Swap(inventory, None) for inventory in gone], words)


def _again(command: DropInventory, provider: Provider, gone: Sequence[Inventory]) -> Command | None:
    """What gives back what was removed."""
    actor, stocks = command.actor, {one.resource_class: one.stock for one in gone}
    if not command.resource_class:
        return ReplaceInventories(actor=actor, provider=provider.uuid, stocks=stocks)
    name = command.resource_class
    return AddInventory(
        actor=actor, provider=provider.uuid, resource_class=name, stock=stocks[name]
    )


def _decision(
    command: Command, provider: Provider, swaps: Sequence[Swap], words: Words
) -> Decision:
    changes, impacts = told(provider, swaps)
    lost = any(after is None for _, after in swaps) or any(one.goes_over for one in impacts)
    plan = Plan(
        command,
        words.verb,
        words.title,
        provider.name,
        Tier.HARMFUL if lost else Tier.REVERSIBLE,
        words.request,
        changes=tuple(changes),
        impacts=tuple(impacts),
        undo=BACK,
        inverse=words.inverse,
    )
    writes = [*written(swaps), Bump((provider.uuid,))]
    return Decision(plan, words.action, words.target, words.message, writes)


def told(provider: Provider, swaps: Iterable[Swap]) -> tuple[list[Change], list[Impact]]:
    """What swaps come to, field by field, and whose capacity moves below or above its usage."""
    changes: list[Change] = []
    impacts: list[Impact] = []
    for before, after in swaps:
        changes += rules.changes(provider.name, before, after)
        impacts += rules.impacts(provider.name, before, after) if before and after else ()
    return changes, impacts


def written(swaps: Iterable[Swap]) -> list[object]:
    """Those that change something; others are not journalled as such."""
    return [Write(before, after) for before, after in swaps if before != after]
