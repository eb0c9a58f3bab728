"""What a comparison of limits with projects found, kept so that it can be filtered and sorted.

The rows follow from code, not from a table; they are put into one in memory, of SQLite whatever
the database is.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Mapping

from backend.core.filter.sql import Fields, Like, number, state, text
from backend.core.listing import Query
from backend.projects.model import MismatchRow

KINDS = ("wrong", "missing", "unexpected")
UNEXPECTED = "unexpected"

_HOLDER = Like("x.holder LIKE ? ESCAPE '!'", folded=True)
_PROJECT = Like("x.project LIKE ? ESCAPE '!'", folded=True)
_RESOURCE = "lower(x.resource) LIKE ? ESCAPE '!'"
MISMATCHES = Fields(
    (_HOLDER, _PROJECT, Like(_RESOURCE)),
    (
        text("holder", (_HOLDER, Like("x.holder_id LIKE ? ESCAPE '!'")), "the person",
             "holder:ada", "user", "who"),
        text("project", (_PROJECT, Like("x.project_id LIKE ? ESCAPE '!'")), "the project",
             "project:hpc"),
        text("resource", (Like(_RESOURCE), Like(_RESOURCE, head="%.")),
             "the resource, with or without its service", "resource:vm", "res"),
        number("expected", "coalesce(x.expected, -1)", "what the project says, -1 for nothing",
               "expected>0"),
        number("found", "coalesce(x.found, -1)", "what the limit is, -1 for none", "found=inf"),
        state("kind", {kind: f"x.kind = '{kind}'" for kind in KINDS}, "what is wrong with it",
              "kind:missing"),
    ),
    "x.id",
)  # fmt: skip
SORTS: Mapping[str, str] = {
    "holder": "x.holder {d}, x.project {d}, x.resource {d}, x.id",
    "project": "x.project {d}, x.holder {d}, x.resource {d}, x.id",
    "resource": "x.resource {d}, x.holder {d}, x.project {d}, x.id",
    "expected": "coalesce(x.expected, -1) {d}, x.id",
    "found": "coalesce(x.found, -1) {d}, x.id",
    "kind": "x.kind {d}, x.holder, x.project, x.resource, x.id",
}
TABLE = """
CREATE TABLE found (id INTEGER PRIMARY KEY, holder TEXT, holder_id TEXT, project TEXT,
    project_id TEXT, resource TEXT, expected INTEGER, found INTEGER, kind TEXT) STRICT"""


class Findings:
    """Rows in memory; any one thread may use them at a time."""

    def __init__(self) -> None:
        self._conn = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._conn.execute(TABLE)

    def replace(self, rows: Iterable[MismatchRow]) -> None:
        """Have these rows alone."""
        self._conn.execute("BEGIN")
        self._conn.execute("DELETE FROM found")
        marks = ",".join("?" * 9)
        self._conn.executemany(f"INSERT INTO found VALUES ({marks})", map(_stored, rows))
        self._conn.execute("COMMIT")

    def keys(self, query: Query) -> array[int]:
        """The keys in order; unexpected ones in the view of that name or where the filter asks
        for kinds. Raises Invalid on a bad filter."""
        found = MISMATCHES.where(query, now=0)
        conditions = [found.sql] if found.sql else []
        if query.view != UNEXPECTED and "kind" not in found.wanted:
            conditions.append(f"x.kind <> '{UNEXPECTED}'")
        where = " AND ".join(conditions) or "TRUE"
        order = SORTS.get(query.sort, SORTS["holder"])
        order = order.format(d="DESC" if query.descending else "ASC")
        sql = f"SELECT x.id FROM found x WHERE {where} ORDER BY {order}"
        return array("q", (key for (key,) in self._conn.execute(sql, found.params)))


def _stored(row: MismatchRow) -> tuple[object, ...]:
    return (
        row.key,
        row.holder.casefold(),
        row.holder_id,
        row.project.casefold(),
        row.project_id,
        row.resource,
        row.expected,
        row.found,
        row.kind,
    )
