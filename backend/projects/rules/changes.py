"""What a change of a project or membership comes to, field by field, for previews."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from backend.core.plan import Change, Tier, Value
from backend.projects.model import (
    Application,
    Capacity,
    Membership,
    Project,
    ProjectState,
    User,
    Wishes,
)
from backend.projects.rules.applications import FIELDS
from backend.projects.rules.limits import member_limits

POOL = "project limit"
MEMBER = "member limit"
OWN = "limit"

Labels = Mapping[str, str]  # people's addresses by uuid
Units = Mapping[str, str]  # units by resource


def shown(value: object, labels: Labels) -> Value:
    """A field's value as people read it; users by their address."""
    if value is None or isinstance(value, bool | int):
        return value
    return labels.get(str(value), str(value))


def project_changes(
    before: Project, after: Project, labels: Labels, units: Units
) -> Iterator[Change]:
    """State, fields and limits that differ, under the project's present name."""
    name = before.realname
    if before.state is not after.state:
        yield Change(name, "state", str(before.state), str(after.state))
    for field, own in FIELDS.items():
        old, new = getattr(before, own), getattr(after, own)
        if old != new:
            yield Change(name, field, shown(old, labels), shown(new, labels))
    if after.is_initialized:
        yield from limit_changes(before, after, units)


def limit_changes(before: Project, after: Project, units: Units) -> Iterator[Change]:
    """Limits that move: what is in force when the project starts or stops being active, else
    what it would have."""
    was, becomes = before.state is ProjectState.ACTIVE, after.state is ProjectState.ACTIVE
    for resource, capacity in after.grants.items():
        old = before.grants.get(resource) if before.is_initialized else None
        new = capacity
        if was != becomes:
            old = _in_force(old, was)
            new = capacity if becomes else Capacity(0, 0)
        unit = units.get(resource, "")
        for aspect, now, then in _aspects(old, new):
            if now != then:
                yield Change(before.realname, resource, now, then, unit, aspect)


def _in_force(capacity: Capacity | None, active: bool) -> Capacity | None:
    return capacity if active or capacity is None else Capacity(0, 0)


def _aspects(old: Capacity | None, new: Capacity) -> tuple[tuple[str, int | None, int], ...]:
    project, member = (old.project, old.member) if old else (None, None)
    return (POOL, project, new.project), (MEMBER, member, new.member)


def membership_label(user: User, project: Project) -> str:
    """How a membership is called in previews."""
    return f"{user.email} in {project.realname}"


def membership_change(label: str, before: Membership | None, after: Membership) -> Iterator[Change]:
    """The state, when it differs."""
    if before is None or before.state is not after.state:
        yield Change(label, "state", str(before.state) if before else None, str(after.state))


def own_limit_changes(
    label: str, project: Project, before: Membership | None, after: Membership, units: Units
) -> Iterator[Change]:
    """The member's limits where they differ, the project staying as it is."""
    old = {x.key: x.limit for x in member_limits(project, before)} if before else {}
    for limit in member_limits(project, after):
        if old.get(limit.key) != limit.limit:
            resource = limit.key.resource
            unit = units.get(resource, "")
            yield Change(label, resource, old.get(limit.key), limit.limit, unit, OWN)


def user_changes(before: User, after: User) -> Iterator[Change]:
    """Flags and the default project that differ."""
    flags = ("email_verified", "moderated", "is_rejected", "is_active", "default_project")
    for field in flags:
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield Change(before.email, field, old, new)


def wish_changes(
    target: str, project: Project | None, wishes: Wishes, labels: Labels, units: Units
) -> Iterator[Change]:
    """What an application asks for against the project as it is."""
    for field, own in FIELDS.items():
        new = getattr(wishes, field)
        old = getattr(project, own) if project else None
        if new is not None and old != new:
            yield Change(target, field, shown(old, labels), shown(new, labels))
    for resource, capacity in wishes.grants.items():
        held = project.grants.get(resource) if project else None
        for aspect, now, then in _aspects(held, capacity):
            if now != then:
                yield Change(target, resource, now, then, units.get(resource, ""), aspect)


def application_label(application: Application) -> str:
    """How an application is called in previews."""
    return f"application {application.id}"


def lowers(changes: Sequence[Change]) -> bool:
    """True when a limit goes down."""
    return any(
        change.aspect in (POOL, MEMBER, OWN)
        and isinstance(change.before, int)
        and isinstance(change.after, int)
        and change.after < change.before
        for change in changes
    )


def tier(base: Tier, changes: Sequence[Change], going_over: bool) -> Tier:
    """How much confirmation: more when limits go down or somebody ends over quota."""
    if going_over:
        return Tier.DANGEROUS
    return max(base, Tier.HARMFUL) if lowers(changes) else base
