"""The SQL of what something's status was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.core.database.tx import Tx

SHOWN = 20
"""As many as the API tells."""
INSERT = "INSERT INTO nico_status (id, target, status, message, at) VALUES (?, ?, ?, ?, ?)"
SELECT = """
SELECT target, status, message, at FROM nico_status WHERE target IN ({keys}) ORDER BY id DESC"""
DELETE = "DELETE FROM nico_status WHERE target = ?"


def note(tx: Tx, target: str, status: str, message: str, at: int) -> None:
    """Keep what a status has become."""
    tx.execute(INSERT, (tx.next_id("nico_status"), target, status, message, at))


def of(tx: Tx, targets: Sequence[str]) -> Mapping[str, Sequence[tuple[str, str, int]]]:
    """Status, message and moment, newest first, by what they are of."""
    found: dict[str, list[tuple[str, str, int]]] = {target: [] for target in targets}
    for target, status, message, at in tx.within(SELECT, targets):
        found[target].append((status, message, at))
    return found


def forget(tx: Tx, target: str) -> None:
    """Remove what is known of something that is gone."""
    tx.execute(DELETE, (target,))
