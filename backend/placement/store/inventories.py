"""The SQL of inventories and what is used of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.core.database.tx import Row, Tx
from backend.placement.model import Inventory, Stock

COLUMNS = """p.uuid, c.name, i.total, i.reserved, i.min_unit, i.max_unit, i.step_size,
i.allocation_ratio, i.used"""
FROM = """FROM inventory i JOIN provider p ON p.id = i.provider_id
JOIN resource_class c ON c.id = i.class_id"""
SELECT_OF = f"SELECT {COLUMNS} {FROM} WHERE p.uuid IN ({{keys}}) ORDER BY i.id"
WHERE = """WHERE provider_id = (SELECT id FROM provider WHERE uuid = ?)
    AND class_id = (SELECT id FROM resource_class WHERE name = ?)"""
INSERT = """
INSERT INTO inventory (id, provider_id, class_id, total, reserved, min_unit, max_unit, step_size,
    allocation_ratio, used, created_at, updated_at)
VALUES (?, (SELECT id FROM provider WHERE uuid = ?),
    (SELECT id FROM resource_class WHERE name = ?), ?, ?, ?, ?, ?, ?, 0, ?, ?)"""
UPDATE = f"""
UPDATE inventory SET total = ?, reserved = ?, min_unit = ?, max_unit = ?, step_size = ?,
    allocation_ratio = ?, updated_at = ? {WHERE}"""
DELETE = f"DELETE FROM inventory {WHERE}"
USE = f"UPDATE inventory SET used = used + ? {WHERE}"


def inventory_of(row: Row) -> Inventory:
    """An inventory from `COLUMNS`."""
    provider, resource_class, *figures, used = row
    return Inventory(provider, resource_class, Stock(*figures), used)


def inventories(tx: Tx, providers: Sequence[str]) -> list[Inventory]:
    """All inventories of these providers."""
    return [inventory_of(row) for row in tx.within(SELECT_OF, list(providers))]


def save_inventory(tx: Tx, before: Inventory | None, after: Inventory) -> None:
    """Insert or update an inventory of a class that has a row; usage is not touched."""
    stock, where = after.stock, (after.provider, after.resource_class)
    units = (stock.min_unit, stock.max_unit, stock.step_size)
    figures = (stock.total, stock.reserved, *units, float(stock.allocation_ratio))
    if before is None:
        tx.execute(INSERT, (tx.next_id("inventory"), *where, *figures, tx.now, tx.now))
    else:
        tx.execute(UPDATE, (*figures, tx.now, *where))


def delete_inventory(tx: Tx, gone: Inventory) -> None:
    """Remove an inventory."""
    tx.execute(DELETE, (gone.provider, gone.resource_class))


def use(tx: Tx, amounts: Iterable[tuple[str, str, int]]) -> None:
    """Count (provider, class, amount) as used, or given back below 0."""
    tx.many(USE, [(amount, provider, name) for provider, name, amount in amounts])
