"""The list of all allocations that servers show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.allocations.model import KINDS, AllocationRow
from backend.core.listing import Query
from backend.embedded.allocations import EmbeddedAllocations
from backend.remote.mirror import MirrorDatabase
from backend.remote.side import Side

CONSUMER, PORTAL, NICO = (0,), (1, 2), (3,)
"""Where Placement's rows stand among the kinds, OpenPortal's, and NICo's."""


class RemoteAllocations(EmbeddedAllocations):
    """Rows of several systems, each of which hears which of its own are on screen."""

    def __init__(
        self,
        database: MirrorDatabase,
        placement: Side | None,
        openportal: Side | None,
        nico: Side | None,
    ) -> None:
        super().__init__(database)
        pairs = ((CONSUMER, placement), (PORTAL, openportal), (NICO, nico))
        self._hearers = [(kinds, side) for kinds, side in pairs if side is not None]

    async def page(self, query: Query, limit: int) -> Sequence[AllocationRow]:
        """The first rows."""
        found = await super().page(query, limit)
        self._saw([row.key for row in found])
        return found

    async def rows(self, keys: Sequence[int]) -> Mapping[int, AllocationRow]:
        """Rows by key."""
        self._saw(keys)
        return await super().rows(keys)

    def _saw(self, keys: Sequence[int]) -> None:
        for kinds, side in self._hearers:
            side.saw([key // KINDS for key in keys if key % KINDS in kinds])
