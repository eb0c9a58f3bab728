"""The SQL of what something's status was."""

from __future__ import annotations

from backend.core.database.tx import Row, Tx

SHOWN = 20
"""As many as the API tells."""
INSERT = "INSERT INTO nico_status (id, target, status, message, at) VALUES (?, ?, ?, ?, ?)"
SELECT = f"""
SELECT status, message, at FROM nico_status WHERE target = ? ORDER BY id DESC LIMIT {SHOWN}"""
DELETE = "DELETE FROM nico_status WHERE target = ?"


def note(tx: Tx, target: str, status: str, message: str, at: int) -> None:
    """Keep what a status has become."""
    tx.execute(INSERT, (tx.next_id("nico_status"), target, status, message, at))


def of(tx: Tx, target: str) -> list[Row]:
    """Status, message and moment, newest first."""
    return tx.all(SELECT, (target,))


def forget(tx: Tx, target: str) -> None:
    """Remove what is known of something that is gone."""
    tx.execute(DELETE, (target,))
