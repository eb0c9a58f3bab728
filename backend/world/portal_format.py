"""The shape of the openportal section, in Waldur's own JSON (docs/world-files.md)."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainValidator, Strict

from backend.decode import Amount, Exact, Flag, Instant, Refused, Text, Whole, text
from backend.openportal.model import HUNDREDTHS, MOST, UNLIMITED

_HOURS = re.compile(r"([0-9]{1,17})(?:\.([0-9]{1,2}))?\Z")
_HEX = re.compile(r"[0-9a-f]{32}\Z")


def uuid(value: str) -> str:
    """32 hex digits, however they were written."""
    bare = value.replace("-", "").lower()
    if not _HEX.match(bare):
        raise Refused("is no uuid", "write 32 hexadecimal digits")
    return bare


def hours(value: object) -> int:
    """Hundredths of a node-hour from a decimal text."""
    found = _HOURS.match(value) if isinstance(value, str) else None
    if found is None:
        raise Refused("is no amount of node-hours", 'write it like "86.40"')
    return int(found[1]) * HUNDREDTHS + int((found[2] or "").ljust(2, "0"))


def storable(value: dict[str, Any]) -> dict[str, Any]:
    """An object whose texts a database can keep."""
    text(json.dumps(value, ensure_ascii=False))
    return value


Name = Annotated[Text, Field(min_length=1)]
Uuid = Annotated[str, Strict(), AfterValidator(text), AfterValidator(uuid)]
Hours = Annotated[int, PlainValidator(hours, json_schema_input_type=str)]
Day = Annotated[Text, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Anything = Annotated[dict[str, Any], AfterValidator(storable)]
Limit = Annotated[Whole, Field(ge=UNLIMITED, le=MOST)]
States = Literal[
    "OK", "ERRED", "CREATION_SCHEDULED", "CREATING", "UPDATE_SCHEDULED", "UPDATING",
    "DELETION_SCHEDULED", "DELETING",
]  # fmt: skip
Month = Annotated[Whole, Field(ge=1, le=12)]


class PortalCustomerFile(Exact):
    """An organisation."""

    uuid: Uuid
    name: Name
    native_name: Text = ""
    abbreviation: Text = ""
    created: Instant | None = None


class PortalProjectExtra(Exact):
    """What the project's own route does not show (§5.2, §5.5)."""

    shortname: Name | None = None
    allowed_destinations: Text | None = None
    credits: Hours = 0


class PortalProjectFile(Exact):
    """A project; its end is the first day without access."""

    uuid: Uuid
    name: Name
    customer_uuid: Uuid
    description: Text = ""
    start_date: Day | None = None
    end_date: Day | None = None
    created: Instant | None = None
    extra: PortalProjectExtra = Field(alias="_bursar", default_factory=PortalProjectExtra)


class PermissionFile(Exact):
    """What somebody is, and where."""

    scope_type: Literal["customer", "project"]
    scope_uuid: Uuid
    role: Literal["owner", "manager", "admin", "member"]


class PortalUserFile(Exact):
    """Somebody with an account."""

    uuid: Uuid
    username: Name
    full_name: Text = ""
    email: Text = ""
    is_staff: Flag = False
    is_support: Flag = False
    is_active: Flag = True
    date_joined: Instant | None = None
    permissions: list[PermissionFile] = Field(default_factory=list)


class OptionsFile(Exact):
    """The options of a service."""

    instance_name: Text = ""
    allocation_unit: Text = "NHR"
    default_allocation: Limit = 1000
    max_allocation: Limit = UNLIMITED


class PortalServiceExtra(Exact):
    """How it is simulated."""

    simulator: Anything = Field(default_factory=dict)


class PortalServiceFile(Exact):
    """The settings of a service; `OPENPORTALREMOTE` is at another portal."""

    uuid: Uuid
    name: Name
    type: Literal["OPENPORTAL", "OPENPORTALREMOTE"] = "OPENPORTAL"
    state: States = "OK"
    error_message: Text = ""
    shared: Flag = True
    customer_uuid: Uuid | None = None
    options: OptionsFile = Field(default_factory=OptionsFile)
    extra: PortalServiceExtra = Field(alias="_bursar", default_factory=PortalServiceExtra)


class JobFile(Exact):
    """What is under way: `begun` null while it is scheduled."""

    operation: Literal["create", "update", "limit", "pull", "delete"]
    key: Name
    scheduled: Instant
    begun: Instant | None = None
    due: Instant
    attempts: Amount = 0
    told: Text = ""
    forced: Flag = False


class PortalAllocationExtra(Exact):
    """What the allocation's own route does not show."""

    is_added: Flag | None = None
    local_version: Amount = 1
    remote_version: Amount = 0
    figures_at: Instant | None = None
    given_limit: Limit | None = None
    job: JobFile | None = None


class PortalAllocationFile(Exact):
    """An allocation of either kind; `groupname` is of those here, `remote_project_identifier`
    of those at another portal."""

    uuid: Uuid
    name: Name
    service_settings_uuid: Uuid
    project_uuid: Uuid
    description: Text = ""
    state: States = "OK"
    backend_id: Text = ""
    node_limit: Limit = 0
    node_usage: Hours = 0
    is_active: Flag = True
    error_message: Text = ""
    error_traceback: Text = ""
    created: Instant | None = None
    modified: Instant | None = None
    extra: PortalAllocationExtra = Field(alias="_bursar", default_factory=PortalAllocationExtra)


class LocalFile(PortalAllocationFile):
    """One on a service here."""

    groupname: Text | None = None


class RemoteFile(PortalAllocationFile):
    """One at another portal."""

    remote_project_identifier: Text | None = None


class UsageFile(Exact):
    """What somebody used of an allocation in a month."""

    allocation_uuid: Uuid
    username: Name
    year: Annotated[Whole, Field(ge=1970, le=9999)]
    month: Month
    node_usage: Hours
    user_uuid: Uuid | None = None
    full_name: Text = ""


class AssociationFile(Exact):
    """Somebody's account with an allocation."""

    uuid: Uuid
    allocation_uuid: Uuid
    username: Name
    groupname: Text = ""
    useridentifier: Text = ""


class ManagedProjectFile(Exact):
    """An award of another portal."""

    identifier: Name
    destination: Name
    state: Literal["draft", "pending", "approved", "rejected", "canceled"] = "pending"
    details: Anything = Field(default_factory=dict)
    project_uuid: Uuid | None = None
    project_template: Text = ""
    notes: Text = ""
    created: Instant | None = None
    reviewed_at: Instant | None = None
    reviewed_by: Text = ""
    review_comment: Text = ""


class RemoteProjectFile(Exact):
    """An award of ours to another portal."""

    uuid: Uuid
    project_uuid: Uuid | None = None
    destination: Name
    identifier: Text | None = None
    state: Literal["pending", "active", "stale", "error", "deleted"] = "pending"
    current_allocation: Text = ""
    pending_allocation: Text | None = None
    pending_since: Instant | None = None
    error_message: Text = ""
    last_contact_time: Instant | None = None
    earliest_approve: Text | None = None
    membership_control: Text = "open"
    allowed_domains: Text | None = None
    links: Anything = Field(default_factory=dict)
    notes: Text = ""
    created: Instant | None = None
    modified: Instant | None = None


class PortalFile(Exact):
    """Organisations, projects, people and services, and who may use what of them."""

    customers: list[PortalCustomerFile] = Field(default_factory=list)
    projects: list[PortalProjectFile] = Field(default_factory=list)
    users: list[PortalUserFile] = Field(default_factory=list)
    service_settings: list[PortalServiceFile] = Field(default_factory=list)
    allocations: list[LocalFile] = Field(default_factory=list)
    remote_allocations: list[RemoteFile] = Field(default_factory=list)
    allocation_user_usage: list[UsageFile] = Field(default_factory=list)
    associations: list[AssociationFile] = Field(default_factory=list)
    managed_projects: list[ManagedProjectFile] = Field(default_factory=list)
    remote_projects: list[RemoteProjectFile] = Field(default_factory=list)
