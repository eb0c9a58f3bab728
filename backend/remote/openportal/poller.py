"""Keeps the mirror of a Waldur fresh: what is under way often, whole lists now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from backend.core.database import Tx
from backend.core.errors import BursarError
from backend.core.runtime import Runtime
from backend.openportal.model import State
from backend.remote.openportal.busy import Busy
from backend.remote.openportal.mirror import OpenPortalMirror
from backend.remote.openportal.reader import Reader
from backend.remote.openportal.reading import Reading
from backend.remote.poller import SEEN, Pace, Poller, nothing

SELECT_BUSY = f"""
SELECT uuid FROM portal_allocation
WHERE state NOT IN ('{State.OK}', '{State.ERRED}', '{State.UNKNOWN}') ORDER BY modified_at DESC"""
SELECT_KINDS = "SELECT uuid, remote FROM portal_allocation WHERE uuid IN ({keys})"
SELECT_UUIDS = "SELECT uuid FROM portal_allocation WHERE id IN ({keys})"
COUNT_LOCAL = "SELECT count(*) FROM portal_allocation WHERE remote = 0"
AT_ONCE = 12
"""Allocations under way that are read together, those on screen first."""
ALIVE = 5
"""How often the server is heard, in quick looks, when nothing is under way."""


class OpenPortalPoller(Poller[Reading]):
    """What is under way often, everything now and then. `partial` says what of a list did not
    come."""

    def __init__(
        self, reader: Reader, mirror: OpenPortalMirror, runtime: Runtime, pace: Pace
    ) -> None:
        super().__init__(reader, mirror, runtime, replace(pace, whole=pace.lists))
        self._reader, self._copy = reader, mirror
        self._busy = Busy(pace.busy)
        self._seen: Sequence[int] = ()
        self._next_alive = 0.0
        self.kept: Callable[[], Awaitable[None]] = nothing
        """Done whenever allocations were read."""
        self.partial: dict[str, int] = {}

    def saw(self, keys: Sequence[int]) -> None:
        """These allocations are on screen."""
        self._seen = tuple(keys[:SEEN])

    def asked(self, uuid: str) -> None:
        """Something was asked of an allocation: it is looked at from now on."""
        self._busy.again(uuid, self._now())

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _pause(self) -> float:
        due = min(self._busy.next_at(), self._next_whole, self._next_alive)
        return max(due - self._now(), self._pace.quick / 10)

    async def _often(self) -> bool:
        due = self._busy.due(self._now())
        if due:
            visible = await self._copy.database.peek(lambda tx: _visible(tx, self._seen))
            chosen = sorted(due, key=lambda uuid: uuid not in visible)[:AT_ONCE]
            changed = await self._take(self._some(chosen))
            self._busy.looked(chosen, self._now())
            return changed
        if self._now() >= self._next_alive:
            await self._listen()
        return False

    async def _some(self, uuids: Sequence[str]) -> Reading:
        found = await self._copy.database.peek(lambda tx: tx.within(SELECT_KINDS, list(uuids)))
        return await self._reader.some({uuid: bool(remote) for uuid, remote in found})

    async def _listen(self) -> None:
        """Hear the server, which keeps the token alive, and whether there are more or less."""
        count = await self._hearing(self._reader.count())
        there = await self._copy.database.peek(lambda tx: int(tx.scalar(COUNT_LOCAL)))
        if count not in (None, there):
            self._next_whole = 0.0
        self._later()

    async def _whole(self, began: float) -> bool:
        reader = self._reader
        await reader.signed_in()
        changed = await self._take(reader.allocations(remote=False))
        changed = await self._take(reader.allocations(remote=True)) or changed
        if self.watched and not self.filled:
            self.begin()
        for rest in (reader.projects, reader.services, reader.awards):
            changed = await self._take(rest()) or changed
        self._later()
        return changed

    def _later(self) -> None:
        self._next_alive = self._now() + ALIVE * self._pace.quick

    async def _keep(self, reading: Reading) -> bool:
        for remote, listed in reading.allocations.items():
            self._note("remote allocations" if remote else "allocations", listed.missing)
        changed = await self._copy.apply(reading)
        if reading.allocations or reading.some:
            busy = await self._copy.database.peek(lambda tx: tx.all(SELECT_BUSY))
            self._busy.note([uuid for (uuid,) in busy], self._now())
            await self.kept()
        return changed

    def _note(self, part: str, missing: int) -> None:
        self.partial.pop(part, None)
        if missing:
            self.partial[part] = missing

    def _failed(self, error: BursarError) -> float:
        self._reader.doubt()
        return super()._failed(error)


def _visible(tx: Tx, keys: Sequence[int]) -> set[str]:
    return {uuid for (uuid,) in tx.within(SELECT_UUIDS, list(keys))}
