"""Rows that somebody else did away with: their marks, and what an empty list says."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from backend.projects.model import DenyApplication, ProjectAction
from backend.quotas.model import RejectCommission
from tests.tui.stage import WIDE, Stage, play, press, said, settled, stuck, until
from tests.tui.troubles import empty, screen
from tests.tui.widgets.tables import calls, cursor_line, reread
from tests.worlds import CPU, OPERATOR
from tui.dialogs.bulk import BulkScreen


async def filtered(pilot: Pilot[None], text: str) -> None:
    """Type a filter."""
    await pilot.press("/", "ctrl+u", *(("space" if c == " " else c) for c in text), "enter")
    await settled(pilot)


@pytest.mark.parametrize("text", ["", "marked"])
def test_what_is_gone_is_marked_no_more_and_that_is_told(stage: Stage, text: str) -> None:
    for _ in range(3):
        stuck(stage.world, stage.project, ((CPU, 1),))

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "space", "space", "space")
        first, *others = list(screen(pilot).state.marked)
        await filtered(pilot, text)
        stage.world.do(RejectCommission(actor=OPERATOR, serial=first), "lost")
        await screen(pilot).session.read_again()
        await until(pilot, lambda: list(screen(pilot).state.marked) == others)
        await until(pilot, lambda: "marked 2 " in said(pilot.app))
        assert "no longer there, nor marked: 1 row" in said(pilot.app)

    play(stage.app(), script)


def test_what_was_settled_says_so_at_its_place_and_takes_no_mark(stage: Stage) -> None:
    first, second, third = (stuck(stage.world, stage.project, ((CPU, 1),)) for _ in range(3))

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "g", "j")
        assert screen(pilot).list.cursor_key == second
        assert "overdue" in cursor_line(pilot)
        stage.world.do(RejectCommission(actor=OPERATOR, serial=second), "lost")
        fourth = stuck(stage.world, stage.project, ((CPU, 1),))
        await reread(pilot)
        assert list(screen(pilot).list.source.keys)[:4] == [fourth, third, second, first]
        assert "GONE" in cursor_line(pilot)
        assert "overdue" not in cursor_line(pilot)
        await press(pilot, "space")
        assert not screen(pilot).state.marked
        assert "not marked: it is no longer listed" in said(pilot.app)
        assert screen(pilot).list.cursor_key == first

    play(stage.app(), script)


def test_what_went_is_not_taken_for_left_out_before_the_order_is_read(stage: Stage) -> None:
    serials = [stuck(stage.world, stage.project, ((CPU, 1),)) for _ in range(2)]

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "g")
        assert " 3 " in said(pilot.app)
        stage.world.do(RejectCommission(actor=OPERATOR, serial=serials[1]), "lost")
        await screen(pilot).session.read_again()
        await until(pilot, lambda: serials[1] in screen(pilot).list.source.ghosts)
        screen(pilot).show_chrome()
        assert "2 of 3" not in said(pilot.app)

    play(stage.app(), script)


def test_the_dialog_for_several_speaks_only_of_unlisted_rows_that_will_be_done(
    stage: Stage,
) -> None:
    serials = [stuck(stage.world, stage.project, ((CPU, 1),)) for _ in range(3)]

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "g")
        stage.world.do(RejectCommission(actor=OPERATOR, serial=serials[2]), "lost")
        await reread(pilot)
        screen(pilot).list.mark(serials, on=True)
        await press(pilot, "A")
        await until(pilot, lambda: isinstance(pilot.app.screen, BulkScreen))
        assert "Accept 2" in said(pilot.app)
        assert "not among the rows that are listed" not in said(pilot.app)

    play(stage.app(), script)


def test_marks_of_what_is_listed_are_not_looked_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "space")
        asked = calls(screen(pilot).listing(), "keys", monkeypatch)
        stuck(stage.world, stage.project, ((CPU, 1),))
        await screen(pilot).session.read_again()
        await until(pilot, lambda: screen(pilot).list.shown == 2)
        await settled(pilot)
        assert len(screen(pilot).state.marked) == 1
        assert {query.text for query in asked} == {""}

    play(stage.app(), script)


def test_what_a_filter_or_a_view_leaves_out_stays_marked(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "*")
        marked = list(screen(pilot).state.marked)
        assert len(marked) > 1
        stage.world.act(stage.project, ProjectAction.TERMINATE)
        await screen(pilot).session.read_again()
        await filtered(pilot, "urban")
        await until(pilot, lambda: screen(pilot).list.shown == 1)
        await settled(pilot)
        assert list(screen(pilot).state.marked) == marked

    play(stage.app(), script)


def test_a_list_says_that_nothing_is_left_once_the_last_row_has_gone(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await filtered(pilot, "urban pending")
        await until(pilot, lambda: screen(pilot).list.shown == 1)
        command = DenyApplication(actor=OPERATOR, application=stage.newcomer)
        stage.world.do(command, "no budget")
        await screen(pilot).session.read_again()
        await until(pilot, lambda: screen(pilot).list.shown == 0)
        assert "urban.air" in said(pilot.app)
        await empty(pilot, "Nothing fits")
        assert "urban.air" in said(pilot.app)
        await press(pilot, "j")
        assert "urban.air" not in said(pilot.app)

    play(stage.app(), script)


def test_no_neighbour_takes_the_place_of_a_row_that_went_under_the_cursor(stage: Stage) -> None:
    first, second = (stuck(stage.world, stage.project, ((CPU, 1),)) for _ in range(2))

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "g")
        assert screen(pilot).list.cursor_key == second
        stage.world.do(RejectCommission(actor=OPERATOR, serial=second), "lost")
        await screen(pilot).session.read_again()
        await until(pilot, lambda: second in screen(pilot).list.source.ghosts)
        for _ in range(9):
            screen(pilot).tick()
        await screen(pilot).session.read_again()
        await settled(pilot)
        assert screen(pilot).list.cursor_key == second
        await press(pilot, "A")
        assert f"no pending commission {second}" in said(pilot.app)
        await until(pilot, lambda: "Audit for its end" in said(pilot.app))
        await press(pilot, "j")
        screen(pilot).tick()
        await press(pilot, "k")
        assert screen(pilot).list.cursor_key == first

    play(stage.app(WIDE), script, WIDE)
