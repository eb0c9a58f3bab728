"""What the API asks of the OpenPortal room, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from backend.openportal.model.entities import (
    Allocation,
    Award,
    Customer,
    PortalProject,
    PortalUser,
    RemoteProject,
    Service,
)


class Kind(Enum):
    """What a parameter of a list may say, and how it narrows (§3.4)."""

    UUID = "uuid"
    SAME = "same"
    PART = "part"
    """Some of a text that is kept folded."""
    ASCII = "ascii"
    """Some of a text that is compared in lower case."""
    FLAG = "flag"
    CHOICE = "choice"
    NUMBER = "number"
    TODAY = "today"
    """True for what has not ended."""
    MINE = "mine"
    """Whatever it says: what the caller manages."""
    NONE = "none"
    """Whatever it says: nothing."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees (§2.4): everything, or what the portal user with this uuid has a part
    in; `manages_all` is for staff."""

    everything: bool
    user: str = ""
    manages_all: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a list: values by parameter, and by which of its orders."""

    values: Mapping[str, Sequence[object]] = field(default_factory=dict)
    order: Sequence[tuple[str, bool]] = ()
    """Names of orders, each with True for descending."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An allocation with what its row tells of others; `marketplace` is JSON text or ``."""

    key: int
    allocation: Allocation
    project_name: str
    customer: Customer
    service_name: str
    service_state: str
    service_error: str
    marketplace: str


@dataclass(frozen=True, slots=True)
class ShownProject:
    """A project with its organisation and how many allocations it has."""

    key: int
    project: PortalProject
    customer: Customer
    allocations: int


@dataclass(frozen=True, slots=True)
class ShownService:
    """A service with whose it is."""

    key: int
    service: Service
    customer_name: str
    customer_native_name: str


@dataclass(frozen=True, slots=True)
class ShownUsage:
    """What somebody used of an allocation (uuid) in a month; `user` is a uuid or ``."""

    key: int
    allocation: str
    remote: bool
    user: str
    username: str
    full_name: str
    year: int
    month: int
    usage: int


@dataclass(frozen=True, slots=True)
class ShownAssociation:
    """Somebody's account for an allocation (uuid)."""

    key: int
    uuid: str
    allocation: str
    remote: bool
    username: str
    groupname: str
    useridentifier: str


@dataclass(frozen=True, slots=True)
class Spending:
    """A project's credits and what it spent of them, in hundredths of a node-hour; `spent`
    without this month (§5.2)."""

    project: PortalProject
    customer: Customer
    spent: int
    this_month: int


@dataclass(frozen=True, slots=True)
class Person:
    """Who calls; roles as (part, `customer` or `project`, uuid, name)."""

    user: PortalUser
    roles: Sequence[tuple[str, str, str, str]] = ()


@dataclass(frozen=True, slots=True)
class ShownAward:
    """An award of another portal with the project it became, None before, and the name of who
    decided, `` of nobody or a stranger."""

    key: int
    award: Award
    project: ShownProject | None
    reviewer: str


@dataclass(frozen=True, slots=True)
class ShownRemoteProject:
    """An award of ours with the allocation (uuid, name) it is about, `` for none, and all that
    was ever used of it."""

    key: int
    remote_project: RemoteProject
    project_name: str
    allocation: str
    allocation_name: str
    usage: int
