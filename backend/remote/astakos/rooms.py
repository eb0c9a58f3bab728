"""The rooms of an Astakos, which shows less than a database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from backend.core.database import Database, Tx
from backend.core.errors import NotFound
from backend.core.identity import Actor
from backend.core.runtime import micros
from backend.embedded.listing import TableListing
from backend.embedded.projects import EmbeddedProjects
from backend.embedded.quotas import EmbeddedQuotas
from backend.projects import queries
from backend.projects.model import ProjectDetail, ProjectRow, User
from backend.quotas.model import Rates
from backend.remote.seen import Saw, SeenListing

MINUTE = 60_000_000
SELECT_ADDRESS = "SELECT email FROM person WHERE uuid = ?"

Ask = Callable[[str], Awaitable[None]]


class RemoteProjects(EmbeddedProjects):
    """Reads of the projects room; only owners and admins are shown all members."""

    def __init__(
        self, database: Database, actor: Actor, ask: Ask, acting: Callable[[], Actor]
    ) -> None:
        super().__init__(database, actor)
        self._ask = ask
        # A list is on screen before the server has said who is asking.
        self.listing = TableListing(
            database,
            lambda query, now: queries.keys_sql(query, database.runtime),
            lambda tx, keys: _partly(tx, acting(), queries.rows(tx, keys)),
            queries.FIELDS,
        )

    async def find_person(self, name: str) -> User:
        """The user with this address or uuid, who need not be in any project. Raises NotFound."""
        with suppress(NotFound):
            return await super().find_person(name)
        await self._ask(name)
        return await super().find_person(name)

    async def detail(self, key: int) -> ProjectDetail:
        """Everything about a project. Raises NotFound."""
        found = await super().detail(key)
        if self._actor.is_admin or found.project.owner == self._actor.uuid:
            return found
        return replace(found, row=replace(found.row, members_known=found.project.is_base))


def _partly(tx: Tx, actor: Actor, rows: Mapping[int, ProjectRow]) -> dict[int, ProjectRow]:
    """The rows; members of other people's projects are not all known but to admins."""
    if actor.is_admin:
        return dict(rows)
    me = tx.scalar(SELECT_ADDRESS, (actor.uuid,)) or ""
    return {
        key: row if row.is_base or row.owner == me else replace(row, members_known=False)
        for key, row in rows.items()
    }


class RemoteQuotas(EmbeddedQuotas):
    """Reads of the quotas room that tell what is on screen."""

    def __init__(self, database: Database, saw: Saw) -> None:
        super().__init__(database)
        self.listing = SeenListing(self.listing, saw)

    async def rates(self, minutes: int) -> Rates:
        """Nothing is known of what happens between two readings."""
        unknown = (None,) * minutes
        now = micros(self._database.runtime.now())
        return Rates(now // MINUTE, unknown, unknown, unknown)
