"""What is seen of a NICo as a world file may say it, which has no word for what is not known."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.database import Tx
from backend.nico.model import Mode, Routing

COUNT_UNKNOWN = """
SELECT (SELECT count(*) FROM nico_type WHERE known = 0)
    + (SELECT count(*) FROM nico_block WHERE known = 0)
    + (SELECT count(*) FROM nico_constraint WHERE block_id > 0 AND derived_id = 0)"""
ALL = (
    "status",
    "pool",
    "prefix",
    "constraint",
    "allocation",
    "free",
    "block",
    "instance",
    "machine",
    "type",
    "site",
    "tenant",
    "provider",
)
COUNT_HELD = "SELECT count(*) FROM nico_prefix WHERE is_subnet IS NULL"
COUNT_NAMELESS = "SELECT count(*) FROM nico_instance WHERE machine_id = 0"
FORGET = (
    "DELETE FROM nico_prefix WHERE is_subnet IS NULL",
    "DELETE FROM nico_instance WHERE machine_id = 0",
)
NAME = "UPDATE nico_instance SET name = uuid"
WORDS = (
    ("nico_block", "routing", Routing, Routing.DATACENTER_ONLY),
    ("nico_constraint", "mode", Mode, Mode.RESERVED),
)


def explain(tx: Tx) -> list[str]:
    """Have the mirror as a world file may say it; what that changes, in words."""
    if tx.scalar(COUNT_UNKNOWN):
        for name in ALL:
            tx.execute(f"DELETE FROM nico_{name}")
        return ["NICo is left out: not all is shown of what its types and blocks are given to"]
    told = list(_changed(tx))
    for sql in (*FORGET, NAME):
        tx.execute(sql)
    for table, column, known, usual in WORDS:
        marks = ", ".join("?" * len(known))
        sql = f"UPDATE {table} SET {column} = ? WHERE {column} NOT IN ({marks})"
        if count := tx.execute(sql, [usual.value, *(one.value for one in known)]):
            told.append(f"{count:,} of NICo with a {column} that nobody knows have {usual.value}")
    return told


def _changed(tx: Tx) -> Iterator[str]:
    if count := tx.scalar(COUNT_HELD):
        yield f"{count:,} subnets and VPC prefixes are left out: what they are is not shown"
    if count := tx.scalar(COUNT_NAMELESS):
        yield f"{count:,} instances of which no machine is shown are left out"
