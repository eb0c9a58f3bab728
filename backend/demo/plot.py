"""One demo project with everything about it, and how it becomes records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend.projects.model import (
    Application,
    ApplicationState,
    Capacity,
    Membership,
    MembershipState,
    Project,
    ProjectState,
)
from backend.projects.rules.limits import member_limit, pool_limit
from backend.quotas.model import UNLIMITED, Provision, Resource
from backend.world.model import (
    CommissionEntry,
    HoldingEntry,
    MembershipEntry,
    ProjectEntry,
    Step,
)

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
GIB = 2**30
TIB = 2**40


def _resource(name: str, about: str, unit: str, base: int, ordinary: int) -> Resource:
    origin, shown = name.partition(".")[0], not name.startswith("astakos.")
    return Resource(0, name, about, origin, origin, unit, base, ordinary, shown, shown)


RESOURCES: Sequence[Resource] = (
    _resource("cyclades.vm", "Virtual machines", "", 2, 0),
    _resource("cyclades.cpu", "Processor cores of virtual machines", "", 4, 0),
    _resource("cyclades.ram", "Memory of running virtual machines", "bytes", 8 * GIB, 0),
    _resource("cyclades.disk", "Disks of virtual machines", "bytes", 100 * GIB, 0),
    _resource("cyclades.floating_ip", "Public addresses", "", 1, 0),
    _resource("cyclades.network.private", "Private networks", "", 1, 0),
    _resource("pithos.diskspace", "Object storage", "bytes", 50 * GIB, 10 * GIB),
    _resource("astakos.pending_app", "Applications waiting for a decision", "", 3, UNLIMITED),
)
SHORT: Mapping[str, str] = {
    "vm": "cyclades.vm",
    "cpu": "cyclades.cpu",
    "ram": "cyclades.ram",
    "disk": "cyclades.disk",
    "ip": "cyclades.floating_ip",
    "net": "cyclades.network.private",
    "store": "pithos.diskspace",
    "app": "astakos.pending_app",
}
SIZES: Mapping[str, int] = {"ram": GIB, "disk": GIB, "store": GIB}

Key = tuple[str, str, str]
Pending = Mapping[Key, tuple[int, int]]  # to be released and to be taken, by holding


def full_name(short: str) -> str:
    """A resource's name."""
    return SHORT[short]


def in_units(short: str, value: int) -> int:
    """An amount as it is stored."""
    return value if value == UNLIMITED else value * SIZES.get(short, 1)


def grants(**limits: tuple[int, int]) -> dict[str, Capacity]:
    """Capacities from (project, member) by short name."""
    return {
        full_name(short): Capacity(in_units(short, pool), in_units(short, member))
        for short, (pool, member) in limits.items()
    }


def filled(told: Mapping[str, Capacity], *, base: bool = False) -> dict[str, Capacity]:
    """Capacities with the default of every other resource, in order of registration."""
    defaults = {r.name: r.uplimit if base else r.project_default for r in RESOURCES}
    return {name: told.get(name, Capacity(value, value)) for name, value in defaults.items()}


@dataclass(slots=True)
class Wish:
    """An application to be: `wished` are the fields it asks for, `at` when it was filed.
    `number` is given when all are in order."""

    at: int
    applicant: str
    wished: Mapping[str, object]
    state: ApplicationState = ApplicationState.APPROVED
    actor: str = ""
    answer: str = ""
    answered_at: int = 0
    number: int = 0

    def record(self, project: str) -> Application:
        """The application."""
        waived = self.state in (ApplicationState.CANCELLED, ApplicationState.DISMISSED)
        answered = self.state in (ApplicationState.APPROVED, ApplicationState.DENIED)
        told = (self.answered_at, self.answer, self.actor)
        found = Application(
            self.number,
            project,
            self.applicant,
            self.state,
            self.at,
            **self.wished,  # type: ignore[arg-type]
        )
        if waived:
            at, why, who = told
            return replace(found, waive_at=at, waive_reason=why, waive_actor=who)
        if answered:
            at, why, who = told
            return replace(found, response_at=at, response=why, response_actor=who)
        return found


@dataclass(slots=True)
class Seat:
    """A membership to be: its `path` is (state, when, actor, reason) in order; `used` are
    amounts for good, in stored units by full name."""

    user: str
    path: list[tuple[MembershipState, int, str, str]]
    used: dict[str, int] = field(default_factory=dict)
    number: int = 0

    @property
    def state(self) -> MembershipState:
        """Where it is now."""
        return self.path[-1][0]

    @property
    def initialized(self) -> bool:
        """Whether it ever was accepted."""
        return any(state is MembershipState.ACCEPTED for state, *_ in self.path)

    def record(self, project: str) -> MembershipEntry:
        """The membership with its log."""
        dates = {str(state): at for state, at, *_ in self.path}
        found = Membership(self.number, self.user, project, self.state, self.initialized, dates)
        log: list[Step] = []
        before = ""
        for state, at, actor, reason in self.path:
            log.append(Step(at, actor, before, str(state), reason))
            before = str(state)
        return MembershipEntry(found, tuple(log))


@dataclass(slots=True)
class Plot:
    """A project to be, its applications oldest first, its members and what happened to it as
    (state, when, actor, reason)."""

    project: Project
    wishes: list[Wish] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    path: list[tuple[ProjectState, int, str, str]] = field(default_factory=list)

    @property
    def uuid(self) -> str:
        """Of the project."""
        return self.project.uuid

    @property
    def waits(self) -> bool:
        """True while its last application is pending."""
        return bool(self.wishes) and self.wishes[-1].state is ApplicationState.PENDING

    def record(self) -> ProjectEntry:
        """The project with its history."""
        log: list[Step] = []
        before = str(ProjectState.UNINITIALIZED)
        for state, at, actor, reason in self.path:
            log.append(Step(at, actor, before, str(state), reason))
            before = str(state)
        ends = [at for state, at, *_ in self.path if state in _ENDED]
        project = replace(
            self.project,
            last_application=self.wishes[-1].number if self.wishes else 0,
            deactivated_at=ends[-1] if ends else 0,
            name=self.project.realname if self.project.is_alive else "",
        )
        return ProjectEntry(project, tuple(log), tuple(w.record(self.uuid) for w in self.wishes))

    def holdings(self, pending: Pending) -> Iterator[HoldingEntry]:
        """The pool's and every member's holdings."""
        project = self.project
        if not project.is_initialized:
            return
        name = f"project:{project.uuid}"
        used: Counter[str] = Counter()
        seats = [seat for seat in self.seats if seat.initialized]
        for seat in seats:
            used.update(seat.used)
        for resource, capacity in project.grants.items():
            limit = pool_limit(project.state, capacity.project)
            yield _holding((name, "", resource), limit, used[resource], pending)
        for seat in seats:
            for resource, capacity in project.grants.items():
                limit = member_limit(project.state, seat.state, capacity.member)
                key = (f"user:{seat.user}", name, resource)
                yield _holding(key, limit, seat.used.get(resource, 0), pending)


_ENDED = frozenset({ProjectState.SUSPENDED, ProjectState.TERMINATED})


def _holding(key: Key, limit: int, used: int, pending: Pending) -> HoldingEntry:
    """`used` is what there was before anything became pending."""
    lowered, raised = pending.get(key, (0, 0))
    return HoldingEntry(*key, limit, used - lowered, used + raised)


@dataclass(frozen=True, slots=True)
class Claim:
    """A pending commission to be, on behalf of one member; amounts in stored units."""

    name: str
    clientkey: str
    at: int
    user: str
    project: str
    amounts: Mapping[str, int]
    expires_at: int = 0

    def record(self, serial: int) -> CommissionEntry:
        """The commission: every quantity on the member's and on the project's holding."""
        provisions: list[Provision] = []
        for resource, quantity in self.amounts.items():
            source = f"project:{self.project}"
            provisions.append(Provision(f"user:{self.user}", source, resource, quantity))
            provisions.append(Provision(source, "", resource, quantity))
        told = (serial, self.name, self.clientkey, self.at, tuple(provisions))
        return CommissionEntry(*told, self.expires_at)


def pending_of(claims: Sequence[Claim]) -> Pending:
    """What is pending on each holding."""
    told: dict[Key, tuple[int, int]] = {}
    for claim in claims:
        for p in claim.record(0).provisions:
            key = (p.holder, p.source, p.resource)
            lowered, raised = told.get(key, (0, 0))
            told[key] = (lowered - min(p.quantity, 0), raised + max(p.quantity, 0))
    return told
