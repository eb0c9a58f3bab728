"""What this console asked of a server: a journal and an outbox of the context's own, since those
of the server cannot be read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from backend import journal_view
from backend.backend import JournalDetail, JournalRow
from backend.core.database import Database, open_database
from backend.core.errors import BursarError
from backend.core.journal import Entry, SideEffect, taking_back
from backend.core.listing import Query
from backend.core.plan import Command
from backend.core.runtime import Runtime
from backend.core.usecase import Decision, Room, entry_of, record_refusal
from backend.embedded.listing import TableListing
from backend.outbox import Outbox, Outcome, Unfinished
from backend.quotas.model import Limit, SetLimits
from backend.remote.mirror import MirrorDatabase
from backend.schema import STEPS

People = Callable[[], Mapping[str, str]]
UNKNOWN = "unknown"
"""The outcome of an entry whose request was not answered."""


class Trail:
    """The journal and the outbox in one private folder."""

    def __init__(self, folder: Path, runtime: Runtime) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.database = open_database(folder / "journal.db", STEPS, runtime)
        self._outbox = Outbox(folder / "outbox.db")
        self._open: dict[str, Unfinished] = {}

    async def keep(self, one: Unfinished) -> None:
        """Write down what is about to be sent. Raises StorageError."""
        await asyncio.to_thread(self._outbox.keep, one)
        self._open[one.key] = one

    async def finish(self, one: Unfinished, outcome: Outcome, message: str, at: int) -> None:
        """It is open no more; that the note of it fails harms less than what was done."""
        self._open.pop(one.key, None)
        with suppress(BursarError):
            await asyncio.to_thread(self._outbox.finish, one, outcome, message, at)

    async def open(self) -> list[Unfinished]:
        """What has no outcome yet, of this process and of those that are gone."""
        with suppress(BursarError):
            for one in await asyncio.to_thread(self._outbox.orphans):
                self._open[one.key] = one
        return list(self._open.values())

    async def record(
        self, decision: Decision, reason: str, key: str = "", outcome: str = "done"
    ) -> int:
        """Journal what was carried out, or was sent; the entry's number."""
        entry = replace(entry_of(decision, reason, _limits), request_id=key, outcome=outcome)
        undone = decision.plan.takes_back
        return await self.database.awrite(lambda tx: tx.record(taking_back(tx, entry, undone)))

    async def note(self, entry: Entry) -> int:
        """Journal an entry."""
        return await self.database.awrite(lambda tx: tx.record(entry))

    async def refuse(self, room: Room, command: Command, reason: str, error: BursarError) -> None:
        """Journal what was refused; why it was matters more than the note of it."""
        with suppress(BursarError):
            await self.database.awrite(lambda tx: record_refusal(tx, room, command, reason, error))

    def close(self) -> None:
        """Let go of both files."""
        self._outbox.close()
        self.database.close()


def _limits(write: object) -> Sequence[SideEffect]:
    """Limits that follow, by the names that the server knows holdings by."""
    if not isinstance(write, SetLimits):
        return ()
    return [SideEffect(_named(one), "{}", json.dumps({"limit": one.limit})) for one in write.limits]


def _named(limit: Limit) -> str:
    key = limit.key
    where = f"{key.holder} in {key.source}" if key.source else key.holder
    return f"{where}: {key.resource}"


class TrailJournal:
    """Reads of the local journal, in the words of the mirror; `people` tells the addresses of
    whom tokens stand for, by the actor."""

    def __init__(self, journal: Database, mirror: MirrorDatabase, people: People) -> None:
        self._journal, self._mirror, self._people = journal, mirror, people
        self.listing: TableListing[JournalRow] = _Worded(journal, mirror, people)

    async def detail(self, seq: int) -> JournalDetail:
        """An entry. Raises NotFound."""
        found = await self._journal.aread(lambda tx: journal_view.describe(tx, seq))
        people = self._people()
        rows = await self._mirror.peek(lambda tx: journal_view.named(tx, {seq: found.row}, people))
        return replace(found, row=rows[seq])


class _Worded(TableListing[JournalRow]):
    """The entries, actors and targets in words."""

    def __init__(self, journal: Database, mirror: MirrorDatabase, people: People) -> None:
        fields = journal_view.FIELDS.specs
        super().__init__(journal, journal_view.keys_sql, journal_view.rows, fields)
        self._mirror, self._people = mirror, people

    async def page(self, query: Query, limit: int) -> Sequence[JournalRow]:
        """The first rows."""
        rows = {row.key: row for row in await super().page(query, limit)}
        return list((await self._named(rows)).values())

    async def rows(self, keys: Sequence[int]) -> Mapping[int, JournalRow]:
        """Rows by key."""
        return await self._named(await super().rows(keys))

    async def _named(self, rows: Mapping[int, JournalRow]) -> Mapping[int, JournalRow]:
        people = self._people()
        return await self._mirror.peek(lambda tx: journal_view.named(tx, rows, people))
