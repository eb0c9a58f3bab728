"""What Astakos' API lets a user read (spec astakos §5): rights first, then plain JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.core.database.tx import Tx
from backend.core.errors import Invalid, NotAllowed, NotFound
from backend.core.identity import Actor
from backend.projects.model import ACTUAL, SEATED, Membership, Project, ProjectState
from backend.projects.rules import access, outbound
from backend.projects.service.draft import find_project
from backend.projects.service.reads import membership_actions, project_by_key, visible_resources
from backend.projects.store import applications as application_store
from backend.projects.store import memberships as membership_store
from backend.projects.store import projects as project_store

MODES = ("default", "related", "member", "active")


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """Which projects are listed; `` leaves a condition out."""

    mode: str = "default"
    state: str = ""
    owner: str = ""
    name: str = ""


def get_project(tx: Tx, uuid: str, actor: Actor) -> outbound.Json:
    """A project the actor may see. Raises NotFound, NotAllowed."""
    project = find_project(tx, uuid)
    membership = membership_store.membership_between(tx, actor.uuid, uuid)
    if not access.sees(actor, project, membership.state if membership else None):
        raise NotAllowed("the project is not yours to see")
    return project_objects(tx, [project], actor)[0]


def raw(tx: Tx, key: int, actor: Actor) -> outbound.Json:
    """The project of a list's row as the API shows it. Raises NotFound."""
    return project_objects(tx, [project_by_key(tx, key)], actor)[0]


def list_projects(tx: Tx, actor: Actor, wanted: ProjectFilter) -> list[outbound.Json]:
    """The projects of a mode: `default` and `related` are the own and joined ones (Q12), all
    for admins. Raises Invalid on an unknown mode or state."""
    if wanted.mode not in MODES:
        raise Invalid(f"there is no mode {wanted.mode!r}", hint=f"one of {', '.join(MODES)}")
    if wanted.state and wanted.state not in list(ProjectState):
        raise Invalid(f"there is no state {wanted.state!r}")
    joined = {
        m.project for m in membership_store.memberships_of(tx, actor.uuid) if m.state in SEATED
    }
    found = [
        project
        for project in _candidates(tx, actor, wanted, joined)
        if _in_mode(actor, project, wanted.mode, joined) and _matches(project, wanted)
    ]
    return project_objects(tx, found, actor)


def _candidates(tx: Tx, actor: Actor, wanted: ProjectFilter, joined: set[str]) -> Sequence[Project]:
    if wanted.mode == "member":
        return list(project_store.projects(tx, sorted(joined)).values())
    if wanted.mode == "active" or access.sees_all(actor):
        return project_store.all_projects(tx)
    own = {project.uuid: project for project in project_store.owned(tx, actor.uuid)}
    return list((project_store.projects(tx, sorted(joined - set(own))) | own).values())


def _in_mode(actor: Actor, project: Project, mode: str, joined: set[str]) -> bool:
    if mode == "member":
        return project.uuid in joined
    if access.sees_all(actor):
        return True
    if mode == "active":
        return project.state is ProjectState.ACTIVE and not project.private
    return project.owner == actor.uuid or project.uuid in joined


def _matches(project: Project, wanted: ProjectFilter) -> bool:
    """The filters; deleted projects show only when asked for."""
    if wanted.state != project.state and (wanted.state or project.state is ProjectState.DELETED):
        return False
    return wanted.owner in ("", project.owner) and wanted.name in ("", project.realname)


def project_objects(tx: Tx, projects: Sequence[Project], actor: Actor) -> list[outbound.Json]:
    """Projects in Astakos' words; owners and admins also see the last application."""
    full = [p for p in projects if access.sees_all(actor) or access.owns(actor, p)]
    last = application_store.applications(tx, [p.last_application for p in full])
    shown, visible = {p.id for p in full}, visible_resources(tx)
    return [
        outbound.project_object(
            p, visible, full=p.id in shown, application=last.get(p.last_application)
        )
        for p in projects
    ]


def get_membership(tx: Tx, id: int, actor: Actor) -> outbound.Json:
    """A membership, for its person, the project's owner and admins.

    Raises NotFound, NotAllowed.
    """
    membership = membership_store.membership(tx, id)
    if membership is None:
        raise NotFound(f"there is no membership {id}")
    project = find_project(tx, membership.project)
    mine = access.sees_all(actor) or access.owns(actor, project)
    if not mine and membership.user != actor.uuid:
        raise NotAllowed("the membership is not yours to see")
    return _membership_objects(tx, [membership], actor)[0]


def list_memberships(tx: Tx, actor: Actor, project: str = "") -> list[outbound.Json]:
    """The own memberships and those of owned projects, all for admins; of one project."""
    if access.sees_all(actor):
        found = (
            membership_store.memberships_in(tx, [project])
            if project
            else membership_store.all_memberships(tx)
        )
    else:
        owned = [p.uuid for p in project_store.owned(tx, actor.uuid)]
        mine = membership_store.memberships_of(tx, actor.uuid)
        mine += membership_store.memberships_in(tx, owned)
        found = list({m.id: m for m in mine if project in ("", m.project)}.values())
    return _membership_objects(tx, membership_store.dated(tx, found), actor)


def _membership_objects(
    tx: Tx, memberships: Sequence[Membership], actor: Actor
) -> list[outbound.Json]:
    allowed = membership_actions(tx, memberships, actor)
    return [outbound.membership_object(m, allowed[m.id]) for m in memberships]


def quota_projects(tx: Tx, user: str) -> list[str]:
    """The projects whose quotas `GET /quotas` tells a user: those of actual memberships."""
    found = membership_store.memberships_of(tx, user)
    projects = project_store.projects(tx, [m.project for m in found if m.state in ACTUAL])
    return [p.uuid for p in projects.values() if p.state is not ProjectState.DELETED]
