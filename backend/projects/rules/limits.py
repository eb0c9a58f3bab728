"""The limits that projects give their holdings (spec astakos §3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from backend.projects.model import (
    ACTUAL,
    Capacity,
    Grants,
    Membership,
    MembershipState,
    Project,
    ProjectState,
)
from backend.quotas.model import HoldingKey, Limit, Resource


def pool_key(project: str, resource: str) -> HoldingKey:
    """The holding of a project itself, by its uuid."""
    return HoldingKey(f"project:{project}", "", resource)


def member_key(user: str, project: str, resource: str) -> HoldingKey:
    """The holding of a person in a project, by their uuids."""
    return HoldingKey(f"user:{user}", f"project:{project}", resource)


def pool_limit(state: ProjectState, capacity: int) -> int:
    """What a project's own holding may use in this state."""
    return capacity if state is ProjectState.ACTIVE else 0


def member_limit(state: ProjectState, member: MembershipState, capacity: int) -> int:
    """What a member's holding may use while the project and the membership are so."""
    return capacity if state is ProjectState.ACTIVE and member in ACTUAL else 0


def pool_limits(project: Project) -> Iterator[Limit]:
    """The limits of an initialized project's own holdings."""
    if project.is_initialized:
        for resource, capacity in project.grants.items():
            limit = pool_limit(project.state, capacity.project)
            yield Limit(pool_key(project.uuid, resource), limit)


def member_limits(project: Project, membership: Membership) -> Iterator[Limit]:
    """The limits of one member's holdings; none before the first acceptance."""
    if project.is_initialized and membership.initialized:
        for resource, capacity in project.grants.items():
            limit = member_limit(project.state, membership.state, capacity.member)
            yield Limit(member_key(membership.user, project.uuid, resource), limit)


def expected(project: Project, memberships: Iterable[Membership]) -> list[Limit]:
    """Every limit that this project accounts for."""
    limits = list(pool_limits(project))
    for membership in memberships:
        limits += member_limits(project, membership)
    return limits


def default_capacity(resource: Resource, is_base: bool) -> Capacity:
    """What a project has of a resource that nobody decided on (§1.1)."""
    default = resource.uplimit if is_base else resource.project_default
    return Capacity(default, default)


def filled(project: Project, resources: Sequence[Resource]) -> Project:
    """The project with a row for every resource there is, whose defaults are known."""
    missing = [r for r in resources if r.name not in project.grants and r.known]
    defaults = {r.name: default_capacity(r, project.is_base) for r in missing}
    return with_grants(project, defaults)


def with_grants(project: Project, grants: Grants) -> Project:
    """The project with these rows put in; others stay, none can be taken out (§2.1)."""
    return replace(project, grants={**project.grants, **grants}) if grants else project


def changed_grants(before: Project | None, after: Project) -> Mapping[str, Capacity]:
    """The rows that are new or different."""
    old: Grants = before.grants if before else {}
    return {name: now for name, now in after.grants.items() if old.get(name) != now}
