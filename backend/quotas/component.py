"""What Astakos' API lets a component read: the figures of its own resources, its commissions."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database.tx import Row, Tx
from backend.quotas import encode, queries
from backend.quotas.model import Provision, QuotaRow
from backend.quotas.store import ROW_COLUMNS, ROW_JOIN, quota_row_of

OWN = f"SELECT {ROW_COLUMNS} {ROW_JOIN} WHERE r.service_origin = ?"
ORDER = "ORDER BY h.id"
SELECT_MEMBERS = f"{OWN} AND h.source_id <> 0 {ORDER}"
SELECT_MEMBERS_NAMED = f"{OWN} AND h.source_id <> 0 AND o.name IN ({{keys}}) {ORDER}"
SELECT_MEMBERS_IN = f"{OWN} AND h.source_id <> 0 AND s.name IN ({{keys}}) {ORDER}"
SELECT_POOLS = f"{OWN} AND h.source_id = 0 {ORDER}"
SELECT_POOLS_NAMED = f"{OWN} AND h.source_id = 0 AND o.name IN ({{keys}}) {ORDER}"


def member_rows(
    tx: Tx, component: str, users: Sequence[str] | None, projects: Sequence[str] | None
) -> list[QuotaRow]:
    """Members' rows of the component's resources, of these users and projects; None is any."""
    if users is not None:
        found = _named(tx, SELECT_MEMBERS_NAMED, component, "user", users)
    elif projects is not None:
        found = _named(tx, SELECT_MEMBERS_IN, component, "project", projects)
    else:
        found = tx.all(SELECT_MEMBERS, (component,))
    rows = map(quota_row_of, found)
    return [row for row in rows if projects is None or row.project_id in projects]


def pool_rows(tx: Tx, component: str, projects: Sequence[str] | None) -> list[QuotaRow]:
    """The pools of the component's resources, of these projects; None is any."""
    if projects is None:
        found = tx.all(SELECT_POOLS, (component,))
    else:
        found = _named(tx, SELECT_POOLS_NAMED, component, "project", projects)
    return list(map(quota_row_of, found))


def _named(tx: Tx, sql: str, component: str, kind: str, uuids: Sequence[str]) -> list[Row]:
    names = [f"{kind}:{uuid}" for uuid in dict.fromkeys(uuids)]
    return tx.within(sql, names, (component,))


def commission_object(tx: Tx, serial: int, component: str) -> encode.Json | None:
    """A pending commission of the component as the API shows it, None when it has none such."""
    detail = queries.commission_details(tx, [serial]).get(serial)
    if detail is None or detail.row.clientkey != component:
        return None
    provisions = [Provision(p.holder, p.source, p.resource, p.quantity) for p in detail.provisions]
    return encode.commission(serial, detail.row.name, detail.row.issued_at, provisions)
