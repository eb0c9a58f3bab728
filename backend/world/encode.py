"""Records as the objects of a world file."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from backend.projects.model import Application, User
from backend.projects.rules import outbound
from backend.quotas.encode import commission as commission_object
from backend.quotas.encode import iso
from backend.quotas.model import HoldingKey, Resource
from backend.world.model import (
    USER_FLAGS,
    CommissionEntry,
    KeyEntry,
    LogEntry,
    MembershipEntry,
    Person,
    ProjectEntry,
    Service,
    Step,
)
from backend.world.read import Figures, PoolFigures

Json = dict[str, object]


def service(s: Service) -> Json:
    """A component."""
    return {"name": s.name, **_token(s.token)}


def _token(sha256: str) -> Json:
    return {"token_sha256": sha256} if sha256 else {}


def resource(r: Resource) -> Json:
    """A resource."""
    told: Json = {
        "name": r.name,
        "service": r.service_origin,
        "description": r.description,
        "unit": r.unit or None,
        **({"system_default": r.uplimit, "project_default": r.project_default} if r.known else {}),
        "api_visible": r.api_visible,
        "ui_visible": r.ui_visible,
    }
    return told | _extra({"service_type": r.service_type} if r.service_type else {})


def _extra(told: Json) -> Json:
    return {"_bursar": told} if told else {}


def person(p: Person) -> Json:
    """A user."""
    u = p.user
    told: Json = {
        "uuid": u.uuid,
        "email": u.email,
        "first_name": u.first_name,
        "last_name": u.last_name,
        "admin": u.is_project_admin,
        "state": user_state(u),
        **_token(p.token),
    }
    left: Json = {}
    if u.default_project != u.uuid:
        left["default_project"] = u.default_project
    if u.deactivated_at or told["state"] == "inactive":
        left["deactivated"] = iso(u.deactivated_at)
    if u.deactivated_reason:
        left["deactivated_reason"] = u.deactivated_reason
    return told | _extra(left)


def user_state(u: User) -> str:
    """The one word for a user's flags."""
    flags = (u.is_active, u.email_verified, u.moderated, u.is_rejected)
    return next((state for state, known in USER_FLAGS.items() if known == flags), "unverified")


def project(entry: ProjectEntry, visible: Collection[str]) -> Json:
    """A project; `visible` are the resources that the API shows."""
    p = entry.project
    last = next((a for a in entry.applications if a.id == p.last_application), None)
    told = outbound.project_object(p, visible, full=True, application=last)
    if last is not None:
        told["last_application"] = application(last, visible)
    left: Json = {}
    earlier = [application(a, visible) for a in entry.applications if a is not last]
    if earlier:
        left["applications"] = earlier
    left |= {"log": _log(entry.log)} if entry.log else {}
    usual = p.realname if p.is_alive else ""
    if p.name != usual:
        left["reserved_name"] = p.name
    hidden = outbound.grants_object(p.grants, p.grants.keys() - set(visible))
    if hidden:
        left["resources"] = hidden
    return told | _extra(left)


def _log(steps: Iterable[Step]) -> list[Json]:
    return [
        {
            "date": iso(step.at),
            "actor": step.actor,
            "from": step.before,
            "to": step.after,
            "reason": step.reason,
        }
        for step in steps
    ]


def application(a: Application, visible: Collection[str]) -> Json:
    """An application."""
    left: Json = {"issue_date": iso(a.issued_at)} if a.issued_at else {}
    left |= {"response_date": iso(a.response_at)} if a.response_at else {}
    left |= {"waive_date": iso(a.waive_at)} if a.waive_at else {}
    for name in ("response", "response_actor", "waive_reason", "waive_actor"):
        left |= {name: getattr(a, name)} if getattr(a, name) else {}
    hidden = outbound.grants_object(a.grants, a.grants.keys() - set(visible))
    if hidden:
        left["resources"] = hidden
    return outbound.application_object(a, visible) | _extra(left)


def membership(entry: MembershipEntry) -> Json:
    """A membership, without the actions, which depend on who asks."""
    told = outbound.membership_object(entry.membership, ())
    del told["allowed_actions"]
    left: Json = {"initialized": entry.membership.initialized}
    left |= {"log": _log(entry.log)} if entry.log else {}
    return told | _extra(left)


def pool(f: PoolFigures) -> Json:
    """A project's own holding."""
    return {
        "project_limit": f.limit,
        "project_usage": f.usage,
        "project_pending": f.pending,
    }


def figures(f: Figures) -> Json:
    """A member's holding; the project's figures are missing when the project's holding is."""
    told: Json = {"limit": f.limit, "usage": f.usage, "pending": f.pending}
    if f.project_limit is not None:
        told["project_limit"] = f.project_limit
        told["project_usage"] = f.project_usage
        told["project_pending"] = f.project_pending
    return told


def commission(c: CommissionEntry) -> Json:
    """A pending commission."""
    left: Json = {"clientkey": c.clientkey}
    left |= {"expires": iso(c.expires_at)} if c.expires_at else {}
    left |= {"key": c.key} if c.key else {}
    return commission_object(c.serial, c.name, c.issued_at, c.provisions) | _extra(left)


def holding_name(key: HoldingKey) -> Json:
    """Which holding."""
    return {"holder": key.holder, "source": key.source or None, "resource": key.resource}


def log_entry(e: LogEntry) -> Json:
    """A line of the provision log."""
    return {
        "serial": e.serial,
        "name": e.name,
        "issue_time": iso(e.issued_at),
        "log_time": iso(e.logged_at),
        **holding_name(HoldingKey(e.holder, e.source, e.resource)),
        "limit": e.limit,
        "usage_min": e.usage_min,
        "usage_max": e.usage_max,
        "delta_quantity": e.delta,
        "reason": e.reason,
    }


def key_entry(e: KeyEntry) -> Json:
    """An idempotency key."""
    told: Json = {"clientkey": e.clientkey, "key": e.key, "request": e.request}
    return told | {"serial": e.serial, "date": iso(e.at)}
