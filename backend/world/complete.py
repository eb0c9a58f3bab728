"""What a file leaves unsaid: numbers, base projects, limits and holdings that follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.projects.model import (
    ApplicationState,
    Membership,
    MembershipState,
    Project,
    ProjectState,
    User,
)
from backend.projects.rules import limits
from backend.projects.rules.projects import base_membership, base_project
from backend.projects.rules.users import USER_DEACTIVATION
from backend.projects.service.pending_apps import PENDING_APP
from backend.quotas.model import HoldingKey, Limit, Resource
from backend.world.model import (
    CommissionEntry,
    HoldingEntry,
    MembershipEntry,
    Person,
    ProjectEntry,
    Step,
)

Key = tuple[str, str, str]


class Numbers:
    """Gives numbers to records that have none, above all that are taken."""

    def __init__(self, tx: Tx, name: str, taken: Iterable[int]) -> None:
        given = tx.next_ids(name, 0).stop - 1
        self._last = max([given, *taken])

    def of(self, id: int) -> int:
        """The number itself, or a fresh one for 0."""
        if not id:
            self._last += 1
        return id or self._last


def numbered(tx: Tx, entries: Sequence[ProjectEntry]) -> list[ProjectEntry]:
    """The projects with a number for each application; the last told is the project's."""
    numbers = Numbers(tx, "application", (a.id for entry in entries for a in entry.applications))
    told: list[ProjectEntry] = []
    for entry in entries:
        wished = tuple(replace(a, id=numbers.of(a.id)) for a in entry.applications)
        last = wished[-1].id if entry.project.last_application else 0
        project = replace(entry.project, last_application=last)
        told.append(replace(entry, project=project, applications=wished))
    return told


def base_of(person: Person, now: int) -> tuple[ProjectEntry, MembershipEntry]:
    """The base project of an accepted user who has none, as accepting (and deactivating)
    would have left it."""
    user = person.user
    made = now if user.is_active else min(now, user.deactivated_at)
    project, member = base_project(0, user, made), base_membership(0, user, made)
    log = (Step(made, "", str(ProjectState.UNINITIALIZED), str(project.state)),)
    joined = (Step(made, "", "", str(member.state)),)
    if user.is_active:
        return ProjectEntry(project, log), MembershipEntry(member, joined)
    return _suspended(ProjectEntry(project, log), MembershipEntry(member, joined), user)


def _suspended(
    entry: ProjectEntry, seat: MembershipEntry, user: User
) -> tuple[ProjectEntry, MembershipEntry]:
    at, why = user.deactivated_at, USER_DEACTIVATION
    project = replace(entry.project, state=ProjectState.SUSPENDED, deactivated_at=at)
    step = Step(at, "", str(entry.project.state), str(project.state), why)
    state = MembershipState.SUSPENDED
    member = replace(seat.membership, state=state, dates={**seat.membership.dates, str(state): at})
    left = Step(at, "", str(seat.membership.state), str(state), why)
    return ProjectEntry(project, (*entry.log, step)), MembershipEntry(member, (*seat.log, left))


def filled(entry: ProjectEntry, resources: Sequence[Resource]) -> ProjectEntry:
    """The project, once it has begun, with limits for every resource."""
    if not entry.project.is_initialized:
        return entry
    return replace(entry, project=limits.filled(entry.project, resources))


def reserved(commissions: Iterable[CommissionEntry]) -> Counter[Key]:
    """How much of each holding is pending."""
    told: Counter[Key] = Counter()
    for commission in commissions:
        for p in commission.provisions:
            told[p.holder, p.source, p.resource] += abs(p.quantity)
    return told


def waiting(entries: Iterable[ProjectEntry]) -> Counter[Key]:
    """What pending applications have charged their applicants."""
    told: Counter[Key] = Counter()
    for entry in entries:
        for application in entry.applications:
            if application.state is ApplicationState.PENDING:
                user = application.applicant
                told[f"user:{user}", f"project:{user}", PENDING_APP] += 1
                told[f"project:{user}", "", PENDING_APP] += 1
    return told


def derived(
    projects: Mapping[str, Project],
    fresh: Iterable[Project],
    memberships: Iterable[Membership],
    listed: Iterable[Key],
    charged: Mapping[Key, int],
    pending: Mapping[Key, int],
) -> Iterator[HoldingEntry]:
    """The holdings that new projects and memberships have and that are not listed: unused but
    for pending commissions and applications."""
    known = set(listed)
    for limit in _expected(projects, fresh, memberships):
        key = _key(limit.key)
        if key not in known:
            low = charged.get(key, 0)
            yield HoldingEntry(*key, limit.limit, low, low + pending.get(key, 0))


def _expected(
    projects: Mapping[str, Project], fresh: Iterable[Project], memberships: Iterable[Membership]
) -> Iterator[Limit]:
    for project in fresh:
        yield from limits.pool_limits(project)
    for membership in memberships:
        yield from limits.member_limits(projects[membership.project], membership)


def _key(key: HoldingKey) -> Key:
    return key.holder, key.source, key.resource
