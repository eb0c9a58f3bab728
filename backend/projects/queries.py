"""What the list of projects reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.core.database.tx import Tx
from backend.core.listing import Query
from backend.core.runtime import Runtime, micros
from backend.projects.model.rows import ProjectRow
from backend.projects.model.states import ProjectState
from backend.projects.store import listing
from backend.projects.store.fields import PROJECTS
from backend.quotas.model.amounts import UNLIMITED

FIELDS = PROJECTS.specs
TIGHTEST = 3
JUST_OVER = 1.0001


def keys_sql(query: Query, runtime: Runtime) -> tuple[str, list[object]]:
    """The statement that gives the list's keys in order, and its parameters."""
    return listing.keys_sql(query, micros(runtime.now()))


def fullest_sql(query: Query, now: int) -> tuple[str, list[object]]:
    """The same for the fullest projects alone."""
    return listing.fullest_sql(query, now)


def full_rows(tx: Tx, keys: Sequence[int]) -> dict[int, ProjectRow]:
    """Rows with all limited pools that are used, the fullest first."""
    return rows(tx, keys, shown=None)


def rows(tx: Tx, keys: Sequence[int], shown: int | None = TIGHTEST) -> dict[int, ProjectRow]:
    """Rows of the list by key with so many of their pools; vanished ones are missing."""
    facts = listing.row_facts(tx, keys)
    uuids = [fact[1] for fact in facts]
    seats = listing.seats(tx, uuids)
    pools = listing.pool_usage(tx, uuids)
    found: dict[int, ProjectRow] = {}
    for key, uuid, name, owner, display, state, app, ends, most, base, created in facts:
        own = pools.get(uuid, ())
        found[key] = ProjectRow(
            key,
            uuid,
            name,
            owner,
            display,
            ProjectState(state),
            app,
            ends,
            seats.get(uuid, 0),
            most,
            bool(base),
            created,
            _tightest(own)[:shown],
            all(used is not None for _, used, limit in own if limit != UNLIMITED),
        )
    return found


def _tightest(pools: Iterable[tuple[str, int | None, int]]) -> tuple[tuple[str, int, int], ...]:
    """The fullest of the limited resources whose usage is known, fullest first."""
    limited = ((name, used, limit) for name, used, limit in pools if limit != UNLIMITED)
    known = ((name, used, limit) for name, used, limit in limited if used is not None)
    return tuple(sorted(known, key=lambda pool: (-fullness(*pool[1:]), pool[0])))


def fullness(usage: int, limit: int) -> float:
    """The share of a limit that is used. No share says how far over a limit of 0 something is,
    so it counts as just over, and those that say something come first."""
    return usage / limit if limit else JUST_OVER


def queue(tx: Tx) -> list[int]:
    """Waiting applications, oldest first."""
    return listing.waiting(tx)
