"""A database as a world file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Protocol, TypeVar

from backend.core.database import Database, Tx
from backend.core.errors import StorageError
from backend.quotas import service as quotas
from backend.world import encode, nico_read, placement_read, portal_encode, read
from backend.world.model import VERSION, MembershipEntry, Progress, ProjectEntry, Report
from backend.world.read import COUNTERS

PLAIN: Mapping[str, str] = {}
# What sections of a system are counted as, since others may have the same name.
PLACEMENT = {
    "resource_classes": "resource classes",
    "resource_providers": "providers",
    "allocations": "consumers",
}
OPENPORTAL = {
    "customers": "organisations",
    "projects": "portal projects",
    "users": "portal users",
    "service_settings": "portal services",
    "remote_allocations": "allocations",
    "allocation_user_usage": "usages",
    "managed_projects": "awards",
    "remote_projects": "remote projects",
}
NICO = {
    "infrastructureProviders": "NICo providers",
    "tenantAccounts": "tenant accounts",
    "instanceTypes": "instance types",
    "ipBlocks": "blocks",
    "allocations": "NICo allocations",
    "subnets": "networks",
    "vpcPrefixes": "networks",
}

EntryT = TypeVar("EntryT", ProjectEntry, MembershipEntry)

_json = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": ")).encode


class Target(Protocol):
    """Where text goes."""

    def write(self, text: str, /) -> object:
        """Add it."""


def dump(
    db: Database, target: Target, *, progress: Progress | None = None, logs: bool = True
) -> Report:
    """Write everything in the database, as of one moment, to `target` (UTF-8 text).

    Tokens appear as sha256 only; the journal stays behind, without `logs` also the logs of
    projects and memberships. What is not known is left out. Raises StorageError.
    """
    begun = False

    def write(tx: Tx) -> Report:
        nonlocal begun
        if begun:  # a read that broke is done again, but what was written is not taken back
            raise StorageError("the database went away while it was exported", hint="try again")
        begun = True
        return _Exporter(tx, target, progress or _silent, logs).write()

    return db.read(write)


def _silent(what: str, done: int, total: int) -> None:
    """Progress nobody looks at."""


class _Exporter:
    """Writes one record a line, so that versions of a file can be compared."""

    def __init__(self, tx: Tx, target: Target, progress: Progress, logs: bool) -> None:
        self._logs = logs
        self._tx = tx
        self._target = target
        self._progress = progress
        self._counts: dict[str, int] = {}

    def write(self) -> Report:
        """The whole file."""
        tx, say = self._tx, self._target.write
        resources = quotas.resources(tx)
        visible = [resource.name for resource in resources if resource.api_visible]
        say(f'{{"bursar_world": {VERSION},\n')
        self._list("services", map(encode.service, read.services(tx)))
        self._list("resources", map(encode.resource, resources))
        self._list("users", map(encode.person, read.people(tx)))
        self._list("projects", (encode.project(self._kept(p), visible) for p in read.projects(tx)))
        self._list("memberships", (encode.membership(self._kept(m)) for m in read.memberships(tx)))
        self._object("service_quotas", self._member_holdings())
        self._object("service_project_quotas", self._pools())
        self._list("commissions", map(encode.commission, read.commissions(tx)))
        self._placement()
        self._written("openportal", portal_encode.sections(tx), OPENPORTAL)
        self._written("nico", nico_read.sections(tx), NICO)
        say('"_bursar": {\n')
        self._list("missing_holdings", map(encode.holding_name, read.missing(tx)))
        self._list("provision_log", map(encode.log_entry, read.provision_log(tx)))
        self._list("commission_keys", map(encode.key_entry, read.keys(tx)))
        counters = read.counters(tx)
        say(f'"counters": {_json({name: counters.get(name, 0) for name in COUNTERS})}\n}}}}\n')
        return Report(self._counts)

    def _placement(self) -> None:
        tx, words = self._tx, PLACEMENT
        self._target.write('"placement": {\n')
        classes = ({"name": name} for name in placement_read.classes(tx))
        self._list("resource_classes", classes, words=words)
        self._list("traits", placement_read.traits(tx))
        providers = map(placement_read.provider_object, placement_read.providers(tx))
        self._list("resource_providers", providers, words=words)
        found = placement_read.consumers(tx)
        told = ((one.consumer.uuid, placement_read.consumer_object(one)) for one in found)
        self._object("allocations", told, "},\n", words)

    def _written(
        self, system: str, found: Mapping[str, Iterable[object]], words: Mapping[str, str]
    ) -> None:
        self._target.write(f"{_json(system)}: {{\n")
        for name, objects in found.items():
            self._list(name, objects, "},\n" if name == list(found)[-1] else ",\n", words)

    def _kept(self, entry: EntryT) -> EntryT:
        return entry if self._logs else replace(entry, log=())

    def _list(
        self,
        name: str,
        items: Iterable[object],
        after: str = ",\n",
        words: Mapping[str, str] = PLAIN,
    ) -> None:
        self._section(name, "[]", (_json(item) for item in items), after, words)

    def _object(
        self,
        name: str,
        items: Iterable[tuple[str, object]],
        after: str = ",\n",
        words: Mapping[str, str] = PLAIN,
    ) -> None:
        lines = (f"{_json(key)}: {_json(value)}" for key, value in items)
        self._section(name, "{}", lines, after, words)

    def _section(
        self, name: str, brackets: str, lines: Iterable[str], after: str, words: Mapping[str, str]
    ) -> None:
        say, count, counted = self._target.write, 0, words.get(name, name)
        say(f"{_json(name)}: {brackets[0]}")
        for line in lines:
            say(f",\n{line}" if count else f"\n{line}")
            count += 1
            if count % 1000 == 0:
                self._progress(counted, count, 0)
        say(f"{brackets[1]}{after}")
        self._counts[counted] = self._counts.get(counted, 0) + count
        self._progress(counted, count, count)

    def _member_holdings(self) -> Iterator[tuple[str, object]]:
        """Everybody's holdings by project and resource."""
        for user, rows in groupby(read.figures(self._tx), key=lambda row: row.user):
            told: dict[str, dict[str, object]] = {}
            for row in rows:
                told.setdefault(row.project, {})[row.resource] = encode.figures(row)
            yield user, told

    def _pools(self) -> Iterator[tuple[str, object]]:
        """Projects' own holdings by resource."""
        for project, rows in groupby(read.pools(self._tx), key=lambda row: row.project):
            yield project, {row.resource: encode.pool(row) for row in rows}
