"""What answers say of awards, those made to us and those of ours (spec openportal §5.3)."""

from __future__ import annotations

from backend.core.stored import object_of
from backend.openportal.model import node_hours
from backend.openportal.model.reads import ShownAward, ShownProject, ShownRemoteProject
from backend.openportal.rules.awards import LINKS
from backend.openportal.wire import links
from backend.openportal.wire.encode import Json, Link, time, time_or_none

SIGN = "user:"


def award(shown: ShownAward, link: Link) -> Json:
    """An award of another portal; what it awards are its own words."""
    one, there = shown.award, shown.project
    by_user = one.reviewed_by.startswith(SIGN)
    return {
        "state": str(one.state),
        "created": time(one.created_at),
        "reviewed_at": time_or_none(one.reviewed_at),
        "reviewed_by_full_name": shown.reviewer or one.reviewed_by,
        "reviewed_by_uuid": one.reviewed_by.removeprefix(SIGN) if by_user else None,
        "review_comment": one.comment or None,
        "identifier": one.identifier,
        "destination": one.destination,
        "local_identifier": _local(one.destination, there),
        "details": object_of(one.details),
        "notes": one.notes.splitlines(),
        "project": link(links.PROJECTS, there.project.uuid) if there else None,
        "project_data": _basic(there, link) if there else None,
        "project_template": None,
        "project_template_data": {"name": one.template} if one.template else None,
    }


def _local(destination: str, there: ShownProject | None) -> str | None:
    """What the project is called here."""
    if there is None or not there.project.shortname:
        return None
    return f"{there.project.shortname}.{destination.partition('.')[0]}"


def _basic(there: ShownProject, link: Link) -> Json:
    one = there.project
    return {"url": link(links.PROJECTS, one.uuid), "uuid": one.uuid, "name": one.name}


def remote_project(shown: ShownRemoteProject, link: Link) -> Json:
    """An award of ours to another portal."""
    one, told = shown.remote_project, object_of(shown.remote_project.links)
    linked = {name: _linked(told.get(name)) for name in LINKS}
    domains = one.allowed_domains
    return {
        "uuid": one.uuid,
        "identifier": one.identifier or None,
        "destination": one.destination,
        "resource_uuid": shown.allocation or None,
        "resource_name": shown.allocation_name or None,
        "state": str(one.state),
        "state_display": one.state.capitalize(),
        "current_allocation": one.current_allocation,
        "pending_allocation": one.pending_allocation or None,
        "allocation_string": one.pending_allocation or one.current_allocation or None,
        "has_pending_change": bool(one.pending_allocation),
        "pending_since": time_or_none(one.pending_since),
        "error_message": one.error_message,
        "last_contact_time": time_or_none(one.last_contact_at),
        "earliest_approve": one.earliest_approve or None,
        "membership_control": one.membership_control or None,
        "allowed_domains": None if domains is None else _listed(domains),
        "link_award": linked["award"],
        "link_call": linked["call"],
        "link_project": linked["project_link"],
        "link_renewal": linked["renewal"],
        "breakdown": {},
        "notes": one.notes.splitlines(),
        "current_project_name": shown.project_name,
        "current_project_uuid": one.project or None,
        "created": time(one.created_at),
        "modified": time(one.modified_at),
    }


def usage(shown: ShownRemoteProject) -> Json:
    """All that was ever used of an award of ours, in node-hours."""
    one = shown.remote_project
    return {
        "identifier": one.identifier or None,
        "destination": one.destination,
        "total_usage": node_hours(shown.usage),
    }


def _linked(value: object) -> Json | None:
    """A link that may be kept as a URL only."""
    if isinstance(value, str):
        return {"id": None, "url": value}
    return value if isinstance(value, dict) else None


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]
