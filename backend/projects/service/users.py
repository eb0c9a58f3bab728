"""Use cases of users (spec astakos §1.5, §2.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.errors import NotAllowed, NotFound
from backend.core.plan import Tier
from backend.core.text import counted
from backend.core.usecase import Decision
from backend.projects.model import (
    ACTUAL,
    SEATED,
    ChangeUser,
    Membership,
    MembershipState,
    Project,
    ProjectState,
    SetDefaultProject,
    User,
    UserAction,
)
from backend.projects.rules import memberships as membership_rules
from backend.projects.rules import outbound
from backend.projects.rules import projects as project_rules
from backend.projects.rules import users as rules
from backend.projects.rules.access import require_admin
from backend.projects.rules.limits import expected, filled, member_limits
from backend.projects.service.draft import Draft, Telling, find_project, find_user, fresh_id, refuse
from backend.projects.store import applications as application_store
from backend.projects.store import listing, people
from backend.projects.store import memberships as membership_store
from backend.projects.store import projects as project_store

TIERS = {UserAction.REJECT: Tier.HARMFUL, UserAction.DEACTIVATE: Tier.HARMFUL}
UNDO = {
    UserAction.ACTIVATE: "deactivate the user",
    UserAction.DEACTIVATE: "activate the user: what this suspends resumes",
    UserAction.REJECT: "accept the user",
    UserAction.VERIFY: "nothing to take back: it lets nobody in",
}
INVERSE = {
    UserAction.ACTIVATE: UserAction.DEACTIVATE,
    UserAction.DEACTIVATE: UserAction.ACTIVATE,
}
FLAGS = {
    UserAction.VERIFY: "--verify",
    UserAction.ACCEPT: "--accept",
    UserAction.REJECT: "--reject",
    UserAction.ACTIVATE: "--activate",
    UserAction.DEACTIVATE: "--deactivate",
}


def change(tx: Tx, command: ChangeUser) -> Decision:
    """Verify, accept, reject, activate or deactivate."""
    require_admin(command.actor, "moderate users")
    user, action = find_user(tx, command.user), command.action
    refuse(rules.refusal(action, user))
    draft = Draft(tx, command)
    draft.user(user, rules.changed(action, user, tx.now))
    if action is UserAction.ACCEPT:
        _make_base(draft, user)
    elif action is UserAction.DEACTIVATE:
        _suspend_all(draft, user)
    elif action is UserAction.ACTIVATE:
        _resume_all(draft, user)
    telling = Telling(
        action.capitalize(),
        f"{action.capitalize()} {user.email}",
        user.email,
        outbound.command_line("user-modify", user.uuid, FLAGS[action]),
        TIERS.get(action, Tier.REVERSIBLE),
        UNDO.get(action, ""),
        replace(command, action=INVERSE[action]) if action in INVERSE else None,
        is_harmless=action is UserAction.VERIFY,
    )
    return draft.decide(telling, f"user.{action}", user.target, f"User {user.email}: {action} done")


def _make_base(draft: Draft, user: User) -> None:
    """The base project with the person enrolled as its only member."""
    tx = draft.tx
    base = project_rules.base_project(fresh_id(tx, "project"), user, tx.now)
    base = filled(base, draft.resources)
    membership = project_rules.base_membership(fresh_id(tx, "membership"), user, tx.now)
    draft.born(base)
    moves = membership_rules.moves(membership, None, (MembershipState.ACCEPTED,))
    draft.membership(user, base, None, membership, moves)
    draft.limits += expected(base, [membership])


def _suspend_all(draft: Draft, user: User) -> None:
    """The base project, owned active projects and every actual membership."""
    projects = [p for p in _concerned(draft.tx, user) if p.state is ProjectState.ACTIVE]
    memberships = membership_store.memberships_of(draft.tx, user.uuid)
    actual = [m for m in memberships if m.state in ACTUAL]
    _turn(draft, user, projects, ProjectState.SUSPENDED, actual, MembershipState.SUSPENDED)
    draft.warnings += _concerns(draft.tx, user, projects)


def _concerns(tx: Tx, user: User, projects: Sequence[Project]) -> Iterator[str]:
    """What suspending means for others, and what it leaves as it is."""
    seats = listing.seats(tx, [project.uuid for project in projects])
    for project in projects:
        if not project.is_base:
            own = membership_store.membership_between(tx, user.uuid, project.uuid)
            others = seats.get(project.uuid, 0) - (own is not None and own.state in SEATED)
            told = counted(others, "other member")
            yield f"{project.realname} is suspended for {told}"
    waiting = application_store.waiting_by_applicant(tx).get(user.uuid, 0)
    if waiting:
        yield f"applications of the user that go on waiting: {waiting}"


def _resume_all(draft: Draft, user: User) -> None:
    """Exactly what deactivation had suspended; a leave request is forgotten."""
    tx, reason = draft.tx, rules.USER_DEACTIVATION
    projects = [p for p in _concerned(tx, user) if p.state is ProjectState.SUSPENDED]
    why = project_store.deactivation_reasons(tx, [p.id for p in projects])
    memberships = membership_store.memberships_of(tx, user.uuid)
    suspended = [m for m in memberships if m.state is MembershipState.SUSPENDED]
    reasons = membership_store.suspension_reasons(tx, [m.id for m in suspended])
    _turn(
        draft,
        user,
        [p for p in projects if why.get(p.id) == reason],
        ProjectState.ACTIVE,
        [m for m in suspended if reasons.get(m.id) == reason],
        MembershipState.ACCEPTED,
    )


def _concerned(tx: Tx, user: User) -> list[Project]:
    base = project_store.project(tx, user.uuid)
    return [*([base] if base else []), *project_store.owned(tx, user.uuid)]


def _turn(
    draft: Draft,
    user: User,
    projects: Sequence[Project],
    project_state: ProjectState,
    memberships: Sequence[Membership],
    membership_state: MembershipState,
) -> None:
    """Move these projects and memberships, and give everybody in them their limits."""
    now, reason = draft.tx.now, rules.USER_DEACTIVATION
    after = {p.uuid: project_rules.moved(p, project_state, now) for p in projects}
    for project in projects:
        draft.project(project, after[project.uuid], reason)
    places = project_store.projects(draft.tx, [m.project for m in memberships])
    moved = []
    for membership in memberships:
        states = (membership_state,)
        then = membership_rules.entered(membership, states, now)
        moves = membership_rules.moves(membership, membership.state, states, reason)
        place = after.get(membership.project, places[membership.project])
        draft.membership(user, place, membership, then, moves)
        moved.append(then)
        if membership.project not in after:
            draft.limits += member_limits(place, then)
    draft.sync(after.values(), [m for m in moved if m.project in after])


def set_default(tx: Tx, command: SetDefaultProject) -> Decision:
    """Choose the project of unqualified requests: an active one with an actual membership."""
    actor = command.actor
    if not actor.is_admin and actor.uuid != command.user:
        raise NotAllowed("only the user chooses the own default project")
    user, project = find_user(tx, command.user), find_project(tx, command.project)
    membership = membership_store.membership_between(tx, user.uuid, project.uuid)
    if membership is None:
        raise NotFound("the user was never a member of the project")
    member, active = membership.state in ACTUAL, project.state is ProjectState.ACTIVE
    why = rules.default_refusal(member, active)
    if why:
        raise NotAllowed(f"this cannot be the default: {why}")
    draft = Draft(tx, command)
    draft.user(user, replace(user, default_project=project.uuid))
    telling = Telling(
        "Set",
        f"Make {project.realname} the default project of {user.email}",
        project.realname,
        outbound.default_request(project.uuid),
        undo="choose the old project again",
    )
    return draft.decide(telling, "user.default-project", user.target, "Default project set")


def add_user(tx: Tx, user: User) -> User:
    """Register a person; who calls this journals it. The id is given when it is 0."""
    id = user.id or tx.next_id("person")
    default = user.default_project or user.uuid
    added = replace(user, id=id, email=user.email.lower(), default_project=default)
    people.save_user(tx, added)
    return added
