"""Waiting applications as a list: the rows of the projects they are about, each reviewed."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.backend import Backend, Projects
from backend.core.errors import NotFound
from backend.core.listing import Query
from backend.projects.model import ApplicationReview

VIEW, SORT = "pending", "app"


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application and what deciding on it has to consider. Times are microseconds since
    the epoch; `over` counts the holders that approving would put over quota."""

    key: int
    number: int
    kind: str
    project: str
    project_uuid: str
    applicant: str
    owner: str
    submitted: int
    ends: int
    over: int | None
    concerns: tuple[str, ...]
    comments: str


class Applications:
    """A Listing of waiting applications; keys are those of their projects."""

    def __init__(self, backend: Backend) -> None:
        self._projects: Projects = backend.projects
        self.fields = self._projects.listing.fields

    async def page(self, query: Query, limit: int) -> Sequence[ApplicationRow]:
        """The first rows."""
        found = await self._projects.listing.page(_narrowed(query), limit)
        rows = [await self._row(project.pending_app, project.key) for project in found]
        return [row for row in rows if row is not None]

    async def keys(self, query: Query) -> array[int]:
        """All keys in order, the oldest application first unless sorted."""
        return await self._projects.listing.keys(_narrowed(query))

    async def count(self, query: Query) -> int:
        """How many keys there are."""
        return await self._projects.listing.count(_narrowed(query))

    async def rows(self, keys: Sequence[int]) -> Mapping[int, ApplicationRow]:
        """The rows of projects whose application still waits."""
        found = await self._projects.listing.rows(keys)
        waiting = {key: row.pending_app for key, row in found.items() if row.pending_app}
        rows = {key: await self._row(number, key) for key, number in waiting.items()}
        return {key: row for key, row in rows.items() if row is not None}

    async def _row(self, number: int, key: int) -> ApplicationRow | None:
        try:
            return _row(await self._projects.review(number), key)
        except NotFound:  # withdrawn a moment ago
            return None


def _narrowed(query: Query) -> Query:
    return replace(query, view=VIEW, sort=query.sort or SORT)


def _row(review: ApplicationReview, key: int) -> ApplicationRow:
    asked, project = review.application, review.project
    return ApplicationRow(
        key=key,
        number=asked.id,
        kind="new" if review.is_new else "change",
        project=asked.name or project.realname,
        project_uuid=project.uuid,
        applicant=review.applicant_email,
        owner=review.owner_email,
        submitted=asked.issued_at,
        ends=project.end_date if asked.end_date is None else asked.end_date,
        over=_people(review),
        concerns=tuple(_concerns(review)),
        comments=asked.comments,
    )


def _people(review: ApplicationReview) -> int | None:
    """How many go over, None when that cannot be told."""
    if review.approve is None or not all(impact.known for impact in review.approve.impacts):
        return None
    return len({impact.holder or impact.project for impact in review.approve.going_over})


def _concerns(review: ApplicationReview) -> Iterator[str]:
    if review.refusal:
        yield f"cannot be approved: {review.refusal}"
    told = [check.text for check in review.checks if not check.ok]
    yield from (text for text in told if text not in review.refusal)
