"""The SQL of resource classes."""

from __future__ import annotations

from backend.core.database.tx import Tx

SELECT_CLASS = "SELECT id FROM resource_class WHERE name = ?"
INSERT_CLASS = """
INSERT INTO resource_class (id, name, created_at, updated_at) VALUES (?, ?, ?, ?)"""


def has_class(tx: Tx, name: str) -> bool:
    """True when the class has a row, as custom ones and those in use have."""
    return tx.scalar(SELECT_CLASS, (name,)) is not None


def keep_class(tx: Tx, name: str) -> None:
    """Give the class a row if it has none."""
    if not has_class(tx, name):
        tx.execute(INSERT_CLASS, (tx.next_id("resource_class"), name, tx.now, tx.now))
