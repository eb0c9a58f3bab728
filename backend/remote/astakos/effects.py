"""What a command is about on a server, and how to see there whether it was carried out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.core.database import Tx
from backend.core.plan import Command
from backend.projects.model import (
    ApplicationCommand,
    ApplicationState,
    ApproveApplication,
    CancelApplication,
    ChangeMembership,
    ChangeProjectState,
    DenyApplication,
    DismissApplication,
    EnrollMember,
    JoinProject,
    MembershipAction,
    ProjectAction,
    ProjectState,
    SetDefaultProject,
    SubmitApplication,
)
from backend.projects.store import applications as application_store
from backend.projects.store import memberships as membership_store
from backend.projects.store import people as person_store
from backend.projects.store import projects as project_store
from backend.quotas.model import AcceptCommission, RejectCommission

Effect = Mapping[str, Any]
"""What is to be seen afterwards, as JSON: it is kept until it is."""

DECIDED: Mapping[type[Command], ApplicationState] = {
    ApproveApplication: ApplicationState.APPROVED,
    DenyApplication: ApplicationState.DENIED,
    DismissApplication: ApplicationState.DISMISSED,
    CancelApplication: ApplicationState.CANCELLED,
}
MOVED: Mapping[ProjectAction, ProjectState] = {
    ProjectAction.SUSPEND: ProjectState.SUSPENDED,
    ProjectAction.UNSUSPEND: ProjectState.ACTIVE,
    ProjectAction.TERMINATE: ProjectState.TERMINATED,
    ProjectAction.REINSTATE: ProjectState.ACTIVE,
}
PASSED: Mapping[MembershipAction, tuple[str, ...]] = {
    MembershipAction.LEAVE: ("leave_requested", "removed"),
    MembershipAction.CANCEL: ("cancelled",),
    MembershipAction.ACCEPT: ("accepted",),
    MembershipAction.REJECT: ("rejected",),
    MembershipAction.REMOVE: ("removed",),
}
SELECT_SERVICE = "SELECT clientkey FROM commission WHERE serial = ?"
SELECT_LAST = "SELECT coalesce(max(id), 0) FROM application"
SELECT_FILED = """
SELECT 1 FROM application a JOIN person u ON u.id = a.applicant_id
JOIN project p ON p.id = a.project_id
WHERE u.uuid = ? AND a.id > ? AND (p.uuid = ? OR ? = '') AND (p.realname = ? OR ? <> '')"""


def projects_of(tx: Tx, command: Command) -> set[str]:
    """The uuids of the projects that a command is about."""
    if isinstance(command, ApplicationCommand):
        application = application_store.application(tx, command.application)
        return {application.project} if application else {command.project} - {""}
    if isinstance(command, ChangeMembership):
        membership = membership_store.membership(tx, command.membership)
        return {membership.project} if membership else set()
    return {getattr(command, "project", "")} - {""}


def service_of(tx: Tx, command: Command) -> str:
    """The component whose pending commission a command is about, `` for none."""
    if isinstance(command, AcceptCommission | RejectCommission):
        return str(tx.scalar(SELECT_SERVICE, (command.serial,)) or "")
    return ""


def expected(tx: Tx, command: Command) -> Effect:
    """What is to be seen once the command is carried out."""
    if isinstance(command, ApplicationCommand):
        state = str(DECIDED[type(command)])
        return {"kind": "application", "id": command.application, "states": [state]}
    if isinstance(command, ChangeProjectState):
        states = [str(MOVED[command.action])]
        return {"kind": "project", "project": command.project, "states": states}
    if isinstance(command, ChangeMembership):
        states = list(PASSED[command.action])
        return {"kind": "membership", "id": command.membership, "states": states}
    if isinstance(command, EnrollMember):
        user = person_store.user_by_email(tx, command.email)
        return _member(command.project, user.uuid if user else "", "accepted")
    if isinstance(command, JoinProject):
        return _member(command.project, command.actor.uuid, "requested", "accepted")
    if isinstance(command, SubmitApplication):
        return {
            "kind": "filed",
            "project": command.project,
            "user": command.applicant,
            "name": command.wishes.name or "",
            "after": tx.scalar(SELECT_LAST),
        }
    if isinstance(command, SetDefaultProject):
        return {"kind": "default", "project": command.project, "user": command.user}
    return {"kind": "commission", "serial": getattr(command, "serial", 0)}


def _member(project: str, user: str, *states: str) -> Effect:
    return {"kind": "member", "project": project, "user": user, "states": list(states)}


def seen(tx: Tx, effect: Effect) -> bool | None:
    """Whether the mirror, read again, shows it; None when that can never be told."""
    kind = effect["kind"]
    if kind == "commission":
        gone = tx.scalar(SELECT_SERVICE, (effect["serial"],)) is None
        return None if gone else False  # resolved, but by whom and how is not shown
    if kind == "filed":
        place, name = effect["project"], effect["name"]
        asked = (effect["user"], effect["after"], place, place, name, place)
        return tx.scalar(SELECT_FILED, asked) is not None
    if kind == "default":
        user = person_store.user(tx, effect["user"])
        return user is not None and user.default_project == effect["project"]
    return _state(tx, effect) in effect["states"]


def _state(tx: Tx, effect: Effect) -> str:
    found: Any
    if effect["kind"] == "application":
        found = application_store.application(tx, effect["id"])
    elif effect["kind"] == "project":
        found = project_store.project(tx, effect["project"])
    elif effect["kind"] == "membership":
        found = membership_store.membership(tx, effect["id"])
    else:
        found = membership_store.membership_between(tx, effect["user"], effect["project"])
    return str(found.state) if found else ""
