"""What the OpenPortal room shows: rows and details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.core.shares import share_of
from backend.openportal.model.entities import (
    HUNDREDTHS,
    UNLIMITED,
    Award,
    Operation,
    PortalProject,
    RemoteProject,
    Service,
    State,
)


@dataclass(frozen=True, slots=True)
class PortalRow:
    """An allocation in a list. What a server did not tell is None, or `` where it is a text.

    `state_told` is the state as the server says it, `usage` of this month in hundredths of a
    node-hour; `code` is the project code (§1.5), `sharing` how many allocations have the same
    and so the same limit, this one among them; `waits` says why it may be busy for days, `` when
    it should not. `figures_at` is when usage was read from the resource backend, 0 where that is
    not known, and `given_limit` what that gave last; `together` is what the `sharing` ones used,
    and `traceback` the end of it. It `differs` where the limits of its code do.
    """

    key: int
    uuid: str
    remote: bool
    name: str
    state: State
    state_told: str
    project: str
    project_name: str
    customer_name: str
    customer_abbreviation: str
    service: str
    service_name: str
    backend_id: str
    counterpart: str | None
    node_limit: int | None
    usage: int | None
    is_active: bool | None
    error_message: str
    code: str
    sharing: int
    waits: str
    created_at: int
    modified_at: int
    doing: Operation | None = None
    since: int = 0
    figures_at: int = 0
    given_limit: int | None = None
    together: int = 0
    traceback: str = ""
    differs: bool = False

    @property
    def drawn(self) -> int | None:
        """What was used of its limit, by all that have it."""
        return self.together if self.usage is not None and self.sharing > 1 else self.usage

    @property
    def percent(self) -> int | None:
        """The same in percent, rounded down; None where nothing is to be divided."""
        if self.drawn is None or self.node_limit in (None, 0, UNLIMITED):
            return None
        return share_of(self.drawn, self.node_limit * HUNDREDTHS)


@dataclass(frozen=True, slots=True)
class Usage:
    """What somebody used of an allocation in a month, in hundredths of a node-hour."""

    year: int
    month: int
    username: str
    full_name: str
    usage: int


@dataclass(frozen=True, slots=True)
class Association:
    """Somebody's account at the resource backend."""

    username: str
    groupname: str
    useridentifier: str


@dataclass(frozen=True, slots=True)
class Job:
    """What is under way: `begun_at` 0 while scheduled, `due_at` when it goes on, and what the
    resource backend said last."""

    operation: Operation
    scheduled_at: int
    begun_at: int
    due_at: int
    attempts: int
    told: str


@dataclass(frozen=True, slots=True)
class Account:
    """The credits of a project and what it spent, in hundredths of a node-hour (§5.2); `spent`
    without this month."""

    credits: int
    spent: int
    this_month: int
    start_date: str
    end_date: str


@dataclass(frozen=True, slots=True)
class PortalDetail:
    """All about one allocation. `marketplace` are the fields of §1.1 with that prefix, by name;
    `others` are those of the same project code; `job` and `versions` (local, remote) are None
    where the server does not show them, so is the project's `shortname`. `read_at` is when a
    console read it from a server that does not tell when it read figures, else 0."""

    row: PortalRow
    description: str
    error_traceback: str
    customer: str
    service_state: str
    service_error: str
    marketplace: Mapping[str, str | int | bool | None]
    others: tuple[PortalRow, ...]
    associations: tuple[Association, ...]
    usages: tuple[Usage, ...]
    account: Account | None
    remote_project: RemoteProject | None
    job: Job | None
    versions: tuple[int, int] | None
    shortname: str | None = None
    read_at: int = 0


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A project code with its allocations together (§1.5): the limit is that of one of them, None
    where they differ or are not told; usage is summed up over services, in hundredths. `largest`
    is the largest limit, None where one is not told or without end."""

    key: int
    code: str
    project: str
    project_name: str
    services: tuple[str, ...]
    node_limit: int | None
    usage: int
    largest: int | None

    @property
    def is_over(self) -> bool:
        """True when more was used than any of its allocations may."""
        return self.largest is not None and self.usage > 100 * self.largest

    @property
    def exceeded(self) -> int | None:
        """The largest of limits that differ, None unless more was used than that."""
        return self.largest if self.node_limit is None and self.is_over else None


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service with how many allocations it has and how many of them have failed."""

    key: int
    service: Service
    allocations: int
    erred: int


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project that an allocation may be made for."""

    key: int
    project: PortalProject
    customer_name: str


@dataclass(frozen=True, slots=True)
class AwardRow:
    """An award of another portal in a list: `allocation` as in `1000 NHR`, `embargoed` until its
    earliest date of approval has come."""

    key: int
    award: Award
    name: str
    allocation: str
    start_date: str
    end_date: str
    embargoed: bool


@dataclass(frozen=True, slots=True)
class AwardReview:
    """An award with all that decides about it: members as (address, role), links as (what, url),
    notes; the service it is for and the project it belongs to, None while there is none."""

    row: AwardRow
    description: str
    members: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    earliest_approve: str
    service: Service | None
    project: ProjectRow | None
    allocations: tuple[PortalRow, ...]


@dataclass(frozen=True, slots=True)
class RemoteProjectRow:
    """An award of ours in a list; `service_name` is `` where no service leads there."""

    key: int
    remote_project: RemoteProject
    project_name: str
    service_name: str = ""
