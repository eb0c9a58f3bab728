"""A world as records, between files, generators and the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from backend.placement.model import Consumer, Provider, Stock
from backend.projects.model import Application, Membership, Project, User
from backend.quotas.model import Provision, Resource
from backend.world.nico_model import NicoWorld
from backend.world.portal_model import PortalWorld

VERSION = 1
UNKNOWN = "unknown"
"""What Placement calls the type of consumers without one."""

# State of a user in a file → active, e-mail verified, moderated, rejected.
USER_FLAGS: Mapping[str, tuple[bool, bool, bool, bool]] = {
    "active": (True, True, True, False),
    "inactive": (False, True, True, False),
    "rejected": (False, True, True, True),
    "unmoderated": (False, True, False, False),
    "unverified": (False, False, False, False),
}

# What is being done, how many records of it are done, and how many there are (0: unknown).
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Service:
    """A component that owns resources; `token` is the sha256 of its token, or ``."""

    name: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A user; `token` as for services."""

    user: User
    token: str = ""


class Step(NamedTuple):
    """A line in the log of a project or membership; `at` in microseconds since the epoch."""

    at: int
    actor: str
    before: str
    after: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProjectEntry:
    """A project with its log and every application about it, both oldest first."""

    project: Project
    log: tuple[Step, ...] = ()
    applications: tuple[Application, ...] = ()


@dataclass(frozen=True, slots=True)
class MembershipEntry:
    """A membership with its log, oldest first; its dates are those of the log."""

    membership: Membership
    log: tuple[Step, ...] = ()


class HoldingEntry(NamedTuple):
    """A holding by names; `source` is `` for a project's own."""

    holder: str
    source: str
    resource: str
    limit: int
    usage_min: int
    usage_max: int


@dataclass(frozen=True, slots=True)
class CommissionEntry:
    """A pending commission; times in microseconds since the epoch, `expires_at` 0 for never."""

    serial: int
    name: str
    clientkey: str
    issued_at: int
    provisions: tuple[Provision, ...]
    expires_at: int = 0
    key: str = ""


class LogEntry(NamedTuple):
    """A line of the provision log (spec astakos §1.6), names in place of ids."""

    serial: int
    name: str
    issued_at: int
    logged_at: int
    holder: str
    source: str
    resource: str
    limit: int
    usage_min: int
    usage_max: int
    delta: int
    reason: str


class KeyEntry(NamedTuple):
    """An idempotency key and the serial it led to."""

    clientkey: str
    key: str
    request: str
    serial: int
    at: int


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """A resource provider with what is its own; times in microseconds since the epoch."""

    provider: Provider
    inventories: Mapping[str, Stock]
    traits: tuple[str, ...]
    aggregates: tuple[str, ...]
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class ConsumerEntry:
    """A consumer with what it holds."""

    consumer: Consumer
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class World:
    """Everything there is. Sections are read in this order and may be generators' output;
    each must give the same when read again. `counters` are the highest ids ever given."""

    services: Iterable[Service] = ()
    resources: Iterable[Resource] = ()
    people: Iterable[Person] = ()
    projects: Iterable[ProjectEntry] = ()
    memberships: Iterable[MembershipEntry] = ()
    holdings: Iterable[HoldingEntry] = ()
    commissions: Iterable[CommissionEntry] = ()
    provision_log: Iterable[LogEntry] = ()
    keys: Iterable[KeyEntry] = ()
    counters: Mapping[str, int] = field(default_factory=dict)
    classes: Iterable[str] = ()
    traits: Iterable[str] = ()
    providers: Iterable[ProviderEntry] = ()
    consumers: Iterable[ConsumerEntry] = ()
    portal: PortalWorld = PortalWorld()
    nico: NicoWorld = NicoWorld()


@dataclass(frozen=True, slots=True)
class Report:
    """How many records of each section were written."""

    counts: Mapping[str, int]

    def __str__(self) -> str:
        told = [
            f"{count} {name if count > 1 else name.removesuffix('s')}"
            for name, count in self.counts.items()
            if count
        ]
        return ", ".join(told) or "nothing new"
