"""Projects, applications and memberships as Astakos' API shows them (spec astakos §5), and the
requests that a command would be on the wire."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from backend.core.plan import WireRequest
from backend.core.runtime import moment
from backend.projects.model import (
    Application,
    Grants,
    Membership,
    MembershipAction,
    Project,
    Wishes,
)

Json = dict[str, Any]


def date(value: int | None) -> str | None:
    """ISO 8601 with microseconds and +00:00."""
    return None if value is None else moment(value).isoformat(timespec="microseconds")


def grants_object(grants: Grants, visible: Collection[str]) -> Json:
    """Limits by resource, only those that the API shows."""
    return {
        name: {"project_capacity": c.project, "member_capacity": c.member}
        for name, c in grants.items()
        if name in visible
    }


def project_object(
    project: Project,
    visible: Collection[str],
    *,
    full: bool = False,
    application: Application | None = None,
) -> Json:
    """A project; `full`, for its owner and admins, adds the last application and when it was
    last deactivated."""
    p = project
    shown: Json = {
        "id": p.uuid,
        "state": str(p.state),
        "creation_date": date(p.created_at),
        "name": p.realname,
        "owner": p.owner or None,
        "homepage": p.homepage,
        "description": p.description,
        "end_date": date(p.end_date),
        "join_policy": str(p.join_policy),
        "leave_policy": str(p.leave_policy),
        "max_members": p.max_members,
        "private": p.private,
        "system_project": p.is_base,
        "resources": grants_object(p.grants, visible),
    }
    if full and application is not None:
        shown["last_application"] = application_object(application, visible)
    if full and p.deactivated_at:
        shown["deactivation_date"] = date(p.deactivated_at)
    return shown


def application_object(application: Application, visible: Collection[str]) -> Json:
    """An application; null for what it does not ask for."""
    a = application
    return {
        "id": a.id,
        "state": str(a.state),
        "name": a.name,
        "owner": a.owner,
        "applicant": a.applicant,
        "homepage": a.homepage,
        "description": a.description,
        "start_date": date(a.start_date),
        "end_date": date(a.end_date),
        "comments": a.comments or (None if a.homepage is None else ""),
        "join_policy": a.join_policy and str(a.join_policy),
        "leave_policy": a.leave_policy and str(a.leave_policy),
        "max_members": a.max_members,
        "private": a.private,
        "resources": grants_object(a.grants, visible),
    }


def membership_object(membership: Membership, allowed: Iterable[MembershipAction]) -> Json:
    """A membership with the actions open to the caller and one date per state entered."""
    shown: Json = {
        "id": membership.id,
        "user": membership.user,
        "project": membership.project,
        "state": str(membership.state),
        "allowed_actions": [str(action) for action in allowed],
    }
    return shown | {state: date(at) for state, at in membership.dates.items()}


def wishes_object(wishes: Wishes) -> Json:
    """The body of an application: only what is asked for."""
    plain = ("owner", "name", "homepage", "description", "max_members", "private")
    shown: Json = {name: getattr(wishes, name) for name in plain}
    shown |= {name: date(getattr(wishes, name)) for name in ("start_date", "end_date")}
    for name in ("join_policy", "leave_policy"):
        value = getattr(wishes, name)
        shown[name] = None if value is None else str(value)
    shown["comments"] = wishes.comments or None
    shown["resources"] = grants_object(wishes.grants, wishes.grants) or None
    return {name: value for name, value in shown.items() if value is not None}


def submit_request(project: str, wishes: Wishes) -> WireRequest:
    """Apply for a project or its modification."""
    body = wishes_object(wishes)
    if project:
        return WireRequest("PUT", f"projects/{project}", body)
    return WireRequest("POST", "projects", body)


def action_request(project: str, action: str, application: int = 0) -> WireRequest:
    """Act on a project or decide on its application; the reason is put in when sent."""
    told: Mapping[str, object] = {"reason": ""}
    if application:
        told = {**told, "app_id": application}
    return WireRequest("POST", f"projects/{project}/action", {str(action): told})


def membership_request(membership: int, action: str) -> WireRequest:
    """Act on a membership."""
    return WireRequest("POST", f"projects/memberships/{membership}/action", {str(action): ""})


def entry_request(kind: str, project: str, email: str = "") -> WireRequest:
    """Join, or enrol a person."""
    told = {"project": project, "user": email} if email else {"project": project}
    return WireRequest("POST", "projects/memberships", {kind: told})


def default_request(project: str) -> WireRequest:
    """Choose the own default project."""
    return WireRequest("POST", "myaccount/default_project", {"project_id": project})


def command_line(*words: object) -> WireRequest:
    """What Astakos offers at the server's command line only."""
    return WireRequest("CLI", shlex.join(map(str, words)), {})


def modify_request(project: str, wishes: Wishes) -> WireRequest:
    """Change a project in place."""
    return _modify_command([project], wishes)


def modify_base_request(exclude: Sequence[str], wishes: Wishes) -> WireRequest:
    """Change all base projects in place."""
    left_out = ["--exclude", ",".join(exclude)] if exclude else []
    return _modify_command(["--all-system-projects", *left_out], wishes)


def _modify_command(which: Sequence[str], wishes: Wishes) -> WireRequest:
    words: list[object] = ["project-modify", *which]
    for name, value in wishes_object(wishes).items():
        if name not in ("comments", "resources", "start_date"):
            words += [f"--{name.replace('_', '-')}", value]
    for resource, capacity in wishes.grants.items():
        words += ["--limit", resource, capacity.member, capacity.project]
    return command_line(*words)
