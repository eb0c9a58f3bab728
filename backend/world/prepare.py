"""From the content of a file to the records that a database lacks: checked, compared with what
is there, and completed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.projects.model import Project
from backend.quotas.model import Resource
from backend.world import (
    complete,
    convert,
    figures,
    nico_prepare,
    placement_prepare,
    portal_prepare,
)
from backend.world.check import Checker
from backend.world.format import CommissionFile, WorldFile
from backend.world.model import (
    CommissionEntry,
    HoldingEntry,
    MembershipEntry,
    Person,
    ProjectEntry,
    Service,
    World,
)
from backend.world.nico_model import NicoWorld
from backend.world.portal_model import PortalWorld
from backend.world.present import Present, present

Key = tuple[str, str, str]


def prepare(tx: Tx, file: WorldFile, *, empty: bool) -> World:
    """The world to write. Raises Invalid about the file, Conflict where the database differs."""
    return _Preparation(tx, file, Present() if empty else present(tx), empty).world()


class _Preparation:
    """One file against one database."""

    def __init__(self, tx: Tx, file: WorldFile, there: Present, empty: bool) -> None:
        Checker(file, there).check()
        self._tx = tx
        self._file = file
        self._there = there
        self._empty = empty

    def world(self) -> World:
        """Everything that is new."""
        resources, people = self._resources(), self._people()
        projects, memberships = self._projects(), self._memberships()
        self._found_base(people, projects, memberships)
        every = [*self._there.resources.values(), *resources]
        projects = [complete.filled(entry, every) for entry in projects]
        memberships = self._numbered(memberships)
        commissions = self._commissions(every)
        holdings = self._holdings(projects, memberships, commissions, every)
        left = self._file.extra
        lacking = self._placement()
        return World(
            self._services(),
            resources,
            people,
            projects,
            memberships,
            holdings,
            commissions,
            [convert.log_entry(line) for line in left.provision_log] if self._empty else (),
            [convert.key_entry(key) for key in left.commission_keys] if self._empty else (),
            left.counters.model_dump(),
            lacking.classes,
            lacking.traits,
            lacking.providers,
            lacking.consumers,
            self._portal(),
            self._nico(),
        )

    def _placement(self) -> placement_prepare.Lacking:
        told = self._file.placement
        known = self._empty or not told.model_fields_set
        found = placement_prepare.There() if known else placement_prepare.there(self._tx)
        return placement_prepare.prepare(told, found, self._tx.now)

    def _portal(self) -> PortalWorld:
        told = self._file.openportal
        known = self._empty or not told.model_fields_set
        return portal_prepare.prepare(
            told, {} if known else portal_prepare.there(self._tx), self._tx.now
        )

    def _nico(self) -> NicoWorld:
        told = self._file.nico
        known = self._empty or not told.model_fields_set
        found = {} if known else nico_prepare.there(self._tx)
        return nico_prepare.prepare(told, found, self._tx.now)

    def _services(self) -> list[Service]:
        return [
            convert.service(service, ("services", n))
            for n, service in enumerate(self._file.services)
            if not self._there.service_same(service, ("services", n))
        ]

    def _resources(self) -> list[Resource]:
        return [
            convert.resource(resource, ("resources", n))
            for n, resource in enumerate(self._file.resources)
            if not self._there.resource_same(resource, ("resources", n))
        ]

    def _people(self) -> list[Person]:
        return [
            convert.person(user, ("users", n), self._tx.now)
            for n, user in enumerate(self._file.users)
            if not self._there.person_same(user, ("users", n))
        ]

    def _projects(self) -> list[ProjectEntry]:
        found = [
            convert.project(project, self._tx.now)
            for n, project in enumerate(self._file.projects)
            if not self._there.project_same(project, ("projects", n))
        ]
        return complete.numbered(self._tx, found)

    def _memberships(self) -> list[MembershipEntry]:
        return [
            convert.membership(membership, ("memberships", n), self._tx.now)
            for n, membership in enumerate(self._file.memberships)
            if not self._there.membership_same(membership, ("memberships", n))
        ]

    def _found_base(
        self,
        people: list[Person],
        projects: list[ProjectEntry],
        memberships: list[MembershipEntry],
    ) -> None:
        """Add the base projects that new accepted users have and the file does not tell."""
        told = {project.id for project in self._file.projects} | self._there.projects.keys()
        for person in people:
            if person.user.is_accepted and person.user.uuid not in told:
                project, membership = complete.base_of(person, self._tx.now)
                projects.append(project)
                memberships.append(membership)

    def _numbered(self, entries: list[MembershipEntry]) -> list[MembershipEntry]:
        taken = (entry.membership.id for entry in entries)
        numbers = complete.Numbers(self._tx, "membership", taken)
        return [
            replace(entry, membership=replace(entry.membership, id=numbers.of(entry.membership.id)))
            for entry in entries
        ]

    def _new_commissions(self) -> Iterator[tuple[int, CommissionFile]]:
        for n, commission in enumerate(self._file.commissions):
            if not self._there.commission_same(commission, ("commissions", n)):
                yield n, commission

    def _commissions(self, resources: list[Resource]) -> list[CommissionEntry]:
        owners = {resource.name: resource.service_origin for resource in resources}
        found = [convert.commission(c, owners) for _, c in self._new_commissions()]
        numbers = complete.Numbers(self._tx, "serial", (c.serial for c in found))
        return [replace(c, serial=numbers.of(c.serial)) for c in found]

    def _holdings(
        self,
        projects: list[ProjectEntry],
        memberships: list[MembershipEntry],
        commissions: list[CommissionEntry],
        resources: list[Resource],
    ) -> list[HoldingEntry]:
        tx, file = self._tx, self._file
        pending = complete.reserved(commissions)
        found = list(figures.fresh(tx, figures.listed(file), empty=self._empty))
        figures.check_pending(found, pending)
        entries: dict[Key, HoldingEntry] = {entry[:3]: entry for _, entry in found}
        absent = {(m.holder, m.source or "", m.resource) for m in file.extra.missing_holdings}
        fresh = [entry.project for entry in projects]
        for entry in complete.derived(
            self._known_projects(fresh, resources),
            fresh,
            [m.membership for m in memberships],
            entries.keys() | absent,
            complete.waiting(projects),
            pending,
        ):
            entries[entry[:3]] = entry
        figures.check_pools(file, entries)
        figures.check_provisions(self._new_commissions(), entries.keys(), tx)
        return list(entries.values())

    def _known_projects(
        self, fresh: list[Project], resources: list[Resource]
    ) -> Mapping[str, Project]:
        """Projects by uuid; those that are there get their limits of new resources too."""
        there = (complete.filled(entry, resources) for entry in self._there.projects.values())
        known = {entry.project.uuid: entry.project for entry in there}
        return known | {project.uuid: project for project in fresh}
