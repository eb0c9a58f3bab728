"""The SQL of resources, holders and holdings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.core.database.tx import Row, Tx
from backend.quotas.model import Holding, HoldingKey, Limit, QuotaRow, Resource

RESOURCE_COLUMNS = (
    "id, name, description, service_type, service_origin, unit, uplimit, project_default, "
    "api_visible, ui_visible, known"
)
SELECT_RESOURCES = f"SELECT {RESOURCE_COLUMNS} FROM resource ORDER BY id"
SELECT_RESOURCE = f"SELECT {RESOURCE_COLUMNS} FROM resource WHERE name = ?"
UPSERT_RESOURCE = f"""
INSERT INTO resource ({RESOURCE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET description = excluded.description,
    service_type = excluded.service_type, service_origin = excluded.service_origin,
    unit = excluded.unit, uplimit = excluded.uplimit,
    project_default = excluded.project_default, api_visible = excluded.api_visible,
    ui_visible = excluded.ui_visible, known = excluded.known"""

SELECT_HOLDER_ID = "SELECT id FROM holder WHERE name = ?"
SELECT_HOLDER_IDS = "SELECT name, id FROM holder WHERE name IN ({keys})"
INSERT_HOLDER = "INSERT INTO holder (id, name, label, fold) VALUES (?, ?, ?, ?)"
RELABEL_HOLDER = "UPDATE holder SET label = ?, fold = ? WHERE id = ? AND label <> ?"

HOLDING_COLUMNS = "h.id, o.name, s.name, r.name, h.lim, h.usage_min, h.usage_max"
HOLDING_JOIN = """
FROM holding h JOIN holder o ON o.id = h.holder_id JOIN holder s ON s.id = h.source_id
JOIN resource r ON r.id = h.resource_id"""
SELECT_HOLDING = (
    f"SELECT {HOLDING_COLUMNS} {HOLDING_JOIN} WHERE o.name = ? AND s.name = ? AND r.name = ?"
)
SELECT_HOLDINGS = f"SELECT {HOLDING_COLUMNS} {HOLDING_JOIN} ORDER BY h.id"
SELECT_OF_RESOURCE = f"SELECT {HOLDING_COLUMNS} {HOLDING_JOIN} WHERE r.name = ?"
SELECT_HOLDINGS_OF = f"SELECT {HOLDING_COLUMNS} {HOLDING_JOIN} WHERE o.name IN ({{keys}})"
SELECT_IN_PROJECT = f"SELECT {HOLDING_COLUMNS} {HOLDING_JOIN} WHERE s.name IN ({{keys}})"
INSERT_HOLDING = """
INSERT INTO holding (id, holder_id, source_id, resource_id, lim, usage_min, usage_max)
VALUES (?, ?, ?, ?, ?, ?, ?)"""
SET_LIMIT = "UPDATE holding SET lim = ? WHERE id = ?"
DELETE_HOLDING = "DELETE FROM holding WHERE id = ?"

# A member row finds its project's pool as the holding of the source itself.
ROW_COLUMNS = """h.id, o.label, o.name, s.label, s.name, r.name, r.unit, h.lim, h.usage_max,
h.usage_max - h.usage_min, coalesce(p.lim, h.lim), coalesce(p.usage_max, h.usage_max),
coalesce(p.usage_max - p.usage_min, h.usage_max - h.usage_min), h.known,
coalesce(p.known, h.known)"""
ROW_JOIN = f"""{HOLDING_JOIN}
LEFT JOIN holding p ON p.holder_id = h.source_id AND p.source_id = 0
    AND p.resource_id = h.resource_id AND h.source_id <> 0"""
SELECT_ROWS = f"SELECT {ROW_COLUMNS} {ROW_JOIN} WHERE h.id IN ({{keys}})"
SELECT_PROJECT_ROWS = f"""
SELECT {ROW_COLUMNS} {ROW_JOIN} WHERE h.holder_id = ? AND h.source_id = 0 OR h.source_id = ?
ORDER BY h.source_id, o.fold, o.id, r.id"""

SELECT_HOLDER_ROWS = f"""
SELECT {ROW_COLUMNS} {ROW_JOIN} WHERE h.holder_id = (SELECT id FROM holder WHERE name = ?)
    AND h.source_id <> 0 ORDER BY s.fold, s.id, r.id"""

# Up to so many holders are looked up by name; beyond, whole projects are read.
FEW = 64


def resource_of(row: Row) -> Resource:
    """A resource from its columns."""
    flags = map(bool, row[8:])
    return Resource(*row[:8], *flags)


def holding_of(row: Row) -> Holding:
    """A holding from `HOLDING_COLUMNS`."""
    return Holding(row[0], HoldingKey(row[1], row[2], row[3]), row[4], row[5], row[6])


def quota_row_of(row: Row) -> QuotaRow:
    """A pane row from `ROW_COLUMNS`."""
    key, label, name, source_label, source, *figures, known, project_known = row
    seen = bool(known), bool(project_known)
    if not source:
        return QuotaRow(key, *("", "", label, bare(name), *figures, True, *seen))
    told = (label, bare(name), source_label, bare(source), *figures, False, *seen)
    return QuotaRow(key, *told)


def bare(name: str) -> str:
    """The uuid of a holder's name."""
    return name.partition(":")[2] or name


def save_resource(tx: Tx, resource: Resource) -> None:
    """Insert or update a resource."""
    r = resource
    flags = (int(r.api_visible), int(r.ui_visible), int(r.known))
    texts = (r.id, r.name, r.description, r.service_type, r.service_origin, r.unit)
    tx.execute(UPSERT_RESOURCE, (*texts, r.uplimit, r.project_default, *flags))


def ensure_holders(tx: Tx, names: Sequence[str]) -> dict[str, int]:
    """Ids of holders by name, registering unknown ones under their bare name."""
    wanted = list(dict.fromkeys(names))
    known: dict[str, int] = dict(tx.within(SELECT_HOLDER_IDS, wanted))
    missing = [name for name in wanted if name not in known]
    ids = tx.next_ids("holder", len(missing)) if missing else range(0)
    fresh = [
        (id, name, bare(name), fold(bare(name))) for id, name in zip(ids, missing, strict=True)
    ]
    tx.many(INSERT_HOLDER, fresh)
    return known | {name: id for id, name, *_ in fresh}


def label_holder(tx: Tx, name: str, label: str) -> None:
    """Give a holder the label that panes show and sort by."""
    holder = ensure_holders(tx, [name])[name]
    tx.execute(RELABEL_HOLDER, (label, fold(label), holder, label))


def fold(text: str) -> str:
    """The form that sorting and searching compare, the same on every engine."""
    return text.casefold()


def find_limits(tx: Tx, limits: Sequence[Limit]) -> dict[HoldingKey, Holding]:
    """The existing holdings among the keys of `limits`; more may come along."""
    holders = dict.fromkeys(limit.key.holder for limit in limits)
    rows = []
    if len(holders) > FEW:
        rows += tx.within(SELECT_IN_PROJECT, list({limit.key.source for limit in limits} - {""}))
        holders = dict.fromkeys(limit.key.holder for limit in limits if not limit.key.source)
    rows += tx.within(SELECT_HOLDINGS_OF, list(holders))
    return {holding.key: holding for holding in map(holding_of, rows)}


def insert_holdings(tx: Tx, limits: Sequence[Limit]) -> list[int]:
    """Make holdings with nothing used; their ids in order."""
    names = [name for limit in limits for name in (limit.key.holder, limit.key.source) if name]
    holders = ensure_holders(tx, names) | {"": 0}
    resources = {row[1]: row[0] for row in tx.all(SELECT_RESOURCES)}
    ids = tx.next_ids("holding", len(limits))
    tx.many(
        INSERT_HOLDING,
        [
            (id, holders[k.holder], holders[k.source], resources[k.resource], limit.limit, 0, 0)
            for id, limit in zip(ids, limits, strict=True)
            for k in (limit.key,)
        ],
    )
    return list(ids)


def each_holding(tx: Tx) -> Iterator[Holding]:
    """Every holding in id order."""
    return map(holding_of, tx.each(SELECT_HOLDINGS))
