"""The membership state machine and who may move it (spec astakos §2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from backend.core.errors import BursarError, Conflict, NotAllowed
from backend.core.identity import Actor
from backend.projects.model import (
    ASSOCIATED,
    SEATED,
    JoinPolicy,
    Membership,
    MembershipAction,
    MembershipState,
    Moved,
    Project,
    User,
)
from backend.projects.rules.access import owns

S = MembershipState
A = MembershipAction

# A suspended member cannot leave: it would make the membership count again (Q18).
ORIGINS: Mapping[A, frozenset[S]] = {
    A.LEAVE: SEATED - {S.SUSPENDED},
    A.CANCEL: frozenset({S.REQUESTED}),
    A.ACCEPT: frozenset({S.REQUESTED}),
    A.REJECT: frozenset({S.REQUESTED}),
    A.REMOVE: SEATED,
}
RESULTS: Mapping[A, S] = {
    A.CANCEL: S.CANCELLED,
    A.ACCEPT: S.ACCEPTED,
    A.REJECT: S.REJECTED,
    A.REMOVE: S.REMOVED,
}
OF_OWNERS = frozenset({A.ACCEPT, A.REJECT, A.REMOVE})
ENDINGS = frozenset({A.LEAVE, A.REMOVE})


@dataclass(frozen=True, slots=True)
class Seat:
    """What a decision about a member depends on: `taken` counts the occupied seats."""

    project: Project
    user: User
    membership: Membership | None
    taken: int

    @property
    def state(self) -> S | None:
        """State of the membership, None without one."""
        return self.membership.state if self.membership else None


def refusal(actor: Actor, action: A, seat: Seat) -> BursarError | None:
    """Why this cannot be done to the membership, None when it can."""
    if seat.state not in ORIGINS[action]:
        return Conflict(
            f"cannot {action} a membership that is {seat.state}", hint="look at it again"
        )
    if action is A.ACCEPT and not seat.user.is_active:
        return _inactive()
    if not _may(actor, action, seat):
        return NotAllowed(f"you may not {action} this membership")
    if not seat.project.is_alive:
        return _not_alive(seat.project)
    if action in ENDINGS and seat.project.leave_policy is JoinPolicy.CLOSED:
        return Conflict("members cannot leave this project: its leave policy is closed")
    return _entry(seat) if action is A.ACCEPT else None


def _may(actor: Actor, action: A, seat: Seat) -> bool:
    if action in OF_OWNERS:
        return owns(actor, seat.project)
    return actor.is_admin or actor.uuid == seat.user.uuid


def _inactive() -> Conflict:
    return Conflict("the person is not active", hint="activate the user first")


def _not_alive(project: Project) -> Conflict:
    hint = "reinstate it first" if project.is_initialized else ""
    return Conflict(project.standing, hint=hint)


def _entry(seat: Seat) -> Conflict | None:
    """Why nobody can enter now: closed, or no seat left."""
    if seat.project.join_policy is JoinPolicy.CLOSED:
        return Conflict("nobody can join this project: its join policy is closed")
    if not has_room(seat):
        return Conflict(
            f"all {seat.project.max_members} seats are taken", hint="raise max_members first"
        )
    return None


def has_room(seat: Seat) -> bool:
    """True when one more member fits."""
    return seat.taken < seat.project.max_members


def allowed(actor: Actor, seat: Seat) -> tuple[A, ...]:
    """The actions that would not be refused."""
    return tuple(action for action in A if refusal(actor, action, seat) is None)


def join_refusal(actor: Actor, seat: Seat) -> BursarError | None:
    """Why the acting user cannot ask to join; private projects only by enrolment (Q17)."""
    if not seat.project.is_alive:
        return _not_alive(seat.project)
    if seat.project.join_policy is JoinPolicy.CLOSED:
        return Conflict("nobody can join this project: its join policy is closed")
    if seat.project.private and not owns(actor, seat.project) and seat.state not in ASSOCIATED:
        return NotAllowed("the project is private", hint="its owner can enrol you")
    if seat.state in ASSOCIATED:
        return Conflict(f"there is a membership already: {seat.state}")
    return None


def enroll_refusal(actor: Actor, seat: Seat) -> BursarError | None:
    """Why this person cannot be made a member at once."""
    if not seat.user.is_active:
        return _inactive()
    if not owns(actor, seat.project):
        return NotAllowed("only the project's owner enrols members")
    if not seat.project.is_alive:
        return _not_alive(seat.project)
    closed = _entry(seat)
    if closed:
        return closed
    if seat.state in SEATED:
        return Conflict("the person is a member already")
    return None


def joined(seat: Seat) -> tuple[S, ...]:
    """The states that a join goes through: at once accepted when the policy says so."""
    if seat.project.join_policy is JoinPolicy.AUTO and has_room(seat):
        return S.REQUESTED, S.ACCEPTED
    return (S.REQUESTED,)


def result(action: A, project: Project) -> S:
    """The state that an action leads to."""
    if action is A.LEAVE:
        moderated = project.leave_policy is JoinPolicy.MODERATED
        return S.LEAVE_REQUESTED if moderated else S.REMOVED
    return RESULTS[action]


def entered(membership: Membership, states: tuple[S, ...], now: int) -> Membership:
    """The membership after passing through these states; acceptance initializes it."""
    return replace(
        membership,
        state=states[-1],
        initialized=membership.initialized or S.ACCEPTED in states,
        dates={**membership.dates, **{str(state): now for state in states}},
    )


def moves(
    membership: Membership, before: S | None, states: tuple[S, ...], reason: str = ""
) -> list[Moved]:
    """The log rows of that."""
    path = ["" if before is None else str(before), *map(str, states)]
    steps = zip(path, path[1:], strict=False)
    return [Moved("membership", membership.id, old, new, reason) for old, new in steps]
