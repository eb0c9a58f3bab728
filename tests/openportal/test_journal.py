"""What the journal tells of OpenPortal, in words for people."""

from __future__ import annotations

import json

import pytest

from backend.core.database import Tx
from backend.core.listing import Query
from backend.journal_view import describe, keys_sql, rows
from backend.openportal.model import (
    DeleteAllocation,
    ModifyAllocation,
    NameProject,
    PullAllocation,
    SetNodeLimit,
    UnlinkAllocation,
    node_hours,
)
from tests.openportal.portals import A, P, Portal, R, S


def found(p: Portal, text: str, view: str = "") -> list[str]:
    """The actions of the entries that a filter finds, oldest first."""
    keys = [key for (key,) in p.see(lambda tx: tx.all(*keys_sql(Query(text, view), 0)))]
    shown = p.see(rows, keys)
    return [shown[key].action for key in reversed(keys)]


def test_an_operation_tells_its_steps(p: Portal) -> None:
    p.made()
    assert found(p, "") == ["allocation.create", "allocation.begin", "allocation.settle"]
    assert found(p, "", "decisions") == ["allocation.create"]
    detail = p.see(describe, 3)
    assert (detail.row.about, detail.row.actor) == ("climate on Isambard 3", "service:openportal")
    assert json.loads(detail.row.before) == {
        "backend_id": "",
        "counterpart": None,
        "given_limit": None,
        "is_added": False,
        "state": "CREATING",
    }
    created = json.loads(p.see(describe, 1).row.after)
    assert (created["project"], created["service"]) == ("Ocean", "Isambard 3")


def test_usage_is_told_in_node_hours(p: Portal) -> None:
    uuid = p.made()
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run()
    after = json.loads(p.see(describe, 6).row.after)
    used = p.seen(uuid).node_usage
    assert after["node_usage"] == f"{used // 100}.{used % 100:02}"


@pytest.mark.parametrize(
    ("hundredths", "exact", "short"),
    [
        (187050, "1870.50", "1,870.5"),
        (100, "1.00", "1"),
        (5, "0.05", "0.05"),
        (0, "0.00", "0"),
        (-50, "-0.50", "-0.5"),
        (-187000, "-1870.00", "-1,870"),
    ],
)
def test_node_hours_in_words(hundredths: int, exact: str, short: str) -> None:
    assert (node_hours(hundredths), node_hours(hundredths, short=True)) == (exact, short)


def test_a_wait_tells_nothing_new_only_once(p: Portal) -> None:
    p.simulate(R, approval=7 * 24 * 3600)
    p.make("away", remote=True)
    for _ in range(5):
        p.clock.move(hours=1)
        p.run(1)
    assert found(p, "") == ["allocation.create", "allocation.begin", "allocation.wait"]
    (effect,) = p.see(describe, 2).effects
    assert effect.target == "Ocean at airr.brics.isambard-ai"


def test_entries_are_found_by_names(p: Portal) -> None:
    uuid = p.made()
    p.made("other")
    p.do(ModifyAllocation(actor=A, allocation=uuid, description="secret"))
    p.do(NameProject(actor=S, project=P, shortname="ocean"))
    assert found(p, "about:climate").count("allocation.modify") == 1
    assert found(p, "about:ocean") == ["portal_project.name"]
    assert "secret" not in str(p.content()["journal"])


def test_what_is_gone_keeps_its_name(p: Portal) -> None:
    one, two = p.made("wind"), p.made("tide")
    p.do(SetNodeLimit(actor=S, allocation=one, node_limit=5))
    p.run()
    p.do(DeleteAllocation(actor=A, allocation=one))
    p.run()
    three = p.make("never")
    for uuid in (two, three):
        p.do(UnlinkAllocation(actor=S, allocation=uuid))
    every = p.see(rows, [key for (key,) in p.see(Tx.all, "SELECT seq FROM journal")])
    named = {row.target: row.about for row in every.values()}
    assert named[f"allocation:{one}"] == "wind on Isambard 3 (a6b, gone)"
    assert named[f"allocation:{two}"] == "tide on Isambard 3 (a6b, gone)"
    assert named[f"allocation:{three}"] == "never on Isambard 3 (gone)"
    assert "allocation.set_limit" in found(p, "about:wind")
    assert found(p, "about:isambard") == []
    last = p.see(describe, max(every))
    assert json.loads(last.row.before)["service"] == "Isambard 3"
