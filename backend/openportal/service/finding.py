"""What use cases look for before they decide, and the writes that are this room's own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backend.core.database.tx import Tx
from backend.core.errors import NotFound
from backend.core.identity import Actor
from backend.core.usecase import Write
from backend.openportal.model import Allocation, Operation, PortalProject, Service
from backend.openportal.rules import access
from backend.openportal.rules.access import Standing
from backend.openportal.rules.identifiers import plain
from backend.openportal.service.people import standing
from backend.openportal.store import allocations, places

COUNTDOWN = 1_000_000
"""Microseconds between asking for something and its beginning, so that it can be seen."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A write: have something done with an allocation soon; `forced` as in `Order`."""

    allocation: str
    operation: Operation
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Instead:
    """A write: what was scheduled for an allocation becomes another operation."""

    allocation: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class Forget:
    """A write: what is under way with an allocation matters no more."""

    allocation: str


@dataclass(frozen=True, slots=True)
class Hurry:
    """A write: what is under way with an allocation goes on at once."""

    allocation: str


@dataclass(frozen=True, slots=True)
class Found:
    """An allocation with what it refers to, and who asks."""

    allocation: Allocation
    project: PortalProject
    service: Service
    standing: Standing


def find(tx: Tx, actor: Actor, uuid: str) -> Found:
    """The allocation of this uuid, when the actor may see it. Raises NotFound."""
    what = f"allocation {uuid!r}"
    one = allocations.allocation(tx, plain(uuid))
    if one is None:
        raise NotFound(f"there is no {what}")
    who = standing(tx, actor)
    project = places.projects(tx, [one.project])[one.project]
    access.require_seen(who, project, what)
    service = places.services(tx, [one.service])[one.service]
    return Found(one, project, service, who)


def named(found: Found) -> str:
    """An allocation as plans name it: the same name stands on several services."""
    return f"{found.allocation.name} on {found.service.name}"


def touched(tx: Tx, before: Allocation, after: Allocation) -> Write:
    """The write of an allocation, with the moment of it."""
    return Write(before, replace(after, modified_at=tx.now))
