"""Use cases of consumers (spec placement §2, §4.3-4.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, NotFound
from backend.core.plan import Command, Plan, Tier
from backend.core.usecase import Decision, Write
from backend.placement.model import (
    UNTYPED,
    Claim,
    DeleteAllocations,
    Inventory,
    Provider,
    ReplaceAllocations,
)
from backend.placement.rules import arithmetic, conflicts, outbound, telling
from backend.placement.rules import claims as rules
from backend.placement.rules.access import require_writer
from backend.placement.rules.arithmetic import Place
from backend.placement.service.finding import Bump, knows_class, refuse
from backend.placement.store import consumers as store
from backend.placement.store import inventories as inventory_store
from backend.placement.store import providers as provider_store

Inventories = Mapping[Place, Inventory]
UNDO = "put back what was held, while nobody else changes it"
NOT_BACK = "cannot be put back"
YOUNG = 600_000_000
"""Microseconds in which what a consumer stands for may still be starting."""


@dataclass(frozen=True, slots=True)
class Shelves:
    """The providers that a request is about and what they have."""

    providers: Mapping[str, Provider]
    inventories: Inventories

    @property
    def names(self) -> dict[str, str]:
        """The names of the providers."""
        return {uuid: provider.name for uuid, provider in self.providers.items()}


class Difference:
    """What becomes of consumers, and how that is told."""

    def __init__(
        self,
        tx: Tx,
        claims: Sequence[Claim],
        before: rules.Consumers,
        after: rules.Outcome,
        shelves: Shelves,
    ) -> None:
        self.before, self.after, self.shelves = before, after, shelves
        self._claims, self._now = claims, tx.now
        self._whose = store.whose(tx, list(before))
        removed = [one for one in claims if one.consumer in before and not after.get(one.consumer)]
        self._removed = removed
        one = claims[0].consumer
        self.move = telling.move(before.get(one), after.get(one)) if len(claims) == 1 else None
        freed = rules.freed(before.values())
        self._asked = rules.freed(held for held in after.values() if held)
        self._left = arithmetic.left(shelves.inventories, freed, self._asked)

    @property
    def standing(self) -> bool:
        """Whether something is removed that may be alive."""
        return not all(claim.gone for claim in self._removed)

    @property
    def done(self) -> str:
        """What a move comes to in words, `` for anything else."""
        return f"Moved {self._way()}" if self.move else ""

    def title(self, what: str) -> str:
        """What is done, and whose it is."""
        one = self._claims[0].consumer
        if len(self._claims) > 1 or one not in self.before:
            return f"{what} {_whom(self._claims)}"
        told = telling.whom(self.before[one], self._whose[one], self._now)
        return f"Move {self._way()}: {told}" if self.move else f"{what} {told}"

    def _way(self) -> str:
        return f"from {' to '.join(self.shelves.names[uuid] for uuid in self.move or ())}"

    def warnings(self) -> Iterator[str]:
        """What may surprise, whoever writes meanwhile."""
        names = self.shelves.names
        if self.standing:
            yield telling.STANDING
        if self.move:
            source = names[self.move.source]
            yield f"Placement moves a count, no server: what runs on {source} stays there"
        for place in self._asked:
            if arithmetic.is_over(self._left[place]):
                yield f"{names[place.provider]} stays {_over(place)}"
        for one in self.after.values():
            if one and one.consumer_type == UNTYPED:
                yield f"consumer {one.uuid} has no type"

    def figures(self) -> Iterator[str]:
        """How full it gets, and what was removed soon after it came."""
        yield from telling.grounds(claim.gone for claim in self._removed)
        yield from telling.fuller(self.shelves.inventories, self._left, self.shelves.names)
        born = [self._whose[claim.consumer].born for claim in self._removed]
        if any(0 <= self._now - at < YOUNG for at in born):
            yield "it came less than 10 minutes ago: it may only be starting"


class Undo(NamedTuple):
    """How a change is taken back, in words and as a command, if there is one."""

    told: str
    inverse: Command | None


def replace(tx: Tx, command: ReplaceAllocations) -> Decision:
    """Let consumers hold this and nothing else, all or none of them."""
    require_writer(command.actor)
    claims = command.claims
    rules.check(claims)
    before = consumers_of(tx, claims)
    shelves = shelves_of(tx, claims, before)
    check(tx, claims, before, shelves)
    after = {
        claim.consumer: rules.held_after(claim, before.get(claim.consumer)) for claim in claims
    }
    undo = _undo(command, claims, before, after, shelves)
    change = Difference(tx, claims, before, after, shelves)
    target = f"consumer:{claims[0].consumer}" if len(claims) == 1 else "consumers"
    writes: list[object] = [*written(before, after), Bump(tuple(rules.moved(claims, before)))]
    done = f"{change.done or f'{command.action.capitalize()}d'}: {_whom(claims)}"
    return Decision(
        _plan(command, change, undo), f"allocations.{command.action}", target, done, writes
    )


def consumers_of(tx: Tx, claims: Sequence[Claim]) -> rules.Consumers:
    """The consumers that claims name, as they are. Raises GenerationConflict when one is not as
    its claim expects."""
    found = store.consumers(tx, [claim.consumer for claim in claims])
    for claim in claims:
        refuse(conflicts.stale_consumer(claim, found.get(claim.consumer)))
    return found


def written(before: rules.Consumers, after: rules.Outcome) -> list[Write]:
    """The writes of consumers that were there or will be."""
    found = (Write(before.get(uuid), new) for uuid, new in after.items())
    return [write for write in found if write.before or write.after]


def check(tx: Tx, claims: Sequence[Claim], before: rules.Consumers, shelves: Shelves) -> None:
    """Raises Invalid on unknown providers and classes, Conflict on what cannot be had."""
    items = list(rules.items(claims))
    for item in items:
        if item.place.provider not in shelves.providers:
            raise conflicts.no_provider(item.place.provider)
    for item in items:
        if item.place not in shelves.inventories and not knows_class(tx, item.place.resource_class):
            raise conflicts.no_class(item.place.resource_class)
    freed = rules.freed(before.values())
    refuse(arithmetic.refusal(items, shelves.inventories, freed, shelves.names))


def shelves_of(tx: Tx, claims: Sequence[Claim], before: rules.Consumers) -> Shelves:
    """The providers that claims name or that consumers have now; unknown ones are missing."""
    uuids = [provider for claim in claims for provider in claim.allocations]
    uuids += [provider for consumer in before.values() for provider in consumer.allocations]
    wanted = list(dict.fromkeys(uuids))
    found = inventory_store.inventories(tx, wanted)
    return Shelves(
        provider_store.providers(tx, wanted),
        {Place(one.provider, one.resource_class): one for one in found},
    )


def _plan(command: ReplaceAllocations, change: Difference, undo: Undo) -> Plan:
    verb = "Move" if change.move else command.action.capitalize()
    claims = command.claims
    return Plan(
        command,
        verb,
        change.title(f"{verb} the allocations of"),
        claims[0].consumer[: telling.HEAD] if len(claims) == 1 else f"replace {len(claims)}",
        Tier.DANGEROUS if change.standing else Tier.HARMFUL,
        outbound.replace_request(claims),
        changes=tuple(rules.all_changes(change.before, change.after, change.shelves.names)),
        warnings=tuple(change.warnings()),
        undo=undo.told,
        inverse=undo.inverse,
        figures=tuple(change.figures()),
    )


def _over(place: Place) -> str:
    return f"over its capacity of {place.resource_class}"


def _undo(
    command: Command,
    claims: Sequence[Claim],
    before: rules.Consumers,
    after: rules.Outcome,
    shelves: Shelves,
) -> Undo:
    """Whether what was held would be given again."""
    undone = rules.undone(claims, before)
    if not undone:
        return Undo("", None)
    kept = rules.freed(one for one in after.values() if one)
    left = arithmetic.left(shelves.inventories, rules.freed(before.values()), kept)
    error = arithmetic.refusal(rules.items(undone), left, kept, shelves.names)
    if error is None:
        return Undo(UNDO, ReplaceAllocations(actor=command.actor, claims=undone))
    return Undo(f"{NOT_BACK}: {_why(error, left)}", None)


def _why(error: Conflict, left: Inventories) -> str:
    """Why something is not given again, without the figures that a capacity is refused with."""
    data = error.data
    if data["rule"] != arithmetic.CAPACITY:
        return error.message
    place = Place(str(data["provider"]), str(data["class"]))
    verb = "stays" if arithmetic.is_over(left[place]) else "would be"
    return f"{data['provider_name']} {verb} {_over(place)}"


def _whom(claims: Sequence[Claim]) -> str:
    return f"consumer {claims[0].consumer}" if len(claims) == 1 else f"{len(claims)} consumers"


def delete(tx: Tx, command: DeleteAllocations) -> Decision:
    """Take away all that a consumer holds, whatever its generation; those of providers stay."""
    require_writer(command.actor)
    before = store.consumers(tx, [command.consumer]).get(command.consumer)
    if before is None:
        raise NotFound(f"consumer {command.consumer!r} holds nothing")
    claims, consumers = [Claim(consumer=before.uuid, allocations={})], {before.uuid: before}
    shelves = shelves_of(tx, claims, consumers)
    after = {before.uuid: None}
    undo = _undo(command, claims, consumers, after, shelves)
    change = Difference(tx, claims, consumers, after, shelves)
    plan = Plan(
        command,
        "Delete",
        change.title("Delete the allocations of"),
        before.uuid[: telling.HEAD],
        Tier.DANGEROUS,
        outbound.delete_request(f"/allocations/{before.uuid}"),
        changes=tuple(rules.changes(before, None, shelves.names)),
        warnings=tuple(change.warnings()),
        undo=undo.told,
        inverse=undo.inverse,
        figures=tuple(change.figures()),
    )
    message = f"Deleted: consumer {before.uuid}"
    return Decision(plan, "allocations.delete", before.target, message, [Write(before, None)])
