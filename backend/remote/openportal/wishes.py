"""Limits that new allocations were asked to have: a server may give them others once it has made
them (spec openportal §1.4)."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database.tx import Row
from backend.openportal.model import State
from backend.remote.mirror import MirrorDatabase

SELECT_LIMITS = """
SELECT uuid, name, state, node_limit FROM portal_allocation WHERE uuid IN ({keys})"""
OTHER = "{}: the server set its limit to {:,}, {:,} node-hours were asked for; set it again"


class Wishes:
    """What was wished for, by uuid; `told` are those that did not come true."""

    def __init__(self, database: MirrorDatabase) -> None:
        self._database = database
        self._wished: dict[str, int] = {}
        self.told: Sequence[str] = ()

    def add(self, uuid: str, limit: int) -> None:
        """A new allocation was asked to have this limit."""
        self._wished[uuid] = limit

    def drop(self, uuid: str) -> None:
        """Another limit was set."""
        self._wished.pop(uuid, None)

    async def look(self) -> None:
        """Compare with what is there."""
        if not self._wished and not self.told:
            return
        uuids = list(self._wished)
        rows = await self._database.peek(lambda tx: tx.within(SELECT_LIMITS, uuids))
        self.told = [told for row in rows if (told := self._judged(row))]

    def _judged(self, row: Row) -> str:
        uuid, name, state, limit = row
        wish = self._wished[uuid]
        if limit is None or State(state).busy:
            return ""
        if limit == wish:
            self.drop(uuid)
            return ""
        return OTHER.format(name, limit, wish)
