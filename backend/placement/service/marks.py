"""Use cases of a provider's traits and aggregates."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database.tx import Tx
from backend.core.plan import Change, Command, Plan, Tier, WireRequest
from backend.core.usecase import Decision, Write
from backend.placement.model import (
    AggregatesOf,
    Provider,
    SetAggregates,
    SetTraits,
    TraitsOf,
)
from backend.placement.rules import conflicts, outbound, tree
from backend.placement.rules.access import require_writer
from backend.placement.service.finding import Bump, check_traits, find_provider, refuse
from backend.placement.store import marks as store


def set_traits(tx: Tx, command: SetTraits) -> Decision:
    """Give a provider these traits alone; its generation moves when that changes something."""
    require_writer(command.actor)
    provider = find_provider(tx, command.provider)
    refuse(conflicts.stale_provider(provider, command.generation))
    wanted = tuple(sorted(set(command.traits)))
    check_traits(tx, wanted)
    old = tuple(store.traits_of(tx, provider.uuid))
    write = Write(TraitsOf(provider.uuid, old), TraitsOf(provider.uuid, wanted))
    inverse = SetTraits(actor=command.actor, provider=provider.uuid, traits=old)
    plan = _plan(command, provider, "traits", old, wanted, inverse)
    writes = [] if old == wanted else [write, Bump((provider.uuid,))]
    return Decision(plan, "traits.set", provider.target, f"Traits of {provider.name} set", writes)


def set_aggregates(tx: Tx, command: SetAggregates) -> Decision:
    """Put a provider in these aggregates alone; its generation moves if the command says so."""
    require_writer(command.actor)
    provider = find_provider(tx, command.provider)
    refuse(conflicts.stale_provider(provider, command.generation))
    wanted = tuple(sorted(set(command.aggregates)))
    for uuid in wanted:
        tree.check_uuid(uuid)
    old = tuple(store.aggregates_of(tx, provider.uuid))
    inverse = SetAggregates(
        actor=command.actor, provider=provider.uuid, aggregates=old, moves=command.moves
    )
    plan = _plan(command, provider, "aggregates", old, wanted, inverse)
    writes: list[object] = [
        Write(AggregatesOf(provider.uuid, old), AggregatesOf(provider.uuid, wanted))
    ]
    writes += [Bump((provider.uuid,))] if command.moves else []
    message = f"Aggregates of {provider.name} set"
    return Decision(plan, "aggregates.set", provider.target, message, writes)


def _plan(
    command: Command,
    provider: Provider,
    what: str,
    old: Sequence[str],
    new: Sequence[str],
    inverse: Command,
) -> Plan:
    changes = [Change(provider.name, name, "yes", "no") for name in old if name not in new]
    changes += [Change(provider.name, name, "no", "yes") for name in new if name not in old]
    body = {**outbound.generation_object(provider.generation), what: list(new)}
    return Plan(
        command,
        "Set",
        f"Set the {what} of {provider.name}",
        provider.name,
        Tier.HARMFUL if set(old) - set(new) else Tier.REVERSIBLE,
        WireRequest("PUT", outbound.provider_path(provider.uuid, what), body),
        changes=tuple(changes),
        undo=f"set the old {what} again",
        inverse=inverse,
    )
