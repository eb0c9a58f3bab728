"""The list of limits that are not what projects say."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Mapping, Sequence

from backend.core.database import Database
from backend.core.listing import Query
from backend.projects.model import MismatchRow
from backend.projects.service import dry_run


class Mismatches:
    """The Listing of what a dry run finds."""

    def __init__(self, database: Database) -> None:
        self.fields = dry_run.FIELDS
        self._database = database
        self._dry_run = dry_run.DryRun()

    async def page(self, query: Query, limit: int) -> Sequence[MismatchRow]:
        """The first rows."""
        keys = (await self.keys(query))[:limit]
        return list((await self.rows(keys)).values())

    async def keys(self, query: Query) -> array[int]:
        """All keys in order."""
        return await self._database.aread(lambda tx: self._dry_run.keys(tx, query))

    async def count(self, query: Query) -> int:
        """How many keys there are."""
        return len(await self.keys(query))

    async def rows(self, keys: Sequence[int]) -> Mapping[int, MismatchRow]:
        """Rows by key."""
        return await asyncio.to_thread(self._dry_run.rows, keys)
