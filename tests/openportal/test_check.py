"""`bursar check` finds what cannot be."""

from __future__ import annotations

import pytest

from backend.check import findings
from backend.core.journal import Entry
from backend.openportal.model import (
    DeleteAllocation,
    MarkErred,
    NameProject,
    PullAllocation,
    SetNodeLimit,
)
from tests.openportal.portals import A, P, Portal, S


def told(p: Portal) -> list[str]:
    """What is found."""
    return p.see(lambda tx: list(findings(tx)))


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("DELETE FROM portal_job", "CREATION_SCHEDULED, but nothing is under way"),
        ("UPDATE portal_job SET operation = 'pull'", "CREATION_SCHEDULED, but pull is under way"),
        ("UPDATE portal_job SET begun_at = 1", "CREATION_SCHEDULED, but create has begun"),
        (
            "UPDATE portal_allocation SET state = 'CREATING' WHERE state = 'CREATION_SCHEDULED'",
            "CREATING, but create has not begun",
        ),
        (
            "UPDATE portal_allocation SET state = 'OK' WHERE state = 'CREATION_SCHEDULED'",
            "OK, but create is under way",
        ),
        ("UPDATE portal_allocation SET code = 'x' WHERE state = 'OK'", "project code is 'x'"),
        ("UPDATE portal_service SET remote = 1 - remote", "not of one kind, local or remote"),
        ("UPDATE portal_allocation SET node_usage = -1", "below what there can be"),
        ("UPDATE portal_allocation SET node_limit = -2", "below what there can be"),
        ("UPDATE portal_role SET part = 'owner'", "owner of the wrong thing"),
        ("UPDATE portal_role SET project_id = 9 WHERE project_id > 0", "of what is not there"),
        ("UPDATE portal_role SET customer_id = 1", "admin of the wrong thing"),
        ("UPDATE portal_usage SET node_usage = node_usage + 1", "its people used"),
        ("UPDATE portal_allocation SET node_limit = 4", "node_limit 4 stored, 1000 by the journal"),
        ("UPDATE portal_allocation SET backend_id = 'a6b.x'", "a6b.x stored, a6b.brics by the"),
        ("UPDATE portal_remote_project SET state = 'error'", "error stored, active by the journal"),
        ("UPDATE portal_project SET shortname = 'z'", "shortname z stored, ocean by the journal"),
        ("DELETE FROM portal_remote_project", "told by the journal, but missing"),
    ],
)
def test_what_cannot_be(p: Portal, statement: str, finding: str) -> None:
    uuid = p.made()
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.made("away", remote=True)
    p.do(NameProject(actor=S, project=P, shortname="ocean"))
    p.make("new")
    assert told(p) == []
    p.tampered = True
    p.database.write(lambda tx: tx.execute(statement))
    assert any(finding in line for line in told(p))


def test_what_the_journal_never_told_of(p: Portal) -> None:
    p.made()
    p.tampered = True
    p.database.write(lambda tx: tx.execute("UPDATE portal_allocation SET uuid = 'x'"))
    wrong = told(p)
    assert "allocation:x: the journal knows nothing of it" in wrong
    assert any("told by the journal, but missing" in line for line in wrong)


def test_after_an_import_much_is_not_known(p: Portal) -> None:
    uuid = p.made()
    p.database.write(lambda tx: tx.record(Entry("op", "world.import", "world")))
    p.do(SetNodeLimit(actor=S, allocation=uuid, node_limit=5))
    assert told(p) == []
    p.tampered = True
    p.database.write(lambda tx: tx.execute("UPDATE portal_allocation SET node_limit = 6"))
    assert told(p) == [f"allocation:{uuid}: node_limit 6 stored, 5 by the journal"]


def test_whatever_happens_all_is_well(p: Portal) -> None:
    one, two, away = p.made("one"), p.made("two"), p.made("away", remote=True)
    p.do(MarkErred(actor=S, allocation=one))
    p.do(DeleteAllocation(actor=A, allocation=two))
    p.do(SetNodeLimit(actor=S, allocation=away, node_limit=-1))
    assert told(p) == []
    p.run()
    assert told(p) == []
