"""World files to records, object by object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backend.core.principals import digest
from backend.decode import Path, refuse
from backend.projects.model import (
    Application,
    ApplicationState,
    Capacity,
    JoinPolicy,
    Membership,
    MembershipState,
    Project,
    ProjectState,
    User,
)
from backend.projects.wire import CapacityBody
from backend.quotas.model import Provision, Resource
from backend.world.format import (
    ApplicationFile,
    CommissionFile,
    KeyFile,
    LogFile,
    MembershipFile,
    ProjectFile,
    ResourceFile,
    Secret,
    ServiceFile,
    StepFile,
    UserFile,
)
from backend.world.model import (
    USER_FLAGS,
    CommissionEntry,
    KeyEntry,
    LogEntry,
    MembershipEntry,
    Person,
    ProjectEntry,
    Service,
    Step,
)

UNNUMBERED = -1
SEATED = frozenset({"accepted", "leave_requested", "suspended"})


def moment(told: int | None, otherwise: int) -> int:
    """A moment as a file has it, or what stands for it."""
    return otherwise if told is None else told


def secret(found: Secret, at: Path) -> str:
    """The sha256 of a token, `` without one."""
    if found.token is not None and found.token_sha256 is not None:
        refuse((*at, "token"), None, "is given twice", "keep token or token_sha256")
    if found.token == "":
        refuse((*at, "token"), "", "is empty", "leave it out, or give a token")
    return digest(found.token) if found.token else found.token_sha256 or ""


def service(found: ServiceFile, at: Path) -> Service:
    """A component."""
    return Service(found.name, secret(found, at))


def resource(found: ResourceFile, at: Path) -> Resource:
    """A resource, its id still to be given."""
    r = found
    if r.ui_visible and not r.api_visible:
        refuse((*at, "ui_visible"), True, "needs api_visible", "make both true, or this false")
    texts = (r.name, r.description or "", r.extra.service_type, r.service, r.unit or "")
    return Resource(0, *texts, r.system_default, r.project_default, r.api_visible, r.ui_visible)


def person(found: UserFile, at: Path, now: int) -> Person:
    """A user, the id still to be given."""
    u, left = found, found.extra
    active, verified, moderated, rejected = USER_FLAGS[u.state]
    gone = u.state == "inactive"
    deactivated = left.deactivated or (now if gone and left.deactivated is None else 0)
    user = User(
        0,
        u.uuid,
        u.email.lower(),
        u.first_name,
        u.last_name,
        is_active=active,
        email_verified=verified,
        moderated=moderated,
        is_rejected=rejected,
        deactivated_reason=left.deactivated_reason,
        deactivated_at=deactivated,
        is_project_admin=u.admin,
        default_project=left.default_project or u.uuid,
    )
    return Person(user, secret(found, at))


def _grants(*found: Mapping[str, CapacityBody]) -> dict[str, Capacity]:
    return {name: body.capacity() for part in found for name, body in part.items()}


def _policy(value: str | None) -> JoinPolicy | None:
    return None if value is None else JoinPolicy(value)


def application(found: ApplicationFile, project: str, at: int) -> Application:
    """An application about a project; `at` is when it was filed unless it says so."""
    a, left = found, found.extra
    return Application(
        a.id or 0,
        project,
        a.applicant,
        ApplicationState(a.state),
        moment(left.issue_date, at),
        a.owner,
        a.name,
        a.homepage,
        a.description,
        a.start_date,
        a.end_date,
        _policy(a.join_policy),
        _policy(a.leave_policy),
        a.max_members,
        a.private,
        a.comments or "",
        _grants(a.resources, left.resources),
        left.response_date or 0,
        left.response,
        left.response_actor,
        left.waive_date or 0,
        left.waive_reason,
        left.waive_actor,
    )


def project(found: ProjectFile, now: int) -> ProjectEntry:
    """A project with its history."""
    p, left = found, found.extra
    state = ProjectState(p.state)
    alive = state in (ProjectState.ACTIVE, ProjectState.SUSPENDED)
    usual = p.name if alive else ""
    created = moment(p.creation_date, now)
    deactivated = p.deactivation_date or 0
    if not deactivated and p.state in ("suspended", "terminated"):
        deactivated = created
    last = p.last_application
    wished = [*left.applications, *([last] if last else [])]
    record = Project(
        0,
        p.id,
        p.name,
        state,
        p.owner or "",
        p.end_date,
        created,
        usual if left.reserved_name is None else left.reserved_name,
        p.homepage,
        p.description,
        JoinPolicy(p.join_policy),
        JoinPolicy(p.leave_policy),
        p.max_members,
        p.private,
        p.system_project,
        (last.id or UNNUMBERED) if last else 0,
        deactivated,
        _grants(p.resources, left.resources),
    )
    log = _past(record) if left.log is None else steps(left.log)
    return ProjectEntry(record, log, tuple(application(a, p.id, created) for a in wished))


def _past(p: Project) -> tuple[Step, ...]:
    """The least that must have happened to a project whose log is not told."""
    if p.state in (ProjectState.UNINITIALIZED, ProjectState.DELETED):
        return ()
    began = Step(p.created_at, "", "uninitialized", "active")
    if p.state is ProjectState.ACTIVE:
        return (began,)
    return began, Step(p.deactivated_at, "", "active", str(p.state))


def steps(found: Iterable[StepFile]) -> tuple[Step, ...]:
    """A log as told."""
    return tuple(Step(s.date, s.actor, s.before, s.after, s.reason) for s in found)


def membership(found: MembershipFile, at: Path, now: int) -> MembershipEntry:
    """A membership with its log; the dates tell the log when it is missing."""
    m, left = found, found.extra
    told = {str(state): getattr(m, str(state)) for state in MembershipState}
    dates = {state: date for state, date in told.items() if date is not None}
    log = _travelled(m.state, dates, now) if left.log is None else steps(left.log)
    latest = _latest(log)
    for state, date in dates.items():
        if left.log is not None and latest.get(state) != date:
            refuse((*at, state), state, "is not the latest in the log", "correct one of them")
    was = left.initialized
    initialized = was if was is not None else bool(SEATED & set(latest))
    state = MembershipState(m.state)
    return MembershipEntry(
        Membership(m.id or 0, m.user, m.project, state, initialized, latest), log
    )


def _latest(log: Sequence[Step]) -> dict[str, int]:
    dates: dict[str, int] = {}
    for step in log:
        dates[step.after] = max(step.at, dates.get(step.after, step.at))
    return dates


def _travelled(state: str, dates: Mapping[str, int], now: int) -> tuple[Step, ...]:
    """A log through the dated states, ending in the present one."""
    order = sorted(dates, key=lambda name: (name == state, dates[name]))
    path = order if state in dates else [*order, state]
    before = ["", *path]
    return tuple(
        Step(dates.get(after, now), "", old, after)
        for old, after in zip(before, path, strict=False)
    )


def commission(found: CommissionFile, services: Mapping[str, str]) -> CommissionEntry:
    """A pending commission; `services` by resource."""
    c, left = found, found.extra
    provisions = tuple(
        Provision(p.holder, p.source or "", p.resource, p.quantity) for p in c.provisions
    )
    usual = services.get(provisions[0].resource, "") if provisions else ""
    owner = usual if left.clientkey is None else left.clientkey
    told = (c.serial or 0, c.name, owner, c.issue_time, provisions)
    return CommissionEntry(*told, left.expires or 0, left.key)


def log_entry(found: LogFile) -> LogEntry:
    """A line of the provision log."""
    f = found
    what = (f.holder, f.source or "", f.resource, f.limit, f.usage_min, f.usage_max)
    return LogEntry(f.serial, f.name, f.issue_time, f.log_time, *what, f.delta_quantity, f.reason)


def key_entry(found: KeyFile) -> KeyEntry:
    """An idempotency key."""
    return KeyEntry(found.clientkey, found.key, found.request, found.serial, found.date)
