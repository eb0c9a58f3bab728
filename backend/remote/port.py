"""The Backend port over an Astakos that is somebody else's (design §1, §6)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TextIO

from backend.backend import Badges, Connection, Link
from backend.core.database import Database, Tx
from backend.core.errors import NotFound, ReadOnly
from backend.core.identity import Actor
from backend.core.listing import Query
from backend.core.plan import Command, Plan, Receipt
from backend.core.runtime import Runtime, micros, system_runtime
from backend.embedded.listing import TableListing
from backend.embedded.projects import EmbeddedProjects
from backend.embedded.quotas import EmbeddedQuotas
from backend.projects import queries as project_queries
from backend.projects.model import ProjectDetail, ProjectRow, User
from backend.quotas import counts, fields, queries
from backend.quotas.model import QuotaRow, Rates
from backend.remote.export import export
from backend.remote.lacks import lacks
from backend.remote.mirror import Mirror
from backend.remote.poller import Pace, Poller
from backend.remote.reader import Reader
from backend.remote.sender import Sender
from backend.remote.settings import AstakosSettings
from backend.remote.trail import Trail, TrailJournal

KIND = "astakos"
MINUTE = 60_000_000
SELECT_ADDRESS = "SELECT email FROM person WHERE uuid = ?"

Saw = Callable[[Sequence[int]], None]
Ask = Callable[[str], Awaitable[None]]


class RemoteBackend:
    """A server's API as a Backend: panes read a mirror, which is filled when it is first read
    and kept fresh while somebody watches. Nothing is asked of the server before."""

    def __init__(
        self,
        settings: AstakosSettings,
        runtime: Runtime | None = None,
        pace: Pace | None = None,
    ) -> None:
        runtime, pace = runtime or system_runtime(), pace or Pace()
        self._settings = settings
        self._reader = Reader(settings)
        self._mirror = Mirror(self._ready, runtime)
        self._trail = Trail(settings.folder or self._mirror.folder, runtime)
        self._sender = Sender(self._reader, self._mirror, self._trail, runtime, pace.looks)
        self._poller = Poller(self._reader, self._mirror, runtime, pace)
        self._poller.after = self._sender.settle
        self.quotas = _Quotas(self._mirror.database, self._poller.saw)
        self.journal = TrailJournal(self._trail.database, self._mirror.database)
        self._acting = self._reader.actor
        self._projects = self._as_seen()

    @property
    def connection(self) -> Connection:
        """The server, whom its token stands for, and what its API lacks."""
        actor = self._reader.actor
        settings, components = self._settings, bool(self._settings.services)
        missing = lacks(admin=actor.is_admin or not actor.uuid, components=components)
        self._sender.lacks = missing
        return Connection(
            KIND,
            self._reader.place,
            actor,
            settings.read_only,
            empty=False,
            lacks=missing,
            address=self._reader.me,
        )

    @property
    def link(self) -> Link:
        """How it stands with the server now."""
        return self._poller.link

    @property
    def projects(self) -> EmbeddedProjects:
        """The projects room, as the token's user sees it."""
        if self._acting != self._reader.actor:
            self._acting = self._reader.actor
            self._projects = self._as_seen()
        return self._projects

    def _as_seen(self) -> _Projects:
        reader = self._reader
        return _Projects(self._mirror.database, self._acting, self._find, lambda: reader.actor)

    async def badges(self) -> Badges:
        """Counts for the chrome, and whose tokens are refused."""
        badges = await self._mirror.database.aread(_badges)
        return replace(badges, warnings=tuple(_refused(self._reader.refused)))

    async def plan(self, command: Command) -> Plan:
        """What the command would do, on what the server says now."""
        await self._ready()
        _ = self.connection
        return await self._sender.plan(command)

    async def apply(self, plan: Plan, reason: str) -> Receipt:
        """Send it once, when it still is what was previewed. Raises OutcomeUnknown when the
        server did not answer and does not show it."""
        if self._settings.read_only:
            raise ReadOnly("this context is read-only", hint="see read_only in the configuration")
        await self._ready()
        _ = self.connection
        try:
            return await self._sender.apply(plan, reason)
        finally:
            self._poller.tell()
            self._poller.poke()

    async def export(self, target: TextIO) -> list[str]:
        """Write what is seen as a world file; what it lacks, in words. Raises BursarError."""
        return await export(self._reader, self._mirror, target)

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Follow the server while anybody watches; for a running event loop's thread."""
        return self._poller.watch(changed)

    async def close(self) -> None:
        """Let go of connections and of the mirror."""
        self._poller.stop()
        await self._reader.close()
        await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        self._trail.close()
        self._mirror.close()

    async def _find(self, name: str) -> None:
        """Read about somebody by address, or by uuid."""
        found = await self._reader.find(name)
        await self._mirror.apply(found if found.names else await self._reader.named(name))

    async def _ready(self) -> None:
        await self._poller.ready()


class _Projects(EmbeddedProjects):
    """Reads of the projects room; only owners and admins are shown all members."""

    def __init__(
        self, database: Database, actor: Actor, ask: Ask, acting: Callable[[], Actor]
    ) -> None:
        super().__init__(database, actor)
        self._ask = ask
        # A list is on screen before the server has said who is asking.
        self.listing = TableListing(
            database,
            lambda query, now: project_queries.keys_sql(query, database.runtime),
            lambda tx, keys: _partly(tx, acting(), project_queries.rows(tx, keys)),
            project_queries.FIELDS,
        )

    async def find_person(self, name: str) -> User:
        """The user with this address or uuid, who need not be in any project. Raises NotFound."""
        with suppress(NotFound):
            return await super().find_person(name)
        await self._ask(name)
        return await super().find_person(name)

    async def detail(self, key: int) -> ProjectDetail:
        """Everything about a project. Raises NotFound."""
        found = await super().detail(key)
        if self._actor.is_admin or found.project.owner == self._actor.uuid:
            return found
        return replace(found, row=replace(found.row, members_known=found.project.is_base))


def _partly(tx: Tx, actor: Actor, rows: Mapping[int, ProjectRow]) -> dict[int, ProjectRow]:
    """The rows; members of other people's projects are not all known but to admins."""
    if actor.is_admin:
        return dict(rows)
    me = tx.scalar(SELECT_ADDRESS, (actor.uuid,)) or ""
    return {
        key: row if row.is_base or row.owner == me else replace(row, members_known=False)
        for key, row in rows.items()
    }


class _Quotas(EmbeddedQuotas):
    """Reads of the quotas room that tell what is on screen."""

    def __init__(self, database: Database, saw: Saw) -> None:
        super().__init__(database)
        self.listing = _Seen(database, saw)

    async def rates(self, minutes: int) -> Rates:
        """Nothing is known of what happens between two readings."""
        unknown = (None,) * minutes
        now = micros(self._database.runtime.now())
        return Rates(now // MINUTE, unknown, unknown, unknown)


class _Seen(TableListing[QuotaRow]):
    """Holdings, whose rows are looked at when they are read."""

    def __init__(self, database: Database, saw: Saw) -> None:
        super().__init__(
            database,
            lambda query, now: queries.keys_sql(query),
            queries.quota_rows,
            fields.MEMBERS.specs,
        )
        self._saw = saw

    async def page(self, query: Query, limit: int) -> Sequence[QuotaRow]:
        """The first rows."""
        found = await super().page(query, limit)
        self._saw([row.key for row in found])
        return found

    async def rows(self, keys: Sequence[int]) -> Mapping[int, QuotaRow]:
        """Rows by key."""
        self._saw(keys)
        return await super().rows(keys)


def _badges(tx: Tx) -> Badges:
    return Badges(
        waiting=len(project_queries.queue(tx)),
        over=int(tx.scalar(counts.COUNT_OVER)),
        pending=int(tx.scalar(counts.COUNT_PENDING)),
    )


def _refused(refused: Mapping[str, str]) -> list[str]:
    return [
        f"{name}: its token is refused ({why}); its usage and commissions are not shown"
        for name, why in sorted(refused.items())
    ]
