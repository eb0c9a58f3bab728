"""Use cases of memberships (spec astakos §2.3)."""

from __future__ import annotations

from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, NotAllowed, NotFound
from backend.core.plan import Tier
from backend.core.usecase import Decision
from backend.projects.model import (
    ChangeMembership,
    EnrollMember,
    JoinPolicy,
    JoinProject,
    Membership,
    MembershipAction,
    MembershipState,
    Project,
    User,
)
from backend.projects.rules import memberships as rules
from backend.projects.rules import outbound
from backend.projects.rules.limits import member_limits
from backend.projects.service.draft import (
    Draft,
    Telling,
    find_project,
    find_user,
    fresh_id,
    refuse,
)
from backend.projects.store import listing, people
from backend.projects.store import memberships as store
from backend.projects.store import projects as project_store

VERBS = {
    MembershipAction.LEAVE: "Leave",
    MembershipAction.CANCEL: "Cancel the request",
    MembershipAction.ACCEPT: "Accept",
    MembershipAction.REJECT: "Reject",
    MembershipAction.REMOVE: "Remove",
}
TIERS = {
    MembershipAction.ACCEPT: Tier.REVERSIBLE,
    MembershipAction.CANCEL: Tier.REVERSIBLE,
    MembershipAction.LEAVE: Tier.HARMFUL,
    MembershipAction.REJECT: Tier.HARMFUL,
    MembershipAction.REMOVE: Tier.HARMFUL,
}


def join(tx: Tx, command: JoinProject) -> Decision:
    """Ask to become a member; some projects accept at once."""
    if not command.actor.uuid:
        raise NotAllowed("an operator is no user and cannot join", hint="enrol somebody instead")
    project = find_project(tx, command.project)
    seat = _seat(tx, find_user(tx, command.actor.uuid), project)
    refuse(rules.join_refusal(command.actor, seat))
    draft = Draft(tx, command)
    membership = _pass(draft, seat, rules.joined(seat))
    telling = Telling(
        "Join",
        f"Join project {project.realname}",
        project.realname,
        outbound.entry_request("join", project.uuid),
        undo="leave, or cancel the request",
    )
    created = {"membership": membership.id}
    message = f"Membership {membership.id} is {membership.state}"
    return draft.decide(telling, "membership.join", membership.target, message, created)


def enroll(tx: Tx, command: EnrollMember) -> Decision:
    """Make somebody a member at once; what does not exist is a conflict here (§2.3)."""
    user = people.user_by_email(tx, command.email)
    if user is None or not user.is_accepted:
        raise Conflict("no accepted user has this address", hint="check the spelling")
    project = project_store.project(tx, command.project)
    if project is None:
        raise Conflict(f"there is no project {command.project!r}")
    seat = _seat(tx, user, project)
    refuse(rules.enroll_refusal(command.actor, seat))
    draft = Draft(tx, command)
    membership = _pass(draft, seat, (MembershipState.ACCEPTED,))
    telling = Telling(
        "Enrol",
        f"Enrol {user.email} in project {project.realname}",
        project.realname,
        outbound.entry_request("enroll", project.uuid, user.email),
        undo=_removal(project),
    )
    created = {"membership": membership.id}
    message = f"Membership {membership.id} is accepted"
    return draft.decide(telling, "membership.enroll", membership.target, message, created)


def change(tx: Tx, command: ChangeMembership) -> Decision:
    """Leave, cancel, accept, reject or remove."""
    membership = store.membership(tx, command.membership)
    if membership is None:
        raise NotFound(f"there is no membership {command.membership}")
    action, project = command.action, find_project(tx, membership.project)
    seat = _seat(tx, find_user(tx, membership.user), project)
    refuse(rules.refusal(command.actor, action, seat))
    draft = Draft(tx, command)
    after = _pass(draft, seat, (rules.result(action, project),))
    telling = Telling(
        VERBS[action],
        f"{VERBS[action]}: {seat.user.email} in project {project.realname}",
        project.realname,
        outbound.membership_request(membership.id, action),
        TIERS[action],
        _undo(after, project),
    )
    message = f"Membership {membership.id} is {after.state}"
    return draft.decide(telling, f"membership.{action}", membership.target, message)


def _undo(after: Membership, project: Project) -> str:
    if after.state is MembershipState.ACCEPTED:
        return _removal(project)
    if after.state is MembershipState.LEAVE_REQUESTED:
        return ""
    return "" if project.join_policy is JoinPolicy.CLOSED else "enrol the person again"


def _removal(project: Project) -> str:
    closed = project.leave_policy is JoinPolicy.CLOSED
    return "" if closed else "remove the member"


def _seat(tx: Tx, user: User, project: Project) -> rules.Seat:
    membership = store.membership_between(tx, user.uuid, project.uuid)
    taken = listing.seats(tx, [project.uuid]).get(project.uuid, 0)
    return rules.Seat(project, user, membership, taken)


def _pass(draft: Draft, seat: rules.Seat, states: tuple[MembershipState, ...]) -> Membership:
    """Move the membership through these states, making it when there is none."""
    before, user, project = seat.membership, seat.user, seat.project
    blank = before or Membership(
        fresh_id(draft.tx, "membership"), user.uuid, project.uuid, states[0]
    )
    after = rules.entered(blank, states, draft.tx.now)
    draft.membership(user, project, before, after, rules.moves(blank, seat.state, states))
    draft.limits += member_limits(project, after)
    if after.state is MembershipState.REMOVED and user.default_project == project.uuid:
        draft.user(user, replace(user, default_project=user.uuid))
    return after
