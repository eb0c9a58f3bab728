"""The SQL of resource classes; standard ones have a row once something mentions them."""

from __future__ import annotations

from collections.abc import Mapping

from backend.core.database.tx import Tx

SELECT_CLASS = "SELECT id FROM resource_class WHERE name = ?"
SELECT_CLASSES = "SELECT name, updated_at FROM resource_class ORDER BY name"
SELECT_STOCKED = """
SELECT count(*) FROM inventory
WHERE class_id = (SELECT id FROM resource_class WHERE name = ?)"""
INSERT_CLASS = """
INSERT INTO resource_class (id, name, created_at, updated_at) VALUES (?, ?, ?, ?)"""
RENAME_CLASS = "UPDATE resource_class SET name = ?, updated_at = ? WHERE name = ?"
DELETE_CLASS = "DELETE FROM resource_class WHERE name = ?"


def has_class(tx: Tx, name: str) -> bool:
    """True when the class has a row."""
    return tx.scalar(SELECT_CLASS, (name,)) is not None


def classes(tx: Tx) -> Mapping[str, int]:
    """When each class that has a row was last changed."""
    return dict(tx.all(SELECT_CLASSES))


def inventories_of(tx: Tx, name: str) -> int:
    """How many inventories are of this class."""
    return int(tx.scalar(SELECT_STOCKED, (name,)))


def keep_class(tx: Tx, name: str) -> None:
    """Give the class a row if it has none."""
    if not has_class(tx, name):
        tx.execute(INSERT_CLASS, (tx.next_id("resource_class"), name, tx.now, tx.now))


def save_class(tx: Tx, before: str, after: str) -> None:
    """A class under a new name; `` for none before, or after."""
    if not before:
        keep_class(tx, after)
    elif after:
        tx.execute(RENAME_CLASS, (after, tx.now, before))
    else:
        tx.execute(DELETE_CLASS, (before,))
