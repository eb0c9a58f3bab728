"""What an OpenPortal server answers: every key may be missing, and most may be null (spec
openportal §1, §3.5, §5). None is what was not told."""

from __future__ import annotations

from typing import Any

from backend.decode import Body, Count, Flag, Words
from backend.openportal.wire.told import Hours, Linked, Moment, Quantity, SomeUuid, Uuid

LISTED = (
    "uuid",
    "name",
    "state",
    "service_name",
    "service_settings_uuid",
    "service_settings_state",
    "service_settings_error_message",
    "project_name",
    "project_uuid",
    "customer_uuid",
    "customer_name",
    "customer_native_name",
    "customer_abbreviation",
    "created",
    "modified",
    "backend_id",
    "node_limit",
    "node_usage",
    "is_active",
    "error_message",
    "marketplace_resource_state",
)
"""What lists of allocations are asked for, beside the counterpart (§3.5)."""


class AllocationTold(Body):
    """An allocation of either resource; `state` as it was told."""

    uuid: Uuid
    name: Words = ""
    description: Words | None = None
    state: Words = ""
    service_name: Words = ""
    service_settings_uuid: SomeUuid = ""
    service_settings_state: Words = ""
    service_settings_error_message: Words = ""
    project_uuid: SomeUuid = ""
    project_name: Words = ""
    customer_uuid: SomeUuid = ""
    customer_name: Words = ""
    customer_native_name: Words = ""
    customer_abbreviation: Words = ""
    error_message: Words = ""
    error_traceback: Words | None = None
    backend_id: Words = ""
    groupname: Words | None = None
    remote_project_identifier: Words | None = None
    node_limit: Count = None
    node_usage: Hours = None
    is_active: Flag | None = None
    created: Moment = None
    modified: Moment = None
    marketplace_offering_uuid: Words | None = None
    marketplace_offering_name: Words | None = None
    marketplace_offering_type: Words | None = None
    marketplace_category_uuid: Words | None = None
    marketplace_category_name: Words | None = None
    marketplace_resource_uuid: Words | None = None
    marketplace_plan_uuid: Words | None = None
    marketplace_resource_state: Words | None = None
    is_usage_based: Flag | None = None
    is_limit_based: Flag | None = None


class _Options(Body):
    instance_name: Words = ""
    allocation_unit: Words = ""
    default_allocation: Quantity = 0
    max_allocation: Quantity = 0


class ServiceTold(Body):
    """Settings of a service (§1.3); `type` tells what it is of."""

    uuid: Uuid
    name: Words = ""
    type: Words = ""
    state: Words = ""
    error_message: Words = ""
    shared: Flag | None = None
    customer: Linked = ""
    options: _Options | None = None


class ProjectTold(Body):
    """A project (§1.3)."""

    uuid: Uuid
    name: Words = ""
    description: Words = ""
    customer_uuid: SomeUuid = ""
    customer_name: Words = ""
    customer_native_name: Words = ""
    customer_abbreviation: Words = ""
    start_date: Words = ""
    end_date: Words = ""
    created: Moment = None


class PermissionTold(Body):
    """What somebody is in a project or in an organisation (§2.4)."""

    role_name: Words = ""
    scope_uuid: SomeUuid = ""


class MeTold(Body):
    """Whom a token stands for; the token itself is not among it."""

    uuid: Uuid
    username: Words = ""
    full_name: Words = ""
    email: Words = ""
    is_staff: Flag | None = None
    is_support: Flag | None = None
    permissions: list[PermissionTold] | None = None


class AssociationTold(Body):
    """Somebody's account at the resource backend (§5.2)."""

    uuid: Uuid
    allocation: Linked = ""
    username: Words = ""
    groupname: Words = ""
    useridentifier: Words = ""


class UsageTold(Body):
    """What somebody used of an allocation in a month (§5.2)."""

    allocation: Linked = ""
    year: int
    month: int
    username: Words = ""
    full_name: Words = ""
    node_usage: Hours = None


class AccountTold(Body):
    """Credits of a project and what it spent (§5.2)."""

    start_date: Words = ""
    end_date: Words = ""
    total_credits: Hours = None
    total_spend: Hours = None
    current_month_spend: Hours = None


class NamesTold(Body):
    """What a project is called elsewhere (§5.5)."""

    shortname: Words | None = None
    allowed_destinations: Words | None = None


class AwardTold(Body):
    """An award of another portal (§5.3)."""

    identifier: Words
    destination: Words
    state: Words = ""
    details: Any = None
    project: Linked = ""
    project_template: Linked = ""
    notes: Any = None
    created: Moment = None
    reviewed_at: Moment = None
    reviewed_by_full_name: Words = ""
    review_comment: Words = ""


class RemoteProjectTold(Body):
    """An award of ours to another portal (§5.3)."""

    uuid: Uuid
    identifier: Words = ""
    destination: Words = ""
    state: Words = ""
    state_display: Words = ""
    current_allocation: Words = ""
    pending_allocation: Words = ""
    pending_since: Moment = None
    error_message: Words = ""
    last_contact_time: Moment = None
    earliest_approve: Words = ""
    membership_control: Words = ""
    allowed_domains: Any = None
    links: Any = None
    link_award: Any = None
    link_call: Any = None
    link_project: Any = None
    link_renewal: Any = None
    notes: Any = None
    current_project_uuid: SomeUuid = ""
    project_uuid: SomeUuid = ""
    project: Linked = ""
    created: Moment = None
    modified: Moment = None
