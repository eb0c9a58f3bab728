"""The SQL behind lists of placement: keys in order, rows by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backend.core.database.tx import Row, Tx
from backend.core.filter.sql import Where
from backend.core.listing import Query
from backend.placement import fields
from backend.placement.counts import OVER, PRODUCT
from backend.placement.model import ConsumerRow, InventoryRow, Provider, ProviderRow, Stock

SELECT_CONSUMERS = """
SELECT c.id, c.uuid, p.external_id, u.external_id, t.name, c.generation, c.created_at, c.known,
    coalesce(o.realname, ''), coalesce(e.email, '')
FROM consumer c JOIN consumer_project p ON p.id = c.project_id
JOIN consumer_user u ON u.id = c.user_id JOIN consumer_type t ON t.id = c.type_id
LEFT JOIN project o ON o.uuid = p.external_id AND o.is_base = 0
LEFT JOIN person e ON e.uuid = u.external_id
WHERE c.id IN ({keys})"""
SELECT_AMOUNTS = """
SELECT a.consumer_id, r.name, k.name, a.used FROM allocation a
JOIN provider r ON r.id = a.provider_id JOIN resource_class k ON k.id = a.class_id
WHERE a.consumer_id IN ({keys}) ORDER BY a.consumer_id, a.provider_id, a.class_id"""

# CROSS JOIN keeps the order of the first table, so the first page needs no sort. There are far
# fewer inventories than allocations: what is computed of them is sorted.
INVENTORIES = "i.id FROM inventory i WHERE {where} ORDER BY "
INVENTORY_SORTS: Mapping[str, str] = {
    "": """i.id FROM provider r CROSS JOIN inventory i WHERE i.provider_id = r.id AND {where}
        ORDER BY r.fold {d}, r.id {d}, i.class_id {d}""",
    "class": """i.id FROM resource_class k CROSS JOIN inventory i
        WHERE i.class_id = k.id AND {where} ORDER BY k.name {d}, i.provider_id {d}""",
    "total": INVENTORIES + "i.total {d}, i.id",
    "used": INVENTORIES + "i.used {d}, i.id",
    "capacity": f"{INVENTORIES}{PRODUCT} {{d}}, i.id",
    "free": f"{INVENTORIES}{PRODUCT} - i.used {{d}}, i.id",
    "share": f"{INVENTORIES}{fields.SHARE} {{d}}, i.id",
    "over": f"{INVENTORIES}{fields.EXCESS} {{d}}, i.id",
}
INVENTORY = """i.id, r.uuid, r.name, r.generation, k.name, i.total, i.reserved, i.min_unit,
    i.max_unit, i.step_size, i.allocation_ratio, i.used, i.provider_id
FROM inventory i JOIN provider r ON r.id = i.provider_id
JOIN resource_class k ON k.id = i.class_id"""
SELECT_INVENTORIES = f"SELECT {INVENTORY} WHERE i.id IN ({{keys}})"
SELECT_INVENTORIES_OF = f"""
SELECT {INVENTORY} WHERE i.provider_id IN ({{keys}}) ORDER BY i.provider_id, i.class_id"""
OF_PROVIDER = "i.provider_id IN (SELECT id FROM provider WHERE uuid = ?)"

# The names from the root down to a provider, in signs that sort before all others.
STEP = "{0}.fold || '\n' || CAST({0}.id AS TEXT) || '\t'"
PATH = f"""(WITH RECURSIVE up(parent_id, path) AS (
    SELECT r.parent_id, {STEP.format("r")} UNION ALL
    SELECT v.parent_id, {STEP.format("v")} || up.path FROM up JOIN provider v
    ON v.id = up.parent_id)
    SELECT path FROM up WHERE parent_id = 0)"""
PROVIDERS = "r.id FROM provider r WHERE {where} ORDER BY "
PROVIDER_SORTS: Mapping[str, str] = {
    "": f"""r.id FROM provider q CROSS JOIN provider r WHERE r.root_id = q.id
        AND {{where}} ORDER BY q.fold {{d}}, q.id {{d}}, {PATH} {{d}}, r.id""",
    "name": PROVIDERS + "r.fold {d}, r.id {d}",
    "share": f"{PROVIDERS}{fields.FULLEST} {{d}}, r.id",
    "inventories": f"{PROVIDERS}{fields.CLASSES} {{d}}, r.id",
    "consumers": f"{PROVIDERS}{fields.HOLDERS} {{d}}, r.id",
    "over": f"{PROVIDERS}{fields.OVERS} {{d}}, r.id",
}
IN_TREE = "r.root_id IN (SELECT root_id FROM provider WHERE uuid = ?)"
SELECT_PROVIDERS = """
SELECT r.id, r.uuid, r.name, r.generation, coalesce(q.uuid, ''), t.uuid, coalesce(q.name, ''),
    (WITH RECURSIVE up(parent_id, depth) AS (SELECT r.parent_id, 0 UNION ALL
        SELECT v.parent_id, up.depth + 1 FROM up JOIN provider v ON v.id = up.parent_id)
        SELECT depth FROM up WHERE parent_id = 0)
FROM provider r LEFT JOIN provider q ON q.id = r.parent_id JOIN provider t ON t.id = r.root_id
WHERE r.id IN ({keys})"""
COUNT_CONSUMERS = """
SELECT provider_id, count(DISTINCT consumer_id) FROM allocation WHERE provider_id IN ({keys})
GROUP BY provider_id"""


def inventory_keys_sql(query: Query, now: int) -> tuple[str, list[object]]:
    """The statement that gives the keys of inventories in order, and its parameters; view `over`.

    Raises Invalid on a bad filter.
    """
    found = fields.INVENTORIES.where(query, now)
    scope = OF_PROVIDER if query.scope else ""
    sort = INVENTORY_SORTS.get(query.sort, INVENTORY_SORTS[""])
    sort = sort.replace("{where}", f"{OVER} AND {{where}}") if query.view == "over" else sort
    return _keys_sql(sort, query, found, scope, query.scope.partition(":")[2])


def provider_keys_sql(query: Query, now: int) -> tuple[str, list[object]]:
    """The same for providers, below their roots unless sorted."""
    found = fields.PROVIDERS.where(query, now)
    sort = PROVIDER_SORTS.get(query.sort, PROVIDER_SORTS[""])
    return _keys_sql(sort, query, found, IN_TREE if query.scope else "",
                     query.scope.partition(":")[2])  # fmt: skip


def _keys_sql(
    sort: str, query: Query, found: Where, scope: str, name: str
) -> tuple[str, list[object]]:
    """A sort's statement with its conditions, as often as it has them."""
    parts = [part for part in (scope, found.sql) if part] or ["1 = 1"]
    params = [*([name] if scope else []), *found.params]
    sql = sort.replace("{where}", " AND ".join(parts))
    sql = sql.replace("{d}", "DESC" if query.descending else "ASC")
    return f"SELECT {sql}", params * sort.count("{where}")


def consumer_rows(tx: Tx, keys: Sequence[int]) -> dict[int, ConsumerRow]:
    """Rows by consumer id; vanished ones are missing."""
    held: dict[int, list[Row]] = {}
    for key, *share in tx.within(SELECT_AMOUNTS, keys):
        held.setdefault(key, []).append(tuple(share))
    return {
        row[0]: _consumer_row(row, held.get(row[0], []))
        for row in tx.within(SELECT_CONSUMERS, keys)
    }


def _consumer_row(row: Row, shares: Sequence[Row]) -> ConsumerRow:
    key, uuid, project, user, kind, generation, created, known, project_name, user_name = row
    amounts: dict[str, int] = {}
    for _, name, used in shares:
        amounts[name] = amounts.get(name, 0) + used
    providers = list(dict.fromkeys(provider for provider, _, _ in shares))
    return ConsumerRow(
        key,
        uuid,
        project,
        user,
        kind,
        generation,
        tuple(amounts.items()),
        providers[0] if providers else "",
        len(providers),
        created,
        bool(known),
        project_name if known else "",
        user_name if known else "",
    )


def inventory_rows(tx: Tx, keys: Sequence[int]) -> dict[int, InventoryRow]:
    """Rows by inventory id; vanished ones are missing."""
    found = tx.within(SELECT_INVENTORIES, keys)
    return {row[0]: _inventory_row(row) for row in found}


def inventories_of(tx: Tx, providers: Sequence[int]) -> dict[int, list[InventoryRow]]:
    """Inventories by provider id, by class."""
    found: dict[int, list[InventoryRow]] = {}
    for row in tx.within(SELECT_INVENTORIES_OF, providers):
        found.setdefault(row[-1], []).append(_inventory_row(row))
    return found


def _inventory_row(row: Row) -> InventoryRow:
    key, provider, name, generation, resource_class, *stock, used, _ = row
    return InventoryRow(key, provider, name, generation, resource_class, Stock(*stock), used)


def provider_rows(tx: Tx, keys: Sequence[int]) -> dict[int, ProviderRow]:
    """Rows by provider id; vanished ones are missing."""
    stocks = inventories_of(tx, keys)
    consumers: dict[int, int] = dict(tx.within(COUNT_CONSUMERS, keys))
    return {
        key: ProviderRow(
            key,
            Provider(uuid, name, generation, parent, root),
            parent_name,
            depth,
            len(stocks.get(key, ())),
            consumers.get(key, 0),
            fullest(stocks.get(key, ())),
            sum(row.over_by > 0 for row in stocks.get(key, ())),
        )
        for key, uuid, name, generation, parent, root, parent_name, depth in tx.within(
            SELECT_PROVIDERS, keys
        )
    }


def fullest(stocks: Iterable[InventoryRow]) -> tuple[str, int, int] | None:
    """The class of which the largest share is used, with what is used and may be."""
    row = max(stocks, key=share, default=None)
    return None if row is None else (row.resource_class, row.used, row.capacity)


def share(row: InventoryRow) -> float:
    """How much of the capacity is used, in percent; of none, more than any other."""
    if not row.used:
        return 0.0
    return row.used * 100.0 / row.stock.product if row.stock.product > 0 else 1e6
