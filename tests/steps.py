"""What a query reads, in steps of SQLite's machine: the same on every machine, unlike times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend.core.database import Database, Tx


def steps(database: Database, act: Callable[[Tx], object]) -> int:
    """How many steps a read takes."""
    taken: list[None] = []

    def read(tx: Tx) -> None:
        conn: Any = tx._conn
        conn.set_progress_handler(lambda: taken.append(None), 1)
        act(tx)
        conn.set_progress_handler(None, 0)

    database.read(read)
    return len(taken)
