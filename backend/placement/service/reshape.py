"""Moving inventories and what is held of them between providers in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.plan import Change, Impact, Plan, Tier, WireRequest
from backend.core.usecase import Decision
from backend.placement.model import ANY_GENERATION, Provider, Reshape
from backend.placement.rules import claims as claim_rules
from backend.placement.rules import conflicts, outbound
from backend.placement.rules import stocks as stock_rules
from backend.placement.rules.access import require_writer
from backend.placement.rules.arithmetic import Place
from backend.placement.service import allocations, inventories
from backend.placement.service.allocations import Shelves
from backend.placement.service.finding import Bump, refuse
from backend.placement.service.inventories import Swap
from backend.placement.store import providers as provider_store

Swaps = Mapping[str, Sequence[Swap]]
"""The inventories of each provider before and after."""


def reshape(tx: Tx, command: Reshape) -> Decision:
    """Replace inventories and allocations. Allocations are checked against the new inventories
    and those that go, which nobody may hold afterwards."""
    require_writer(command.actor)
    claims = command.claims
    if claims:
        claim_rules.check(claims)
    providers = _providers(tx, command)
    swaps = {
        uuid: inventories.swaps_of(tx, providers[uuid], stocks, may_reserve_all=True)
        for uuid, stocks in command.stocks.items()
    }
    before = allocations.consumers_of(tx, claims)
    shelves = _filled(allocations.shelves_of(tx, claims, before), providers, swaps)
    allocations.check(tx, claims, before, shelves)
    after = claim_rules.outcome(claims, before)
    _check_dropped(providers, swaps, before, after)
    moved = dict.fromkeys([*command.stocks, *claim_rules.moved(claims, before)])
    kept = [swap for found in swaps.values() for swap in found if swap.after]
    gone = [swap for found in swaps.values() for swap in found if not swap.after]
    writes = [
        *inventories.written(kept),
        *allocations.written(before, after),
        *inventories.written(gone),
        Bump(tuple(moved)),
    ]
    changes = claim_rules.all_changes(before, after, shelves.names)
    plan = _plan(command, providers, swaps, tuple(changes))
    return Decision(plan, "reshape", "providers", "Inventories and allocations moved", writes)


def _providers(tx: Tx, command: Reshape) -> Mapping[str, Provider]:
    """Those whose inventories are replaced. Raises Invalid, GenerationConflict."""
    found = provider_store.providers(tx, list(command.stocks))
    for uuid in command.stocks:
        if uuid not in found:
            raise conflicts.no_provider(uuid)
        generation = command.generations.get(uuid, ANY_GENERATION)
        refuse(conflicts.stale_provider(found[uuid], generation))
    return found


def _filled(shelves: Shelves, providers: Mapping[str, Provider], swaps: Swaps) -> Shelves:
    """The shelves with new inventories on them, before old ones are taken away."""
    new = {
        Place(one.provider, one.resource_class): one
        for found in swaps.values()
        for one in (swap.after or swap.before for swap in found)
        if one
    }
    return Shelves({**shelves.providers, **providers}, {**shelves.inventories, **new})


def _check_dropped(
    providers: Mapping[str, Provider],
    swaps: Swaps,
    before: claim_rules.Consumers,
    after: claim_rules.Outcome,
) -> None:
    """Raises Conflict when somebody holds, afterwards, what is to go."""
    freed = claim_rules.freed(before.values())
    asked = claim_rules.freed(one for one in after.values() if one)
    for uuid, found in swaps.items():
        for old, new in found:
            if old and not new:
                place = Place(uuid, old.resource_class)
                used = old.used - freed[place] + asked[place]
                refuse(stock_rules.dropped(providers[uuid], replace(old, used=used)))


def _plan(
    command: Reshape, providers: Mapping[str, Provider], swaps: Swaps, held: Sequence[Change]
) -> Plan:
    changes: list[Change] = []
    impacts: list[Impact] = []
    stocks = {}
    for uuid, found in swaps.items():
        told = inventories.told(providers[uuid], found)
        changes += told[0]
        impacts += told[1]
        generation = providers[uuid].generation
        stocks[uuid] = outbound.inventories_object(command.stocks[uuid], generation)
    claims = {claim.consumer: outbound.claim_object(claim) for claim in command.claims}
    return Plan(
        command,
        "Reshape",
        f"Move inventories of {len(swaps)} providers and what {len(claims)} consumers hold",
        f"reshape {len(swaps)}",
        Tier.DANGEROUS,
        WireRequest("POST", "/reshaper", {"inventories": stocks, "allocations": claims}),
        changes=(*changes, *held),
        impacts=tuple(impacts),
    )
