"""The people of the demo world."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from backend.demo.names import DOMAINS, FIRST, LAST
from backend.demo.plot import DAY, MINUTE
from backend.projects.model import User
from backend.world.model import Person

# How many of a hundred are in each state; the others are active.
INACTIVE, UNMODERATED, UNVERIFIED, REJECTED = 4, 3, 2, 1


@dataclass(frozen=True, slots=True)
class Somebody:
    """A user and since when the account is accepted, or waits for it."""

    person: Person
    since: int

    @property
    def uuid(self) -> str:
        """Of the user."""
        return self.person.user.uuid

    @property
    def email(self) -> str:
        """Of the user."""
        return self.person.user.email


def fresh_uuid(rng: random.Random) -> str:
    """A uuid that depends on nothing but the generator."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def somebody(
    rng: random.Random, email: str, first: str, last: str, since: int, *, admin: bool = False
) -> Somebody:
    """An active user."""
    uuid = fresh_uuid(rng)
    user = User(
        0,
        uuid,
        email,
        first,
        last,
        is_active=True,
        email_verified=True,
        moderated=True,
        is_project_admin=admin,
        default_project=uuid,
    )
    return Somebody(Person(user), since)


def crowd(rng: random.Random, count: int, now: int, mark: str) -> Iterator[Somebody]:
    """`count` users of every state, with addresses nobody else has; `mark` tells crowds apart."""
    pairs = [(first, last) for first in FIRST for last in LAST]
    for n, ((first, short), (last, long)) in enumerate(rng.sample(pairs, count)):
        email = f"{short}.{long}{mark}@{rng.choice(DOMAINS)}"
        since = now - rng.randrange(30, 1500) * DAY - rng.randrange(1440) * MINUTE
        yield _in_state(somebody(rng, email, first, last, since), n % 100, now, rng)


def _in_state(one: Somebody, percent: int, now: int, rng: random.Random) -> Somebody:
    if percent < INACTIVE:
        gone = now - rng.randrange(1, 30) * DAY
        return _as(one, is_active=False, deactivated_at=gone, deactivated_reason="left")
    if percent < INACTIVE + UNMODERATED:
        return _as(one, is_active=False, moderated=False)
    if percent < INACTIVE + UNMODERATED + UNVERIFIED:
        return _as(one, is_active=False, moderated=False, email_verified=False)
    if percent < INACTIVE + UNMODERATED + UNVERIFIED + REJECTED:
        return _as(one, is_active=False, is_rejected=True)
    return one


def _as(one: Somebody, **changed: object) -> Somebody:
    user = replace(one.person.user, **changed)  # type: ignore[arg-type]
    return replace(one, person=replace(one.person, user=user))
