"""Ways to tell projects, applications and memberships of the demo world in few words."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from backend.demo.people import Somebody, fresh_uuid
from backend.demo.plot import (
    DAY,
    HOUR,
    MINUTE,
    Claim,
    Plot,
    Seat,
    Wish,
    filled,
    full_name,
    in_units,
)
from backend.projects.model import (
    ApplicationState,
    Capacity,
    JoinPolicy,
    MembershipState,
    Project,
    ProjectState,
)
from backend.quotas.model import UNLIMITED

A, M, P = ApplicationState, MembershipState, ProjectState
Grants = Mapping[str, Capacity]


@dataclass(slots=True)
class Scene:
    """One block of the world while it is being told. `admins` are the addresses of those who
    decide; times are microseconds since the epoch."""

    rng: random.Random
    now: int
    admins: Sequence[str]
    people: list[Somebody] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)

    def ago(self, days: float = 0, hours: float = 0, minutes: float = 0) -> int:
        """A moment in the past."""
        return self.now - int(days * DAY) - int(hours * HOUR) - int(minutes * MINUTE)

    def admin(self) -> str:
        """Somebody who decided."""
        return self.rng.choice(self.admins)

    def project(
        self,
        name: str,
        owner: Somebody,
        about: str,
        limits: Grants,
        *,
        made: int,
        ends: float,
        seats: int = UNLIMITED,
        join: JoinPolicy = JoinPolicy.MODERATED,
        leave: JoinPolicy = JoinPolicy.AUTO,
        private: bool = False,
        comments: str = "",
        homepage: str = "",
    ) -> Plot:
        """A project that applied at `made` and ends `ends` days from now; it waits until
        `approve` or `refuse` is told."""
        found = Project(
            0,
            fresh_uuid(self.rng),
            name,
            P.UNINITIALIZED,
            owner.uuid,
            self.now + int(ends * DAY),
            made,
            homepage=homepage,
            description=about,
            join_policy=join,
            leave_policy=leave,
            max_members=seats,
            private=private,
            grants=dict(limits),
        )
        wished = {
            "owner": owner.uuid,
            "name": name,
            "homepage": homepage,
            "description": about,
            "end_date": found.end_date,
            "join_policy": join,
            "leave_policy": leave,
            "max_members": seats,
            "private": private,
            "comments": comments,
            "grants": dict(limits),
        }
        plot = Plot(found, [Wish(made, owner.uuid, wished, A.PENDING)])
        self.plots.append(plot)
        return plot

    def running(self, name: str, owner: Somebody, about: str, limits: Grants, **more: Any) -> Plot:
        """A project approved soon after it applied, its owner a member."""
        made = self.ago(days=self.rng.randrange(250, 700))
        plot = self.project(name, owner, about, limits, made=made, **more)
        self.approve(plot, made + 2 * DAY, "within the faculty’s share")
        self.member(plot, owner, made + 3 * DAY)
        return plot

    def approve(self, plot: Plot, at: int, reason: str = "") -> Plot:
        """The waiting application is granted; the project begins or changes."""
        wish, actor = plot.wishes[-1], self.admin()
        wish.state, wish.actor, wish.answer, wish.answered_at = A.APPROVED, actor, reason, at
        _take(plot, wish)
        if plot.project.state is not P.ACTIVE:
            self._move(plot, P.ACTIVE, at, actor, reason)
        return plot

    def deny(self, plot: Plot, at: int, reason: str) -> Plot:
        """The waiting application is refused."""
        wish = plot.wishes[-1]
        wish.state, wish.actor, wish.answer, wish.answered_at = A.DENIED, self.admin(), reason, at
        return plot

    def waive(self, plot: Plot, at: int, reason: str, applicant: str) -> Plot:
        """The applicant withdraws what waits, or puts away what was denied; a project that
        never began is gone."""
        wish = plot.wishes[-1]
        wish.state = A.CANCELLED if wish.state is A.PENDING else A.DISMISSED
        wish.actor, wish.answer, wish.answered_at = applicant, reason, at
        if plot.project.state is P.UNINITIALIZED:
            self._move(plot, P.DELETED, at, applicant, reason)
        return plot

    def modify(self, plot: Plot, at: int, applicant: Somebody, **wished: object) -> Plot:
        """Another application about the project; one that still waits is replaced."""
        if plot.waits:
            plot.wishes[-1].state = A.REPLACED
        plot.wishes.append(Wish(at, applicant.uuid, wished, A.PENDING))
        return plot

    def suspend(self, plot: Plot, at: int, reason: str) -> Plot:
        """An admin stops the project."""
        return self._move(plot, P.SUSPENDED, at, self.admin(), reason)

    def terminate(self, plot: Plot, at: int, reason: str) -> Plot:
        """An admin ends the project."""
        return self._move(plot, P.TERMINATED, at, self.admin(), reason)

    def _move(self, plot: Plot, state: ProjectState, at: int, actor: str, reason: str) -> Plot:
        plot.project = replace(plot.project, state=state)
        if plot.project.is_initialized:
            plot.project = replace(plot.project, grants=filled(plot.project.grants))
        plot.path.append((state, at, actor, reason))
        return plot

    def member(self, plot: Plot, who: Somebody, at: int, **used: int) -> Seat:
        """Somebody asks to join and is let in; `used` are amounts by short name."""
        owner = self._owner(plot)
        path = [(M.REQUESTED, at - HOUR, who.email, ""), (M.ACCEPTED, at, owner, "")]
        told = {full_name(short): in_units(short, amount) for short, amount in used.items()}
        seat = Seat(who.uuid, path, told)
        plot.seats.append(seat)
        return seat

    def requester(self, plot: Plot, who: Somebody, at: int) -> Seat:
        """Somebody asks to join and waits."""
        seat = Seat(who.uuid, [(M.REQUESTED, at, who.email, "")])
        plot.seats.append(seat)
        return seat

    def leaves(
        self, plot: Plot, seat: Seat, state: MembershipState, at: int, why: str = ""
    ) -> None:
        """A membership moves on; the owner does it."""
        seat.path.append((state, at, self._owner(plot), why))

    def _owner(self, plot: Plot) -> str:
        return next(one.email for one in self.people if one.uuid == plot.project.owner)

    def claim(
        self,
        plot: Plot,
        who: Somebody,
        at: int,
        name: str,
        clientkey: str = "cyclades",
        *,
        expires_at: int = 0,
        **amounts: int,
    ) -> None:
        """Something is reserved for a member and not yet resolved."""
        told = {full_name(short): in_units(short, n) for short, n in amounts.items()}
        self.reserve(plot, who, at, name, clientkey, told, expires_at)

    def reserve(
        self,
        plot: Plot,
        who: Somebody,
        at: int,
        name: str,
        clientkey: str,
        amounts: Mapping[str, int],
        expires_at: int = 0,
    ) -> None:
        """The same with stored amounts by resource."""
        self.claims.append(Claim(name, clientkey, at, who.uuid, plot.uuid, amounts, expires_at))


def _take(plot: Plot, wish: Wish) -> None:
    """The project gets what was wished for."""
    fields: dict[str, Any] = {n: value for n, value in wish.wished.items() if n in _FIELDS}
    given = wish.wished.get("grants", {})
    new = {**plot.project.grants, **(given if isinstance(given, Mapping) else {})}
    realname = wish.wished.get("name") or plot.project.realname
    plot.project = replace(plot.project, **fields, realname=str(realname), grants=new)


_FIELDS = frozenset(
    {
        "owner",
        "homepage",
        "description",
        "end_date",
        "join_policy",
        "leave_policy",
        "max_members",
        "private",
    }
)
