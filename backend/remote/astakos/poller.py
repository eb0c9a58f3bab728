"""Keeps the mirror of an Astakos fresh."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database import Tx
from backend.core.runtime import Runtime
from backend.remote.astakos.mirror import AstakosMirror
from backend.remote.astakos.reader import Reader
from backend.remote.astakos.reading import Reading, project_of
from backend.remote.poller import SEEN, Pace, Poller

SELECT_PROJECTS = """
SELECT DISTINCT CASE WHEN h.source_id = 0 THEN o.name ELSE s.name END FROM holding h
JOIN holder o ON o.id = h.holder_id JOIN holder s ON s.id = h.source_id WHERE h.id IN ({keys})"""
SELECT_RESERVED = """
SELECT DISTINCT c.serial, CASE WHEN h.source_id = 0 THEN o.name ELSE s.name END
FROM commission c JOIN provision v ON v.serial = c.serial JOIN holding h ON h.id = v.holding_id
JOIN holder o ON o.id = h.holder_id JOIN holder s ON s.id = h.source_id"""
AROUND = 20
"""Projects that are read by themselves, at most; beyond, everything is read soon."""
NAMES_SECONDS = 600.0


class AstakosPoller(Poller[Reading]):
    """Commissions and what is on screen often, everything now and then."""

    def __init__(self, reader: Reader, mirror: AstakosMirror, runtime: Runtime, pace: Pace) -> None:
        super().__init__(reader, mirror, runtime, pace)
        self._reader, self._copy = reader, mirror
        self._next_names = 0.0
        self._seen: Sequence[int] = ()

    def saw(self, keys: Sequence[int]) -> None:
        """These rows of the quotas are on screen."""
        self._seen = tuple(keys[:SEEN])

    async def _often(self) -> bool:
        """Commissions, and the figures of what they and the screen are about."""
        before = await self._copy.database.peek(_reserved)
        changed = await self._take(self._reader.commissions())
        after = await self._copy.database.peek(_reserved)
        scope = {name for one in before.keys() ^ after.keys() for name in (before | after)[one]}
        scope |= await self._copy.database.peek(lambda tx: _projects(tx, self._seen))
        if len(scope) > AROUND:
            self._next_whole = 0.0
        elif scope:
            changed = await self._take(self._reader.usage(scope)) or changed
        return changed

    async def _whole(self, began: float) -> bool:
        if began >= self._next_names:
            self._reader.forget_names()
            self._next_names = began + NAMES_SECONDS
        changed = await self._take(self._reader.structure())
        changed = await self._take(self._reader.usage()) or changed
        return await self._take(self._reader.commissions()) or changed

    async def _keep(self, reading: Reading) -> bool:
        for name in self._reader.refused:
            self._copy.forget(name)
        return await self._copy.apply(reading, admin=self._reader.admin)


def _reserved(tx: Tx) -> dict[int, set[str]]:
    """The projects that each pending commission is about."""
    found: dict[int, set[str]] = {}
    for serial, name in tx.all(SELECT_RESERVED):
        found.setdefault(serial, set()).add(name.removeprefix("project:"))
    return found


def _projects(tx: Tx, keys: Sequence[int]) -> set[str]:
    found = tx.within(SELECT_PROJECTS, list(keys))
    return {project_of((name, "", "")) for (name,) in found}
