"""What panes read of the projects room; what only details need is imported for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from backend.core.database import Database
from backend.core.identity import Actor
from backend.embedded.listing import TableListing
from backend.projects import queries
from backend.projects.model.rows import ProjectRow

if TYPE_CHECKING:
    from backend.embedded.mismatches import Mismatches
    from backend.projects.model import (
        ApplicationReview,
        PersonDetail,
        PersonRow,
        ProjectDetail,
        User,
    )


class EmbeddedProjects:
    """Reads of the projects room; `like` has already what all actors may share."""

    def __init__(
        self, database: Database, actor: Actor, like: EmbeddedProjects | None = None
    ) -> None:
        self._like = like
        self._database = database
        self._actor = actor
        self.listing: TableListing[ProjectRow] = TableListing(
            database,
            lambda query, now: queries.keys_sql(query, database.runtime),
            queries.rows,
            queries.FIELDS,
        )
        self.fullest: TableListing[ProjectRow] = TableListing(
            database, queries.fullest_sql, queries.full_rows, queries.FIELDS
        )

    @cached_property
    def people(self) -> TableListing[PersonRow]:
        """People as rows."""
        from backend.projects.service import people

        return TableListing(self._database, people.keys_sql, people.rows, people.FIELDS)

    @cached_property
    def mismatches(self) -> Mismatches:
        """Limits that are not what projects say; they take long to find."""
        if self._like is not None:
            return self._like.mismatches
        from backend.embedded.mismatches import Mismatches

        return Mismatches(self._database)

    async def detail(self, key: int) -> ProjectDetail:
        """Everything about a project. Raises NotFound."""
        from backend.projects import service

        return await self._database.aread(lambda tx: service.detail(tx, key, self._actor))

    async def person(self, key: int) -> PersonDetail:
        """Everything about a person. Raises NotFound."""
        from backend.projects.service import people

        return await self._database.aread(lambda tx: people.detail(tx, key))

    async def queue(self) -> Sequence[int]:
        """Waiting applications, oldest first."""
        return await self._database.aread(queries.queue)

    async def review(self, application: int) -> ApplicationReview:
        """What deciding on an application needs. Raises NotFound."""
        from backend.projects import service

        return await self._database.aread(lambda tx: service.review(tx, application, self._actor))

    async def find_person(self, name: str) -> User:
        """The user with this address or uuid. Raises NotFound."""
        from backend.projects import service

        return await self._database.aread(lambda tx: service.person(tx, name))

    async def raw(self, key: int) -> Mapping[str, object]:
        """The project as Astakos' API shows it."""
        from backend.projects import service

        return await self._database.aread(lambda tx: service.raw(tx, key, self._actor))
