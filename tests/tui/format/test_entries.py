from __future__ import annotations

import json
from dataclasses import replace

from backend.backend import JournalDetail, JournalEffect, JournalRow
from tui.format.entries import EFFECTS_SHOWN, entry, ticket
from tui.format.lines import Look

AT = 1_794_994_867_000_000
ROW = JournalRow(
    key=12,
    at=AT,
    actor="operator:op1",
    action="application.approve",
    target="application:417",
    before=json.dumps({"state": "pending", "max_members": 3}),
    after=json.dumps({"state": "approved", "max_members": 12}),
    reason="agreed with the PI",
    request_id="",
    outcome="done",
    effects=1,
    who="operator:op1",
    about="application #417 of hpc-climate",
)
LIMIT = JournalEffect("ada in hpc: cyclades.vm", '{"limit": 8}', '{"limit": 10}')
LOOK = Look(80)
UNITS = {"cyclades.ram": "bytes"}


def texts(found: JournalDetail, look: Look = LOOK) -> list[str]:
    return [one.text.rstrip() for one in entry(found, look, UNITS)]


def test_an_entry_shows_what_it_changed_here_and_elsewhere() -> None:
    shown = texts(JournalDetail(ROW, (LIMIT,)))
    assert shown[0] == "#12  application.approve   done"
    assert "When    2026-11-18 09:41:07Z" in shown
    assert "Reason  agreed with the PI" in shown
    assert "  state        pending -> approved" in shown
    assert "  max members  3 -> 12  +9" in shown
    assert "ALSO CHANGED (1)" in shown
    assert "  ada in hpc: cyclades.vm  limit 8 -> 10" in shown


def test_what_takes_another_back_says_which() -> None:
    found = JournalDetail(replace(ROW, takes_back=7), ())
    assert texts(found)[1] == "Takes back #7"
    assert "Outcome: done, takes back #7" in ticket(found, UNITS).splitlines()


def test_a_refused_attempt_says_why() -> None:
    after = json.dumps({"error": "conflict", "message": "not pending"})
    row = replace(ROW, outcome="refused", before="{}", after=after, effects=0)
    shown = texts(JournalDetail(row, ()))
    assert "WHY IT WAS REFUSED" in shown
    assert "  message  not pending" in shown


def test_the_postings_of_a_commission_are_named_not_numbered() -> None:
    row = replace(ROW, before="{}", after='{"p": [[7, 2]]}', effects=0)
    effect = JournalEffect("ada in hpc: cyclades.vm", "{}", '{"quantity": 2}')
    shown = texts(JournalDetail(row, (effect,)))
    assert not [text for text in shown if "[[" in text]
    assert "ALSO CHANGED (1)" in shown


def test_what_is_created_has_one_side_and_bytes_are_amounts() -> None:
    after = json.dumps({"name": "hpc", "grants": {"cyclades.ram": [2 << 30, 1 << 30]}, "gone": ""})
    made = JournalEffect("project:1", "{}", '{"state": "active", "uuid": "1"}')
    limit = JournalEffect("ada in hpc: cyclades.ram", "{}", json.dumps({"limit": 1 << 30}))
    shown = texts(JournalDetail(replace(ROW, before="{}", after=after), (made, limit)))
    assert "CREATED" in shown
    assert "  grants.cyclades.ram  2G / 1G" in shown
    assert not [text for text in shown if "gone" in text or "->" in text]
    assert shown[-4:] == [
        "  project:1",
        "    state  active",
        "    uuid   1",
        "  ada in hpc: cyclades.ram  limit 1G",
    ]


def test_mass_effects_are_counted() -> None:
    row = replace(ROW, effects=100_000)
    shown = texts(JournalDetail(row, (LIMIT,) * 400))
    assert shown[-1] == f"  and {100_000 - EFFECTS_SHOWN:,} more"
    assert len(shown) < 220


def test_the_ticket_is_plain_safe_text() -> None:
    row = replace(ROW, reason="why\x1b[31m\nnot")
    assert ticket(JournalDetail(row, (LIMIT,)), UNITS).splitlines() == [
        "bursar journal #12: application.approve application #417 of hpc-climate",
        "When:    2026-11-18 09:41:07Z",
        "Who:     operator:op1",
        "Outcome: done",
        "Reason:  why␛[31m␤not",
        "Changed:",
        "  state pending -> approved",
        "  max members 3 -> 12",
        "Also:",
        "  ada in hpc: cyclades.vm  limit 8 -> 10",
    ]


def test_long_values_are_broken_and_nothing_is_wider_than_the_panel() -> None:
    row = replace(ROW, after=json.dumps({"comment": "many words " * 30}), reason="r " * 90)
    shown = texts(JournalDetail(row, ()), Look(40))
    assert max(map(len, shown)) <= 40
