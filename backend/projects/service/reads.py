"""What the Projects pane and Astakos' API read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from backend.core.database.tx import Tx
from backend.core.errors import NotFound
from backend.core.identity import Actor
from backend.projects import queries
from backend.projects.model import (
    SEATED,
    Application,
    ApplicationBrief,
    ApplicationState,
    HistoryEvent,
    MemberRow,
    Membership,
    MembershipAction,
    MembershipState,
    Project,
    ProjectAction,
    ProjectDetail,
    User,
)
from backend.projects.rules import memberships as membership_rules
from backend.projects.rules import projects as project_rules
from backend.projects.store import applications as application_store
from backend.projects.store import listing, people
from backend.projects.store import memberships as membership_store
from backend.projects.store import projects as project_store
from backend.quotas import service as quotas
from backend.quotas.model import UNLIMITED, QuotaRow

EVENTS = 200
MEMBER_ORDER = list(MembershipState)


def person(tx: Tx, name: str) -> User:
    """The user with this address or uuid. Raises NotFound."""
    found = people.user_by_email(tx, name) or people.user(tx, name)
    if found is None:
        raise NotFound(f"nobody is known as {name!r}")
    return found


def project_by_key(tx: Tx, key: int) -> Project:
    """The project of a list's row. Raises NotFound."""
    project = project_store.projects_by_id(tx, [key]).get(key)
    if project is None:
        raise NotFound("the project is not there any more")
    return project


def detail(tx: Tx, key: int, actor: Actor) -> ProjectDetail:
    """Everything about a project and what the actor may do with it. Raises NotFound."""
    project = project_by_key(tx, key)
    applications = application_store.applications_of(tx, key)
    waiting = [a for a in applications if a.state is ApplicationState.PENDING]
    pending = waiting[0] if waiting else None
    holdings = quotas.project_quotas(tx, project.uuid)
    return ProjectDetail(
        queries.rows(tx, [key])[key],
        project,
        people.emails(tx, [project.owner]).get(project.owner, ""),
        tuple(row for row in holdings if row.is_pool),
        member_rows(tx, project, actor, holdings),
        tuple(map(brief, applications)),
        _history(tx, project, applications),
        pending,
        allowed_actions(tx, project, actor, pending),
        _units(tx, pending.grants) if pending else {},
    )


def _units(tx: Tx, names: Collection[str]) -> dict[str, str]:
    return {found.name: found.unit for found in quotas.resources(tx) if found.name in names}


def allowed_actions(
    tx: Tx, project: Project, actor: Actor, pending: Application | None
) -> dict[str, str]:
    """Project action → `` when the actor may, else why not."""
    namesake = project_store.namesake(tx, project.realname, project.uuid)
    allowed = {"review": "" if pending else "no application is waiting"}
    for action in ProjectAction:
        refused = project_rules.refusal(actor, action, project, namesake)
        allowed[str(action)] = refused.message if refused else ""
    allowed["modify"] = _modifiable(project, actor)
    return allowed


def _modifiable(project: Project, actor: Actor) -> str:
    if not actor.is_admin:
        return "only project admins change projects in place"
    return "" if project.is_initialized else project.standing


def member_rows(
    tx: Tx, project: Project, actor: Actor, holdings: Iterable[QuotaRow]
) -> tuple[MemberRow, ...]:
    """The members, those who wait first, then those who take most of the project, with what
    the actor may do."""
    found = membership_store.dated(tx, membership_store.memberships_in(tx, [project.uuid]))
    users = people.users(tx, [m.user for m in found])
    taken = sum(m.state in SEATED for m in found)
    used = _used(holdings)
    members = [
        _member_row(actor, membership_rules.Seat(project, users[m.user], m, taken), m, used)
        for m in found
    ]
    return tuple(sorted(members, key=_member_order))


def _used(holdings: Iterable[QuotaRow]) -> dict[str, list[QuotaRow]]:
    """What each person uses, that which takes most of the project first."""
    found: dict[str, list[QuotaRow]] = {}
    for row in sorted(holdings, key=lambda row: (-_taken(row), row.resource)):
        if not row.is_pool and (row.usage > 0 or not row.known):
            found.setdefault(row.holder_id, []).append(row)
    return found


def _taken(row: QuotaRow) -> float:
    """The share of the project that a holding takes."""
    return 0.0 if row.project_limit == UNLIMITED else queries.fullness(row.usage, row.project_limit)


def _member_order(row: MemberRow) -> tuple[int, float, str]:
    most = _taken(row.used[0]) if row.used else -1.0
    return MEMBER_ORDER.index(row.state), -most, row.email


def _member_row(
    actor: Actor,
    seat: membership_rules.Seat,
    membership: Membership,
    used: Mapping[str, Sequence[QuotaRow]],
) -> MemberRow:
    return MemberRow(
        membership.id,
        seat.user.uuid,
        seat.user.email,
        membership.state,
        membership.dates.get(str(membership.state), 0),
        membership_rules.allowed(actor, seat),
        tuple(used.get(seat.user.uuid, ())),
    )


def brief(application: Application) -> ApplicationBrief:
    """An application in a list; the answer is that of whoever ended it."""
    a = application
    if a.waive_at:
        return ApplicationBrief(
            a.id, a.state, a.issued_at, a.waive_at, a.waive_actor, a.waive_reason
        )
    return ApplicationBrief(a.id, a.state, a.issued_at, a.response_at, a.response_actor, a.response)


def _history(
    tx: Tx, project: Project, applications: Sequence[Application]
) -> tuple[HistoryEvent, ...]:
    """State changes, applications and members, newest first."""
    events = [
        HistoryEvent(at, actor, f"{after} (was {before})", reason)
        for at, actor, before, after, reason in project_store.log(tx, project.id, EVENTS)
    ]
    events += [
        HistoryEvent(at, actor, f"{email} {state.replace('_', ' ')}", reason)
        for at, actor, email, state, reason in membership_store.membership_events(
            tx, project.id, EVENTS
        )
    ]
    emails = people.emails(tx, [a.applicant for a in applications])
    for application in applications:
        events += _application_events(application, emails)
    return tuple(sorted(events, key=lambda event: -event.at)[:EVENTS])


def _application_events(a: Application, emails: Mapping[str, str]) -> Iterator[HistoryEvent]:
    by = emails.get(a.applicant, a.applicant)
    yield HistoryEvent(a.issued_at, by, f"application {a.id} filed", a.comments)
    if a.response_at:
        granted = a.state is ApplicationState.APPROVED
        verb = a.state if granted else ApplicationState.DENIED
        yield HistoryEvent(
            a.response_at, a.response_actor, f"application {a.id} {verb}", a.response
        )
    if a.waive_at:
        what = f"application {a.id} {a.state}"
        yield HistoryEvent(a.waive_at, a.waive_actor, what, a.waive_reason)


def visible_resources(tx: Tx) -> frozenset[str]:
    """The resources that the API shows."""
    return frozenset(r.name for r in quotas.resources(tx) if r.api_visible)


def membership_actions(
    tx: Tx, memberships: Sequence[Membership], actor: Actor
) -> dict[int, tuple[MembershipAction, ...]]:
    """What the actor may do with each of these memberships, by id."""
    projects = project_store.projects(tx, [m.project for m in memberships])
    users: dict[str, User] = people.users(tx, list({m.user for m in memberships}))
    seats = listing.seats(tx, list(projects))
    return {
        m.id: membership_rules.allowed(
            actor,
            membership_rules.Seat(projects[m.project], users[m.user], m, seats.get(m.project, 0)),
        )
        for m in memberships
    }
