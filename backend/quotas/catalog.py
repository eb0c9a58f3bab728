"""The SQL behind the list of resources: keys in order, rows by key, one in detail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.core.database.tx import Tx
from backend.core.errors import NotFound
from backend.core.listing import Query
from backend.quotas import fields
from backend.quotas.model import UNLIMITED, ResourceDetail, ResourceRow
from backend.quotas.store import RESOURCE_COLUMNS, resource_of

SORTS: Mapping[str, str] = {
    "name": "r.name {d}",
    "service": "r.service_origin {d}, r.name",
    "base": "r.uplimit {d}, r.name",
    "project": "r.project_default {d}, r.name",
}
SELECT_ROWS = f"SELECT {RESOURCE_COLUMNS} FROM resource WHERE id IN ({{keys}})"
COUNT_OVER = f"""
SELECT h.resource_id, count(*) FROM holding h
WHERE h.resource_id IN ({{keys}}) AND {fields.MEMBER_OVER} GROUP BY h.resource_id"""
SELECT_INCOMPLETE = """
SELECT DISTINCT resource_id FROM holding WHERE resource_id IN ({keys}) AND known = 0"""
COUNT_HOLDINGS = """
SELECT count(*), count(CASE WHEN source_id = 0 THEN 1 END), count(CASE WHEN lim = ? THEN 1 END),
    count(CASE WHEN usage_max > 0 THEN 1 END)
FROM holding WHERE resource_id = ?"""


def keys_sql(query: Query, now: int) -> tuple[str, list[object]]:
    """The statement that gives the list's keys in order, and its parameters.

    Raises Invalid on a bad filter.
    """
    found = fields.RESOURCES.where(query, now)
    order = SORTS.get(query.sort, SORTS["name"]).format(d="DESC" if query.descending else "ASC")
    where = found.sql or "r.id > 0"
    return f"SELECT r.id FROM resource r WHERE {where} ORDER BY {order}", list(found.params)


def rows(tx: Tx, keys: Sequence[int]) -> dict[int, ResourceRow]:
    """Rows by key; vanished ones are missing."""
    over: dict[int, int] = dict(tx.within(COUNT_OVER, keys))
    partly = {id for (id,) in tx.within(SELECT_INCOMPLETE, keys)}
    found = map(resource_of, tx.within(SELECT_ROWS, keys))
    return {
        one.id: ResourceRow(one.id, one, over.get(one.id, 0), one.id not in partly) for one in found
    }


def detail(tx: Tx, key: int) -> ResourceDetail:
    """A resource and what exists of it. Raises NotFound."""
    row = rows(tx, [key]).get(key)
    if row is None:
        raise NotFound("the resource is not there any more")
    every, pools, unlimited, used = tx.all(COUNT_HOLDINGS, (UNLIMITED, key))[0]
    return ResourceDetail(row, every - pools, pools, unlimited, used)
