"""The SQL behind the Projects pane: keys in order, rows by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend.core.database.tx import Row, Tx
from backend.core.listing import Query
from backend.projects.store.fields import (
    EXPIRED,
    FULLEST,
    HIDDEN,
    LIFTS,
    NEW,
    ORDINARY,
    OVER,
    PROJECTS,
    SEATS,
    WAITING,
)

# View word → conditions. Waiting and over ones are shown whatever they are: they need somebody.
VIEWS: Mapping[str, Sequence[str]] = {
    "all": (ORDINARY, HIDDEN),
    "new": (WAITING, NEW),
    "modified": (WAITING, f"NOT {NEW}"),
    "pending": (WAITING,),
    "expired": (ORDINARY, EXPIRED),
    "suspended": (ORDINARY, "p.state = 'suspended'"),
    "terminated": (ORDINARY, f"NOT {HIDDEN}"),
    "system": ("p.is_base = 1",),
    "over": (OVER,),
    "everything": (),
}
SORTS: Mapping[str, str] = {
    "name": "p.fold {d}, p.id {d}",
    "owner": "p.owner_fold {d}, p.id {d}",
    "state": "p.display {d}, p.id {d}",
    "app": "p.pending_app {d}, p.id {d}",
    "ends": "p.end_date {d}, p.id {d}",
    "members": f"{SEATS} {{d}}, p.fold, p.id",
    "tightest": f"{FULLEST} {{d}}, p.fold, p.id",
    "created": "p.created_at {d}, p.id {d}",
}
FULLEST_SHOWN = 200
SCOPES: Mapping[str, str] = {
    "project": "p.uuid = ?",
    "user": """(p.owner_id = (SELECT id FROM person WHERE uuid = ?) OR p.id IN (
        SELECT m.project_id FROM membership m JOIN person u ON u.id = m.person_id
        WHERE u.uuid = ?))""",
}
SELECT_ROWS = """
SELECT p.id, p.uuid, p.realname, p.owner_fold, p.display, p.state, p.pending_app, p.end_date,
    p.max_members, p.is_base, p.created_at
FROM project p WHERE p.id IN ({keys})"""
SELECT_POOLS = """
SELECT o.name, r.name, h.usage_max, h.lim, h.known FROM holder o CROSS JOIN holding h
JOIN resource r ON r.id = h.resource_id
WHERE o.name IN ({keys}) AND h.holder_id = o.id AND h.source_id = 0
    AND (h.usage_max > 0 OR h.known = 0)"""
COUNT_SEATS = """
SELECT p.uuid, count(*) FROM membership m JOIN project p ON p.id = m.project_id
WHERE p.uuid IN ({keys}) AND m.state IN ('accepted', 'leave_requested', 'suspended')
GROUP BY p.uuid"""
SELECT_WAITING = "SELECT id FROM application WHERE state = 'pending' ORDER BY issued_at, id"


def keys_sql(query: Query, now: int) -> tuple[str, list[object]]:
    """The statement that gives the keys of the list in order, and its parameters.

    The view is one or more words of `VIEWS`; a scope shows everything of a `user:<uuid>` or
    one `project:<uuid>`. Without a view, a filter that names what is usually left out shows it.
    Raises Invalid on a bad filter.
    """
    conditions, params = _scoped(query.scope)
    found = PROJECTS.where(query, now)
    words = query.view.split() or (["everything"] if query.scope else ["all"])
    viewed = dict.fromkeys(c for word in words for c in VIEWS.get(word, VIEWS["all"]))
    for condition in viewed:
        if query.view or not LIFTS.get(condition, set()) & found.wanted:
            conditions.append(condition)
            params += [now] * condition.count("?")
    conditions += [found.sql] if found.sql else []
    params += found.params
    where = " AND ".join(conditions) or "p.id > 0"
    order = SORTS.get(query.sort, SORTS["name"]).format(d="DESC" if query.descending else "ASC")
    return f"SELECT p.id FROM project p WHERE {where} ORDER BY {order}", params


def fullest_sql(query: Query, now: int) -> tuple[str, list[object]]:
    """The same for the fullest projects that the query finds, fullest first unless sorted by
    name. Raises Invalid on a bad filter."""
    found = replace(query, sort="tightest", descending=True)
    inner, params = keys_sql(found, now)
    by_name = query.sort == "name"
    order = SORTS["name" if by_name else "tightest"]
    order = order.format(d="DESC" if query.descending is by_name else "ASC")
    some = f"SELECT p.id FROM project p WHERE p.id IN ({inner} LIMIT {FULLEST_SHOWN})"
    return f"{some} AND {FULLEST} > 0 ORDER BY {order}", params


def _scoped(scope: str) -> tuple[list[str], list[object]]:
    kind, _, uuid = scope.partition(":")
    condition = SCOPES.get(kind)
    return ([condition], [uuid] * condition.count("?")) if condition else ([], [])


def row_facts(tx: Tx, keys: Sequence[int]) -> list[Row]:
    """The stored part of rows, in no order."""
    return tx.within(SELECT_ROWS, keys)


def pool_usage(tx: Tx, projects: Sequence[str]) -> dict[str, list[tuple[str, int | None, int]]]:
    """(resource, usage, limit) of the used pools, by project uuid; None where it is unknown."""
    found: dict[str, list[tuple[str, int | None, int]]] = {}
    for holder, resource, usage, limit, known in tx.within(
        SELECT_POOLS, [f"project:{uuid}" for uuid in projects]
    ):
        told = (resource, usage if known else None, limit)
        found.setdefault(holder.partition(":")[2], []).append(told)
    return found


def seats(tx: Tx, projects: Sequence[str]) -> dict[str, int]:
    """How many members take a seat, by project uuid; empty projects are missing."""
    return dict(tx.within(COUNT_SEATS, projects))


def waiting(tx: Tx) -> list[int]:
    """Pending applications, oldest first."""
    return [id for (id,) in tx.all(SELECT_WAITING)]
