"""What an Astakos answers about projects, memberships and people, read leniently (spec astakos §5,
docs versus code): older servers leave keys out, newer ones add some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from backend.decode import Amount, Body, Flag, Foreign, Told, Whole
from backend.projects.model import (
    Application,
    ApplicationState,
    Capacity,
    Grants,
    JoinPolicy,
    Membership,
    MembershipState,
    Project,
    ProjectState,
)
from backend.projects.wire import Policy, Seats
from backend.quotas.model import UNLIMITED

ProjectStates = Literal["uninitialized", "active", "suspended", "terminated", "deleted"]
ApplicationStates = Literal["pending", "approved", "replaced", "denied", "dismissed", "cancelled"]
MembershipStates = Literal[
    "requested", "accepted", "leave_requested", "suspended", "rejected", "cancelled", "removed"
]
BASE_NAMES = ("system:{}", "base:{}")
"""What versions of Astakos call a base project, where no key says that it is one."""


@dataclass(frozen=True, slots=True)
class ProjectTold:
    """A project with its last application, None where there is none or it is not shown."""

    project: Project
    application: Application | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a token stands for, the default project, and the paths of the services by name."""

    uuid: str
    name: str
    default_project: str
    services: Mapping[str, str]


class CapacityReply(Body):
    """The two limits of a resource. Old projects may give a member more than there is."""

    project_capacity: Amount
    member_capacity: Amount

    def capacity(self) -> Capacity:
        """The domain's pair; more than the project has nobody can get."""
        return Capacity(self.project_capacity, min(self.member_capacity, self.project_capacity))


class ApplicationReply(Body):
    """An application; null for what it does not ask for."""

    id: Whole
    state: ApplicationStates
    applicant: Foreign
    owner: Foreign | None = None
    name: Foreign | None = None
    homepage: Foreign | None = None
    description: Foreign | None = None
    start_date: Told | None = None
    end_date: Told | None = None
    comments: Foreign | None = None
    join_policy: Policy | None = None
    leave_policy: Policy | None = None
    max_members: Seats | None = None
    private: Flag | None = None
    resources: dict[Foreign, CapacityReply] = {}

    def application(self, project: str) -> Application:
        """The domain's application; when it was filed is not told."""
        return Application(
            self.id,
            project,
            self.applicant,
            ApplicationState(self.state),
            0,
            self.owner,
            self.name,
            self.homepage,
            self.description,
            self.start_date,
            self.end_date,
            self.join_policy and JoinPolicy(self.join_policy),
            self.leave_policy and JoinPolicy(self.leave_policy),
            self.max_members,
            self.private,
            self.comments or "",
            _grants(self.resources),
        )


class ProjectReply(Body):
    """A project."""

    id: Foreign
    state: ProjectStates
    name: Foreign
    owner: Foreign | None = None
    creation_date: Told
    end_date: Told
    homepage: Foreign | None = None
    description: Foreign | None = None
    join_policy: Policy = "moderated"
    leave_policy: Policy = "auto"
    max_members: Seats | None = None
    private: Flag = False
    system_project: Flag | None = None
    resources: dict[Foreign, CapacityReply] = {}
    last_application: ApplicationReply | None = None
    deactivation_date: Told | None = None

    def told(self) -> ProjectTold:
        """The domain's project and application."""
        last = self.last_application
        application = last.application(self.id) if last else None
        return ProjectTold(self._project(last.id if last else 0), application)

    def _project(self, last: int) -> Project:
        usual = self.name in (name.format(self.id) for name in BASE_NAMES)
        alive = self.state in ("active", "suspended")
        return Project(
            0,
            self.id,
            self.name,
            ProjectState(self.state),
            self.owner or "",
            self.end_date,
            self.creation_date,
            self.name if alive else "",
            self.homepage or "",
            self.description or "",
            JoinPolicy(self.join_policy),
            JoinPolicy(self.leave_policy),
            UNLIMITED if self.max_members is None else self.max_members,
            self.private,
            usual if self.system_project is None else self.system_project,
            last,
            self.deactivation_date or 0,
            _grants(self.resources),
        )


def _grants(told: dict[str, CapacityReply]) -> Grants:
    return {name: one.capacity() for name, one in told.items()}


class MembershipReply(Body):
    """A membership with the time each state was last entered."""

    id: Whole
    user: Foreign
    project: Foreign
    state: MembershipStates
    requested: Told | None = None
    accepted: Told | None = None
    leave_requested: Told | None = None
    suspended: Told | None = None
    rejected: Told | None = None
    cancelled: Told | None = None
    removed: Told | None = None

    def membership(self) -> Membership:
        """The domain's membership."""
        dates = {str(state): getattr(self, state) for state in MembershipState}
        entered = {state: at for state, at in dates.items() if at is not None}
        seated = {"accepted", "leave_requested", "suspended", "removed"}
        began = self.state in seated or bool(seated & entered.keys())
        state = MembershipState(self.state)
        return Membership(self.id, self.user, self.project, state, began, entered)


class NumberReply(Body):
    """The number of what was made."""

    id: Whole


class FiledReply(Body):
    """The project and the number of an application."""

    id: Foreign
    application: Whole


class CatalogReply(Body):
    """People's addresses by uuid, or the other way round."""

    uuid_catalog: dict[Foreign, Foreign] = {}
    displayname_catalog: dict[Foreign, Foreign] = {}


class EndpointReply(Body):
    """Where a service is."""

    versionId: Foreign | None = None
    publicURL: Foreign | None = None


class ServiceReply(Body):
    """A service of the catalog."""

    name: Foreign | None = None
    endpoints: list[EndpointReply] = []


class TenantReply(Body):
    """The default project."""

    id: Foreign = ""


class TokenReply(Body):
    """A token."""

    tenant: TenantReply | None = None


class UserReply(Body):
    """Whom it stands for."""

    id: Foreign
    name: Foreign | None = None


class AccessReply(Body):
    """What a token opens."""

    token: TokenReply | None = None
    user: UserReply
    serviceCatalog: list[ServiceReply] = []


class IdentityReply(Body):
    """The answer of POST /tokens."""

    access: AccessReply

    def identity(self) -> Identity:
        """Who it is, and where services are."""
        access = self.access
        tenant = access.token and access.token.tenant
        places = {
            service.name or "": endpoint.publicURL or ""
            for service in access.serviceCatalog
            for endpoint in service.endpoints
            if endpoint.versionId in (None, "", "v1.0") and endpoint.publicURL
        }
        return Identity(access.user.id, access.user.name or "", tenant.id if tenant else "", places)
