"""`bursar check` finds what cannot be."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from backend.check import findings
from backend.core.database import open_database
from backend.core.journal import Entry
from backend.placement.model import (
    CreateResourceClass,
    DeleteAllocations,
    DeleteProvider,
    DropInventory,
    ModifyProvider,
    RenameResourceClass,
    Reshape,
    SetTraits,
    Stock,
)
from backend.schema import STEPS
from tests.placement.sites import ACTOR, CPU, RAM, Site, site, uuid_of


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
        ("UPDATE inventory SET total = 9 WHERE id = 1", "/VCPU: total 9 stored, 8 by the journal"),
        ("UPDATE inventory SET allocation_ratio = 3.0 WHERE id = 1", "3.0 stored, 2.0 by the"),
        ("UPDATE provider SET name = 'p' WHERE id = 1", "name p stored, P by the journal"),
        ("UPDATE consumer SET generation = 7", "generation 7 stored, 1 by the journal"),
        ("UPDATE consumer_project SET external_id = 'mine'", "mine stored, proj by the journal"),
        ("UPDATE allocation SET used = 5 WHERE provider_id = 2", "by the journal"),
        ("DELETE FROM journal WHERE seq = 7", "-000000000063: the journal knows nothing of it"),
        ("DELETE FROM provider WHERE id = 4", "6c656166: told by the journal, but missing"),
        ("UPDATE journal SET \"after\" = 'x' WHERE seq = 7", "entry 7 cannot be understood"),
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


def test_all_that_can_be_done_is_as_the_journal_tells(tmp_path: Path) -> None:
    found = site(tmp_path / "site.db")
    for name in ("CUSTOM_A", "CUSTOM_B"):
        found.do(CreateResourceClass(actor=ACTOR, name=name))
    found.provider("R", "P", {"CUSTOM_A": Stock(5), CPU: Stock(4)})
    found.put("c", None, P={CPU: 2}, R={"CUSTOM_A": 3, CPU: 1})
    found.put("d", None, P={CPU: 1})
    found.do(RenameResourceClass(actor=ACTOR, name="CUSTOM_A", new_name="CUSTOM_Z"))
    found.put("c", 1, Q={CPU: 2}, R={"CUSTOM_Z": 3})
    found.do(SetTraits(actor=ACTOR, provider=uuid_of("P"), traits=["HW_CPU_X86_AVX"]))
    found.do(ModifyProvider(actor=ACTOR, provider=uuid_of("R"), name="S", parent=""))
    found.do(DeleteAllocations(actor=ACTOR, consumer=uuid_of("d")))
    found.do(DropInventory(actor=ACTOR, provider=uuid_of("R"), resource_class=CPU))
    found.put("d", None, Q={CPU: 1})
    found.do(Reshape(actor=ACTOR, stocks={uuid_of("Q"): {CPU: Stock(3)}, uuid_of("P"): {}}))
    found.do(DeleteProvider(actor=ACTOR, provider=uuid_of("P")))
    found.database.close()
    assert _findings(found.database.path) == []


def test_what_was_imported_is_not_expected_of_the_journal(tmp_path: Path) -> None:
    database = open_database(_used(tmp_path), STEPS)
    database.write(lambda tx: tx.record(Entry("me", "world.import", "world")))
    database.write(lambda tx: tx.execute("UPDATE provider SET name = name || 'x'"))
    assert database.read(lambda tx: list(findings(tx))) == []
    Site(database).put("c", 1, P={CPU: 1})
    database.write(lambda tx: tx.execute("UPDATE consumer SET generation = 9"))
    (told,) = database.read(lambda tx: list(findings(tx)))
    database.close()
    assert told.endswith("generation 9 stored, 2 by the journal")


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
