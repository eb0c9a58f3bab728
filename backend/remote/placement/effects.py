"""How to see, on what was read again, whether a command was carried out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from typing import Any

from backend.core.database import Tx
from backend.core.plan import Command
from backend.placement.model import (
    KEEP,
    AddInventory,
    Claim,
    CreateProvider,
    CreateResourceClass,
    CreateTrait,
    DeleteAllocations,
    DeleteProvider,
    DeleteResourceClass,
    DeleteTrait,
    DropInventory,
    ModifyProvider,
    RenameResourceClass,
    ReplaceAllocations,
    ReplaceInventories,
    Reshape,
    SetAggregates,
    SetInventory,
    SetTraits,
    Stock,
)
from backend.placement.service.finding import knows_class
from backend.placement.store import consumers as consumer_store
from backend.placement.store import inventories as inventory_store
from backend.placement.store import marks
from backend.placement.store import providers as provider_store

Sight = Mapping[str, Any]
"""One thing to be seen, as JSON."""


def expected(tx: Tx, command: Command) -> list[Sight]:
    """What is to be seen once the command is carried out, all of it."""
    if isinstance(command, ReplaceAllocations):
        return [_held(tx, claim) for claim in command.claims]
    if isinstance(command, DeleteAllocations):
        return [_held(tx, Claim(consumer=command.consumer, allocations={}))]
    if isinstance(command, Reshape):
        held = [_held(tx, claim) for claim in command.claims]
        return [*held, *(_stocked(uuid, stocks) for uuid, stocks in command.stocks.items())]
    return [_one(command)]


def _held(tx: Tx, claim: Claim) -> Sight:
    now = consumer_store.consumers(tx, [claim.consumer]).get(claim.consumer)
    return {
        "kind": "consumer",
        "consumer": claim.consumer,
        "held": {p: dict(amounts) for p, amounts in claim.allocations.items()},
        "before": now.generation if now else None,
        "held_before": {p: dict(a) for p, a in now.allocations.items()} if now else {},
    }


def _stocked(provider: str, stocks: Mapping[str, Stock], *, only: bool = True) -> Sight:
    told = {name: list(astuple(stock)) for name, stock in stocks.items()}
    return {"kind": "stocks", "provider": provider, "stocks": told, "only": only}


def _one(command: Command) -> Sight:
    if isinstance(command, CreateProvider):
        told = {"uuid": command.uuid, "name": command.name, "parent": command.parent}
        return {"kind": "provider", **told}
    if isinstance(command, ModifyProvider):
        parent = None if command.parent == KEEP else command.parent
        return {
            "kind": "provider",
            "uuid": command.provider,
            "name": command.name,
            "parent": parent,
        }
    if isinstance(command, DeleteProvider):
        return {"kind": "provider", "uuid": command.provider, "name": None, "parent": None}
    if isinstance(command, CreateResourceClass | DeleteResourceClass):
        there = isinstance(command, CreateResourceClass)
        return {"kind": "class", "name": command.name, "there": there}
    if isinstance(command, RenameResourceClass):
        return {"kind": "class", "name": command.new_name, "there": True}
    if isinstance(command, CreateTrait | DeleteTrait):
        return {
            "kind": "trait",
            "name": command.name,
            "there": isinstance(command, CreateTrait),
        }
    return _of_provider(command)


def _of_provider(command: Any) -> Sight:
    provider = command.provider
    if isinstance(command, SetInventory | AddInventory):
        return _stocked(provider, {command.resource_class: command.stock}, only=False)
    if isinstance(command, ReplaceInventories):
        return _stocked(provider, command.stocks)
    if isinstance(command, DropInventory):
        return {"kind": "dropped", "provider": provider, "class": command.resource_class}
    if isinstance(command, SetTraits):
        return {"kind": "traits", "provider": provider, "names": sorted(command.traits)}
    if isinstance(command, SetAggregates):
        return {"kind": "aggregates", "provider": provider, "names": sorted(command.aggregates)}
    raise KeyError(type(command).__name__)


def seen(tx: Tx, sights: Sequence[Sight]) -> bool | None:
    """Whether all is to be seen; None where somebody else's change hides it for good."""
    found = [_shows(tx, sight) for sight in sights]
    if False in found:
        return False
    return None if None in found else True


def _shows(tx: Tx, sight: Sight) -> bool | None:
    kind = sight["kind"]
    if kind == "consumer":
        return _holds(tx, sight)
    if kind == "provider":
        return _is_so(tx, sight)
    if kind == "class":
        return knows_class(tx, sight["name"]) == bool(sight["there"])
    if kind == "trait":
        return bool(marks.traits(tx, [sight["name"]])) == bool(sight["there"])
    if kind == "traits":
        return sorted(marks.traits_of(tx, sight["provider"])) == list(sight["names"])
    if kind == "aggregates":
        return marks.aggregates_of(tx, sight["provider"]) == list(sight["names"])
    return _has(tx, sight)


def _holds(tx: Tx, sight: Sight) -> bool | None:
    """By the generation, where one is told: what was asked for may be what was there before."""
    now = consumer_store.consumers(tx, [sight["consumer"]]).get(sight["consumer"])
    held = {p: dict(amounts) for p, amounts in now.allocations.items()} if now else {}
    generation = now.generation if now else None
    if generation is None and sight["before"] is None:
        return not sight["held"]
    if generation == sight["before"] and (generation or held == sight["held_before"]):
        return bool(generation == 0 and held == sight["held"])
    return True if held == sight["held"] else None


def _is_so(tx: Tx, sight: Sight) -> bool:
    found = provider_store.provider(tx, sight["uuid"])
    if sight["name"] is None or found is None:
        return sight["name"] is None and found is None
    return found.name == sight["name"] and sight["parent"] in (None, found.parent)


def _has(tx: Tx, sight: Sight) -> bool:
    there = {
        one.resource_class: list(astuple(one.stock))
        for one in inventory_store.inventories(tx, [sight["provider"]])
    }
    if sight["kind"] == "dropped":
        return sight["class"] not in there if sight["class"] else not there
    wanted: dict[str, list[float]] = sight["stocks"]
    alike = all(there.get(name) == stock for name, stock in wanted.items())
    return alike and (not sight["only"] or there.keys() == wanted.keys())


def about(sights: Sequence[Sight]) -> tuple[set[str], set[str]]:
    """The consumers and the providers that they are about."""
    consumers = {one["consumer"] for one in sights if one["kind"] == "consumer"}
    providers = set(_providers(sights))
    return consumers, providers


def _providers(sights: Sequence[Sight]) -> Iterator[str]:
    for one in sights:
        if one["kind"] == "consumer":
            yield from one["held"]
            yield from one["held_before"]
        elif uuid := one.get("provider") or one.get("uuid"):
            yield uuid
