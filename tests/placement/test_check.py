"""`bursar check` finds what cannot be."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from backend.check import findings
from backend.core.database import open_database
from backend.schema import STEPS
from tests.placement.sites import CPU, RAM, site


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE inventory SET used = used + 1 WHERE id = 3",
            "inventory VCPU of Q: 2 used, but 1 are held",
        ),
        ("UPDATE allocation SET used = 5 WHERE provider_id = 2", "1 used, but 5 are held"),
        ("DELETE FROM inventory WHERE id = 3", "holds 1 VCPU of Q, which has none"),
        ("DELETE FROM allocation", "-000000000063: holds nothing"),
        ("UPDATE consumer SET generation = 0", "-000000000063: generation 0"),
        ("UPDATE provider SET generation = -1 WHERE id = 2", "provider Q: generation -1"),
        (
            "UPDATE provider SET parent_id = 1 WHERE id = 2",
            "provider Q: its root is 2, its parents",
        ),
        ("UPDATE provider SET parent_id = 9 WHERE id = 2", "provider Q: its parents lead to no"),
        ("UPDATE provider SET parent_id = 3 - id", "provider P: its parents lead to no root"),
    ],
)
def test_tampering_is_found(tmp_path: Path, statement: str, told: str) -> None:
    path = _used(tmp_path)
    other = sqlite3.connect(path)
    other.execute(statement)
    other.commit()
    other.close()
    assert any(told in line for line in _findings(path))


def test_all_is_well_before(tmp_path: Path) -> None:
    assert _findings(_used(tmp_path)) == []


def _used(folder: Path) -> Path:
    """A closed database in which something is held, and a tree."""
    found = site(folder / "site.db")
    found.provider("child", "P")
    found.provider("leaf", "child")
    found.put("c", None, P={CPU: 2, RAM: 20}, Q={CPU: 1})
    found.database.close()
    return found.database.path


def _findings(path: Path) -> list[str]:
    database = open_database(path, STEPS)
    try:
        return database.read(lambda tx: list(findings(tx)))
    finally:
        database.close()
