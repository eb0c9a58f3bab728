"""What must hold inside a world file before anything of it is written."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from backend.decode import Path, nearest, refuse
from backend.world.convert import secret
from backend.world.format import (
    ApplicationFile,
    MembershipFile,
    ProjectFile,
    Secret,
    StepFile,
    UserFile,
    WorldFile,
)
from backend.world.present import Present, conflict


@dataclass(slots=True)
class Names:
    """Who has which name or number: those in the database, and those claimed by the file."""

    there: Mapping[Any, str] = field(default_factory=dict)
    claimed: dict[Hashable, str] = field(default_factory=dict)

    def claim(self, name: Hashable, owner: str, at: Path) -> None:
        """Take a name; raises Invalid or Conflict when somebody else has it."""
        hint = "give another one, or leave one of them out"
        if self.there.get(name, owner) != owner:
            conflict(at, name, f"belongs to {self.there[name]} in the database", hint)
        if self.claimed.setdefault(name, owner) != owner:
            refuse(at, name, f"belongs to {self.claimed[name]} already", hint)


class Checker:
    """References and uniqueness, section by section."""

    def __init__(self, file: WorldFile, present: Present) -> None:
        self.file = file
        self.services = {s.name for s in file.services} | present.services.keys()
        self.resources = {r.name for r in file.resources} | present.resources.keys()
        self.users = {u.uuid for u in file.users} | present.people.keys()
        self.projects = {p.id for p in file.projects} | present.projects.keys()
        people, entries = present.people.values(), present.projects.values()
        self.emails = Names({p.user.email: p.user.uuid for p in people})
        tokens = {p.token: p.user.uuid for p in people if p.token}
        tokens |= {s.token: s.name for s in present.services.values() if s.token}
        self.tokens = Names(tokens)
        self.names = Names({e.project.name: e.project.uuid for e in entries if e.project.name})
        self.applications = Names({a.id: e.project.uuid for e in entries for a in e.applications})
        members = present.memberships.values()
        self.memberships = Names(
            {m.membership.id: _pair(m.membership.user, m.membership.project) for m in members}
        )

    def check(self) -> None:
        """Raise Invalid or Conflict about the first thing that cannot be."""
        file = self.file
        once(("services",), ((s.name, "name") for s in file.services))
        once(("resources",), ((r.name, "name") for r in file.resources))
        once(("users",), ((u.uuid, "uuid") for u in file.users))
        once(("projects",), ((p.id, "id") for p in file.projects))
        once(("memberships",), (((m.user, m.project), "user") for m in file.memberships))
        once(("commissions",), ((c.serial, "serial") for c in file.commissions if c.serial))
        for n, service in enumerate(file.services):
            self._token(service, service.name, ("services", n))
        for n, resource in enumerate(file.resources):
            check_known(resource.service, self.services, ("resources", n, "service"))
        for n, user in enumerate(file.users):
            self._user(user, ("users", n))
        for n, project in enumerate(file.projects):
            self._project(project, ("projects", n))
        for n, membership in enumerate(file.memberships):
            self._membership(membership, ("memberships", n))
        for n, commission in enumerate(file.commissions):
            for k, provision in enumerate(commission.provisions):
                at: Path = ("commissions", n, "provisions", k)
                check_known(provision.resource, self.resources, (*at, "resource"))
        self._quotas()

    def _token(self, found: Secret, owner: str, at: Path) -> None:
        token = secret(found, at)
        if token:
            field_name = "token" if found.token else "token_sha256"
            self.tokens.claim(token, owner, (*at, field_name))

    def _user(self, user: UserFile, at: Path) -> None:
        self.emails.claim(user.email.lower(), user.uuid, (*at, "email"))
        self._token(user, user.uuid, at)
        default = user.extra.default_project
        if default != user.uuid:
            check_known(default, self.projects, (*at, "_bursar", "default_project"))

    def _project(self, project: ProjectFile, at: Path) -> None:
        check_known(project.owner, self.users, (*at, "owner"))
        if project.system_project:
            check_known(project.id, self.users, (*at, "id"))
        elif project.owner is None:
            hint = "name the owner by uuid, or say system_project"
            refuse((*at, "owner"), None, "is missing in an ordinary project", hint)
        usual = project.name if project.state in ("active", "suspended") else ""
        given = project.extra.reserved_name
        name = usual if given is None else given
        if name:
            where = "name" if given is None else "_bursar"
            self.names.claim(name, project.id, (*at, where))
        for part, path in ((project.resources, at), (project.extra.resources, (*at, "_bursar"))):
            self._resources(part, (*path, "resources"))
        self._log(project.extra.log, project.state, at)
        self._applications(project, at)

    def _resources(self, names: Iterable[str], at: Path) -> None:
        for name in names:
            check_known(name, self.resources, (*at, name))

    def _log(self, log: Sequence[StepFile] | None, state: str, at: Path) -> None:
        if log and log[-1].after != state:
            hint = f"end the log with {state}, or correct the state"
            refuse(
                (*at, "_bursar", "log", len(log) - 1, "to"), log[-1].after, "is not the state", hint
            )

    def _applications(self, project: ProjectFile, at: Path) -> None:
        for n, earlier in enumerate(project.extra.applications):
            path = (*at, "_bursar", "applications", n)
            self._application(earlier, project.id, path)
            if earlier.state == "pending":
                hint = "only last_application can wait; make this one replaced"
                refuse((*path, "state"), "pending", "is not the last application", hint)
        if project.last_application:
            self._application(project.last_application, project.id, (*at, "last_application"))

    def _application(self, found: ApplicationFile, project: str, at: Path) -> None:
        if found.id is not None:
            self._number(self.applications, found.id, project, (*at, "id"))
        check_known(found.applicant, self.users, (*at, "applicant"))
        check_known(found.owner, self.users, (*at, "owner"))
        self._resources(found.resources, (*at, "resources"))
        self._resources(found.extra.resources, (*at, "_bursar", "resources"))

    def _number(self, names: Names, id: int, owner: str, at: Path) -> None:
        """Numbers are for one thing only, so the same owner may not claim one twice either."""
        if id in names.claimed:
            refuse(at, id, "is given twice", "give every one its own number")
        names.claim(id, owner, at)

    def _membership(self, membership: MembershipFile, at: Path) -> None:
        check_known(membership.user, self.users, (*at, "user"))
        check_known(membership.project, self.projects, (*at, "project"))
        if membership.id is not None:
            owner = _pair(membership.user, membership.project)
            self._number(self.memberships, membership.id, owner, (*at, "id"))
        self._log(membership.extra.log, membership.state, at)

    def _quotas(self) -> None:
        for user, projects in self.file.service_quotas.items():
            at: Path = ("service_quotas", user)
            check_known(user, self.users, at)
            for project, rows in projects.items():
                check_known(project, self.projects, (*at, project))
                self._resources(rows, (*at, project))
        for project, pools in self.file.service_project_quotas.items():
            at = ("service_project_quotas", project)
            check_known(project, self.projects, at)
            self._resources(pools, at)


def _pair(user: str, project: str) -> str:
    return f"{user} in {project}"


def check_known(name: str | None, known: Set[str], at: Path) -> None:
    """Refuse what names nothing that there is."""
    if name is not None and name not in known:
        refuse(at, name, "is not in this world", nearest(name, known))


def once(section: Path, named: Iterable[tuple[Hashable, str]]) -> None:
    """Refuse the second record of the same identity, which is in this field of it."""
    seen: set[Hashable] = set()
    for n, (identity, field_name) in enumerate(named):
        if identity in seen:
            at = (*section, n, field_name) if field_name else (*section, n)
            refuse(at, identity, "is given twice", "keep one of them")
        seen.add(identity)
