from __future__ import annotations

from dataclasses import replace

import pytest

from backend.quotas.model import (
    UNLIMITED,
    CommissionDetail,
    CommissionRow,
    FeedEvent,
    ProvisionRow,
)
from tui.format.ages import MINUTE
from tui.format.commissions import detail, feed_line, is_overdue
from tui.format.glyphs import ASCII
from tui.format.lines import Look
from tui.format.units import changes

GIB = 1024**3
AT = 1_794_994_867_000_000
NARROW, WIDE = Look(78, ASCII, now=AT + 9 * MINUTE), Look(120, ASCII, now=AT + 9 * MINUTE)
CHANGE = (("cyclades.vm", "", 1), ("cyclades.ram", "bytes", 4 * GIB))
ROW = CommissionRow(90188, "upload", "pithos", AT, 0, "cy@uni.example", "genomics", 2, CHANGE)
PROVISION = ProvisionRow(
    holding=1,
    holder="user:1",
    source="project:2",
    label="cy@uni.example",
    source_label="genomics",
    resource="pithos.diskspace",
    unit="bytes",
    quantity=2 * GIB,
    limit=50 * GIB,
    usage=14 * GIB,
    pending=2 * GIB,
)
EVENT = FeedEvent(AT, "issued", 90214, "cyclades", "eli@uni.example", "astro-sim", CHANGE)


SIDE = Look(38, ASCII, now=AT + 9 * MINUTE)


def shown(*provisions: ProvisionRow, look: Look = SIDE) -> list[str]:
    return [one.text.rstrip() for one in detail(CommissionDetail(ROW, provisions), look)]


def test_what_accepting_and_rejecting_come_to() -> None:
    lines = shown(PROVISION)
    assert lines[0] == "Commission 90188   overdue 9 m"
    assert "  cy@uni.example in genomics" in lines
    assert "    pithos.diskspace  +2G" in lines
    assert "    NOW         14G of 50G (2G pending)" in lines
    assert "    IF ACCEPTED 14G of 50G" in lines
    assert "    IF REJECTED 12G of 50G" in lines


def test_where_there_is_room_a_provision_takes_one_line_and_a_holder_is_named_once() -> None:
    other = replace(PROVISION, holding=2, resource="cyclades.ram")
    lines = shown(PROVISION, other, look=Look(100, ASCII))
    head = next(text for text in lines if "IF ACCEPTED" in text)
    assert head.split() == ["NOW", "IF", "ACCEPTED", "IF", "REJECTED"]
    assert "    pithos.diskspace   +2G   14G of 50G (2G pending)   14G           12G" in lines
    assert "    cyclades.ram       +2G   14G of 50G (2G pending)   14G           12G" in lines
    assert lines.count("  cy@uni.example in genomics") == 1


def test_a_release_lowers_usage_only_when_accepted() -> None:
    lines = shown(replace(PROVISION, quantity=-2 * GIB, limit=UNLIMITED))
    assert "    IF ACCEPTED 12G of inf" in lines
    assert "    IF REJECTED 14G of inf" in lines


def test_what_other_commissions_hold_stays_pending() -> None:
    lines = shown(replace(PROVISION, pending=5 * GIB))
    assert "    IF ACCEPTED 14G of 50G (3G pending)" in lines


def test_changes_in_short_and_in_full() -> None:
    assert changes(CHANGE) == "+1 vm +4G ram"
    assert changes(CHANGE, full=True) == "+1 cyclades.vm +4G cyclades.ram"


def test_overdue_after_five_minutes() -> None:
    assert not is_overdue(AT, AT + 5 * MINUTE)
    assert is_overdue(AT, AT + 5 * MINUTE + 1)


def test_the_feed_narrow_and_wide() -> None:
    narrow, wide = feed_line(EVENT, NARROW).text, feed_line(EVENT, WIDE).text
    assert narrow == "  09:41:07 issued    90214  eli       astro-sim     +1 vm +4G ram"
    assert "eli@uni       astro-sim           +1 cyclades.vm +4G cyclades.ram" in wide


@pytest.mark.parametrize(
    ("unit", "note", "told"),
    [
        ("bytes", f"413 limit {50 * GIB} usage {49 * GIB}", "413 limit 50G usage 49G"),
        ("", f"413 limit {UNLIMITED} usage 7", "413 limit inf usage 7"),
        ("", "by op2", "by op2"),
    ],
)
def test_figures_in_notes_are_amounts(unit: str, note: str, told: str) -> None:
    event = replace(EVENT, kind="refused", serial=0, change=(("x.y", unit, 1),), note=note)
    text = feed_line(event, WIDE).text
    assert text.endswith(told)
    assert "REFUSED" in text


def test_two_events_of_the_same_moment_are_told_apart() -> None:
    other = replace(EVENT, serial=90215)
    assert feed_line(EVENT, WIDE).key != feed_line(other, WIDE).key


def test_hostile_names_in_the_feed() -> None:
    evil = replace(EVENT, holder="\x1b]0;x\x07", project="\u202e", note="\x9b")
    assert not set(feed_line(evil, WIDE).text) & {"\x1b", "\x07", "\u202e", "\x9b"}
