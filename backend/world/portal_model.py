"""What a world has of OpenPortal, as records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from backend.openportal.model import (
    Allocation,
    Association,
    Award,
    Customer,
    Job,
    PartOf,
    PortalProject,
    PortalUser,
    RemoteProject,
    Service,
    Usage,
)


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """Somebody with what he is in customers and projects."""

    user: PortalUser
    parts: tuple[PartOf, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service, and how it is simulated as JSON text."""

    service: Service
    simulator: str = "{}"


@dataclass(frozen=True, slots=True)
class JobEntry:
    """What is under way with an allocation, and by which key the resource backend knows it."""

    job: Job
    key: str
    forced: bool = False


@dataclass(frozen=True, slots=True)
class AllocationEntry:
    """An allocation with what is under way."""

    allocation: Allocation
    job: JobEntry | None = None


class UsageEntry(NamedTuple):
    """What somebody (a uuid, `` for nobody known) used of an allocation (a uuid) in a month."""

    allocation: str
    user: str
    usage: Usage


class AssociationEntry(NamedTuple):
    """Somebody's account with an allocation (a uuid)."""

    uuid: str
    allocation: str
    association: Association


@dataclass(frozen=True, slots=True)
class PortalWorld:
    """All of it, section by section; those may be generators' output."""

    customers: Iterable[Customer] = ()
    projects: Iterable[PortalProject] = ()
    accounts: Iterable[AccountEntry] = ()
    services: Iterable[ServiceEntry] = ()
    allocations: Iterable[AllocationEntry] = ()
    usages: Iterable[UsageEntry] = ()
    associations: Iterable[AssociationEntry] = ()
    awards: Iterable[Award] = ()
    remote_projects: Iterable[RemoteProject] = ()
