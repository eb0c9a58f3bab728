"""The SQL behind the Quotas and Commissions panes: keys in order, rows by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backend.core.database.tx import Row, Tx
from backend.core.errors import NotFound
from backend.core.listing import Query
from backend.quotas import fields
from backend.quotas.model import (
    CommissionDetail,
    CommissionRow,
    Explanation,
    ProvisionRow,
    QuotaRow,
)
from backend.quotas.store import (
    SELECT_HOLDER_ROWS,
    SELECT_PROJECT_ROWS,
    SELECT_ROWS,
    quota_row_of,
)

POOL_JOIN = """LEFT JOIN holding p ON p.holder_id = h.source_id AND p.source_id = 0
    AND p.resource_id = h.resource_id AND h.source_id <> 0"""

# CROSS JOIN keeps the order of the first table, so the first page needs no sort.
BY_HOLDER = "FROM holder o CROSS JOIN holding h {pool} WHERE h.holder_id = o.id"
BY_PROJECT = "FROM holder s CROSS JOIN holding h {pool} WHERE h.source_id = s.id"
BY_RESOURCE = "FROM holding h JOIN resource r ON r.id = h.resource_id {pool} WHERE h.id > 0"
PLAIN = "FROM holding h {pool} WHERE h.id > 0"

# With a scope few rows are left, which are found by it and sorted afterwards.
SCOPED: Mapping[str, str] = {
    BY_HOLDER: "FROM holding h JOIN holder o ON o.id = h.holder_id {pool} WHERE h.id > 0",
    BY_PROJECT: "FROM holding h JOIN holder s ON s.id = h.source_id {pool} WHERE h.id > 0",
}
SORTS: Mapping[str, tuple[str, str]] = {
    "": (BY_HOLDER, "o.fold {d}, o.id {d}, h.source_id {d}, h.resource_id {d}"),
    "holder": (BY_HOLDER, "o.fold {d}, o.id {d}, h.source_id {d}, h.resource_id {d}"),
    "project": (BY_PROJECT, "s.fold {d}, s.id {d}, h.resource_id {d}, h.id {d}"),
    "resource": (BY_RESOURCE, "r.name {d}, h.id {d}"),
    "used": (PLAIN, "h.known DESC, h.usage_max {d}, h.id"),
    "pending": (PLAIN, "h.known DESC, h.usage_max - h.usage_min {d}, h.id"),
    "limit": (PLAIN, "h.lim {d}, h.id"),
    "left": (PLAIN, f"h.known DESC, {fields.LEFT} {{d}}, h.id"),
}
POOLS = "h.source_id = 0"
MEMBERS = "h.source_id <> 0"
OF_HOLDER = "h.holder_id IN (SELECT id FROM holder WHERE name = ?)"
OF_SOURCE = "h.source_id IN (SELECT id FROM holder WHERE name = ?)"

SELECT_USERS_OF_POOL = """
SELECT o.label, h.usage_max, h.usage_max - h.usage_min FROM holding h
JOIN holder o ON o.id = h.holder_id JOIN resource r ON r.id = h.resource_id
WHERE h.source_id = (SELECT id FROM holder WHERE name = ?) AND r.name = ? AND h.usage_max > 0
ORDER BY h.usage_max DESC, o.fold LIMIT 50"""
SELECT_PENDING_ON = """
SELECT c.serial, p.quantity, c.issued_at, c.clientkey FROM provision p
JOIN commission c ON c.serial = p.serial WHERE p.holding_id = ? ORDER BY c.serial DESC"""
SELECT_HOLDER_ID = "SELECT id FROM holder WHERE name = ?"

COMMISSION_SORTS: Mapping[str, str] = {
    "": "c.serial {d}",
    "serial": "c.serial {d}",
    "age": "c.issued_at {d}, c.serial {d}",
    "service": "c.clientkey {d}, c.serial",
    "name": "c.name {d}, c.serial",
}
SELECT_COMMISSIONS = """
SELECT serial, name, clientkey, issued_at, expires_at FROM commission WHERE serial IN ({keys})"""
SELECT_PROVISION_ROWS = """
SELECT v.serial, h.id, o.name, s.name, o.label, s.label, r.name, r.unit, v.quantity, h.lim,
    h.usage_max, h.usage_max - h.usage_min, h.known
FROM provision v JOIN holding h ON h.id = v.holding_id JOIN holder o ON o.id = h.holder_id
JOIN holder s ON s.id = h.source_id JOIN resource r ON r.id = h.resource_id
WHERE v.serial IN ({keys}) ORDER BY v.serial, v.n"""


def keys_sql(query: Query) -> tuple[str, list[object]]:
    """The statement that gives the keys of a quotas list in order, and its parameters.

    Raises Invalid on a bad filter.
    """
    # A pool's holder is its project.
    sort = "holder" if query.sort == "project" and "pools" in query.view.split() else query.sort
    tables, order = SORTS.get(sort, SORTS[""])
    sql, params = _found_sql(query, tables)
    return f"{sql} ORDER BY {order.format(d='DESC' if query.descending else 'ASC')}", params


def unordered_sql(query: Query) -> tuple[str, list[object]]:
    """The same keys in no order, without the tables that only order them."""
    return _found_sql(query, PLAIN)


def _found_sql(query: Query, tables: str) -> tuple[str, list[object]]:
    words = query.view.split()
    conditions = [POOLS if "pools" in words else MEMBERS]
    params: list[object] = []
    conditions += [fields.OVER] if "over" in words else []
    conditions += [fields.PENDING] if "pending" in words else []
    if query.scope:
        in_project = query.scope.startswith("project:") and "pools" not in words
        conditions.append(OF_SOURCE if in_project else OF_HOLDER)
        params.append(query.scope)
    found = (fields.POOLS if "pools" in words else fields.MEMBERS).where(query, now=0)
    conditions += [found.sql] if found.sql else []
    params += found.params
    if query.scope or found.wanted & fields.NARROWING:
        tables = SCOPED.get(tables, tables)
    joined = query.sort == "left" or found.used & fields.WITH_POOL
    tables = tables.format(pool=POOL_JOIN if joined else "")
    return f"SELECT h.id {tables} AND {' AND '.join(conditions)}", params


def commission_keys_sql(query: Query, now: int) -> tuple[str, list[object]]:
    """The same for pending commissions; newest first unless sorted."""
    descending = query.descending if query.sort else not query.descending
    order = COMMISSION_SORTS.get(query.sort, COMMISSION_SORTS[""])
    found = fields.COMMISSIONS.where(query, now)
    where = found.sql or "c.serial > 0"
    order = order.format(d="DESC" if descending else "ASC")
    return f"SELECT c.serial FROM commission c WHERE {where} ORDER BY {order}", list(found.params)


def quota_rows(tx: Tx, keys: Sequence[int]) -> dict[int, QuotaRow]:
    """Rows by holding id."""
    return {row.key: row for row in map(quota_row_of, tx.within(SELECT_ROWS, keys))}


def project_rows(tx: Tx, project: str) -> list[QuotaRow]:
    """The pool rows and all member rows of the project with this uuid."""
    holder = tx.scalar(SELECT_HOLDER_ID, (f"project:{project}",))
    if holder is None:
        return []
    return [quota_row_of(row) for row in tx.all(SELECT_PROJECT_ROWS, (holder, holder))]


def holder_rows(tx: Tx, name: str) -> list[QuotaRow]:
    """The rows of `user:<uuid>`, by project and resource."""
    return [quota_row_of(row) for row in tx.all(SELECT_HOLDER_ROWS, (name,))]


def explain(tx: Tx, key: int) -> Explanation:
    """Who shares the pool of a row and what is pending on it. Raises NotFound."""
    row = quota_rows(tx, [key]).get(key)
    if row is None:
        raise NotFound("the holding is not there any more")
    users = tx.all(SELECT_USERS_OF_POOL, (f"project:{row.project_id}", row.resource))
    pending = tx.all(SELECT_PENDING_ON, (key,))
    return Explanation(row, tuple(map(_triple, users)), tuple(map(_quadruple, pending)))


def _triple(row: Row) -> tuple[str, int, int]:
    return row[0], row[1], row[2]


def _quadruple(row: Row) -> tuple[int, int, int, str]:
    return row[0], row[1], row[2], row[3]


def commission_details(tx: Tx, serials: Sequence[int]) -> dict[int, CommissionDetail]:
    """Pending commissions by serial."""
    provisions: dict[int, list[ProvisionRow]] = {}
    for serial, *columns, known in tx.within(SELECT_PROVISION_ROWS, serials):
        provisions.setdefault(serial, []).append(ProvisionRow(*(*columns, bool(known))))
    return {
        row[0]: _detail(row, tuple(provisions.get(row[0], ())))
        for row in tx.within(SELECT_COMMISSIONS, serials)
    }


def commission_rows(tx: Tx, serials: Sequence[int]) -> dict[int, CommissionRow]:
    """The rows of pending commissions."""
    return {key: detail.row for key, detail in commission_details(tx, serials).items()}


def _detail(row: Row, provisions: tuple[ProvisionRow, ...]) -> CommissionDetail:
    told = [p for p in provisions if p.source] or list(provisions)
    holder = _together(p.label for p in told)
    project = _together(p.source_label or p.label for p in told)
    change = tuple((p.resource, p.unit, p.quantity) for p in told)
    serial, name, clientkey, issued, expires = row
    summed = (holder, project, len(provisions), change)
    return CommissionDetail(
        CommissionRow(serial, name, clientkey, issued, expires, *summed), provisions
    )


def _together(labels: Iterable[str]) -> str:
    """One label, or the first and how many more."""
    names = list(dict.fromkeys(labels))
    return "" if not names else names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"
