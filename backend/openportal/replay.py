"""What of OpenPortal the journal tells."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.database.tx import Tx
from backend.core.replay import Replay, statement
from backend.core.usecase import Entity
from backend.openportal.store import allocations, awards, places

SELECT_ALLOCATIONS = f"SELECT {allocations.ALLOCATION} {allocations.FROM} ORDER BY a.id"
SELECT_AWARDS = f"SELECT {awards.AWARD} {awards.FROM_AWARD} ORDER BY w.id"
SELECT_REMOTE = f"SELECT {awards.REMOTE_PROJECT} {awards.FROM_REMOTE} ORDER BY r.id"
SELECT_PROJECTS = f"SELECT {places.PROJECT} {places.FROM_PROJECT} ORDER BY p.id"
SELECT_TOLD = statement("allocation.", "award.", "remote_project.", "portal_project.")
KINDS = ("allocation:", "award:", "remote_project:", "portal_project:")
# Projects come with world files alone, and with awards.
MADE_HERE = ("allocation:", "remote_project:")


def replay() -> Replay:
    """A replay of this room's entries."""
    return Replay(SELECT_TOLD, KINDS, MADE_HERE)


def kept(tx: Tx) -> Iterator[Entity]:
    """All that is kept."""
    for row in tx.each(SELECT_ALLOCATIONS):
        yield allocations.allocation_of(row)
    for row in tx.each(SELECT_AWARDS):
        yield awards.award_of(row)
    for row in tx.each(SELECT_REMOTE):
        yield awards.remote_project_of(row)
    for row in tx.each(SELECT_PROJECTS):
        yield places.project_of(row)
