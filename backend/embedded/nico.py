"""What panes read of the NICo room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.core.database import Database
from backend.embedded.listing import TableListing
from backend.nico import details, fields, queries
from backend.nico.model import (
    BlockDetail,
    BlockRow,
    Choice,
    ConstraintRow,
    NicoDetail,
    NicoRow,
    TypeRow,
)


class EmbeddedNico:
    """Reads of the NICo room."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.constraints: TableListing[ConstraintRow] = TableListing(
            database,
            queries.constraint_keys_sql,
            queries.constraint_rows,
            fields.CONSTRAINTS.specs,
        )
        self.types: TableListing[TypeRow] = TableListing(
            database, queries.type_keys_sql, queries.type_rows, fields.TYPES.specs
        )
        self.blocks: TableListing[BlockRow] = TableListing(
            database, queries.block_keys_sql, queries.block_rows, fields.BLOCKS.specs
        )

    async def allocation(self, key: int) -> NicoDetail:
        """All about an allocation. Raises NotFound."""
        return await self._database.aread(lambda tx: details.allocation(tx, key))

    async def constraint(self, key: int) -> NicoDetail:
        """All about a constraint and its allocation. Raises NotFound."""
        return await self._database.aread(lambda tx: details.constraint(tx, key))

    async def allocation_named(self, uuid: str) -> NicoRow:
        """The allocation with this uuid. Raises NotFound."""
        return await self._database.aread(lambda tx: details.allocation_named(tx, uuid))

    async def block(self, key: int) -> BlockDetail:
        """All about a root block. Raises NotFound."""
        return await self._database.aread(lambda tx: details.block(tx, key))

    async def choices(self, kind: str, site: str) -> Sequence[Choice]:
        """What a form offers. Raises Invalid."""
        return await self._database.aread(lambda tx: details.choices(tx, kind, site))

    async def raw_allocation(self, key: int) -> Mapping[str, object]:
        """The allocation as NICo's API shows it. Raises NotFound."""
        return await self._database.aread(lambda tx: details.raw_allocation(tx, key))

    async def raw_type(self, key: int) -> Mapping[str, object]:
        """The instance type as NICo's API shows it. Raises NotFound."""
        return await self._database.aread(lambda tx: details.raw_type(tx, key))

    async def raw_block(self, key: int) -> Mapping[str, object]:
        """The block as NICo's API shows it. Raises NotFound."""
        return await self._database.aread(lambda tx: details.raw_block(tx, key))
