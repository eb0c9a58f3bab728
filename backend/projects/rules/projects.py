"""The project state machine (spec astakos §1.2, §2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from backend.core.errors import BursarError, Conflict, NotAllowed
from backend.core.identity import Actor
from backend.projects.model import (
    ApplicationState,
    JoinPolicy,
    Membership,
    MembershipState,
    Moved,
    Project,
    ProjectAction,
    ProjectState,
    User,
)
from backend.projects.rules.applications import name_conflict

S = ProjectState
A = ProjectAction

DEACTIVATED = frozenset({S.SUSPENDED, S.TERMINATED})
RESULTS: Mapping[A, S] = {
    A.SUSPEND: S.SUSPENDED,
    A.UNSUSPEND: S.ACTIVE,
    A.TERMINATE: S.TERMINATED,
    A.REINSTATE: S.ACTIVE,
}
CENTURY = 36525 * 86400 * 1_000_000

_BY_APPLICATION: Mapping[tuple[S, ApplicationState], str] = {
    (S.UNINITIALIZED, ApplicationState.PENDING): "Pending",
    (S.UNINITIALIZED, ApplicationState.DENIED): "Denied",
    (S.DELETED, ApplicationState.DISMISSED): "Dismissed",
    (S.DELETED, ApplicationState.CANCELLED): "Cancelled",
}


def overall(state: S, application: ApplicationState | None) -> str:
    """The state people are shown: that of the project and of its last application."""
    told = _BY_APPLICATION.get((state, application)) if application else None
    return told or state.capitalize()


def refusal(actor: Actor, action: A, project: Project, namesake: str) -> BursarError | None:
    """Why the actor cannot do this to the project; `namesake` is the uuid of another project
    that has its name reserved."""
    if not actor.is_admin:
        return NotAllowed(f"only project admins {action} projects")
    if action in (A.SUSPEND, A.TERMINATE):
        return _end_refusal(action, project)
    wanted = S.SUSPENDED if action is A.UNSUSPEND else S.TERMINATED
    if project.state is not wanted:
        return _wrong(project, f"not {wanted}")
    if action is A.REINSTATE and namesake:
        return name_conflict(project.realname, namesake)
    return None


def _end_refusal(action: A, project: Project) -> Conflict | None:
    if not project.is_alive:
        return _wrong(project, "not alive")
    if action is A.SUSPEND and project.state is S.SUSPENDED:
        return _wrong(project, "nothing to do")
    if action is A.TERMINATE and project.is_base:
        return Conflict("a base project cannot be terminated", hint="suspend it")
    return None


def _wrong(project: Project, why: str) -> Conflict:
    return Conflict(f"{project.standing}: {why}")


def moved(project: Project, state: S, now: int) -> Project:
    """The project in this state: its name is reserved while it is alive."""
    after = replace(project, state=state)
    after = replace(after, name=after.realname if after.is_alive else "")
    return replace(after, deactivated_at=now) if state in DEACTIVATED else after


def moves(before: Project | None, after: Project, reason: str = "") -> list[Moved]:
    """The log rows of a change of state: none when it stays."""
    old = before.state if before else S.UNINITIALIZED
    if old is after.state:
        return []
    return [Moved("project", after.id, str(old), str(after.state), reason)]


def base_project(id: int, user: User, now: int) -> Project:
    """The base project of a user, before its limits are filled in."""
    realname = f"system:{user.uuid}"
    return Project(
        id,
        user.uuid,
        realname,
        S.ACTIVE,
        "",
        now + CENTURY,
        now,
        name=realname,
        join_policy=JoinPolicy.CLOSED,
        leave_policy=JoinPolicy.CLOSED,
        max_members=1,
        private=True,
        is_base=True,
    )


def base_membership(id: int, user: User, now: int) -> Membership:
    """The user's place in the own base project."""
    accepted = MembershipState.ACCEPTED
    return Membership(id, user.uuid, user.uuid, accepted, True, {str(accepted): now})


def expired(project: Project, now: int) -> bool:
    """True when the end date has passed and the project still lives."""
    return project.is_alive and project.end_date < now
