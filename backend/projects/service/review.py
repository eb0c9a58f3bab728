"""Everything an operator needs to decide on an application."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.core.database.tx import Tx
from backend.core.errors import BursarError, NotFound
from backend.core.identity import Actor
from backend.core.plan import Plan
from backend.core.text import counted
from backend.core.usecase import decide
from backend.projects.model import (
    Application,
    ApplicationReview,
    ApplicationState,
    ApproveApplication,
    Capacity,
    FieldChange,
    PolicyCheck,
    Project,
    ProjectState,
    User,
)
from backend.projects.rules import applications as rules
from backend.projects.rules import changes
from backend.projects.service import reads
from backend.projects.service.applications import find_case
from backend.projects.service.pending_apps import keys_of
from backend.projects.service.room import ROOM
from backend.projects.store import applications as store
from backend.projects.store import listing, people
from backend.quotas import service as quotas
from backend.quotas.model import UNLIMITED, QuotaRow


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the checks look at."""

    case: rules.Case
    users: dict[str, User]
    pool: tuple[QuotaRow, ...]
    taken: int
    pending_apps: tuple[int, int]
    earlier: Sequence[Application]
    now: int

    @property
    def after(self) -> Project:
        """The project with the wishes granted."""
        return rules.with_wishes(self.case.project, self.case.application)


def review(tx: Tx, application: int, actor: Actor) -> ApplicationReview:
    """The application against its project, what approving would do, and what speaks against
    it. Raises NotFound."""
    command = ApproveApplication(actor=actor, application=application)
    case = find_case(tx, command)
    scene = _scene(tx, case)
    wished, project = case.application, case.project
    new = project.state in (ProjectState.UNINITIALIZED, ProjectState.DELETED)
    labels = {uuid: user.email for uuid, user in scene.users.items()}
    plan, refusal = _approval(tx, command)
    return ApplicationReview(
        wished,
        project,
        labels.get(wished.applicant, ""),
        labels.get(project.owner, ""),
        new,
        tuple(_field_changes(scene, labels, new)),
        tuple(_grants(tx, scene, new)),
        scene.pool,
        scene.taken,
        tuple(_checks(scene)),
        tuple(reads.brief(a) for a in scene.earlier),
        scene.pending_apps,
        plan,
        refusal,
    )


def _scene(tx: Tx, case: rules.Case) -> _Scene:
    wished, project = case.application, case.project
    uuids = [u for u in (wished.applicant, project.owner, wished.owner) if u]
    earlier = [a for a in store.applications_of(tx, project.id) if a.id != wished.id]
    return _Scene(
        case,
        people.users(tx, list(dict.fromkeys(uuids))),
        tuple(row for row in quotas.project_quotas(tx, project.uuid) if row.is_pool),
        listing.seats(tx, [project.uuid]).get(project.uuid, 0),
        _pending_apps(tx, wished.applicant),
        earlier,
        tx.now,
    )


def _pending_apps(tx: Tx, user: str) -> tuple[int, int]:
    """The applicant's waiting applications, and the smaller of the two limits (§2.1.2)."""
    found = [holding for key in keys_of(user) if (holding := quotas.holding(tx, key))]
    if not found:
        return 0, UNLIMITED
    return found[0].usage_max, min(holding.limit for holding in found)


def _approval(tx: Tx, command: ApproveApplication) -> tuple[Plan | None, str]:
    try:
        return decide(tx, ROOM, command).plan, ""
    except NotFound:
        raise
    except BursarError as error:
        return None, error.message


def _field_changes(scene: _Scene, labels: dict[str, str], new: bool) -> Iterator[FieldChange]:
    wished, project = scene.case.application, scene.case.project
    for field, own in rules.FIELDS.items():
        after = getattr(wished, field)
        before = None if new else getattr(project, own)
        if after is not None and after != before:
            yield FieldChange(field, changes.shown(before, labels), changes.shown(after, labels))
    if wished.start_date is not None:
        yield FieldChange("start_date", None, wished.start_date)


def _grants(
    tx: Tx, scene: _Scene, new: bool
) -> Iterator[tuple[str, str, Capacity | None, Capacity]]:
    units = {resource.name: resource.unit for resource in quotas.resources(tx)}
    held = {} if new else scene.case.project.grants
    for resource, capacity in scene.case.application.grants.items():
        yield resource, units.get(resource, ""), held.get(resource), capacity


def _checks(scene: _Scene) -> Iterator[PolicyCheck]:
    """What a careful operator looks at; none of it forbids approving but the name."""
    case, after = scene.case, scene.after
    ahead = after.end_date > scene.now
    yield PolicyCheck(ahead, "end date is in the future" if ahead else "end date has passed")
    above = [name for name, c in after.grants.items() if c.member > c.project]
    text = f"member limit above project limit ({', '.join(above)})"
    yield PolicyCheck(not above, text if above else "member limit <= project limit")
    yield from _usage_checks(scene)
    yield PolicyCheck(
        not case.namesake,
        f"the name {after.realname} belongs to project {case.namesake}"
        if case.namesake
        else "the name is free",
    )
    yield from _people_checks(scene)
    if case.project.state in (ProjectState.SUSPENDED, ProjectState.TERMINATED):
        yield PolicyCheck(False, f"the project is {case.project.state}: approving reactivates it")


def _usage_checks(scene: _Scene) -> Iterator[PolicyCheck]:
    usage = {row.resource: row.usage for row in scene.pool}
    unknown = [row.resource for row in scene.pool if not row.known]
    dark = [name for name in scene.after.grants if name in unknown]
    below = [
        name
        for name, capacity in scene.after.grants.items()
        if usage.get(name, 0) > capacity.project
    ]
    text = f"project usage exceeds the new limit ({', '.join(below)})"
    if dark and not below:
        yield PolicyCheck(False, f"project usage is not shown ({', '.join(dark)})")
    else:
        yield PolicyCheck(not below, text if below else "project usage is within the new limits")
    seats = scene.after.max_members
    if scene.taken > seats:
        yield PolicyCheck(False, f"{counted(scene.taken, 'member')}, but seats for {seats} only")


def _people_checks(scene: _Scene) -> Iterator[PolicyCheck]:
    owner = scene.users.get(scene.after.owner)
    if owner is not None and owner.known:
        active = owner.is_active
        yield PolicyCheck(active, "owner is active" if active else "owner is not active")
    applicant = scene.users.get(scene.case.application.applicant)
    if applicant is not None and not applicant.is_active:
        yield PolicyCheck(False, "applicant is not active")
    waiting, limit = scene.pending_apps
    if waiting > limit:
        yield PolicyCheck(False, f"applicant has {waiting} waiting applications of {limit}")
    denied = [a.id for a in scene.earlier if a.state is ApplicationState.DENIED]
    if denied:
        yield PolicyCheck(False, "denied before: " + ", ".join(f"#{id}" for id in denied))
