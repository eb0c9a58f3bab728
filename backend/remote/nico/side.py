"""A NICo, with all that a console does on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from backend.core.runtime import Runtime
from backend.core.text import counted
from backend.nico.model import Kind
from backend.remote.nico.lacks import lacks
from backend.remote.nico.mirror import NicoMirror
from backend.remote.nico.poller import ALLOCATIONS, CONSTRAINTS, SELECT_SEEN, NicoPoller
from backend.remote.nico.reader import Reader
from backend.remote.nico.rooms import RemoteNico
from backend.remote.nico.sender import NicoSender
from backend.remote.nico.settings import NicoSettings
from backend.remote.poller import Pace
from backend.remote.side import Side
from backend.remote.trail import Trail

SELECT_RESOURCE = {
    Kind.MACHINES: """
SELECT y.uuid, s.uuid FROM nico_type y JOIN nico_site s ON s.id = y.site_id
WHERE y.id IN ({keys})""",
    Kind.ADDRESSES: """
SELECT b.uuid, s.uuid FROM nico_block b JOIN nico_site s ON s.id = b.site_id
WHERE b.id IN ({keys})""",
}
UNTOLD = "names of instances are not shown, their uuids stand for them"


class NicoSide(Side):
    """A NICo as one system of a console; nothing is asked of it before it is read."""

    def __init__(
        self, settings: NicoSettings, folder: Path, trail: Trail, runtime: Runtime, pace: Pace
    ) -> None:
        self._reader = reader = Reader(settings)
        self._copy = mirror = NicoMirror(folder, self._ready, runtime)
        self._sender = sender = NicoSender(reader, mirror, trail, runtime, pace.looks)
        self._poller = poller = NicoPoller(reader, mirror, runtime, pace)
        super().__init__(reader, mirror, poller, sender)
        mirror.heard, self.saw = poller.tell, partial(poller.saw, ALLOCATIONS)
        asks = (partial(self._ask, ALLOCATIONS), partial(self._ask, CONSTRAINTS))
        self.nico = RemoteNico(self.database, poller.saw, *asks, self._ask_resource)

    async def _ask(self, kind: str, key: int) -> None:
        """Read an allocation as it is now, with all that is of the same type or block."""
        await self._ready()
        rows = await self.database.peek(lambda tx: tx.within(SELECT_SEEN[kind], [key]))
        for (uuid,) in rows:
            await self._sender.read(uuid)

    async def _ask_resource(self, kind: Kind, key: int) -> None:
        """Read a type or a block as it is now, with all that is given of it."""
        await self._ready()
        for row in await self.database.peek(lambda tx: tx.within(SELECT_RESOURCE[kind], [key])):
            async with self._copy.turn:
                await self._copy.apply(await self._reader.about(kind, *row))

    def lacks(self) -> Mapping[str, str]:
        """What the API does not offer, and what the token does not let do."""
        return lacks(self._reader.standing, views=self._reader.views)

    def warnings(self) -> Sequence[str]:
        """What of a list did not come."""
        return [
            f"{counted(missing, part.removesuffix('s'))} of this server did not come: its pages "
            "overlap"
            for part, missing in self._poller.partial.items()
        ]

    async def read_all(self) -> Sequence[str]:
        """Read all that is shown."""
        await self._poller.fill()
        return [*await self._copy.explain(), UNTOLD]

    async def close(self) -> None:
        """Let go of connections."""
        await self._reader.close()
