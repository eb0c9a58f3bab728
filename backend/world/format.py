"""The shape of a world file, in Astakos' own API JSON; `_bursar` holds what that does not show
(docs/world-files.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.decode import Amount, Exact, Flag, Instant, Text, Whole
from backend.projects.wire import CapacityBody, Policy, Seats
from backend.quotas.model import UNLIMITED
from backend.world.nico_format import NicoFile
from backend.world.placement_format import PlacementFile
from backend.world.portal_format import PortalFile

Name = Annotated[Text, Field(min_length=1)]
Id = Annotated[Whole, Field(ge=1)]
Digest = Annotated[Text, Field(pattern=r"^[0-9a-f]{64}$")]
UserState = Literal["active", "inactive", "unmoderated", "unverified", "rejected"]
ProjectStates = Literal["uninitialized", "active", "suspended", "terminated", "deleted"]
ApplicationStates = Literal["pending", "approved", "replaced", "denied", "dismissed", "cancelled"]
MembershipStates = Literal[
    "requested", "accepted", "leave_requested", "suspended", "rejected", "cancelled", "removed"
]


class CapacityFile(CapacityBody):
    """The two limits of a resource."""

    model_config = Exact.model_config


Capacities = dict[Name, CapacityFile]


class Secret(Exact):
    """Something with a token, given as such or as its sha256."""

    token: Text | None = None
    token_sha256: Digest | None = None


class ServiceFile(Secret):
    """A component that owns resources."""

    name: Name


class ResourceExtra(Exact):
    """What GET /resources does not show."""

    service_type: Text = ""


class ResourceFile(Exact):
    """A resource with its defaults."""

    name: Name
    service: Name
    description: Text | None = None
    unit: Text | None = None
    system_default: Amount = UNLIMITED
    project_default: Amount = 0
    api_visible: Flag = True
    ui_visible: Flag = True
    extra: ResourceExtra = Field(alias="_bursar", default_factory=ResourceExtra)


class UserExtra(Exact):
    """What the state of a user leaves open; the default project is else the own one."""

    default_project: Name | None = None
    deactivated: Instant | None = None
    deactivated_reason: Text = ""


class UserFile(Secret):
    """A person; `alias` serves recorded conversations only."""

    alias: Text | None = None
    uuid: Name
    email: Name
    first_name: Text = ""
    last_name: Text = ""
    admin: Flag = False
    state: UserState
    extra: UserExtra = Field(alias="_bursar", default_factory=UserExtra)


class StepFile(Exact):
    """A line in a log; a beginning comes from ``."""

    date: Instant
    actor: Text = ""
    before: Text = Field(alias="from", default="")
    after: Text = Field(alias="to")
    reason: Text = ""


class ApplicationExtra(Exact):
    """When it was filed, who answered or withdrew it, and invisible resources."""

    issue_date: Instant | None = None
    response_date: Instant | None = None
    response: Text = ""
    response_actor: Text = ""
    waive_date: Instant | None = None
    waive_reason: Text = ""
    waive_actor: Text = ""
    resources: Capacities = Field(default_factory=dict)


class ApplicationFile(Exact):
    """An application; null for what it does not ask for."""

    id: Id | None = None
    state: ApplicationStates
    name: Text | None = None
    owner: Name | None = None
    applicant: Name
    homepage: Text | None = None
    description: Text | None = None
    start_date: Instant | None = None
    end_date: Instant | None = None
    comments: Text | None = None
    join_policy: Policy | None = None
    leave_policy: Policy | None = None
    max_members: Seats | None = None
    private: Flag | None = None
    resources: Capacities = Field(default_factory=dict)
    extra: ApplicationExtra = Field(alias="_bursar", default_factory=ApplicationExtra)


class ProjectExtra(Exact):
    """Earlier applications, the log, invisible resources, a reserved name that is not the
    usual one."""

    applications: list[ApplicationFile] = Field(default_factory=list)
    log: list[StepFile] | None = None
    reserved_name: Text | None = None
    resources: Capacities = Field(default_factory=dict)


class ProjectFile(Exact):
    """A project."""

    id: Name
    state: ProjectStates
    creation_date: Instant | None = None
    name: Name
    owner: Name | None = None
    homepage: Text = ""
    description: Text = ""
    end_date: Instant
    join_policy: Policy = "moderated"
    leave_policy: Policy = "auto"
    max_members: Seats = UNLIMITED
    private: Flag = False
    system_project: Flag = False
    resources: Capacities = Field(default_factory=dict)
    last_application: ApplicationFile | None = None
    deactivation_date: Instant | None = None
    extra: ProjectExtra = Field(alias="_bursar", default_factory=ProjectExtra)


class MembershipExtra(Exact):
    """Whether it ever was accepted, and its log."""

    initialized: Flag | None = None
    log: list[StepFile] | None = None


class MembershipFile(Exact):
    """A membership with the latest date of each state; `allowed_actions` is not read."""

    id: Id | None = None
    user: Name
    project: Name
    state: MembershipStates
    allowed_actions: list[Text] | None = None
    requested: Instant | None = None
    accepted: Instant | None = None
    leave_requested: Instant | None = None
    suspended: Instant | None = None
    rejected: Instant | None = None
    cancelled: Instant | None = None
    removed: Instant | None = None
    extra: MembershipExtra = Field(alias="_bursar", default_factory=MembershipExtra)


class PoolFile(Exact):
    """A project's own holding."""

    project_limit: Amount
    project_usage: Amount = 0
    project_pending: Amount = 0


class HoldingFile(Exact):
    """A member's holding; the project's figures may be left out."""

    limit: Amount
    usage: Amount = 0
    pending: Amount = 0
    project_limit: Amount | None = None
    project_usage: Amount | None = None
    project_pending: Amount | None = None


class ProvisionFile(Exact):
    """A provision; `source` null for a project's own holding."""

    holder: Name
    source: Name | None
    resource: Name
    quantity: Whole


class CommissionExtra(Exact):
    """Whose commission it is (else that of its first resource's service), and when it ends."""

    clientkey: Text | None = None
    expires: Instant | None = None
    key: Text = ""


class CommissionFile(Exact):
    """A pending commission."""

    serial: Id | None = None
    name: Text = ""
    issue_time: Instant
    provisions: list[ProvisionFile]
    extra: CommissionExtra = Field(alias="_bursar", default_factory=CommissionExtra)


class HoldingName(Exact):
    """Which holding."""

    holder: Name
    source: Name | None
    resource: Name


class LogFile(HoldingName):
    """A line of the provision log."""

    serial: Id
    name: Text
    issue_time: Instant
    log_time: Instant
    limit: Amount
    usage_min: Amount
    usage_max: Amount
    delta_quantity: Whole
    reason: Text


class KeyFile(Exact):
    """An idempotency key and what it led to."""

    clientkey: Text
    key: Name
    request: Text
    serial: Id
    date: Instant


class Counters(Exact):
    """The highest numbers ever given, so that none is given again."""

    application: Amount = 0
    membership: Amount = 0
    serial: Amount = 0


class WorldExtra(Exact):
    """What belongs to no single object."""

    counters: Counters = Field(default_factory=Counters)
    missing_holdings: list[HoldingName] = Field(default_factory=list)
    provision_log: list[LogFile] = Field(default_factory=list)
    commission_keys: list[KeyFile] = Field(default_factory=list)


class WorldFile(Exact):
    """A whole world file."""

    bursar_world: Literal[1] | None = None
    services: list[ServiceFile] = Field(default_factory=list)
    resources: list[ResourceFile] = Field(default_factory=list)
    users: list[UserFile] = Field(default_factory=list)
    projects: list[ProjectFile] = Field(default_factory=list)
    memberships: list[MembershipFile] = Field(default_factory=list)
    service_quotas: dict[Name, dict[Name, dict[Name, HoldingFile]]] = Field(default_factory=dict)
    service_project_quotas: dict[Name, dict[Name, PoolFile]] = Field(default_factory=dict)
    commissions: list[CommissionFile] = Field(default_factory=list)
    placement: PlacementFile = Field(default_factory=PlacementFile)
    openportal: PortalFile = Field(default_factory=PortalFile)
    nico: NicoFile = Field(default_factory=NicoFile)
    extra: WorldExtra = Field(alias="_bursar", default_factory=WorldExtra)
