"""Projects as Astakos' API writes them (spec astakos §5): plain mappings, no pydantic."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from backend.projects.model import (
    Application,
    Capacity,
    Membership,
    MembershipAction,
    Project,
    Wishes,
)
from backend.quotas.encode import Json, iso


class Everything:
    """Contains any name: for callers who see invisible resources too."""

    def __contains__(self, name: object) -> bool:
        return True


EVERYTHING: Container[str] = Everything()


def capacity(c: Capacity) -> Json:
    """The two limits of one resource."""
    return {"project_capacity": c.project, "member_capacity": c.member}


def grants(found: Mapping[str, Capacity], visible: Container[str] = EVERYTHING) -> Json:
    """Capacities by resource, of the visible ones."""
    return {name: capacity(c) for name, c in found.items() if name in visible}


def project(
    p: Project, visible: Container[str], *, full: bool = False, last: Application | None = None
) -> Json:
    """GET /projects/<uuid>; `full` for admins and the owner adds the last application and the
    deactivation date, each only when there is one."""
    told: Json = {
        "id": p.uuid,
        "state": str(p.state),
        "creation_date": iso(p.created_at),
        "name": p.realname,
        "owner": p.owner or None,
        "homepage": p.homepage,
        "description": p.description,
        "end_date": iso(p.end_date),
        "join_policy": str(p.join_policy),
        "leave_policy": str(p.leave_policy),
        "max_members": p.max_members,
        "private": p.private,
        "system_project": p.is_base,
        "resources": grants(p.grants, visible),
    }
    if full and last is not None:
        told["last_application"] = application(last, visible)
    if full and p.deactivated_at:
        told["deactivation_date"] = iso(p.deactivated_at)
    return told


def application(a: Application, visible: Container[str] = EVERYTHING) -> Json:
    """The object inside `last_application`; null for what is not asked for."""
    return {
        "id": a.id,
        "state": str(a.state),
        "name": a.name,
        "owner": a.owner,
        "applicant": a.applicant,
        "homepage": a.homepage,
        "description": a.description,
        "start_date": _date(a.start_date),
        "end_date": _date(a.end_date),
        "comments": a.comments,
        "join_policy": a.join_policy and str(a.join_policy),
        "leave_policy": a.leave_policy and str(a.leave_policy),
        "max_members": a.max_members,
        "private": a.private,
        "resources": grants(a.grants, visible),
    }


def membership(m: Membership, allowed: Iterable[MembershipAction] = ()) -> Json:
    """GET /projects/memberships/<id>: one date per state ever entered, the latest (Q7)."""
    told: Json = {"id": m.id, "user": m.user, "project": m.project, "state": str(m.state)}
    told["allowed_actions"] = [str(action) for action in allowed]
    return told | {name: iso(at) for name, at in m.dates.items()}


def wishes(w: Wishes) -> Json:
    """The body of POST /projects or PUT /projects/<uuid>: what is wished for, no more."""
    told: Json = {
        "owner": w.owner,
        "name": w.name,
        "homepage": w.homepage,
        "description": w.description,
        "start_date": _date(w.start_date),
        "end_date": _date(w.end_date),
        "join_policy": w.join_policy and str(w.join_policy),
        "leave_policy": w.leave_policy and str(w.leave_policy),
        "max_members": w.max_members,
        "private": w.private,
        "comments": w.comments or None,
        "resources": grants(w.grants) or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def action(name: str, reason: str = "", application: int = 0) -> Json:
    """The body of POST /projects/<uuid>/action."""
    return {name: {"reason": reason, "app_id": application} if application else {"reason": reason}}


def join(uuid: str) -> Json:
    """The body with which the acting user asks to join."""
    return {"join": {"project": uuid}}


def enroll(uuid: str, email: str) -> Json:
    """The body that makes a person a member at once."""
    return {"enroll": {"project": uuid, "user": email}}


def _date(at: int | None) -> str | None:
    return None if at is None else iso(at)
