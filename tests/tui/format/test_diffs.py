from __future__ import annotations

import json

import pytest

from backend.core.plan import Change
from backend.projects.model import FieldChange
from backend.quotas.model import UNLIMITED
from tui.format.diffs import Cell, label, lines, pivot, wished

GIB = 1024**3
DATE = 1_806_537_600_000_000


def test_limits_are_pivoted_by_aspect() -> None:
    changes = [
        Change("hpc", "cyclades.ram", 128 * GIB, 96 * GIB, "bytes", "project limit"),
        Change("hpc", "cyclades.vm", 20, 28, "", "project limit"),
        Change("hpc", "cyclades.ram", 64 * GIB, UNLIMITED, "bytes", "member limit"),
        Change("hpc", "end_date", DATE, None),
    ]
    aspects, rows = pivot(changes)
    assert aspects == ["project limit", "member limit", ""]
    assert [row.field for row in rows] == ["cyclades.ram", "cyclades.vm", "end_date"]
    assert rows[0].cells == {
        "project limit": Cell("128G", "96G", "-32G"),
        "member limit": Cell("64G", "inf", "+inf"),
    }
    assert rows[0].cells["project limit"].falls
    assert rows[2].cells[""] == Cell("2027-04-01", "-")


def test_aspects_keep_their_order_whichever_changes_first() -> None:
    changes = [
        Change("hpc", "cyclades.vm", 8, 10, "", "member limit"),
        Change("hpc", "cyclades.ram", GIB, 2 * GIB, "bytes", "project limit"),
    ]
    assert pivot(changes)[0] == ["project limit", "member limit"]
    assert pivot(changes[::-1])[0] == ["project limit", "member limit"]


def test_a_limit_that_did_not_exist_is_new() -> None:
    _, rows = pivot([Change("hpc", "cyclades.vm", None, 28, "", "project limit")])
    assert rows[0].cells["project limit"] == Cell("-", "28", "new")


def test_words_have_no_difference() -> None:
    _, rows = pivot([Change("hpc", "state", "active", "suspended")])
    assert rows[0].cells[""] == Cell("active", "suspended")


def test_wished_fields() -> None:
    assert wished(FieldChange("private", False, True)) == Cell("no", "yes")
    assert wished(FieldChange("max_members", 12, UNLIMITED)) == Cell("12", "inf")


def test_journal_entries_side_by_side() -> None:
    before = json.dumps({"state": "pending", "limit": 5})
    after = json.dumps({"state": "approved", "limit": 8, "grants": '{"vm":3}', "response_at": DATE})
    assert lines(before, after) == [
        ("state", Cell("pending", "approved")),
        ("limit", Cell("5", "8", "+3")),
        ("grants.vm", Cell("-", "3")),
        ("response_at", Cell("-", "2027-04-01")),
    ]


def test_lists_and_bytes_of_journal_entries() -> None:
    after = json.dumps({"grants": {"ram": [2 * GIB, UNLIMITED]}, "waive_at": 0, "waive_actor": ""})
    unit = {"grants.ram": "bytes"}.get
    assert lines("{}", after, lambda name: unit(name, "")) == [
        ("grants.ram", Cell("-", "2G / inf"))
    ]


def test_what_is_no_json_object_is_shown_as_it_is() -> None:
    assert lines("oops\x1b", "[1]") == [("value", Cell("oops␛", "1"))]
    assert lines("", "") == []


def test_labels() -> None:
    assert label("end_date") == "end date"
    assert label("grants.astakos.pending_app") == "grants.astakos.pending_app"


@pytest.mark.parametrize(
    ("stored", "shown"), [("2080.00", "2,080"), ("931.83", "931.83"), ("1200.50", "1,200.5"),
                          ("much", "much"), ("0.00", "0")],
)  # fmt: skip
def test_node_hours_are_written_as_lists_have_them(stored: str, shown: str) -> None:
    ((_, cell),) = lines('{"node_usage": "1.00"}', json.dumps({"node_usage": stored}))
    assert (cell.before, cell.after) == ("1", shown)
