"""Keeps the mirror of a Placement fresh. Nothing lists consumers there: providers are walked, each
tells who holds of it, and whose a consumer is, is asked for while it is on screen, and of the
others bit by bit (spec placement §1)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend.core.database import Tx
from backend.core.errors import BursarError
from backend.core.runtime import Runtime
from backend.placement.model import Provider
from backend.remote.placement.mirror import PlacementMirror
from backend.remote.placement.reader import Reader
from backend.remote.placement.reading import Reading
from backend.remote.poller import SEEN, SHARE, Pace, Poller

SELECT_GENERATIONS = "SELECT uuid, generation FROM provider"
SELECT_CONSUMERS = "SELECT uuid, known FROM consumer WHERE id IN ({keys})"
SELECT_PROVIDERS = "SELECT uuid FROM provider WHERE id IN ({keys})"
SELECT_STOCKED = """
SELECT DISTINCT p.uuid FROM provider p JOIN inventory i ON i.provider_id = p.id
WHERE i.id IN ({keys})"""
SELECT_UNKNOWN = "SELECT uuid FROM consumer WHERE known = 0 ORDER BY id LIMIT ?"
COUNT_UNKNOWN = "SELECT count(*) FROM consumer WHERE known = 0"
AROUND = 20
"""Providers that are read by themselves, at most; beyond, everything is read soon."""
AT_A_TIME = 50
"""Providers that are read and shown together."""
TRIES = 3
BESIDE = 200
"""Consumers that are asked for while everything is read, though nobody looks at them."""
CONSUMERS, INVENTORIES, PROVIDERS = "consumers", "inventories", "providers"


class PlacementPoller(Poller[Reading]):
    """What is on screen often, everything now and then. `progress` says how many providers were
    read of how many, until all were read once."""

    def __init__(
        self, reader: Reader, mirror: PlacementMirror, runtime: Runtime, pace: Pace
    ) -> None:
        super().__init__(reader, mirror, runtime, pace)
        self._reader, self._copy = reader, mirror
        self._seen: tuple[str, Sequence[int]] = (CONSUMERS, ())
        self._next_often = 0.0
        self.progress: tuple[int, int] | None = (0, 0)

    def saw(self, kind: str, keys: Sequence[int]) -> None:
        """These rows of a list are on screen; those that were not before are asked for now."""
        before, self._seen = self._seen, (kind, tuple(keys[:SEEN]))
        if kind == CONSUMERS and set(self._seen[1]) - set(before[1]):
            self.poke()

    async def _often(self) -> bool:
        clock = asyncio.get_running_loop().time
        began = clock()
        changed = await self._take(self._blanks())
        if began >= self._next_often:
            changed = await self._take(self._around()) or changed
            self._next_often = clock() + SHARE * (clock() - began)
        return changed

    async def _blanks(self) -> Reading:
        """Consumers on screen that nothing is known of."""
        known = await self._visible()
        return Reading(
            consumers=await self._reader.consumers(uuid for uuid, yes in known.items() if not yes)
        )

    async def _around(self) -> Reading:
        """Everything on screen, and providers that changed."""
        providers = await self._reader.providers()
        before = await self._copy.database.peek(_generations)
        changed = [one.uuid for one in providers if before.get(one.uuid) != one.generation]
        if len(changed) > AROUND:
            self._next_whole = 0.0
        wanted = await self._copy.database.peek(self._providers_seen)
        told = await self._reader.whole([*wanted, *changed][:AROUND])
        consumers = await self._reader.consumers(await self._visible())
        listed = [one if one.uuid in told else _as_before(one, before) for one in providers]
        return Reading(providers=listed, told=told, consumers=consumers)

    async def _visible(self) -> dict[str, int]:
        kind, keys = self._seen
        if kind != CONSUMERS:
            return {}
        rows = await self._copy.database.peek(lambda tx: tx.within(SELECT_CONSUMERS, list(keys)))
        return dict(rows)

    def _providers_seen(self, tx: Tx) -> list[str]:
        kind, keys = self._seen
        sql = {INVENTORIES: SELECT_STOCKED, PROVIDERS: SELECT_PROVIDERS}.get(kind)
        return [uuid for (uuid,) in tx.within(sql, list(keys))] if sql else []

    async def _whole(self, began: float) -> bool:
        providers = await self._reader.providers()
        classes = await self._reader.classes()
        changed = await self._take(_done(Reading(providers=providers, classes=classes)))
        uuids = [one.uuid for one in sorted(providers, key=lambda one: one.name)]
        for start in range(0, len(uuids), AT_A_TIME):
            changed = await self._batch(uuids[start : start + AT_A_TIME]) or changed
            self._show((start + AT_A_TIME, len(uuids)))
        self.progress = None
        return await self._take(self._beside()) or changed

    async def _batch(self, uuids: Sequence[str]) -> bool:
        """Read some providers, again where a closer look at something came in between: that must
        not have everything read once more."""
        missed = self._missed
        for _ in range(TRIES):
            self._missed = False
            changed = await self._take(self._some(uuids))
            if not self._missed:
                self._missed = missed
                return changed
        return False

    async def _some(self, uuids: Sequence[str]) -> Reading:
        return Reading(told=await self._reader.whole(uuids))

    async def _beside(self) -> Reading:
        unknown = await self._copy.database.peek(lambda tx: tx.all(SELECT_UNKNOWN, (BESIDE,)))
        return Reading(consumers=await self._reader.consumers(uuid for (uuid,) in unknown))

    def _show(self, progress: tuple[int, int]) -> None:
        """Let what was read so far be seen, where somebody watches."""
        if self.progress is None or not self.watched:
            return
        self.progress = progress
        self.begin()

    async def _keep(self, reading: Reading) -> bool:
        return await self._copy.apply(reading)

    def _failed(self, error: BursarError) -> float:
        self._reader.doubt()
        return super()._failed(error)


def _generations(tx: Tx) -> dict[str, int]:
    return dict(tx.all(SELECT_GENERATIONS))


def _as_before(provider: Provider, generations: Mapping[str, int]) -> Provider:
    """A provider of which no more was read than that it is there: that it changed shows later."""
    return replace(provider, generation=generations.get(provider.uuid, provider.generation))


async def _done(reading: Reading) -> Reading:
    return reading
