"""Users, projects, applications and memberships (spec astakos §1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from backend.projects.model.states import (
    ApplicationState,
    JoinPolicy,
    MembershipState,
    ProjectState,
    UserState,
)
from backend.quotas.model.amounts import UNLIMITED


class Capacity(NamedTuple):
    """Limits of one resource in a project: the pool's and each member's."""

    project: int
    member: int


Grants = Mapping[str, Capacity]
Moments = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class User:
    """A person. Times are microseconds since the epoch, 0 for never; `known` is False where a
    server shows little more than the address."""

    id: int
    uuid: str
    email: str
    first_name: str = ""
    last_name: str = ""
    is_active: bool = False
    email_verified: bool = False
    moderated: bool = False
    is_rejected: bool = False
    deactivated_reason: str = ""
    deactivated_at: int = 0
    is_project_admin: bool = False
    default_project: str = ""
    known: bool = True

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"email", "first_name", "last_name", "known"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"user:{self.uuid}"

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_accepted(self) -> bool:
        """Moderated and not rejected: has a base project."""
        return self.moderated and not self.is_rejected

    @property
    def state(self) -> UserState:
        """Where the person stands, in one word."""
        if not self.known:
            return UserState.UNKNOWN
        if not self.email_verified:
            return UserState.UNVERIFIED
        if not self.moderated:
            return UserState.UNMODERATED
        if self.is_rejected:
            return UserState.REJECTED
        return UserState.ACTIVE if self.is_active else UserState.INACTIVE


@dataclass(frozen=True, slots=True)
class Project:
    """A project. `owner` is a user uuid or `` (base); `name` the reserved name or ``;
    times are microseconds since the epoch, `deactivated_at` 0 when never; `grants` are what
    it has while active, by resource."""

    id: int
    uuid: str
    realname: str
    state: ProjectState
    owner: str
    end_date: int
    created_at: int
    name: str = ""
    homepage: str = ""
    description: str = ""
    join_policy: JoinPolicy = JoinPolicy.MODERATED
    leave_policy: JoinPolicy = JoinPolicy.AUTO
    max_members: int = UNLIMITED
    private: bool = False
    is_base: bool = False
    last_application: int = 0
    deactivated_at: int = 0
    grants: Grants = field(default_factory=dict)

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"homepage", "description"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"project:{self.uuid}"

    @property
    def is_alive(self) -> bool:
        """Active or suspended."""
        return self.state in (ProjectState.ACTIVE, ProjectState.SUSPENDED)

    @property
    def is_initialized(self) -> bool:
        """Active, suspended or terminated: has holdings."""
        return self.is_alive or self.state is ProjectState.TERMINATED

    @property
    def standing(self) -> str:
        """Its name and what its state is, in words."""
        new = self.state is ProjectState.UNINITIALIZED
        return f"project {self.realname} {'was never approved' if new else f'is {self.state}'}"


@dataclass(frozen=True, slots=True)
class Application:
    """A wish about a project; None means no change asked for. Immutable but for its state
    and who answered (`response_*`) or withdrew (`waive_*`) it."""

    id: int
    project: str
    applicant: str
    state: ApplicationState
    issued_at: int
    owner: str | None = None
    name: str | None = None
    homepage: str | None = None
    description: str | None = None
    start_date: int | None = None
    end_date: int | None = None
    join_policy: JoinPolicy | None = None
    leave_policy: JoinPolicy | None = None
    max_members: int | None = None
    private: bool | None = None
    comments: str = ""
    grants: Grants = field(default_factory=dict)
    response_at: int = 0
    response: str = ""
    response_actor: str = ""
    waive_at: int = 0
    waive_reason: str = ""
    waive_actor: str = ""

    PRIVATE: ClassVar[frozenset[str]] = frozenset(
        {"comments", "homepage", "description", "response", "waive_reason"}
    )

    @property
    def target(self) -> str:
        """Journal name."""
        return f"application:{self.id}"


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in a project; `dates` has the latest time each state was entered, by name."""

    id: int
    user: str
    project: str
    state: MembershipState
    initialized: bool = False
    dates: Moments = field(default_factory=dict)

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"dates"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"membership:{self.id}"


@dataclass(frozen=True, slots=True)
class Moved:
    """A write: a line in the log of a project or membership (`subject`). `before` is `` for
    a beginning; the operator's reason is kept unless there is a fixed one."""

    subject: str
    id: int
    before: str
    after: str
    reason: str = ""
