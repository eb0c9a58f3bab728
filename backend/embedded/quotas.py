"""What panes read of the quotas room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.core.database import Database
from backend.core.errors import NotFound
from backend.embedded.listing import TableListing
from backend.quotas import catalog, feed, fields, history, queries
from backend.quotas.model import (
    CommissionDetail,
    CommissionRow,
    Explanation,
    FeedEvent,
    History,
    QuotaRow,
    Rates,
    Resource,
    ResourceDetail,
    ResourceRow,
)


class EmbeddedQuotas:
    """Reads of the quotas room."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.listing: TableListing[QuotaRow] = TableListing(
            database,
            lambda query, now: queries.keys_sql(query),
            queries.quota_rows,
            fields.MEMBERS.specs,
            lambda query, now: queries.unordered_sql(query),
        )
        self.commissions: TableListing[CommissionRow] = TableListing(
            database,
            queries.commission_keys_sql,
            queries.commission_rows,
            fields.COMMISSIONS.specs,
        )
        self.catalog: TableListing[ResourceRow] = TableListing(
            database, catalog.keys_sql, catalog.rows, fields.RESOURCES.specs
        )

    async def explain(self, key: int) -> Explanation:
        """What is behind a row. Raises NotFound."""
        return await self._database.aread(lambda tx: queries.explain(tx, key))

    async def history(self, keys: Sequence[int], span: int, count: int) -> Mapping[int, History]:
        """Usage of holdings over the last `span` microseconds. Raises Invalid."""
        return await self._database.aread(lambda tx: history.usage(tx, keys, span, count))

    async def commission(self, serial: int) -> CommissionDetail:
        """A pending commission. Raises NotFound."""
        details = await self._database.aread(lambda tx: queries.commission_details(tx, [serial]))
        if serial not in details:
            raise NotFound(f"commission {serial} is not pending", hint="see Audit for its end")
        return details[serial]

    async def feed(self, limit: int) -> Sequence[FeedEvent]:
        """Latest events of commissions."""
        return await self._database.aread(lambda tx: feed.feed(tx, limit))

    async def rates(self, minutes: int) -> Rates:
        """How much happened to commissions in each of the last minutes."""
        return await self._database.aread(lambda tx: history.rates(tx, minutes))

    async def resources(self) -> Sequence[Resource]:
        """Every resource."""
        from backend.quotas import service

        return await self._database.aread(service.resources)

    async def resource(self, key: int) -> ResourceDetail:
        """A resource and what exists of it. Raises NotFound."""
        return await self._database.aread(lambda tx: catalog.detail(tx, key))
