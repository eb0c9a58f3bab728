"""The keys of a list, by the statement that gives them in order."""

from __future__ import annotations

from array import array

from backend.core.database.tx import Tx


def keys_of(tx: Tx, statement: tuple[str, list[object]]) -> array[int]:
    """All keys of a list; row by row, so that other threads get their turns."""
    sql, params = statement
    return array("q", (key for (key,) in tx.each(sql, params)))


def count_of(tx: Tx, statement: tuple[str, list[object]]) -> int:
    """How many keys a list has; in one step, so that other threads run meanwhile."""
    sql, params = statement
    return int(tx.scalar(f"SELECT count(*) FROM ({sql}) AS listed", params))


def first_keys(tx: Tx, statement: tuple[str, list[object]], limit: int) -> list[int]:
    """The first keys of a list."""
    sql, params = statement
    return [key for (key,) in tx.all(f"{sql} LIMIT ?", [*params, limit])]
