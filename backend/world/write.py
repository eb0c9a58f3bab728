"""Records into a database, in bulk, inside one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeVar

from backend.core import principals
from backend.core.database.tx import Tx
from backend.core.journal import SideEffect, to_json
from backend.projects.model import ApplicationState
from backend.projects.rules.projects import overall
from backend.projects.service.limits import grant_everywhere
from backend.projects.store import applications as application_store
from backend.projects.store import memberships as membership_store
from backend.projects.store import people as person_store
from backend.projects.store import projects as project_store
from backend.quotas import book
from backend.quotas import service as quotas
from backend.quotas import store as quota_store
from backend.quotas.model import HoldingKey, Provision, Resource
from backend.world.model import (
    CommissionEntry,
    HoldingEntry,
    KeyEntry,
    LogEntry,
    MembershipEntry,
    Person,
    Progress,
    ProjectEntry,
    Report,
    Service,
    Step,
    World,
)
from backend.world.nico_write import NicoImporter
from backend.world.placement_write import PlacementImporter
from backend.world.portal_model import PortalWorld
from backend.world.portal_write import PortalImporter
from backend.world.read import COUNTERS, chunks

T = TypeVar("T")

IMPORTER = "world.import"
CHUNK = 500

Key = tuple[str, str, str]


class Importer:
    """Writes one world, whose records have their final numbers and refer to what is there
    already or comes earlier. `effects` are the journal rows of what it wrote."""

    def __init__(self, tx: Tx, progress: Progress) -> None:
        self._tx = tx
        self._progress = progress
        self._holders: dict[str, int] = {"": 0}
        self._resources = {resource.name: resource.id for resource in quotas.resources(tx)}
        self._labels: dict[str, str] = {}
        self._highest = dict.fromkeys(COUNTERS, 0)
        self._counts: dict[str, int] = {}
        self.effects: list[SideEffect] = []

    def write(self, world: World) -> Report:
        """All sections in order."""
        self._section("services", world.services, self._services)
        self._section("resources", world.resources, self._add_resources)
        self._section("users", world.people, self._people)
        self._section("projects", world.projects, self._projects)
        self._section("memberships", world.memberships, self._memberships)
        self._name_holders()
        wanted = {_key(p): 0 for c in world.commissions for p in c.provisions}
        self._section("holdings", world.holdings, lambda part: self._holdings(part, wanted))
        self._section("commissions", world.commissions, lambda part: self._issue(part, wanted))
        self._section("log lines", _numbered(world.provision_log), self._provision_log)
        self._section("keys", world.keys, self._keys)
        self._placement(world)
        self._portal(world.portal)
        for name, (records, write) in NicoImporter(self._tx).sections(world.nico).items():
            self._section(name, records, write)
        for name in COUNTERS:
            self._reach(name, max(world.counters.get(name, 0), self._highest[name]))
        return Report(dict(self._counts))

    def _placement(self, world: World) -> None:
        found = PlacementImporter(self._tx)
        found.number(world.providers)
        self._section("resource classes", world.classes, found.add_classes)
        self._section("traits", world.traits, found.add_traits)
        self._section("providers", world.providers, found.add_providers)
        self._section("consumers", world.consumers, found.add_consumers)
        found.finish()

    def _portal(self, world: PortalWorld) -> None:
        found = PortalImporter(self._tx)
        self._section("organisations", world.customers, found.add_customers)
        self._section("portal projects", world.projects, found.add_projects)
        self._section("portal users", world.accounts, found.add_accounts)
        self._section("portal services", world.services, found.add_services)
        self._section("allocations", world.allocations, found.add_allocations)
        self._section("usages", world.usages, found.add_usages)
        self._section("associations", world.associations, found.add_associations)
        self._section("awards", world.awards, found.add_awards)
        self._section("remote projects", world.remote_projects, found.add_remote_projects)

    def _section(
        self, name: str, records: Iterable[T], write: Callable[[Sequence[T]], object]
    ) -> None:
        done = 0
        for part in chunks(records, CHUNK):
            write(part)
            done += len(part)
            self._progress(name, done, 0)
        self._counts[name] = done
        self._progress(name, done, done)

    def _reach(self, name: str, value: int) -> None:
        """Never give numbers up to `value` again."""
        given = self._tx.next_ids(name, 0).stop - 1
        if value > given:
            self._tx.next_ids(name, value - given)

    def _services(self, part: Sequence[Service]) -> None:
        told = [(f"service:{service.name}", service.token) for service in part if service.token]
        principals.give(self._tx, told)

    def _add_resources(self, part: Sequence[Resource]) -> None:
        """New resources; projects that are there already get their default of them (§1.1)."""
        for resource in part:
            named = replace(resource, id=self._tx.next_id("resource"))
            quota_store.save_resource(self._tx, named)
            self._resources[named.name] = named.id
            limits = grant_everywhere(self._tx, named)
            self.effects += quotas.persist(self._tx, limits, IMPORTER, "")

    def _people(self, part: Sequence[Person]) -> None:
        for person, id in zip(part, self._tx.next_ids("person", len(part)), strict=True):
            user = person.user
            person_store.save_user(self._tx, replace(user, id=id))
            if user.is_accepted:
                self._labels[f"user:{user.uuid}"] = user.email
        told = [(f"user:{person.user.uuid}", person.token) for person in part if person.token]
        principals.give(self._tx, told)

    def _projects(self, part: Sequence[ProjectEntry]) -> None:
        log: list[tuple[int, Step]] = []
        for entry, id in zip(part, self._tx.next_ids("project", len(part)), strict=True):
            project = replace(entry.project, id=id)
            project_store.save_project(self._tx, project, project.grants)
            log += [(id, step) for step in entry.log]
            if project.is_initialized:
                self._labels[f"project:{project.uuid}"] = project.realname
            self._applications(entry)
        self._log(project_store.INSERT_LOG, "project_log", log)

    def _applications(self, entry: ProjectEntry) -> None:
        last = None
        for application in entry.applications:
            application_store.insert_application(self._tx, application)
            self._seen("application", application.id)
            if application.id == entry.project.last_application:
                last = application
        waits = last is not None and last.state is ApplicationState.PENDING
        display = overall(entry.project.state, last.state if last else None)
        pending = entry.project.last_application if waits else 0
        project_store.set_standing(self._tx, entry.project.uuid, display, pending)

    def _seen(self, name: str, id: int) -> None:
        self._highest[name] = max(self._highest[name], id)

    def _memberships(self, part: Sequence[MembershipEntry]) -> None:
        log: list[tuple[int, Step]] = []
        for entry in part:
            membership_store.save_membership(self._tx, entry.membership)
            self._seen("membership", entry.membership.id)
            log += [(entry.membership.id, step) for step in entry.log]
        self._log(membership_store.INSERT_LOG, "membership_log", log)

    def _log(self, sql: str, name: str, log: Sequence[tuple[int, Step]]) -> None:
        ids = self._tx.next_ids(name, len(log))
        self._tx.many(sql, [(id, of, *step) for id, (of, step) in zip(ids, log, strict=True)])

    def _name_holders(self) -> None:
        """Projects before people, so that an export lists both in the order they came."""
        names = sorted(self._labels, key=lambda name: name.startswith("user:"))
        for part in chunks(names):
            self._find_holders(part)
            told = [(self._labels[name], self._holders[name]) for name in part]
            relabel = quota_store.RELABEL_HOLDER
            self._tx.many(relabel, [(new, quota_store.fold(new), id, new) for new, id in told])

    def _find_holders(self, names: Iterable[str]) -> None:
        unknown = [name for name in names if name not in self._holders]
        if unknown:
            self._holders |= quota_store.ensure_holders(self._tx, unknown)

    def _holdings(self, part: Sequence[HoldingEntry], wanted: dict[Key, int]) -> None:
        self._find_holders(name for entry in part for name in entry[:2])
        holders, resources = self._holders, self._resources
        ids = self._tx.next_ids("holding", len(part))
        rows = [
            (id, holders[e.holder], holders[e.source], resources[e.resource], *e[3:])
            for id, e in zip(ids, part, strict=True)
        ]
        self._tx.many(quota_store.INSERT_HOLDING, rows)
        wanted.update((e[:3], id) for id, e in zip(ids, part, strict=True) if e[:3] in wanted)
        told = [[row[0], *row[4:]] for row in rows]
        self.effects.append(SideEffect("holdings", "[]", to_json(told)))

    def _issue(self, part: Sequence[CommissionEntry], holdings: dict[Key, int]) -> None:
        tx = self._tx
        told = [(c.serial, c.name, c.clientkey, c.issued_at, c.expires_at, c.key) for c in part]
        tx.many(book.INSERT_COMMISSION, told)
        rows: list[tuple[int, int, int, int]] = []
        for commission in part:
            serial = commission.serial
            self._seen("serial", serial)
            postings = [
                (holdings[_key(p)] or self._existing(_key(p)), p.quantity)
                for p in commission.provisions
            ]
            rows += [(serial, n, *posting) for n, posting in enumerate(postings)]
            self.effects.append(SideEffect(f"commission:{serial}", "{}", to_json({"p": postings})))
        tx.many(book.INSERT_PROVISION, rows)

    def _existing(self, key: Key) -> int:
        """A holding that was there before."""
        found = quotas.holding(self._tx, HoldingKey(*key))
        return found.id if found else 0

    def _keys(self, part: Sequence[KeyEntry]) -> None:
        self._tx.many(book.INSERT_KEY, part)
        for key in part:
            told = to_json({"clientkey": key.clientkey, "key": key.key})
            self.effects.append(SideEffect(f"commission:{key.serial}", "{}", told))

    def _provision_log(self, part: Sequence[tuple[int, LogEntry]]) -> None:
        self._find_holders(name for _, e in part for name in (e.holder, e.source))
        rows = [
            (
                e.serial,
                n,
                *(e.name, e.issued_at, e.logged_at),
                *(self._holders[e.holder], self._holders[e.source], self._resources[e.resource]),
                *(e.limit, e.usage_min, e.usage_max, e.delta, e.reason),
            )
            for n, e in part
        ]
        self._tx.many(book.INSERT_LOG, rows)


def _key(named: Provision) -> Key:
    return named.holder, named.source, named.resource


def _numbered(log: Iterable[LogEntry]) -> Iterator[tuple[int, LogEntry]]:
    """Each line with its place among those of its serial."""
    for _, lines in groupby(log, key=lambda entry: entry.serial):
        yield from enumerate(lines)
