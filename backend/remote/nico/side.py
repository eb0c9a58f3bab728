"""A NICo, with all that a console does on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from backend.core.identity import Actor
from backend.core.runtime import Runtime
from backend.core.text import counted
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

UNTOLD = "what tenants' networks hold is not shown, only how much; nor names of instances"


class NicoSide(Side):
    """A NICo as one system of a console; nothing is asked of it before it is read."""

    def __init__(
        self, settings: NicoSettings, folder: Path, trail: Trail, runtime: Runtime, pace: Pace
    ) -> None:
        self._reader = reader = Reader(settings)
        self._copy = mirror = NicoMirror(folder, self._ready, runtime)
        self._sender = sender = NicoSender(reader, mirror, trail, runtime, pace.looks)
        self._poller = poller = NicoPoller(reader, mirror, runtime, pace)
        super().__init__(mirror, poller, sender)
        mirror.heard, self.saw = poller.tell, partial(poller.saw, ALLOCATIONS)
        self.nico = RemoteNico(
            self.database,
            poller.saw,
            partial(self._ask, ALLOCATIONS),
            partial(self._ask, CONSTRAINTS),
        )

    async def _ready(self) -> None:
        await self._poller.ready()

    @property
    def actor(self) -> Actor:
        """Whom the token stands for."""
        return self._reader.actor

    @property
    def address(self) -> str:
        """His address."""
        return self._reader.who

    async def _ask(self, kind: str, key: int) -> None:
        """Read an allocation as it is now, with all that is of the same type or block."""
        await self._ready()
        rows = await self.database.peek(lambda tx: tx.within(SELECT_SEEN[kind], [key]))
        for (uuid,) in rows:
            await self._sender.read(uuid)

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
        return [UNTOLD]

    async def close(self) -> None:
        """Let go of connections."""
        await self._reader.close()
