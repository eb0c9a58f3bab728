"""`bursar check` finds what cannot be."""

from __future__ import annotations

import pytest

from backend.check import findings
from backend.core.journal import Entry
from backend.nico.model import AdmitInstance
from tests.nico.cloud import ADMIN, B16, B22, G100, S1, T1, Cloud

FIRST = "WHERE id = (SELECT min(id) FROM nico_constraint)"


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE nico_type SET machines = 3", "3 machines, 4 allocated; there are 10 and 4"),
        ("UPDATE nico_type SET allocated = 9 WHERE name = 'g100'", "9 allocated; there are 10"),
        ("UPDATE nico_pool SET allocated = 5", "5 allocated, 1 instances; there are 4 and 1"),
        ("UPDATE nico_pool SET instances = 0", "4 allocated, 0 instances; there are 4 and 1"),
        ("DELETE FROM nico_pool", "0 allocated, 0 instances; there are 4 and 1"),
        ("UPDATE nico_tenant_site SET allocations = 7", "7 allocations counted, there are 3"),
        (f"UPDATE nico_constraint SET value = 3 {FIRST}", "4 allocated; there are 10 and 3"),
        (f"UPDATE nico_constraint SET value = 3 {FIRST}", "value 3 stored, 4 by the journal"),
        (f"UPDATE nico_constraint SET type_id = 3 {FIRST}", "of what is at another site"),
        (f"DELETE FROM nico_constraint {FIRST}", "0 constraints, should be one"),
        (f"DELETE FROM nico_constraint {FIRST}", "told by the journal, but missing"),
        ("UPDATE nico_block SET length = 25 WHERE parent_id > 0", "does not fit it"),
        ("UPDATE nico_block SET length = 25 WHERE parent_id > 0", "length 25 stored, 24 by the"),
        ("UPDATE nico_block SET name = 'x' WHERE parent_id > 0", "does not fit it"),
        ("DELETE FROM nico_constraint WHERE block_id > 0", "was not carved for one constraint"),
        ("DELETE FROM nico_free", "the list of what is free is not what its parts leave"),
        (
            "UPDATE nico_free SET length = length + 1",
            "the list of what is free is not what its parts leave",
        ),
        ("UPDATE nico_block SET full_grant = 1 WHERE parent_id = 0", "is not given away whole"),
        ("UPDATE nico_block SET full_grant = 0", "is given away whole"),
        (
            f"UPDATE nico_block SET network = '{'0' * 32}' WHERE parent_id > 0",
            "0.0.0.0/24 lies outside",
        ),
        (
            f"UPDATE nico_block SET network = '{'0' * 24}0a140080' WHERE length = 24",
            "10.20.0.128/24 is not aligned",
        ),
        ("UPDATE nico_block SET length = 20 WHERE name = 'bb'", "10.20.1.0/20 is not aligned"),
        (
            f"UPDATE nico_block SET network = '{'0' * 24}0a140000' WHERE name = 'bb'",
            "10.20.0.0/24 overlaps another part",
        ),
        ("UPDATE nico_machine SET site_id = 2", "is at another site than its type"),
        (
            "INSERT INTO nico_instance SELECT 99, 'u', name, tenant_id, site_id, type_id,"
            " machine_id FROM nico_instance",
            "carries 2 instances",
        ),
        ("UPDATE nico_account SET tenant_id = 0", "account of t1: is not of the tenant"),
    ],
)
def test_what_cannot_be(c: Cloud, statement: str, finding: str) -> None:
    c.give(G100, 4, name="mm")
    c.do(AdmitInstance(actor=ADMIN, name="job", tenant=T1, site=S1, instance_type=G100))
    c.give(B16, 24, name="aa")
    c.give(B16, 24, name="bb") if "'bb'" in statement else c.give(B22, 22, name="whole")
    assert c.see(lambda tx: list(findings(tx))) == []
    c.tampered = True
    c.database.write(lambda tx: tx.execute(statement))
    told = c.see(lambda tx: list(findings(tx)))
    assert any(finding in line for line in told), told


def test_a_change_that_makes_no_sense(c: Cloud) -> None:
    c.tampered = True
    c.database.write(lambda tx: tx.record(Entry("op", "constraint.set", "constraint:1", "x")))
    assert "journal: entry 1 cannot be understood" in c.see(lambda tx: list(findings(tx)))
