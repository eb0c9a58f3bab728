"""`:orphans`: consumers that nothing alive stands behind are marked, to be looked at."""

from __future__ import annotations

import os
import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from backend.core.plan import Tier
from tests.tui.panes.wishing import words
from tests.tui.stage import NARROW, Stage, dialog, listens, play, press, said, until
from tests.tui.stock import BIG, KNOWN, MOVING, NOBODYS, TWO, WEB, hold
from tests.tui.troubles import consent, listed, screen
from tui import orphans
from tui.dialogs.bulk import BulkScreen
from tui.panes.allocations import AllocationsPane
from tui.panes.projects import ProjectsPane


def keyed(text: str) -> list[str]:
    """The keys that type a text."""
    return ["space" if char == " " else char for char in text]


async def ordered(pilot: Pilot[None], source: str) -> None:
    """Type the command."""
    await press(pilot, ":", *keyed(f"orphans {source}"), "enter")
    await until(pilot, lambda: not screen(pilot).session.doing)


def marked(pilot: Pilot[None]) -> list[str]:
    """The marked consumers on screen, by the digit that tells them apart."""
    return re.findall(r"\*PLC +([5-8])a1c", said(pilot.app))


async def bulk(pilot: Pilot[None]) -> None:
    """Wait until the dialog for several takes keys."""
    await until(
        pilot, lambda: isinstance(pilot.app.screen, BulkScreen) and listens(pilot.app.screen)
    )


def live(*ids: str) -> str:
    """A file with these ids."""
    Path("live").write_text("".join(f"{one}\n" for one in ids))
    return "live"


def test_who_is_not_among_the_living_is_marked_and_listed(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await ordered(pilot, live(WEB, MOVING.upper(), BIG.replace("-", "")))
        await listed(pilot, lambda count: count == 1)
        assert isinstance(pilot.app.screen, AllocationsPane)
        assert marked(pilot) == ["8"]
        assert screen(pilot).query_shown.text == "marked"
        assert "1 of 4 orphaned, marked: 1 of 1 is untyped; del removes" in said(pilot.app)
        assert "(3 live ids)" in screen(pilot).session.messages[-1].text
        await press(pilot, "escape", "escape")
        assert screen(pilot).list.shown == 4

    play(shelves.app(), script)


def test_a_command_tells_the_living(shelves: Stage) -> None:
    Path("tell").write_text(f"print({WEB!r}); print({NOBODYS!r})")

    async def script(pilot: Pilot[None]) -> None:
        await ordered(pilot, f"!{sys.executable} tell")
        await until(pilot, lambda: marked(pilot) == ["6", "7"])

    play(shelves.app(), script)


def test_only_what_is_listed_is_compared(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "/", *"type:instance", "enter")
        await listed(pilot, lambda count: count == 2)
        await ordered(pilot, live(WEB))
        await until(pilot, lambda: marked(pilot) == ["6"])
        assert "1 of 2 orphaned, marked; del removes (1 live id)" in said(pilot.app)

    play(shelves.app(), script)


def test_the_rest_of_a_filter_stays_however_often_it_is_audited(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "/", *"type:instance", "enter")
        await listed(pilot, lambda count: count == 2)
        for _ in range(2):
            await ordered(pilot, live(WEB))
            await until(pilot, lambda: marked(pilot) == ["6"])
            assert "1 of 2 orphaned" in said(pilot.app)
            assert screen(pilot).query_shown.text == "type:instance marked"

    play(shelves.app(), script)


def test_only_those_of_the_marked_that_are_listed_are_removed(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await ordered(pilot, live(WEB))
        await until(pilot, lambda: marked(pilot) == ["6", "7", "8"])
        await press(pilot, "/", *"!type:instance", "enter")
        await listed(pilot, lambda count: count == 2)
        await press(pilot, "delete")
        await bulk(pilot)
        assert "WHAT WILL BE DONE (2)" in said(pilot.app)
        await press(pilot, *"lost", "enter", *keyed("remove 2"), "enter", "y")
        await listed(pilot, lambda count: count == 0)
        assert len(screen(pilot).list.marked) == 1

    play(shelves.app(), script)


def test_what_is_marked_but_not_listed_is_told_in_the_preview(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "*", "/", *"type:instance", "enter")
        await listed(pilot, lambda count: count == 2)
        await press(pilot, "delete")
        await bulk(pilot)
        assert "Remove 4" in said(pilot.app)
        assert "! 2 of them are marked but not among the rows that are listed" in said(pilot.app)

    play(shelves.app(), script)


def test_what_is_no_server_is_told_in_a_narrow_terminal(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await ordered(pilot, live(WEB))
        await until(pilot, lambda: marked(pilot) == ["6", "7", "8"])
        assert "3 of 4 orphaned, marked: 2 of 3 are MIGRATION or untyped" in said(pilot.app)

    play(shelves.app(NARROW), script)


def test_an_audit_begins_anew(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await ordered(pilot, live(WEB))
        await until(pilot, lambda: marked(pilot) == ["6", "7", "8"])
        await ordered(pilot, live(*KNOWN))
        await until(pilot, lambda: marked(pilot) == ["8"])

    play(shelves.app(), script)


def test_nothing_orphaned_is_told(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await ordered(pilot, live(*KNOWN, NOBODYS))
        assert "none of 4 consumers is orphaned (4 live ids)" in said(pilot.app)
        assert isinstance(pilot.app.screen, ProjectsPane)

    play(shelves.app(), script)


def test_what_is_younger_than_the_list_is_left_out(shelves: Stage) -> None:
    clock = shelves.world.clock
    early = clock.at.timestamp()
    clock.at += timedelta(seconds=50)
    hold(shelves.world, "9a1c0000-0000-4000-8000-0000000000e9", {TWO: {"VCPU": 1}})

    async def script(pilot: Pilot[None]) -> None:
        await ordered(pilot, live(*KNOWN))
        await until(pilot, lambda: "2 of 5 orphaned, marked" in said(pilot.app))
        os.utime("live", (early + 100, early + 100))
        await ordered(pilot, "live")
        await until(pilot, lambda: marked(pilot) == ["8"])
        assert "1 of 5 orphaned, marked" in said(pilot.app)
        assert "1 younger than the list left out" in screen(pilot).session.messages[-1].text
        os.utime("live", (early, early))
        await ordered(pilot, "live")
        assert "none of 5 consumers is orphaned, 2 younger than the list" in said(pilot.app)

    play(shelves.app(), script)


def test_whose_it_is_stands_above_a_removal_and_that_it_may_be_alive(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "home", "j")
        await press(pilot, "delete")
        await dialog(pilot)
        told = words(pilot)
        whose = f"INSTANCE {BIG} of climate.hpc, n@uni.example, "
        assert f"Remove the allocations of {whose}" in told
        assert "! nothing tells that it is gone: if it still runs, it goes on" in told
        await press(pilot, *"lost", "enter")
        assert "Remove (needs 6a1c0000 typed above)" in said(pilot.app)
        await press(pilot, *BIG[:8], "enter", "y")
        await listed(pilot, lambda count: count == 3)

    play(shelves.app(), script)


def test_a_removal_says_by_which_list_it_is_orphaned(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await ordered(pilot, live(WEB))
        await until(pilot, lambda: marked(pilot) == ["6", "7", "8"])
        await press(pilot, "home", "delete")
        await bulk(pilot)
        told = re.sub(r"\s+", " ", said(pilot.app))
        assert "! known to be gone: not among 1 live id of live, listed " in told
        assert "others are given its room: 7a1c...00e7, 8a1c...00e8" in told
        await press(pilot, "escape")
        await ordered(pilot, live(WEB, MOVING, NOBODYS))
        await until(pilot, lambda: marked(pilot) == ["6"])
        await press(pilot, "delete")
        plan = (await dialog(pilot)).plan
        assert (plan.tier, plan.warnings) == (Tier.HARMFUL, ())
        await consent(pilot, reason="lost")
        await listed(pilot, lambda count: count == 0)

    play(shelves.app(), script)


def test_a_list_of_another_cloud_is_suspected(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await ordered(pilot, live("00000000-0000-4000-8000-000000000001"))
        await until(pilot, lambda: len(marked(pilot)) == 4)
        said_last = screen(pilot).session.messages[-1]
        assert "NONE of 1 live id is here" in said_last.text

    play(shelves.app(), script)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("missing", "missing: No such file"),
        ("empty", "everything would count as orphaned"),
        ("!false", "false: exit 1"),
    ],
)
def test_what_goes_wrong_marks_nobody(shelves: Stage, source: str, told: str) -> None:
    Path("empty").write_text("\n")

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "space")
        await ordered(pilot, source)
        assert any(told in one.text for one in screen(pilot).session.messages)
        assert marked(pilot) == ["5"]

    play(shelves.app(), script)


def test_it_is_stopped(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        await pilot.press(":", *keyed("orphans !sleep 100"), "enter")
        await pilot.pause(0.2)
        assert "reading the ids of !sleep 100" in said(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: "nothing was compared" in said(pilot.app))
        assert screen(pilot).session.doing == ""

    play(shelves.app(), script)


def test_a_file_has_to_be_named(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, ":", *"orphans", "enter")
        told = ":orphans   ! orphans: live ids follow, as in :orphans ids.txt, or !COMMAND"
        assert told in said(pilot.app)

    play(shelves.app(), script)


def test_no_more_are_marked_than_can_be(shelves: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "MOST", 2)

    async def script(pilot: Pilot[None]) -> None:
        await ordered(pilot, live(WEB))
        await until(pilot, lambda: marked(pilot) == ["6", "7"])
        assert "3 of 4 orphaned, 2 marked: 1 of 2 is MIGRATION" in said(pilot.app)

    play(shelves.app(), script)


def test_what_came_after_the_audit_is_not_marked(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await ordered(pilot, live(*KNOWN))
        await until(pilot, lambda: marked(pilot) == ["8"])
        hold(shelves.world, "9a1c0000-0000-4000-8000-0000000000e9", {TWO: {"VCPU": 1}})
        await press(pilot, "r", "escape", "escape")
        await listed(pilot, lambda count: count == 5)
        assert marked(pilot) == []

    play(shelves.app(), script)
