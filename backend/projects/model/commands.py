"""The commands of the projects room (spec astakos §2); part of its model."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from backend.core.plan import Command
from backend.projects.model.entities import Grants
from backend.projects.model.states import JoinPolicy, MembershipAction


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an application asks for; None means no change. Times are microseconds."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitApplication(Command):
    """Apply for a new project (`project` ``) or a change of one, for `applicant`."""

    applicant: str
    wishes: Wishes
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationCommand(Command):
    """A decision about one application; `project` ``, or the path's uuid to be matched."""

    application: int
    project: str = ""


class ApproveApplication(ApplicationCommand):
    """Grant a pending application."""

    __slots__ = ()


class DenyApplication(ApplicationCommand):
    """Refuse a pending application."""

    __slots__ = ()


class DismissApplication(ApplicationCommand):
    """Put a denied application away."""

    __slots__ = ()


class CancelApplication(ApplicationCommand):
    """Withdraw a pending application."""

    __slots__ = ()


class ProjectAction(StrEnum):
    """State changes of a project."""

    SUSPEND = "suspend"
    UNSUSPEND = "unsuspend"
    TERMINATE = "terminate"
    REINSTATE = "reinstate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProjectState(Command):
    """Suspend, unsuspend, terminate or reinstate a project."""

    project: str
    action: ProjectAction


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyProject(Command):
    """Change a project in place, an operator's tool (§2.2); `wishes.comments` is ignored."""

    project: str
    wishes: Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyBaseProjects(Command):
    """Change every base project in place but the excluded ones, by uuid (§2.2)."""

    wishes: Wishes
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateExpired(Command):
    """Terminate every alive ordinary project whose end date has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinProject(Command):
    """The acting user asks to become a member."""

    project: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollMember(Command):
    """Make the person with this e-mail a member at once."""

    project: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMembership(Command):
    """Leave, cancel, accept, reject or remove."""

    membership: int
    action: MembershipAction


class UserAction(StrEnum):
    """Moderation of people."""

    VERIFY = "verify"
    ACCEPT = "accept"
    REJECT = "reject"
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeUser(Command):
    """Moderate, activate or deactivate a user."""

    user: str
    action: UserAction


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDefaultProject(Command):
    """Choose where a user's unqualified requests go."""

    user: str
    project: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterResource(Command):
    """Announce a resource: every initialized project gets a row at its default (§1.1)."""

    name: str
    service: str
    description: str = ""
    service_type: str = ""
    unit: str = ""
    uplimit: int
    project_default: int
    api_visible: bool = True
    ui_visible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyQuotas(Command):
    """Set every limit to what projects say; `unexpected` also deletes holdings that no
    project accounts for (§3.5)."""

    unexpected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilePendingApps(Command):
    """Set the usage of `astakos.pending_app` to the applications that wait (Q20)."""
