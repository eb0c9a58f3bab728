"""The SQL of lists of providers (spec placement §4.9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.core.database.tx import Tx
from backend.placement.model import Listed, ProviderFilter
from backend.placement.store.providers import COLUMNS, FROM, provider_of

SELECT = f"SELECT p.updated_at, {COLUMNS} {FROM}"
FITS = """EXISTS (SELECT 1 FROM inventory i
WHERE i.provider_id = p.id AND i.class_id = (SELECT id FROM resource_class WHERE name = ?)
    AND i.min_unit <= ? AND i.max_unit >= ? AND ? % i.step_size = 0
    AND i.used + ? <= (i.total - i.reserved) * i.allocation_ratio)"""
MEMBER = """EXISTS (SELECT 1 FROM provider_aggregate g
WHERE g.provider_id = p.id AND g.uuid IN ({keys}))"""
HAS_TRAIT = """EXISTS (SELECT 1 FROM provider_trait h JOIN trait t ON t.id = h.trait_id
WHERE h.provider_id = p.id AND t.name IN ({keys}))"""

Condition = tuple[str, list[object]]


def providers_sql(wanted: ProviderFilter) -> Condition:
    """The statement of a list and its parameters."""
    conditions = list(_conditions(wanted))
    where = " AND ".join(sql for sql, _ in conditions) or "TRUE"
    params = [value for _, values in conditions for value in values]
    return f"{SELECT} WHERE {where} ORDER BY p.id", params


def _conditions(wanted: ProviderFilter) -> Iterator[Condition]:
    for column, value in (("p.name", wanted.name), ("p.uuid", wanted.uuid)):
        if value:
            yield f"{column} = ?", [value]
    if wanted.in_tree:
        yield "p.root_id = (SELECT root_id FROM provider WHERE uuid = ?)", [wanted.in_tree]
    for name, amount in wanted.resources.items():
        yield FITS, [name, amount, amount, amount, amount]
    for sql, groups, none in (
        (MEMBER, wanted.member_of, wanted.outside),
        (HAS_TRAIT, wanted.required, wanted.forbidden),
    ):
        for group in groups:
            yield _among(sql, group)
        if none:
            found, values = _among(sql, none)
            yield f"NOT {found}", values


def _among(sql: str, names: Sequence[str]) -> Condition:
    return sql.replace("{keys}", ",".join("?" * len(names))), list(names)


def providers(tx: Tx, wanted: ProviderFilter) -> list[Listed]:
    """The providers that a filter finds, oldest first."""
    return [Listed(provider_of(row[1:]), row[0]) for row in tx.all(*providers_sql(wanted))]
