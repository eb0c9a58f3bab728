"""The openportal section of a file to records, object by object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from backend.openportal.model import (
    Allocation,
    Association,
    Award,
    AwardState,
    Customer,
    Job,
    Operation,
    Part,
    PartOf,
    PortalProject,
    PortalUser,
    RemoteProject,
    RemoteState,
    Service,
    State,
    Usage,
)
from backend.world.convert import moment
from backend.world.portal_format import (
    AssociationFile,
    JobFile,
    LocalFile,
    ManagedProjectFile,
    PermissionFile,
    PortalCustomerFile,
    PortalProjectFile,
    PortalServiceFile,
    PortalUserFile,
    RemoteFile,
    RemoteProjectFile,
    UsageFile,
)
from backend.world.portal_model import (
    AccountEntry,
    AllocationEntry,
    AssociationEntry,
    JobEntry,
    ServiceEntry,
    UsageEntry,
)


def to_text(value: Mapping[str, Any]) -> str:
    """An object as it is stored, its keys in the given order."""
    return json.dumps(value, ensure_ascii=False)


def customer(found: PortalCustomerFile, now: int) -> Customer:
    """An organisation."""
    names = (found.name, found.native_name, found.abbreviation)
    return Customer(found.uuid, *names, moment(found.created, now))


def project(found: PortalProjectFile, now: int) -> PortalProject:
    """A project."""
    left = found.extra
    head = (found.uuid, found.customer_uuid, found.name, found.description)
    dates = (found.start_date or "", found.end_date or "")
    way = (left.shortname, left.allowed_destinations)
    return PortalProject(*head, *dates, *way, left.credits, moment(found.created, now))


def account(found: PortalUserFile, now: int) -> AccountEntry:
    """Somebody."""
    names = (found.uuid, found.username, found.full_name, found.email)
    flags = (found.is_staff, found.is_support, found.is_active)
    user = PortalUser(*names, *flags, moment(found.date_joined, now))
    return AccountEntry(user, tuple(_part(found.uuid, one) for one in found.permissions))


def _part(user: str, found: PermissionFile) -> PartOf:
    in_project = found.scope_type == "project"
    where = ("", found.scope_uuid) if in_project else (found.scope_uuid, "")
    return PartOf(user, *where, Part(found.role))


def service(found: PortalServiceFile) -> ServiceEntry:
    """A service."""
    told, remote = found.options, found.type == "OPENPORTALREMOTE"
    state = (State(found.state), found.error_message, found.shared)
    place = (found.customer_uuid or "", told.instance_name, told.allocation_unit)
    limits = (told.default_allocation, told.max_allocation)
    one = Service(found.uuid, found.name, remote, *state, *place, *limits)
    return ServiceEntry(one, to_text(found.extra.simulator))


def allocation(found: LocalFile | RemoteFile, now: int) -> AllocationEntry:
    """An allocation of either kind."""
    left, remote = found.extra, isinstance(found, RemoteFile)
    created = moment(found.created, now)
    one = Allocation(
        uuid=found.uuid,
        remote=remote,
        name=found.name,
        description=found.description,
        service=found.service_settings_uuid,
        project=found.project_uuid,
        state=State(found.state),
        backend_id=found.backend_id,
        counterpart=(
            found.remote_project_identifier if isinstance(found, RemoteFile) else found.groupname
        ),
        node_limit=found.node_limit,
        node_usage=found.node_usage,
        is_active=found.is_active,
        is_added=bool(found.backend_id) if left.is_added is None else left.is_added,
        error_message=found.error_message,
        error_traceback=found.error_traceback,
        local_version=left.local_version,
        remote_version=left.remote_version,
        created_at=created,
        modified_at=moment(found.modified, created),
        figures_at=left.figures_at or 0,
        given_limit=left.given_limit,
    )
    return AllocationEntry(one, _job(left.job) if left.job else None)


def _job(found: JobFile) -> JobEntry:
    times = (found.scheduled, found.begun or 0, found.due)
    job = Job(Operation(found.operation), *times, found.attempts, found.told)
    return JobEntry(job, found.key, found.forced)


def usage(found: UsageFile) -> UsageEntry:
    """What somebody used in a month."""
    one = Usage(found.year, found.month, found.username, found.full_name, found.node_usage)
    return UsageEntry(found.allocation_uuid, found.user_uuid or "", one)


def association(found: AssociationFile) -> AssociationEntry:
    """Somebody's account."""
    one = Association(found.username, found.groupname, found.useridentifier)
    return AssociationEntry(found.uuid, found.allocation_uuid, one)


def award(found: ManagedProjectFile, now: int) -> Award:
    """An award of another portal."""
    head = (found.identifier, found.destination, AwardState(found.state))
    what = (to_text(found.details), found.project_uuid or "", found.project_template, found.notes)
    review = (found.reviewed_at or 0, found.reviewed_by, found.review_comment)
    return Award(*head, *what, moment(found.created, now), *review)


def remote_project(found: RemoteProjectFile, now: int) -> RemoteProject:
    """An award of ours."""
    created = moment(found.created, now)
    return RemoteProject(
        uuid=found.uuid,
        project=found.project_uuid or "",
        destination=found.destination,
        identifier=found.identifier or "",
        state=RemoteState(found.state),
        current_allocation=found.current_allocation,
        pending_allocation=found.pending_allocation or "",
        pending_since=found.pending_since or 0,
        error_message=found.error_message,
        last_contact_at=found.last_contact_time or 0,
        earliest_approve=found.earliest_approve or "",
        membership_control=found.membership_control,
        allowed_domains=found.allowed_domains,
        links=to_text(found.links),
        notes=found.notes,
        created_at=created,
        modified_at=moment(found.modified, created),
    )
