"""A Waldur with OpenPortal, with all that a console does on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from backend.core.errors import NotFound
from backend.core.runtime import Runtime
from backend.core.text import counted
from backend.openportal.model import Account
from backend.remote.openportal.lacks import lacks
from backend.remote.openportal.mirror import OpenPortalMirror
from backend.remote.openportal.poller import OpenPortalPoller
from backend.remote.openportal.reader import Reader
from backend.remote.openportal.reading import Reading
from backend.remote.openportal.rooms import RemoteOpenPortal
from backend.remote.openportal.sender import OpenPortalSender
from backend.remote.openportal.settings import OpenPortalSettings
from backend.remote.poller import Pace
from backend.remote.side import Side
from backend.remote.trail import Trail

SELECT_ONE = "SELECT uuid, remote FROM portal_allocation WHERE id = ?"
SELECT_AWARD = "SELECT identifier, destination FROM portal_award WHERE id = ?"
SELECT_ALL = "SELECT uuid, remote FROM portal_allocation"
MONTHS = 12
"""Months of usage in a copy; what is on screen has this one and the last."""


class OpenPortalSide(Side):
    """A Waldur as one system of a console; nothing is asked of it before it is read."""

    def __init__(
        self, settings: OpenPortalSettings, folder: Path, trail: Trail, runtime: Runtime, pace: Pace
    ) -> None:
        self._runtime = runtime
        self._reader = reader = Reader(settings)
        self._copy = mirror = OpenPortalMirror(folder, self._ready, runtime)
        self._sender = sender = OpenPortalSender(reader, mirror, trail, runtime, pace.looks)
        self._poller = poller = OpenPortalPoller(reader, mirror, runtime, pace)
        super().__init__(reader, mirror, poller, sender)
        sender.asked, poller.kept = poller.asked, sender.wishes.look
        mirror.heard, self.saw = poller.tell, poller.saw
        self.openportal = RemoteOpenPortal(self.database, self._ask, self._ask_award, self._account)

    # One by one

    async def _ask(self, key: int) -> None:
        """Read an allocation as it is now, with what lists do not show of it."""
        await self._ready()
        row = await self.database.peek(lambda tx: tx.one(SELECT_ONE, (key,)))
        if row is None:
            return
        await self._apply(await self._reader.some({row[0]: bool(row[1])}, fresh=True))
        await self._apply(await self._reader.about(row[0], self._months(2)))

    async def _ask_award(self, key: int) -> None:
        await self._ready()
        row = await self.database.peek(lambda tx: tx.one(SELECT_AWARD, (key,)))
        if row is None:
            return
        try:
            told = await self._reader.client.award(*row)
        except NotFound:
            told = None
        await self._apply(Reading(some_awards={(row[0], row[1]): told}, fresh=True))

    async def _apply(self, reading: Reading) -> None:
        async with self._copy.turn:
            await self._copy.apply(reading)

    async def _account(self, project: str) -> Account | None:
        told = await self._reader.account(project)
        if told is None or told.total_credits is None:
            return None
        spent = (told.total_spend or 0, told.current_month_spend or 0)
        return Account(told.total_credits, *spent, told.start_date, told.end_date)

    def _months(self, count: int) -> list[tuple[int, int]]:
        """This month and those before it."""
        now = self._runtime.now()
        last = now.year * 12 + now.month - 1
        return [(n // 12, n % 12 + 1) for n in range(last, last - count, -1)]

    # What is to be said

    def lacks(self) -> Mapping[str, str]:
        """What the API does not offer, and what the token does not let do."""
        return lacks(self.actor, self._reader.lacking, marks=self._reader.marks)

    def warnings(self) -> Sequence[str]:
        """What of a list did not come, and limits that are not what was asked for."""
        told = [
            f"{counted(missing, part.removesuffix('s'))} of this server did not come: its pages "
            "overlap"
            for part, missing in self._poller.partial.items()
        ]
        return [*told, *self._sender.wishes.told]

    async def read_all(self) -> Sequence[str]:
        """Read all that is shown, each allocation by itself."""
        await self._poller.fill()
        rows = await self.database.peek(lambda tx: tx.all(SELECT_ALL))
        kinds = {uuid: bool(remote) for uuid, remote in rows}
        await self._apply(await self._reader.some(kinds, fresh=True))
        await self._apply(await self._reader.about("", self._months(MONTHS)))
        return [
            *await self._copy.explain(),
            "short names of projects, credits, and who else is in projects are not shown",
            f"usage by people is that of the last {MONTHS} months",
        ]

    async def close(self) -> None:
        """Let go of connections."""
        await self._reader.close()
