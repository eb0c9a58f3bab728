"""A Placement, with all that a console does on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from backend.core.runtime import Runtime
from backend.remote.placement.lacks import lacks
from backend.remote.placement.mirror import PlacementMirror
from backend.remote.placement.poller import (
    BESIDE,
    CONSUMERS,
    COUNT_UNKNOWN,
    SELECT_CONSUMERS,
    SELECT_PROVIDERS,
    SELECT_UNKNOWN,
    PlacementPoller,
)
from backend.remote.placement.reader import Reader
from backend.remote.placement.reading import Reading
from backend.remote.placement.rooms import RemotePlacement
from backend.remote.placement.sender import PlacementSender
from backend.remote.placement.settings import PlacementSettings
from backend.remote.poller import Pace
from backend.remote.side import Side
from backend.remote.trail import Trail

SELECT_ALL = "SELECT uuid FROM provider"


class PlacementSide(Side):
    """A Placement as one system of a console; nothing is asked of it before it is read."""

    def __init__(
        self, settings: PlacementSettings, folder: Path, trail: Trail, runtime: Runtime, pace: Pace
    ) -> None:
        self._reader = reader = Reader(settings)
        self._copy = mirror = PlacementMirror(folder, self._ready, runtime)
        sender = PlacementSender(reader, mirror, trail, runtime, pace.looks)
        self._poller = poller = PlacementPoller(reader, mirror, runtime, pace)
        super().__init__(reader, mirror, poller, sender)
        self.saw = partial(poller.saw, CONSUMERS)
        self.placement = RemotePlacement(
            self.database, poller.saw, self._ask_consumer, self._ask_provider
        )

    async def _ask_consumer(self, key: int) -> None:
        """Read a consumer as it is now."""
        await self._ready()
        found = await self.database.peek(lambda tx: tx.within(SELECT_CONSUMERS, [key]))
        if found:
            told = await self._reader.consumers(uuid for uuid, _ in found)
            async with self._copy.turn:
                await self._copy.apply(Reading(consumers=told, fresh=True))

    async def _ask_provider(self, key: int) -> None:
        """Read a provider as it is now, with what lists do not show of it."""
        await self._ready()
        found = await self.database.peek(lambda tx: tx.within(SELECT_PROVIDERS, [key]))
        if found:
            await self._read([uuid for (uuid,) in found])

    async def _read(self, uuids: Sequence[str]) -> None:
        told = await self._reader.whole(uuids)
        traits, aggregates = await self._reader.marks(uuids)
        reading = Reading(told=told, traits=traits, aggregates=aggregates, fresh=True)
        async with self._copy.turn:
            await self._copy.apply(reading)

    def lacks(self) -> Mapping[str, str]:
        """What the negotiated microversion does not offer."""
        return lacks(self._reader.minor)

    def warnings(self) -> Sequence[str]:
        """How far it is read, the first time."""
        if self._poller.progress is None:
            return []
        done, whole = self._poller.progress
        return [f"{min(done, whole)} of {whole} providers were read so far"]

    @property
    def partial(self) -> Sequence[str]:
        """What is counted of all providers, until they were read."""
        return ("overfull",) if self._poller.progress is not None else ()

    async def read_all(self) -> Sequence[str]:
        """Read all that is shown, each consumer and the marks of each provider included."""
        await self._poller.fill()
        await self._read(
            [uuid for (uuid,) in await self.database.peek(lambda tx: tx.all(SELECT_ALL))]
        )
        left = await self.database.peek(lambda tx: int(tx.scalar(COUNT_UNKNOWN)))
        for _ in range(left // BESIDE + 1):
            unknown = await self.database.peek(lambda tx: tx.all(SELECT_UNKNOWN, (BESIDE,)))
            told = await self._reader.consumers(uuid for (uuid,) in unknown)
            async with self._copy.turn:
                await self._copy.apply(Reading(consumers=told, fresh=True))
        return ["since when consumers hold something is not shown, when they last changed is"]

    async def close(self) -> None:
        """Let go of connections."""
        await self._reader.close()
