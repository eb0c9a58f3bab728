"""What the projects room shows: rows, details and the review of an application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.core.plan import Plan
from backend.projects.model.entities import Application, Capacity, Project, User
from backend.projects.model.rows import ProjectRow
from backend.projects.model.states import (
    ApplicationState,
    MembershipAction,
    MembershipState,
    ProjectState,
    UserState,
)
from backend.quotas.model.views import QuotaRow


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A membership with its person and what the session's actor may do with it; `used` are the
    person's holdings in the project that are used, that which takes most of its limit first, and
    those of which that is not known."""

    key: int
    uuid: str
    email: str
    state: MembershipState
    since: int
    allowed: tuple[MembershipAction, ...]
    used: tuple[QuotaRow, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """Something that happened to a project, newest first."""

    at: int
    actor: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class ApplicationBrief:
    """An application in a list of them."""

    id: int
    state: ApplicationState
    issued_at: int
    answered_at: int
    actor: str
    response: str


@dataclass(frozen=True, slots=True)
class ProjectDetail:
    """Everything the detail of a project shows; `pool` are its own holdings, `units` those of
    the resources that the waiting application asks for."""

    row: ProjectRow
    project: Project
    owner_email: str
    pool: tuple[QuotaRow, ...]
    members: tuple[MemberRow, ...]
    applications: tuple[ApplicationBrief, ...]
    history: tuple[HistoryEvent, ...]
    pending: Application | None
    allowed: Mapping[str, str]  # project action → "" when allowed, else the reason it is off
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A wished field of an application against the project's present value."""

    field: str
    before: str | int | bool | None
    after: str | int | bool | None


@dataclass(frozen=True, slots=True)
class PolicyCheck:
    """One line of the review's checks; `ok` False is a warning, not a refusal."""

    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class ApplicationReview:
    """All an operator needs to decide on a waiting application.

    `approve` is the plan of approving now (its changes, impacts, warnings), or None with
    `refusal` saying why approving would be refused.
    """

    application: Application
    project: Project
    applicant_email: str
    owner_email: str
    is_new: bool
    changes: tuple[FieldChange, ...]
    grants: tuple[tuple[str, str, Capacity | None, Capacity], ...]  # resource, unit, old, new
    pool: tuple[QuotaRow, ...]
    members: int
    checks: tuple[PolicyCheck, ...]
    history: tuple[ApplicationBrief, ...]
    pending_apps: tuple[int, int]  # the applicant's waiting applications, and the limit
    approve: Plan | None
    refusal: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the list of people. `projects` are those owned and alive, `memberships` the
    seats in ordinary projects; `default` is the name of the default project, `` for the own
    one; `refused` says for each `UserAction` why it cannot be done now, `` when it can."""

    key: int
    user: User
    projects: int
    memberships: int
    default: str
    refused: Mapping[str, str]

    @property
    def email(self) -> str:
        """The address."""
        return self.user.email

    @property
    def state(self) -> UserState:
        """In one word."""
        return self.user.state


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A project that a person is or was in; `since` when the membership became what it is."""

    key: int
    project: str
    project_state: ProjectState
    is_base: bool
    state: MembershipState
    since: int


@dataclass(frozen=True, slots=True)
class PersonDetail:
    """Everything about a person: where in, what owned, what may be had, what was applied for as
    (project, application), newest first."""

    row: PersonRow
    places: tuple[PlaceRow, ...]
    owned: tuple[ProjectRow, ...]
    holdings: tuple[QuotaRow, ...]
    applications: tuple[tuple[str, ApplicationBrief], ...]


@dataclass(frozen=True, slots=True)
class MismatchRow:
    """A limit that is not what its project says, as people know the holding; a project's own
    pool has holder ``. `expected` is None when no project accounts for it, `found` None when
    the holding is missing. `unit` as in `Resource`."""

    key: int
    holder: str
    holder_id: str
    project: str
    project_id: str
    resource: str
    unit: str
    expected: int | None
    found: int | None

    @property
    def kind(self) -> str:
        """`wrong`, `missing` or `unexpected`."""
        if self.expected is None:
            return "unexpected"
        return "missing" if self.found is None else "wrong"
