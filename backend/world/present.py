"""What is in a database already, and whether a file says the same about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel

from backend.core.database.tx import Tx
from backend.core.errors import Conflict
from backend.core.principals import digest
from backend.decode import Path, decode, fault
from backend.projects.model import Project
from backend.quotas import service as quotas
from backend.quotas.model import Resource
from backend.world import encode, read
from backend.world.format import (
    CommissionFile,
    MembershipFile,
    ProjectFile,
    ResourceFile,
    Secret,
    ServiceFile,
    UserFile,
)
from backend.world.model import CommissionEntry, MembershipEntry, Person, ProjectEntry, Service

ModelT = TypeVar("ModelT", bound=BaseModel)

# Keys that say nothing about what is stored.
UNSTORED = frozenset({"alias", "allowed_actions"})


def conflict(path: Path, value: object, message: str, hint: str) -> NoReturn:
    """Raise Conflict for a value of a file that contradicts the database."""
    told = fault(path, value, message, hint)
    raise Conflict(told.message, hint=told.hint, data=told.data)


@dataclass(slots=True)
class Present:
    """Everything but holdings and histories of commissions, by identity."""

    services: Mapping[str, Service] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    projects: Mapping[str, ProjectEntry] = field(default_factory=dict)
    memberships: Mapping[tuple[str, str], MembershipEntry] = field(default_factory=dict)
    commissions: Mapping[int, CommissionEntry] = field(default_factory=dict)

    @property
    def visible(self) -> list[str]:
        """Resources that the API shows."""
        return [resource.name for resource in self.resources.values() if resource.api_visible]

    def project(self, uuid: str) -> Project | None:
        """The project of this uuid."""
        found = self.projects.get(uuid)
        return found.project if found else None

    def service_same(self, found: ServiceFile, at: Path) -> bool:
        """True when the service is there; raises Conflict when it differs."""
        mine = self.services.get(found.name)
        return mine is not None and same(found, encode.service(mine), at)

    def resource_same(self, found: ResourceFile, at: Path) -> bool:
        """The same for a resource."""
        mine = self.resources.get(found.name)
        return mine is not None and same(found, encode.resource(mine), at)

    def person_same(self, found: UserFile, at: Path) -> bool:
        """The same for a user."""
        mine = self.people.get(found.uuid)
        return mine is not None and same(found, encode.person(mine), at)

    def project_same(self, found: ProjectFile, at: Path) -> bool:
        """The same for a project with its applications."""
        mine = self.projects.get(found.id)
        return mine is not None and same(found, encode.project(mine, self.visible), at)

    def membership_same(self, found: MembershipFile, at: Path) -> bool:
        """The same for a membership."""
        mine = self.memberships.get((found.user, found.project))
        return mine is not None and same(found, encode.membership(mine), at)

    def commission_same(self, found: CommissionFile, at: Path) -> bool:
        """The same for a pending commission."""
        mine = self.commissions.get(found.serial or 0)
        return mine is not None and same(found, encode.commission(mine), at)


def present(tx: Tx) -> Present:
    """Read what is there."""
    return Present(
        {service.name: service for service in read.services(tx)},
        {resource.name: resource for resource in quotas.resources(tx)},
        {person.user.uuid: person for person in read.people(tx)},
        {entry.project.uuid: entry for entry in read.projects(tx)},
        {(m.membership.user, m.membership.project): m for m in read.memberships(tx)},
        {commission.serial: commission for commission in read.commissions(tx)},
    )


def same(found: ModelT, mine: Mapping[str, object], at: Path) -> bool:
    """True when this is what the file says; raises Conflict when it differs."""
    _compare(found, decode(type(found), mine), at)
    return True


def _compare(found: Any, mine: Any, at: Path) -> None:
    """Everything that the file says must hold; what it leaves out may be anything."""
    if isinstance(found, BaseModel) and isinstance(mine, BaseModel):
        _compare_objects(found, mine, at)
    elif isinstance(found, dict) and isinstance(mine, dict):
        for key, value in found.items():
            _compare(value, mine.get(key), (*at, key))
    elif isinstance(found, list) and isinstance(mine, list) and len(found) == len(mine):
        for n, (value, other) in enumerate(zip(found, mine, strict=True)):
            _compare(value, other, (*at, n))
    elif found != mine:
        shown = found.model_dump(by_alias=True) if isinstance(found, BaseModel) else found
        there = mine.model_dump(by_alias=True) if isinstance(mine, BaseModel) else mine
        conflict(at, shown, f"is {there!r} in the database", "leave it out, or make them equal")


def _compare_objects(found: BaseModel, mine: BaseModel, at: Path) -> None:
    fields = type(found).model_fields
    for name in fields:
        if name not in found.model_fields_set or name in UNSTORED:
            continue
        where, value = (*at, fields[name].alias or name), getattr(found, name)
        if name == "token":
            if not value or digest(value) != _digest(mine):
                conflict(where, value, "is not the one in the database", "leave it out")
        else:
            _compare(value, getattr(mine, name), where)


def _digest(mine: BaseModel) -> str | None:
    return mine.token_sha256 if isinstance(mine, Secret) else None
