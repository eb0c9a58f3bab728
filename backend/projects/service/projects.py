"""Use cases of projects (spec astakos §2.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, Invalid
from backend.core.plan import Tier
from backend.core.text import counted
from backend.core.usecase import Decision
from backend.projects.model import (
    ChangeProjectState,
    ModifyBaseProjects,
    ModifyProject,
    Project,
    ProjectAction,
    ProjectState,
    TerminateExpired,
    Wishes,
)
from backend.projects.rules import applications as wishes_rules
from backend.projects.rules import outbound
from backend.projects.rules import projects as rules
from backend.projects.rules.access import require_admin
from backend.projects.service.draft import Draft, Telling, find_project, refuse
from backend.projects.store import people
from backend.projects.store import projects as store

INVERSE = {
    ProjectAction.SUSPEND: ProjectAction.UNSUSPEND,
    ProjectAction.UNSUSPEND: ProjectAction.SUSPEND,
    ProjectAction.TERMINATE: ProjectAction.REINSTATE,
    ProjectAction.REINSTATE: ProjectAction.TERMINATE,
}
TIERS = {
    ProjectAction.SUSPEND: Tier.HARMFUL,
    ProjectAction.UNSUSPEND: Tier.REVERSIBLE,
    ProjectAction.TERMINATE: Tier.DANGEROUS,
    ProjectAction.REINSTATE: Tier.DANGEROUS,
}
UNDO = {
    ProjectAction.SUSPEND: "unsuspend the project: its limits come back",
    ProjectAction.UNSUSPEND: "suspend the project again",
    ProjectAction.TERMINATE: "reinstate the project, while nobody else has taken its name",
    ProjectAction.REINSTATE: "terminate the project again",
}
DONE = {
    ProjectAction.SUSPEND: "suspended",
    ProjectAction.UNSUSPEND: "active again",
    ProjectAction.TERMINATE: "terminated",
    ProjectAction.REINSTATE: "reinstated",
}


def change_state(tx: Tx, command: ChangeProjectState) -> Decision:
    """Suspend, unsuspend, terminate or reinstate."""
    project, action = find_project(tx, command.project), command.action
    namesake = store.namesake(tx, project.realname, project.uuid)
    refuse(rules.refusal(command.actor, action, project, namesake))
    draft = Draft(tx, command)
    after = rules.moved(project, rules.RESULTS[action], tx.now)
    draft.project(project, after)
    if action is ProjectAction.TERMINATE:
        _reset_defaults(draft, project)
    draft.sync([after])
    name = project.realname
    telling = Telling(
        action.capitalize(),
        f"{action.capitalize()} project {name}",
        name,
        outbound.action_request(project.uuid, action),
        TIERS[action],
        UNDO[action],
        replace(command, action=INVERSE[action]),
    )
    message = f"Project {name} is {DONE[action]}"
    return draft.decide(telling, f"project.{action}", project.target, message)


def _reset_defaults(draft: Draft, project: Project) -> None:
    """Members whose default project ends go back to their own."""
    for user in people.defaulting(draft.tx, project.uuid):
        draft.user(user, replace(user, default_project=user.uuid))


def modify(tx: Tx, command: ModifyProject) -> Decision:
    """Change a project in place, past dates and hidden resources included."""
    project, wishes = find_project(tx, command.project), command.wishes
    require_admin(command.actor, "change projects in place")
    if not project.is_initialized:
        raise Conflict(project.standing)
    if project.is_base:
        wishes_rules.check_base(wishes, Invalid)
    draft = Draft(tx, command)
    _check_modification(draft, wishes)
    after = wishes_rules.with_wishes(project, wishes)
    if project.is_alive:
        namesake = store.namesake(tx, after.realname, project.uuid)
        if namesake:
            raise wishes_rules.name_conflict(after.realname, namesake)
        after = replace(after, name=after.realname)
    draft.project(project, after)
    draft.sync([after])
    telling = Telling(
        "Change",
        f"Change project {project.realname}",
        project.realname,
        outbound.modify_request(project.uuid, wishes),
        undo="change it back to the old values",
    )
    message = f"Project {after.realname} changed"
    return draft.decide(telling, "project.modify", project.target, message)


def modify_base(tx: Tx, command: ModifyBaseProjects) -> Decision:
    """The same change of all base projects; those that have it already are left alone."""
    require_admin(command.actor, "change projects in place")
    wishes = command.wishes
    wishes_rules.check_base(wishes, Invalid)
    draft = Draft(tx, command)
    _check_modification(draft, wishes)
    changed = []
    for project in _chosen(tx, command.exclude):
        after = wishes_rules.with_wishes(project, wishes)
        if after != project:
            draft.project(project, after)
            changed.append(after)
    draft.sync(changed)
    count = counted(len(changed), "base project")
    telling = Telling(
        "Change",
        f"Change {count}",
        f"change {len(changed)}",
        outbound.modify_base_request(command.exclude, wishes),
        Tier.HARMFUL,
    )
    return draft.decide(telling, "project.modify-base", "projects", f"{count} changed")


def _chosen(tx: Tx, exclude: Sequence[str]) -> list[Project]:
    """The base projects but these; a misspelt exclusion would change whom it was to spare."""
    found = store.base_projects(tx)
    unknown = set(exclude) - {project.uuid for project in found}
    if unknown:
        raise Invalid(f"there is no base project {min(unknown)!r}", hint="exclude by uuid")
    return [project for project in found if project.uuid not in exclude]


def _check_modification(draft: Draft, wishes: Wishes) -> None:
    if wishes.owner is not None:
        owner = people.user(draft.tx, wishes.owner)
        if owner is None or not owner.is_accepted:
            raise Invalid(f"the owner {wishes.owner!r} is not an accepted user")
    known = {resource.name: resource for resource in draft.resources}
    wishes_rules.check_grants(wishes.grants, known, hidden=True)
    wishes_rules.check_texts(wishes)


def terminate_expired(tx: Tx, command: TerminateExpired) -> Decision:
    """Terminate what has expired; base projects are left alone and reported."""
    require_admin(command.actor, "terminate projects")
    found = store.expired(tx, tx.now)
    ending = [project for project in found if not project.is_base]
    draft = Draft(tx, command)
    after = [rules.moved(project, ProjectState.TERMINATED, tx.now) for project in ending]
    for project, ended in zip(ending, after, strict=True):
        draft.project(project, ended)
        _reset_defaults(draft, project)
    draft.sync(after)
    draft.warnings += _left_alone([project for project in found if project.is_base])
    count = counted(len(ending), "expired project")
    telling = Telling(
        "Terminate",
        f"Terminate {count}",
        f"terminate {len(ending)}",
        outbound.command_line("project-control", "--terminate-expired"),
        Tier.DANGEROUS,
    )
    return draft.decide(telling, "project.terminate-expired", "projects", f"{count} terminated")


def _left_alone(base: Sequence[Project]) -> list[str]:
    if not base:
        return []
    names = ", ".join(project.realname for project in base[:3])
    more = f" and {len(base) - 3} more" if len(base) > 3 else ""
    return [f"base projects are not terminated though they have expired: {names}{more}"]
