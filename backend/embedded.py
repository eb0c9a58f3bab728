"""The Backend port over a database on this machine."""

from __future__ import annotations

import asyncio
import getpass
import os
from array import array
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from backend import journal_view
from backend.acting import Acting, refusal
from backend.backend import Badges, Connection, JournalDetail, JournalRow, Link, LinkState
from backend.core.database import Database, Tx, open_database
from backend.core.errors import BursarError, Invalid, NotFound, StorageError
from backend.core.identity import Actor, operator
from backend.core.listing import FieldSpec, Query
from backend.core.once import Once, once
from backend.core.plan import Command, Plan, Receipt
from backend.core.runtime import Runtime
from backend.core.usecase import Room, decide, execute, record_refusal
from backend.notices import service as notices
from backend.notices.deliverer import Worker, begin
from backend.notices.model import Sink
from backend.projects import service as projects
from backend.projects.model import (
    ApplicationReview,
    MismatchRow,
    PersonDetail,
    PersonRow,
    ProjectDetail,
    ProjectRow,
    User,
)
from backend.projects.service import dry_run, people
from backend.quotas import catalog, feed, fields, history, queries
from backend.quotas import service as quotas
from backend.quotas.expiry import held
from backend.quotas.ledger import Ledger
from backend.quotas.model import (
    CommissionDetail,
    CommissionRow,
    Explanation,
    FeedEvent,
    History,
    QuotaRow,
    Rates,
    Resource,
    ResourceDetail,
    ResourceRow,
)
from backend.quotas.sweeper import Sweeper
from backend.schema import STEPS

ROOMS: Sequence[Room] = (quotas.ROOM, projects.ROOM)
HANDLERS: Mapping[type[Command], Room] = {
    command: room for room in ROOMS for command in room.decide
}

RowT = TypeVar("RowT")
Keys = Callable[[Query, int], tuple[str, list[object]]]
Rows = Callable[[Tx, Sequence[int]], Mapping[int, RowT]]


class TableListing(Generic[RowT]):
    """A Listing from a statement that gives the keys (at a time in microseconds) and a function
    that reads rows."""

    def __init__(
        self, database: Database, keys: Keys, rows: Rows[RowT], fields: Sequence[FieldSpec]
    ) -> None:
        self.fields = fields
        self._database = database
        self._keys = keys
        self._rows = rows

    async def page(self, query: Query, limit: int) -> Sequence[RowT]:
        """The first rows."""

        def read(tx: Tx) -> list[RowT]:
            keys = queries.first_keys(tx, self._keys(query, tx.now), limit)
            rows = self._rows(tx, keys)
            return [rows[key] for key in keys if key in rows]

        return await self._database.aread(read)

    async def keys(self, query: Query) -> array[int]:
        """All keys in order."""
        return await self._database.aread(lambda tx: queries.keys_of(tx, self._keys(query, tx.now)))

    async def rows(self, keys: Sequence[int]) -> Mapping[int, RowT]:
        """Rows by key."""
        return await self._database.aread(lambda tx: self._rows(tx, keys))


class Mismatches:
    """The Listing of what a dry run finds."""

    def __init__(self, database: Database) -> None:
        self.fields = dry_run.FIELDS
        self._database = database
        self._dry_run = dry_run.DryRun()

    async def page(self, query: Query, limit: int) -> Sequence[MismatchRow]:
        """The first rows."""
        keys = (await self.keys(query))[:limit]
        return list((await self.rows(keys)).values())

    async def keys(self, query: Query) -> array[int]:
        """All keys in order."""
        return await self._database.aread(lambda tx: self._dry_run.keys(tx, query))

    async def rows(self, keys: Sequence[int]) -> Mapping[int, MismatchRow]:
        """Rows by key."""
        return await asyncio.to_thread(self._dry_run.rows, keys)


class EmbeddedProjects:
    """Reads of the projects room."""

    def __init__(self, database: Database, actor: Actor) -> None:
        self._database = database
        self._actor = actor
        self.listing: TableListing[ProjectRow] = TableListing(
            database,
            lambda query, now: projects.keys_sql(query, database.runtime),
            projects.rows,
            projects.FIELDS,
        )
        self.fullest: TableListing[ProjectRow] = TableListing(
            database, projects.fullest_sql, projects.full_rows, projects.FIELDS
        )
        self.people: TableListing[PersonRow] = TableListing(
            database, people.keys_sql, people.rows, people.FIELDS
        )
        self.mismatches = Mismatches(database)

    async def detail(self, key: int) -> ProjectDetail:
        """Everything about a project. Raises NotFound."""
        return await self._database.aread(lambda tx: projects.detail(tx, key, self._actor))

    async def person(self, key: int) -> PersonDetail:
        """Everything about a person. Raises NotFound."""
        return await self._database.aread(lambda tx: people.detail(tx, key))

    async def queue(self) -> Sequence[int]:
        """Waiting applications, oldest first."""
        return await self._database.aread(projects.queue)

    async def review(self, application: int) -> ApplicationReview:
        """What deciding on an application needs. Raises NotFound."""
        return await self._database.aread(lambda tx: projects.review(tx, application, self._actor))

    async def find_person(self, name: str) -> User:
        """The user with this address or uuid. Raises NotFound."""
        return await self._database.aread(lambda tx: projects.person(tx, name))

    async def raw(self, key: int) -> Mapping[str, object]:
        """The project as Astakos' API shows it."""
        return await self._database.aread(lambda tx: projects.raw(tx, key, self._actor))


class EmbeddedQuotas:
    """Reads of the quotas room."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.listing: TableListing[QuotaRow] = TableListing(
            database,
            lambda query, now: queries.keys_sql(query),
            queries.quota_rows,
            fields.MEMBERS.specs,
        )
        self.commissions: TableListing[CommissionRow] = TableListing(
            database,
            queries.commission_keys_sql,
            queries.commission_rows,
            fields.COMMISSIONS.specs,
        )
        self.catalog: TableListing[ResourceRow] = TableListing(
            database, catalog.keys_sql, catalog.rows, fields.RESOURCES.specs
        )

    async def explain(self, key: int) -> Explanation:
        """What is behind a row. Raises NotFound."""
        return await self._database.aread(lambda tx: queries.explain(tx, key))

    async def history(self, keys: Sequence[int], span: int, count: int) -> Mapping[int, History]:
        """Usage of holdings over the last `span` microseconds. Raises Invalid."""
        return await self._database.aread(lambda tx: history.usage(tx, keys, span, count))

    async def commission(self, serial: int) -> CommissionDetail:
        """A pending commission. Raises NotFound."""
        details = await self._database.aread(lambda tx: queries.commission_details(tx, [serial]))
        if serial not in details:
            raise NotFound(f"commission {serial} is not pending", hint="see Audit for its end")
        return details[serial]

    async def feed(self, limit: int) -> Sequence[FeedEvent]:
        """Latest events of commissions."""
        return await self._database.aread(lambda tx: feed.feed(tx, limit))

    async def rates(self, minutes: int) -> Rates:
        """How much happened to commissions in each of the last minutes."""
        return await self._database.aread(lambda tx: history.rates(tx, minutes))

    async def resources(self) -> Sequence[Resource]:
        """Every resource."""
        return await self._database.aread(quotas.resources)

    async def resource(self, key: int) -> ResourceDetail:
        """A resource and what exists of it. Raises NotFound."""
        return await self._database.aread(lambda tx: catalog.detail(tx, key))


class EmbeddedJournal:
    """Reads of the journal."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.listing: TableListing[JournalRow] = TableListing(
            database, journal_view.keys_sql, journal_view.rows, journal_view.FIELDS.specs
        )

    async def detail(self, seq: int) -> JournalDetail:
        """An entry with its side effects in words. Raises NotFound."""
        return await self._database.aread(lambda tx: journal_view.describe(tx, seq))


class EmbeddedBackend:
    """A database file as a Backend."""

    link = Link(LinkState.LIVE)

    def __init__(self, database: Database, actor: Actor, sink: Sink | None = None) -> None:
        self.database = database
        self.ledger = Ledger(database)
        self._sink = sink
        self._sweeper: Sweeper | None = None
        self._notifier: Worker | None = None
        self.projects = EmbeddedProjects(database, actor)
        self.quotas = EmbeddedQuotas(database)
        self.journal = EmbeddedJournal(database)
        self.connection = Connection(
            kind=f"embedded {database.kind}",
            place=database.place,
            actor=actor,
            read_only=database.read_only,
            empty=database.read(lambda tx: tx.scalar(queries.COUNT_RESOURCES)) == 0,
        )

    def acting(self, actor: Actor) -> Acting:
        """The same database for somebody else, with what the role lets do."""
        refused = {command.__name__: refusal(actor.role, command) for command in HANDLERS}
        lacks = {name: reason for name, reason in refused.items() if reason}
        connection = replace(self.connection, actor=actor, lacks=lacks)
        return Acting(self, EmbeddedProjects(self.database, actor), connection)

    async def badges(self) -> Badges:
        """Counts for the chrome."""
        missing = self.database.lost
        badges = await self.database.aread(lambda tx: _badges(tx, self._sink))
        if not missing:
            return badges
        told = f"{missing}: {self.database.remedy}"
        return replace(badges, warnings=(told, *badges.warnings))

    async def plan(self, command: Command) -> Plan:
        """What the command would do now."""
        room = _room(command)
        return await self.database.aread(lambda tx: decide(tx, room, command).plan)

    async def apply(self, plan: Plan, reason: str) -> Receipt:
        """Do what was previewed; refused attempts are journalled too."""
        return await self.carry_out(plan.command, plan.fingerprint, reason)

    async def carry_out(
        self, command: Command, fingerprint: str, reason: str, wanted: Once | None = None
    ) -> Receipt:
        """`apply` of the command whose plan had this fingerprint, once however often it is asked
        for. Raises Conflict, too, when the key was used for something else."""
        room = _room(command)

        def work(tx: Tx) -> Receipt:
            if wanted is None:
                return execute(tx, room, command, reason, fingerprint)
            do = partial(execute, tx, room, command, reason, fingerprint)
            return once(tx, command.actor.name, wanted, do)

        try:
            return await self.database.awrite(work)
        except StorageError:
            raise  # the database that would keep a note has failed
        except BursarError as error:
            refused = error
            with suppress(BursarError):  # why it was refused matters more than the note of it
                await self.database.awrite(
                    lambda tx: record_refusal(tx, room, command, reason, refused)
                )
            raise

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Hear of every change of any process; meanwhile due commissions expire and notices
        are sent."""
        if self._sweeper is None and not self.database.read_only:
            self._sweeper = Sweeper(self.database, self.ledger)
            self._notifier = Worker(self.database, self._sink) if self._sink else None
        return self.database.watch(changed)

    async def close(self) -> None:
        """Finish writes and close the file; the event loop goes on meanwhile."""
        await asyncio.to_thread(self.shut)

    def shut(self) -> None:
        """`close` for those without an event loop."""
        for thread in (self._notifier, self._sweeper):
            if thread is not None:
                thread.close()
        self.database.close()


def _room(command: Command) -> Room:
    room = HANDLERS.get(type(command))
    if room is None:
        raise Invalid(f"{type(command).__name__} is not a command of this backend")
    return room


def _badges(tx: Tx, sink: Sink | None) -> Badges:
    reason = held(tx)
    return Badges(
        waiting=len(projects.queue(tx)),
        over=int(tx.scalar(queries.COUNT_OVER)),
        pending=int(tx.scalar(queries.COUNT_PENDING)),
        failing=notices.failing(tx, sink.name) if sink else "",
        warnings=(reason,) if reason else (),
    )


def open_embedded(
    path: Path,
    *,
    read_only: bool = False,
    runtime: Runtime | None = None,
    actor: Actor | None = None,
    sink: Sink | None = None,
) -> EmbeddedBackend:
    """Open or create a database file as a Backend.

    The actor defaults to the OS user with `admin`; notices go to `sink`. Raises StorageError.
    """
    database = open_database(path, STEPS, runtime, read_only=read_only)
    try:
        if sink is not None and not read_only:
            begin(database, sink)
        return EmbeddedBackend(database, actor or operator(_user_name()), sink)
    except BaseException:
        database.close()
        raise


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # containers run under numbers that nobody has named
        return f"uid {os.getuid()}"
