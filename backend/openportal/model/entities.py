"""Allocations on clusters and what they refer to (spec openportal §1).

Uuids are 32 hex digits. Node-hours that were used are kept in hundredths. Times are
microseconds since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

UNLIMITED = -1
"""The node limit that bounds nothing (§1.4)."""
HUNDREDTHS = 100
"""Parts of a node-hour in which usage is kept."""
MOST = 2**63 - 1


def node_hours(hundredths: int, *, short: bool = False) -> str:
    """Node-hours exactly, `1870.50`, or as people read them, `1,870.5`."""
    whole, rest = divmod(abs(hundredths), HUNDREDTHS)
    sign = "-" if hundredths < 0 else ""
    if short:
        return f"{sign}{whole:,}" + (f".{rest:02}".rstrip("0") if rest else "")
    return f"{sign}{whole}.{rest:02}"


class State(StrEnum):
    """Where an allocation or a service stands (§2.1), in the order of the server's numbers."""

    UPDATE_SCHEDULED = "UPDATE_SCHEDULED"
    UPDATING = "UPDATING"
    OK = "OK"
    ERRED = "ERRED"
    CREATION_SCHEDULED = "CREATION_SCHEDULED"
    CREATING = "CREATING"
    DELETION_SCHEDULED = "DELETION_SCHEDULED"
    DELETING = "DELETING"
    UNKNOWN = "UNKNOWN"
    """What a server calls by a name that nobody knows; never stored by us."""

    @property
    def busy(self) -> bool:
        """True while something is under way."""
        return self not in (State.OK, State.ERRED, State.UNKNOWN)


class Operation(StrEnum):
    """What a job does at the resource backend (§2.2)."""

    CREATE = "create"
    UPDATE = "update"
    LIMIT = "limit"
    PULL = "pull"
    DELETE = "delete"


class Part(StrEnum):
    """What somebody is in a project or an organisation (§2.4); `OWNER` is of the latter."""

    OWNER = "owner"
    MANAGER = "manager"
    ADMIN = "admin"
    MEMBER = "member"


class AwardState(StrEnum):
    """Where an award that another portal made to us stands (§5.3)."""

    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELED = "canceled"


class RemoteState(StrEnum):
    """Where an award of ours stands at the other portal (§5.3)."""

    PENDING = "pending"
    ACTIVE = "active"
    STALE = "stale"
    ERROR = "error"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a project may use of a service, here or, when `remote`, at another portal (§1.1).

    `counterpart` is the groupname, or the remote project identifier; None when there is none.
    `is_added` tells that the resource backend has the project; `local_version` counts edits,
    `remote_version` is the last one that the other side has confirmed. `figures_at` is when usage
    was last read from the resource backend, 0 for never; `given_limit` what that last said it
    gives, None while it has said nothing.
    """

    uuid: str
    remote: bool
    name: str
    description: str
    service: str
    project: str
    state: State
    backend_id: str
    counterpart: str | None
    node_limit: int
    node_usage: int
    is_active: bool
    is_added: bool
    error_message: str
    error_traceback: str
    local_version: int
    remote_version: int
    created_at: int
    modified_at: int
    figures_at: int = 0
    given_limit: int | None = None

    PRIVATE: ClassVar[frozenset[str]] = frozenset(
        {
            "description",
            "error_message",
            "error_traceback",
            "created_at",
            "modified_at",
            "figures_at",
        }
    )

    @property
    def target(self) -> str:
        """Journal name."""
        return f"allocation:{self.uuid}"


@dataclass(frozen=True, slots=True)
class Service:
    """The settings of a service, which operators read as the cluster (§1.3).

    `instance` is the agent path that awards name as their destination.
    """

    uuid: str
    name: str
    remote: bool
    state: State
    error_message: str
    shared: bool
    customer: str
    instance: str
    allocation_unit: str
    default_allocation: int
    max_allocation: int

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"error_message"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"service:{self.uuid}"


@dataclass(frozen=True, slots=True)
class Customer:
    """An organisation."""

    uuid: str
    name: str
    native_name: str
    abbreviation: str
    created_at: int

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"created_at"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"customer:{self.uuid}"


@dataclass(frozen=True, slots=True)
class PortalUser:
    """Somebody with an account at the portal; staff may all, support sees all (§2.4)."""

    uuid: str
    username: str
    full_name: str
    email: str
    is_staff: bool
    is_support: bool
    is_active: bool
    created_at: int

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"username", "full_name", "email", "created_at"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"portal_user:{self.uuid}"


@dataclass(frozen=True, slots=True)
class PartOf:
    """What a user (uuid) is in a project or in a customer (uuid); the other one is ``."""

    user: str
    customer: str
    project: str
    part: Part

    PRIVATE: ClassVar[frozenset[str]] = frozenset()

    @property
    def target(self) -> str:
        """Journal name."""
        return f"portal_role:{self.user}/{self.project or self.customer}"


@dataclass(frozen=True, slots=True)
class PortalProject:
    """A project of an organisation; dates are ISO, `` for none, `end_date` is exclusive (§1.3).

    `shortname` and `allowed_destinations` (§5.5) are None when unset. `credits` are all that
    it was ever given, in hundredths of a node-hour.
    """

    uuid: str
    customer: str
    name: str
    description: str
    start_date: str
    end_date: str
    shortname: str | None
    allowed_destinations: str | None
    credits: int
    created_at: int

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"description", "created_at"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"portal_project:{self.uuid}"


@dataclass(frozen=True, slots=True)
class Award:
    """An award that another portal made to us, a "managed project" on the wire (§5.3).

    `details` is the award as JSON text. `project` is the uuid of the project it became, `` before.
    """

    identifier: str
    destination: str
    state: AwardState
    details: str
    project: str
    template: str
    notes: str
    created_at: int
    reviewed_at: int
    reviewed_by: str
    comment: str

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"details", "notes", "comment", "created_at"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"award:{self.identifier} {self.destination}"


@dataclass(frozen=True, slots=True)
class RemoteProject:
    """An award of ours to another portal, by project and destination (§5.3).

    Allocations are texts such as `1000 NHR`; `identifier` is `` until the other side has answered;
    `earliest_approve` an ISO date-time or ``; `allowed_domains` None for all.
    """

    uuid: str
    project: str
    destination: str
    identifier: str
    state: RemoteState
    current_allocation: str
    pending_allocation: str
    pending_since: int
    error_message: str
    last_contact_at: int
    earliest_approve: str
    membership_control: str
    allowed_domains: str | None
    links: str
    notes: str
    created_at: int
    modified_at: int

    PRIVATE: ClassVar[frozenset[str]] = frozenset(
        {"error_message", "links", "notes", "created_at", "modified_at", "last_contact_at"}
    )

    @property
    def target(self) -> str:
        """Journal name."""
        return f"remote_project:{self.uuid}"
