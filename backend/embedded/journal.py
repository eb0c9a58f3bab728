"""What panes read of the journal."""

from __future__ import annotations

from backend import journal_view
from backend.backend import JournalDetail, JournalRow
from backend.core.database import Database
from backend.embedded.listing import TableListing


class EmbeddedJournal:
    """Reads of the journal."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.listing: TableListing[JournalRow] = TableListing(
            database, journal_view.keys_sql, journal_view.rows, journal_view.FIELDS.specs
        )

    async def detail(self, seq: int) -> JournalDetail:
        """An entry with its side effects in words. Raises NotFound."""
        return await self._database.aread(lambda tx: journal_view.describe(tx, seq))
