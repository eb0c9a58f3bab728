"""What Waldur's calls answer (spec openportal §1, §5), as types that pydantic can check and
describe. With `field` any key may be missing."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

Word = Literal[
    "UPDATE_SCHEDULED",
    "UPDATING",
    "OK",
    "ERRED",
    "CREATION_SCHEDULED",
    "CREATING",
    "DELETION_SCHEDULED",
    "DELETING",
]


class OfCustomer(TypedDict, total=False):
    """The organisation of something."""

    customer: str
    customer_uuid: str
    customer_name: str
    customer_native_name: str
    customer_abbreviation: str


class OfEither(OfCustomer, total=False):
    """What an allocation of either kind has."""

    url: str
    uuid: str
    name: str
    description: str
    service_name: str
    service_settings: str
    service_settings_uuid: str
    service_settings_state: Word
    service_settings_error_message: str
    project: str
    project_name: str
    project_uuid: str
    error_message: str
    error_traceback: str
    resource_type: str
    state: Word
    created: str
    modified: str
    backend_id: str
    access_url: str | None
    node_limit: int
    node_usage: str
    is_active: bool
    marketplace_offering_uuid: str | None
    marketplace_offering_name: str | None
    marketplace_offering_type: str | None
    marketplace_offering_plugin_options: dict[str, Any] | None
    marketplace_category_uuid: str | None
    marketplace_category_name: str | None
    marketplace_resource_uuid: str | None
    marketplace_plan_uuid: str | None
    marketplace_resource_state: str | None
    is_usage_based: bool | None
    is_limit_based: bool | None


class AllocationAnswer(OfEither, total=False):
    """An allocation on a cluster of ours."""

    groupname: str | None


class RemoteAllocationAnswer(OfEither, total=False):
    """An allocation at another portal."""

    remote_project_identifier: str | None


class LimitAnswer(TypedDict):
    """The limit that was set, in node-hours; -1 is unlimited."""

    node_limit: int


class DetailAnswer(TypedDict):
    """What was done, or why not."""

    detail: str


class ServiceAnswer(TypedDict, total=False):
    """The settings of a service; `options` for staff only."""

    url: str
    uuid: str
    name: str
    type: str
    state: Word
    error_message: str
    shared: bool
    customer: str | None
    customer_name: str | None
    customer_native_name: str | None
    terms_of_services: str
    scope: str | None
    scope_uuid: str | None
    options: dict[str, Any]


class CustomerAnswer(TypedDict, total=False):
    """An organisation."""

    url: str
    uuid: str
    created: str
    name: str
    slug: str
    native_name: str
    abbreviation: str
    display_name: str
    backend_id: str
    blocked: bool
    archived: bool


class ProjectAnswer(OfCustomer, total=False):
    """A project; on its `end_date` it is over already."""

    url: str
    uuid: str
    name: str
    slug: str
    description: str
    created: str
    start_date: str | None
    end_date: str | None
    effective_end_date: str | None
    grace_period_days: int | None
    is_in_grace_period: bool
    backend_id: str
    is_removed: bool
    resources_count: int
    project_credit: str


class PartAnswer(TypedDict):
    """What somebody is, and of what."""

    role_name: str
    scope_type: str
    scope_uuid: str
    scope_name: str


class PersonAnswer(TypedDict, total=False):
    """Who calls; `token_lifetime` in seconds, null for ever."""

    url: str
    uuid: str
    username: str
    full_name: str
    email: str
    is_staff: bool
    is_support: bool
    is_active: bool
    date_joined: str
    token_lifetime: int | None
    permissions: list[PartAnswer]


class UsageAnswer(TypedDict, total=False):
    """What somebody used of an allocation in a month."""

    node_usage: str
    month: int
    year: int
    allocation: str
    user: str | None
    username: str
    full_name: str


class AssociationAnswer(TypedDict, total=False):
    """Somebody's account for an allocation."""

    uuid: str
    username: str
    groupname: str
    useridentifier: str
    allocation: str


class RemoteAssociationAnswer(TypedDict, total=False):
    """Somebody's account at another portal."""

    uuid: str
    allocation: str


class SpendingAnswer(TypedDict, total=False):
    """What a project was given and spent, in node-hours; `total_spend` without this month."""

    project_uuid: str
    project_name: str
    customer_uuid: str
    customer_name: str
    start_date: str | None
    end_date: str | None
    total_credits: str
    total_spend: str
    current_month_spend: str


class NamingAnswer(TypedDict, total=False):
    """How a project is called at resource backends, and where it may go."""

    project: str
    shortname: str | None
    allowed_destinations: str | None


class BasicProject(TypedDict):
    """A project by its name."""

    url: str
    uuid: str
    name: str


class TemplateAnswer(TypedDict):
    """The template of an award."""

    name: str


class AwardAnswer(TypedDict, total=False):
    """An award of another portal; `details` are its own words."""

    state: Literal["draft", "pending", "approved", "rejected", "canceled"]
    created: str
    reviewed_at: str | None
    reviewed_by_full_name: str
    reviewed_by_uuid: str | None
    review_comment: str | None
    identifier: str
    destination: str
    local_identifier: str | None
    details: dict[str, Any]
    notes: list[str]
    project: str | None
    project_data: BasicProject | None
    project_template: str | None
    project_template_data: TemplateAnswer | None


class RemoteProjectAnswer(TypedDict, total=False):
    """An award of ours to another portal."""

    uuid: str
    identifier: str | None
    destination: str
    resource_uuid: str | None
    resource_name: str | None
    state: Literal["pending", "active", "stale", "error", "deleted"]
    state_display: str
    current_allocation: str
    pending_allocation: str | None
    allocation_string: str | None
    has_pending_change: bool
    pending_since: str | None
    error_message: str
    last_contact_time: str | None
    earliest_approve: str | None
    membership_control: str | None
    allowed_domains: list[str] | None
    link_award: dict[str, Any] | None
    link_call: dict[str, Any] | None
    link_project: dict[str, Any] | None
    link_renewal: dict[str, Any] | None
    breakdown: dict[str, str]
    notes: list[str]
    current_project_name: str
    current_project_uuid: str | None
    created: str
    modified: str


class TotalUsageAnswer(TypedDict):
    """All that was ever used of an award of ours, in node-hours."""

    identifier: str | None
    destination: str
    total_usage: str
