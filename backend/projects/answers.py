"""What Astakos' calls about people, projects and memberships answer (spec astakos §5), as types
that pydantic can check and describe. Times are ISO 8601 texts with an offset."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

Policy = Literal["auto", "moderated", "closed"]


class CapacityAnswer(TypedDict):
    """The two limits of a resource."""

    project_capacity: int
    member_capacity: int


class ApplicationAnswer(TypedDict):
    """An application; null is no wish."""

    id: int
    state: str
    name: str | None
    owner: str | None
    applicant: str
    homepage: str | None
    description: str | None
    start_date: str | None
    end_date: str | None
    comments: str | None
    join_policy: Policy | None
    leave_policy: Policy | None
    max_members: int | None
    private: bool | None
    resources: dict[str, CapacityAnswer]


class ProjectAnswer(TypedDict):
    """A project; the last two are for its owner and admins, and only where there is one."""

    id: str
    state: str
    creation_date: str
    name: str
    owner: str | None
    homepage: str
    description: str
    end_date: str
    join_policy: Policy
    leave_policy: Policy
    max_members: int
    private: bool
    system_project: bool
    resources: dict[str, CapacityAnswer]
    last_application: NotRequired[ApplicationAnswer]
    deactivation_date: NotRequired[str]


class FiledAnswer(TypedDict):
    """A project and its new application."""

    id: str
    application: int


class EnteredAnswer(TypedDict):
    """A membership."""

    id: int


class MembershipAnswer(TypedDict):
    """A membership, with the last time that each state was entered."""

    id: int
    user: str
    project: str
    state: str
    allowed_actions: list[str]
    requested: NotRequired[str]
    accepted: NotRequired[str]
    leave_requested: NotRequired[str]
    suspended: NotRequired[str]
    rejected: NotRequired[str]
    cancelled: NotRequired[str]
    removed: NotRequired[str]


class CatalogsAnswer(TypedDict):
    """Addresses by uuid, and uuids by address as it was given."""

    uuid_catalog: dict[str, str]
    displayname_catalog: dict[str, str]


EndpointAnswer = TypedDict(
    "EndpointAnswer", {"versionId": str, "publicURL": str, "region": str, "SNF:uiURL": str}
)


class ServiceAnswer(TypedDict):
    """Where a service is."""

    name: str
    type: str
    endpoints: list[EndpointAnswer]
    endpoints_links: list[str]


class TenantAnswer(TypedDict):
    """The project that is meant where none is named."""

    id: str
    name: str


class TokenAnswer(TypedDict):
    """A token."""

    id: str
    expires: str
    tenant: TenantAnswer


class RoleAnswer(TypedDict):
    """A role in the identity service."""

    id: str
    name: str


class UserAnswer(TypedDict):
    """Whose token it is."""

    id: str
    name: str
    roles: list[RoleAnswer]
    roles_links: list[str]
    projects: list[str]


class AccessAnswer(TypedDict):
    """The catalog, and who is asking when a token was shown."""

    serviceCatalog: list[ServiceAnswer]
    token: NotRequired[TokenAnswer]
    user: NotRequired[UserAnswer]


class SignedInAnswer(TypedDict):
    """What a token opens."""

    access: AccessAnswer


class LinkAnswer(TypedDict):
    """A link."""

    rel: str
    href: str


class VersionAnswer(TypedDict):
    """A version of the identity service."""

    id: str
    status: str
    updated: str
    links: list[LinkAnswer]


class VersionListAnswer(TypedDict):
    """Versions in a list."""

    values: list[VersionAnswer]


class VersionsAnswer(TypedDict):
    """Every version."""

    versions: VersionListAnswer
