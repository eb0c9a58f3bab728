"""Records of OpenPortal as the objects of a world file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backend.core.database.tx import Tx
from backend.core.stored import object_of
from backend.openportal.model import Award, Customer, PortalProject, RemoteProject, node_hours
from backend.quotas.encode import iso
from backend.world import portal_read as read
from backend.world.portal_model import (
    AccountEntry,
    AllocationEntry,
    AssociationEntry,
    JobEntry,
    ServiceEntry,
    UsageEntry,
)

Json = dict[str, object]


def sections(tx: Tx) -> Mapping[str, Iterator[Json]]:
    """The objects of all sections, in the order of a file."""
    return {
        "customers": map(customer, read.customers(tx)),
        "projects": map(project, read.projects(tx)),
        "users": map(account, read.accounts(tx)),
        "service_settings": map(service, read.services(tx)),
        "allocations": map(allocation, read.allocations(tx, remote=False)),
        "remote_allocations": map(allocation, read.allocations(tx, remote=True)),
        "allocation_user_usage": map(usage, read.usages(tx)),
        "associations": map(association, read.associations(tx)),
        "managed_projects": map(award, read.awards(tx)),
        "remote_projects": map(remote_project, read.remote_projects(tx)),
    }


def _time(at: int) -> str | None:
    return iso(at) if at else None


def customer(one: Customer) -> Json:
    """An organisation."""
    return {
        "uuid": one.uuid,
        "name": one.name,
        "native_name": one.native_name,
        "abbreviation": one.abbreviation,
        "created": iso(one.created_at),
    }


def project(one: PortalProject) -> Json:
    """A project."""
    return {
        "uuid": one.uuid,
        "name": one.name,
        "customer_uuid": one.customer,
        "description": one.description,
        "start_date": one.start_date or None,
        "end_date": one.end_date or None,
        "created": iso(one.created_at),
        "_bursar": {
            "shortname": one.shortname,
            "allowed_destinations": one.allowed_destinations,
            "credits": node_hours(one.credits),
        },
    }


def account(entry: AccountEntry) -> Json:
    """Somebody."""
    one = entry.user
    return {
        "uuid": one.uuid,
        "username": one.username,
        "full_name": one.full_name,
        "email": one.email,
        "is_staff": one.is_staff,
        "is_support": one.is_support,
        "is_active": one.is_active,
        "date_joined": iso(one.created_at),
        "permissions": [
            {
                "scope_type": "project" if part.project else "customer",
                "scope_uuid": part.project or part.customer,
                "role": part.part.value,
            }
            for part in entry.parts
        ],
    }


def service(entry: ServiceEntry) -> Json:
    """A service."""
    one = entry.service
    return {
        "uuid": one.uuid,
        "name": one.name,
        "type": "OPENPORTALREMOTE" if one.remote else "OPENPORTAL",
        "state": one.state.value,
        "error_message": one.error_message,
        "shared": one.shared,
        "customer_uuid": one.customer or None,
        "options": {
            "instance_name": one.instance,
            "allocation_unit": one.allocation_unit,
            "default_allocation": one.default_allocation,
            "max_allocation": one.max_allocation,
        },
        "_bursar": {"simulator": object_of(entry.simulator)},
    }


def allocation(entry: AllocationEntry) -> Json:
    """An allocation of either kind."""
    one = entry.allocation
    return {
        "uuid": one.uuid,
        "name": one.name,
        "service_settings_uuid": one.service,
        "project_uuid": one.project,
        "description": one.description,
        "state": one.state.value,
        "backend_id": one.backend_id,
        "remote_project_identifier" if one.remote else "groupname": one.counterpart,
        "node_limit": one.node_limit,
        "node_usage": node_hours(one.node_usage),
        "is_active": one.is_active,
        "error_message": one.error_message,
        "error_traceback": one.error_traceback,
        "created": iso(one.created_at),
        "modified": iso(one.modified_at),
        "_bursar": {
            "is_added": one.is_added,
            "local_version": one.local_version,
            "remote_version": one.remote_version,
            "figures_at": _time(one.figures_at),
            "given_limit": one.given_limit,
            **({"job": _job(entry.job)} if entry.job else {}),
        },
    }


def _job(entry: JobEntry) -> Json:
    job = entry.job
    return {
        "operation": job.operation.value,
        "key": entry.key,
        "scheduled": iso(job.scheduled_at),
        "begun": _time(job.begun_at),
        "due": iso(job.due_at),
        "attempts": job.attempts,
        "told": job.told,
        "forced": entry.forced,
    }


def usage(entry: UsageEntry) -> Json:
    """What somebody used in a month."""
    used = entry.usage
    return {
        "allocation_uuid": entry.allocation,
        "username": used.username,
        "year": used.year,
        "month": used.month,
        "node_usage": node_hours(used.usage),
        "user_uuid": entry.user or None,
        "full_name": used.full_name,
    }


def association(entry: AssociationEntry) -> Json:
    """Somebody's account."""
    one = entry.association
    return {
        "uuid": entry.uuid,
        "allocation_uuid": entry.allocation,
        "username": one.username,
        "groupname": one.groupname,
        "useridentifier": one.useridentifier,
    }


def award(one: Award) -> Json:
    """An award of another portal."""
    return {
        "identifier": one.identifier,
        "destination": one.destination,
        "state": one.state.value,
        "details": object_of(one.details),
        "project_uuid": one.project or None,
        "project_template": one.template,
        "notes": one.notes,
        "created": iso(one.created_at),
        "reviewed_at": _time(one.reviewed_at),
        "reviewed_by": one.reviewed_by,
        "review_comment": one.comment,
    }


def remote_project(one: RemoteProject) -> Json:
    """An award of ours."""
    return {
        "uuid": one.uuid,
        "project_uuid": one.project or None,
        "destination": one.destination,
        "identifier": one.identifier or None,
        "state": one.state.value,
        "current_allocation": one.current_allocation,
        "pending_allocation": one.pending_allocation or None,
        "pending_since": _time(one.pending_since),
        "error_message": one.error_message,
        "last_contact_time": _time(one.last_contact_at),
        "earliest_approve": one.earliest_approve or None,
        "membership_control": one.membership_control,
        "allowed_domains": one.allowed_domains,
        "links": object_of(one.links),
        "notes": one.notes,
        "created": iso(one.created_at),
        "modified": iso(one.modified_at),
    }
