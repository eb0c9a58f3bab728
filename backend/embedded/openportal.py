"""What panes read of the OpenPortal room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.core.database import Database
from backend.embedded.listing import TableListing
from backend.openportal import details, fields, queries
from backend.openportal.model import (
    AwardReview,
    AwardRow,
    CodeRow,
    PortalDetail,
    PortalRow,
    ProjectRow,
    RemoteProjectRow,
    ServiceRow,
)


class EmbeddedOpenPortal:
    """Reads of the OpenPortal room."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.codes: TableListing[CodeRow] = TableListing(
            database, queries.code_keys_sql, queries.code_rows, fields.CODES.specs
        )
        self.services: TableListing[ServiceRow] = TableListing(
            database, queries.service_keys_sql, queries.service_rows, fields.SERVICE_FIELDS.specs
        )
        self.projects: TableListing[ProjectRow] = TableListing(
            database, queries.project_keys_sql, queries.project_rows, fields.PROJECT_FIELDS.specs
        )
        self.awards: TableListing[AwardRow] = TableListing(
            database, queries.award_keys_sql, queries.award_rows, fields.AWARDS.specs
        )
        self.remote_projects: TableListing[RemoteProjectRow] = TableListing(
            database,
            queries.remote_project_keys_sql,
            queries.remote_project_rows,
            fields.REMOTE_PROJECTS.specs,
        )

    async def allocation(self, key: int) -> PortalDetail:
        """All about an allocation. Raises NotFound."""
        return await self._database.aread(lambda tx: details.allocation(tx, key))

    async def allocation_named(self, uuid: str) -> PortalRow:
        """The allocation with this uuid. Raises NotFound."""
        return await self._database.aread(lambda tx: details.allocation_named(tx, uuid))

    async def queue(self) -> Sequence[int]:
        """Awards that wait for review, oldest first."""
        return await self._database.aread(details.queue)

    async def review(self, award: int) -> AwardReview:
        """What deciding on an award needs. Raises NotFound."""
        return await self._database.aread(lambda tx: details.review(tx, award))

    async def raw_allocation(self, key: int) -> Mapping[str, object]:
        """The allocation as Waldur's API shows it. Raises NotFound."""
        return await self._database.aread(lambda tx: details.raw_allocation(tx, key))

    async def raw_award(self, key: int) -> Mapping[str, object]:
        """The award as Waldur's API shows it. Raises NotFound."""
        return await self._database.aread(lambda tx: details.raw_award(tx, key))
