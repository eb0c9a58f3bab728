"""What claims come to: who holds what afterwards, and whose generation moves (§1.2, §4.3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from backend.core.errors import Invalid
from backend.core.plan import Change
from backend.placement.model import KEEP, UNTYPED, Claim, Consumer, spread
from backend.placement.rules.arithmetic import Item, Place

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
WORD = re.compile(r"[A-Z0-9_]+")
LONGEST = 255

Consumers = Mapping[str, Consumer]
"""Consumers by uuid."""
Outcome = Mapping[str, Consumer | None]
"""What becomes of consumers, by uuid."""


def check(claims: Sequence[Claim]) -> None:
    """Raises Invalid when claims can never be right."""
    if not claims:
        raise Invalid("no consumer is named")
    consumers = Counter(claim.consumer for claim in claims)
    twice, count = consumers.most_common(1)[0]
    if count > 1:
        raise Invalid(f"consumer {twice} is named {count} times", hint="name it once")
    for claim in claims:
        _check(claim)


def _check(claim: Claim) -> None:
    if not UUID.fullmatch(claim.consumer):
        told = f"consumer {claim.consumer!r} is not a uuid"
        raise Invalid(told, hint="lower case, with dashes")
    for name in ("project", "user"):
        if not 0 < len(getattr(claim, name)) <= LONGEST:
            raise Invalid(f"the {name} of a consumer has 1 to {LONGEST} characters")
    kind = claim.consumer_type
    if kind not in (KEEP, UNTYPED) and not (WORD.fullmatch(kind) and len(kind) <= LONGEST):
        raise Invalid(f"{kind!r} is not a consumer type", hint="such as INSTANCE")
    for provider, amounts in claim.allocations.items():
        if not amounts:
            raise Invalid(f"nothing is asked of provider {provider}", hint="leave it out")
        for resource_class, amount in amounts.items():
            if amount < 1:
                raise Invalid(f"{amount} {resource_class} cannot be held", hint="1 or more")


def held_after(claim: Claim, before: Consumer | None) -> Consumer | None:
    """The consumer as the claim makes it; without allocations there is none."""
    if not claim.allocations:
        return None
    kind = claim.consumer_type
    if kind == KEEP:
        kind = before.consumer_type if before else UNTYPED
    generation = (before.generation if before else 0) + 1
    return Consumer(claim.consumer, claim.project, claim.user, kind, generation, claim.allocations)


def outcome(claims: Sequence[Claim], before: Consumers) -> dict[str, Consumer | None]:
    """What claims make of consumers."""
    return {c.consumer: held_after(c, before.get(c.consumer)) for c in claims}


def items(claims: Sequence[Claim]) -> Iterator[Item]:
    """What is asked, in the order of the request."""
    for claim in claims:
        for provider, resource_class, amount in spread(claim.allocations):
            yield Item(Place(provider, resource_class), amount)


def freed(consumers: Iterable[Consumer]) -> Counter[Place]:
    """What these consumers hold, by place."""
    found: Counter[Place] = Counter()
    for consumer in consumers:
        for provider, resource_class, amount in spread(consumer.allocations):
            found[Place(provider, resource_class)] += amount
    return found


def moved(claims: Sequence[Claim], before: Consumers) -> list[str]:
    """The providers whose generation moves: all of the new sets; where a consumer is to hold
    nothing, those that it had. One that is merely left does not move."""
    found: dict[str, None] = {}
    for claim in claims:
        held = before.get(claim.consumer)
        found.update(dict.fromkeys(claim.allocations or (held.allocations if held else ())))
    return list(found)


def undone(claims: Sequence[Claim], before: Consumers) -> tuple[Claim, ...]:
    """The claims that put back what was, while nobody else changes it."""
    return tuple(
        _undone(claim, before.get(claim.consumer))
        for claim in claims
        if claim.allocations or claim.consumer in before
    )


def _undone(claim: Claim, before: Consumer | None) -> Claim:
    generation = (before.generation if before else 0) + 1 if claim.allocations else None
    if before is None:
        return replace(claim, allocations={}, generation=generation)
    return Claim(
        consumer=before.uuid,
        allocations=before.allocations,
        project=before.project,
        user=before.user,
        consumer_type=before.consumer_type,
        generation=generation,
    )


def all_changes(before: Consumers, after: Outcome, names: Mapping[str, str]) -> Iterator[Change]:
    """What changes, provider by provider, of several consumers each under its name."""
    for uuid, new in after.items():
        yield from changes(before.get(uuid), new, names, f"{uuid} on " if len(after) > 1 else "")


def changes(
    before: Consumer | None, after: Consumer | None, names: Mapping[str, str], prefix: str = ""
) -> Iterator[Change]:
    """What a consumer's change comes to, provider by provider; `prefix` says whose it is."""
    old, new = (one.allocations if one else {} for one in (before, after))
    for provider in {**old, **new}:
        was, will = old.get(provider, {}), new.get(provider, {})
        for name in {**was, **will}:
            if was.get(name) != will.get(name):
                target = prefix + names.get(provider, provider)
                yield Change(target, name, was.get(name), will.get(name))
    if before and after:
        for field in ("project", "user", "consumer_type"):
            told = (getattr(before, field), getattr(after, field))
            if told[0] != told[1]:
                yield Change(f"consumer {after.uuid}", field, *told)
