"""Keeps the mirror of a NICo fresh: what is on screen often, whole lists now and then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend.core.errors import BursarError
from backend.core.runtime import Runtime
from backend.nico.client import TypeTold
from backend.remote.nico.mirror import NicoMirror
from backend.remote.nico.reader import Reader
from backend.remote.nico.reading import Reading
from backend.remote.poller import SEEN, Pace, Poller

ALLOCATIONS, CONSTRAINTS = "allocations", "constraints"
SELECT_SEEN = {
    ALLOCATIONS: "SELECT uuid FROM nico_allocation WHERE id IN ({keys})",
    CONSTRAINTS: """
SELECT a.uuid FROM nico_constraint c JOIN nico_allocation a ON a.id = c.allocation_id
WHERE c.id IN ({keys})""",
}


class NicoPoller(Poller[Reading]):
    """What is on screen often, everything now and then. `partial` says how much of a list did not
    come."""

    def __init__(self, reader: Reader, mirror: NicoMirror, runtime: Runtime, pace: Pace) -> None:
        super().__init__(reader, mirror, runtime, pace)
        self._reader, self._copy = reader, mirror
        self._seen: tuple[str, Sequence[int]] = (CONSTRAINTS, ())
        self.partial: dict[str, int] = {}

    def saw(self, kind: str, keys: Sequence[int]) -> None:
        """These rows of a list are on screen."""
        self._seen = (kind, tuple(keys[:SEEN]))

    async def _often(self) -> bool:
        kind, keys = self._seen
        rows = await self._copy.database.peek(lambda tx: tx.within(SELECT_SEEN[kind], keys))
        return await self._take(self._visible([uuid for (uuid,) in rows])) if rows else False

    async def _visible(self, uuids: Sequence[str]) -> Reading:
        """What these are, and what became of the resources of those that changed."""
        found = await self._reader.listed(uuids)
        there = [one for one in found.values() if one is not None]
        changed = [one for one in there if self._copy.last(one.id) != one]
        return replace(await self._reader.resources(changed), some=found)

    async def _whole(self, began: float) -> bool:
        reader = self._reader
        places = await reader.places()
        changed = await self._take(_done(places))
        changed = await self._take(reader.allocations()) or changed
        if self.watched and not self.filled:
            self.begin()
        roots = [one.id for one in places.blocks.rows if not one.tenant_id] if places.blocks else []
        changed = await self._take(reader.parts(roots)) or changed
        sites = [one.id for one in places.sites.rows] if places.sites else []
        types: Sequence[TypeTold] = places.types.rows if places.types else ()
        return await self._take(reader.machines(sites, types)) or changed

    async def _keep(self, reading: Reading) -> bool:
        for part in ("sites", "types", "blocks", "allocations", "machines"):
            listed = getattr(reading, part)
            if listed is not None:
                self.partial.pop(part, None)
                self.partial |= {part: listed.missing} if listed.missing else {}
        return await self._copy.apply(reading)

    def _failed(self, error: BursarError) -> float:
        self._reader.doubt()
        return super()._failed(error)


async def _done(reading: Reading) -> Reading:
    return reading
