"""What panes read of the placement room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.core.database import Database
from backend.embedded.listing import TableListing
from backend.placement import details, fields, queries
from backend.placement.model import (
    ConsumerDetail,
    ConsumerRow,
    InventoryRow,
    ProviderDetail,
    ProviderRow,
)


class EmbeddedPlacement:
    """Reads of the placement room."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.inventories: TableListing[InventoryRow] = TableListing(
            database, queries.inventory_keys_sql, queries.inventory_rows, fields.INVENTORIES.specs
        )
        self.providers: TableListing[ProviderRow] = TableListing(
            database, queries.provider_keys_sql, queries.provider_rows, fields.PROVIDERS.specs
        )

    async def consumer(self, key: int) -> ConsumerDetail:
        """A consumer and its shares. Raises NotFound."""
        return await self._database.aread(lambda tx: details.consumer(tx, key))

    async def provider(self, key: int) -> ProviderDetail:
        """A provider and what is of it. Raises NotFound."""
        return await self._database.aread(lambda tx: details.provider(tx, key))

    async def consumer_named(self, uuid: str) -> ConsumerRow:
        """The consumer with this uuid. Raises NotFound."""
        return await self._database.aread(lambda tx: details.consumer_named(tx, uuid))

    async def provider_named(self, uuid: str) -> ProviderRow:
        """The provider with this uuid or name. Raises NotFound."""
        return await self._database.aread(lambda tx: details.provider_named(tx, uuid))

    async def stocks(self, keys: Sequence[int]) -> Sequence[InventoryRow]:
        """All inventories of these providers."""
        return await self._database.aread(lambda tx: details.stocks(tx, keys))

    async def classes(self) -> Sequence[str]:
        """The names of all resource classes."""
        return await self._database.aread(details.classes)

    async def orphans(self, live: Sequence[str]) -> Sequence[int]:
        """Consumers that are not among these ids."""
        return await self._database.aread(lambda tx: details.orphans(tx, live))

    async def raw_consumer(self, key: int) -> Mapping[str, object]:
        """The consumer as Placement's API shows it. Raises NotFound."""
        return await self._database.aread(lambda tx: details.raw_consumer(tx, key))

    async def raw_provider(self, key: int) -> Mapping[str, object]:
        """What Placement's API shows of the provider. Raises NotFound."""
        return await self._database.aread(lambda tx: details.raw_provider(tx, key))
