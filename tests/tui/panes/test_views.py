"""Views of lists: what they leave out is said."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui.panes.test_finding import listed, ordered, pane
from tests.tui.stage import WIDE, Stage, play, press, said, settled, stuck, until
from tests.tui.widgets.tables import calls, reread
from tests.worlds import CPU


def test_what_is_left_out_is_counted_after_a_change_and_not_read(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await listed(pilot, "climate")
        assert "1 of 2  filter climate" in said(pilot.app)
        read = calls(pane(pilot).listing(), "keys", monkeypatch)
        stage.world.project("new.lab")
        await pane(pilot).session.read_again()
        await settled(pilot)
        assert "1 of 3  filter climate" in said(pilot.app)
        await listed(pilot, "nowhere")
        assert "none does in the view everything either" in said(pilot.app)
        assert all(query.text in ("climate", "nowhere") and not query.view for query in read)

    play(stage.app(), script)


def test_a_filter_that_finds_nothing_in_a_view_says_what_fits_in_all(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "t", "j", "j", "j", "enter")
        await listed(pilot, "climate")
        text = said(pilot.app)
        assert "Nothing fits “climate” in the view expired." in text
        assert "1 does in the view everything: t chooses it" in text
        assert "esc takes the filter away" in text
        await listed(pilot, "nowhere")
        assert "none does in the view everything either" in said(pilot.app)
        await press(pilot, "2", "o")
        await listed(pilot, "n@uni project:climate.hpc resource:vm")
        text = said(pilot.app)
        assert "among those who are over" in text
        assert "1 does among all: o shows it" in text
        await press(pilot, "o")
        assert pane(pilot).list.shown == 1
        await press(pilot, "6")
        await listed(pilot, "action:commission.issue")
        assert "among decisions." in said(pilot.app)
        assert "among all entries: t shows" in said(pilot.app)

    play(stage.app(), script)


def test_who_is_at_the_newest_decision_is_at_the_newest_of_all_entries(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "6")
        decision = pane(pilot).list.cursor_key
        for _ in range(30):
            stuck(stage.world, stage.project, ((CPU, 1),))
        await press(pilot, "t")
        await until(pilot, lambda: pane(pilot).list.cursor_key > decision)
        assert (pane(pilot).list.cursor, pane(pilot).list.top) == (0, 0)
        assert "newer above" not in said(pilot.app)

    play(stage.app(), script)


def test_entries_above_what_is_on_screen_are_counted(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "6", "j")
        decision = pane(pilot).list.cursor_key
        for _ in range(30):
            stuck(stage.world, stage.project, ((CPU, 1),))
        await press(pilot, "t")
        await until(pilot, lambda: pane(pilot).list.top > 0)
        assert pane(pilot).list.cursor_key == decision
        assert f"{pane(pilot).list.top} newer above, g" in said(pilot.app)
        await press(pilot, "k")
        await press(pilot, "g")
        assert "newer above" not in said(pilot.app)
        await press(pilot, "S", "G")
        await until(pilot, lambda: pane(pilot).list.top > 0)
        assert "newer above" not in said(pilot.app)

    play(stage.app(), script)


def test_entries_that_come_above_what_is_on_screen_are_counted(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "6", "t")
        for _ in range(30):
            stuck(stage.world, stage.project, ((CPU, 1),))
        await reread(pilot)
        await until(pilot, lambda: pane(pilot).list.top > 0)
        await until(pilot, lambda: f"{pane(pilot).list.top} newer above, g" in said(pilot.app))

    play(stage.app(), script)


def test_applications_and_awards_that_wait_are_counted_apart(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        told = "2 applications waiting   t enter lists them   2 awards waiting   :awards"
        assert told in said(pilot.app)
        await press(pilot, "t", "enter")
        assert pane(pilot).list.shown == 2
        assert "2 applications waiting   2 awards waiting   :awards" in said(pilot.app)

    play(harbour.app(), script)


def test_a_jump_says_which_view_it_leads_to(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "J")
        text = said(pilot.app)
        assert "quotas of its members   :quotas project=" in text
        assert "its own limits and usage   :quotas (pools) project=" in text

    play(stage.app(WIDE), script, WIDE)


def ages(pilot: Pilot[None]) -> list[int]:
    """When what is listed was made."""
    rows = map(pane(pilot).list.source.row, range(pane(pilot).list.shown or 0))
    return [row.of.created_at for row in rows if row]


def test_an_order_by_an_age_that_is_not_on_screen_is_told_in_words(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        assert "oldest first" in said(pilot.app)
        await press(pilot, "S")
        assert "newest first" in said(pilot.app)
        assert "AGE" not in said(pilot.app)

    play(harbour.app(), script)


def test_an_arrow_up_is_the_smallest_age_first(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        assert "sort AGEv" in said(pilot.app)
        assert ages(pilot) == sorted(ages(pilot))
        pane(pilot).sort_by("name")
        pane(pilot).sort_by("age")
        await settled(pilot)
        assert "sort AGE^" in said(pilot.app)
        assert "AGE^" in said(pilot.app).split("\n")[3].replace(" ", "")
        assert ages(pilot) == sorted(ages(pilot), reverse=True)
        await press(pilot, "S")
        assert "sort AGEv" in said(pilot.app)
        await press(pilot, "<")
        assert "^" in said(pilot.app).split("\n")[2]
        await press(pilot, ">")
        assert "sort AGE^" in said(pilot.app)
        await ordered(pilot, "save lately")
        await press(pilot, "1", "V")
        assert ":allocations  by age" in said(pilot.app)
        assert "down" not in said(pilot.app)
        await press(pilot, "enter")
        assert ages(pilot) == sorted(ages(pilot), reverse=True)

    play(harbour.app(WIDE), script, WIDE)
