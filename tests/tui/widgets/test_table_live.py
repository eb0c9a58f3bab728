"""The table while things change: on one's object, marking what moved, repainting little."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from backend.projects.model import Capacity
from backend.quotas.model import AcceptCommission
from tests.tui.stage import GIB, Stage, press, set_up, settled, stuck, until
from tests.tui.widgets.tables import (
    cursor_line,
    on_pane,
    on_quotas,
    regions,
    reread,
    reread_now,
    shown,
    table,
    under,
    until_row,
)
from tests.worlds import OPERATOR, RAM, VM, person


@pytest.fixture
def few(tmp_path: Path) -> Iterator[Stage]:
    """The stage alone, to be changed."""
    with set_up(tmp_path) as stage:
        yield stage


def test_a_change_elsewhere_paints_nothing_here(
    few: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "G")
        widget = table(pilot)
        widget._reader.last_move = 0.0
        asked = regions(widget, monkeypatch)
        first = widget.source.row(0)
        assert first is not None
        few.world.charge("A", person("A"), 1)
        await widget.refresh_rows()
        await settled(pilot)
        assert asked == []

    on_quotas(few, script, (80, 16))


def test_a_changed_figure_is_painted_and_marked(few: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        widget = table(pilot)
        await until_row(pilot, "m@uni.example", VM, few.project)
        assert "+" not in cursor_line(pilot)[:42]
        few.world.charge("M", few.project, 1)
        await widget.refresh_rows()
        await settled(pilot)
        assert "+     5" in cursor_line(pilot)
        widget.tick()
        widget.tick()
        assert "+     5" not in cursor_line(pilot)
        assert "      5" in cursor_line(pilot)

    on_quotas(few, script)


def test_one_that_has_left_the_screen_on_the_way_to_another_object_lets_no_mark_fade(
    few: Stage,
) -> None:
    """A tick may come while the console ends."""

    async def script(pilot: Pilot[None]) -> None:
        gone = table(pilot)
        await until_row(pilot, "m@uni.example", VM, few.project)
        few.world.charge("M", few.project, 1)
        await gone.refresh_rows()
        assert gone.source.marks
        gone.go_to(max(gone.source.keys) + 1)
        await gone.remove()
        gone.tick()
        gone.tick()
        assert gone.source.marks

    on_quotas(few, script)


def test_rows_of_the_same_pool_that_look_as_before_are_not_painted(
    few: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await until_row(pilot, "m@uni.example", VM, few.project)
        widget = table(pilot)
        asked = regions(widget, monkeypatch)
        few.world.charge("M", few.project, 1)
        await widget.refresh_rows()
        await settled(pilot)
        assert [[region.height for region in one] for one in asked] == [[1]]
        assert asked[0][0].y == widget.cursor - widget.top + widget.HEAD

    on_quotas(few, script)


def test_time_alone_paints_no_commission_whose_age_reads_the_same(
    few: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        asked = regions(table(pilot), monkeypatch)
        table(pilot).tick()
        assert asked == []

    on_pane(few, "5", script)


def test_the_cursor_stays_on_its_object_when_rows_appear_before_it(few: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await until_row(pilot, "m@uni.example", VM, few.project)
        key, line = table(pilot).cursor_key, table(pilot).cursor - table(pilot).top
        few.world.add("B")
        await reread(pilot)
        assert table(pilot).cursor_key == key
        assert under(pilot) == f"m@uni.example {VM}"
        assert table(pilot).cursor - table(pilot).top == line

    on_quotas(few, script, (80, 20))


def test_the_order_waits_until_the_operator_rests(few: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "j")
        before = list(table(pilot).source.keys)
        few.world.add("B")
        await table(pilot).refresh_rows()
        await settled(pilot)
        assert list(table(pilot).source.keys) == before
        assert table(pilot)._following is not None
        await reread_now(pilot)
        assert len(table(pilot).source) > len(before)

    on_quotas(few, script)


def test_the_cursor_stays_on_its_object_in_another_order(few: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await until_row(pilot, "n@uni.example", VM, few.project)
        await press(pilot, "S")
        assert under(pilot) == f"n@uni.example {VM}"
        assert cursor_line(pilot).startswith("> n@uni")
        assert shown(pilot)[0].startswith("  HOLDER v")

    on_quotas(few, script)


def test_what_vanished_is_struck_through_before_it_goes(few: Stage) -> None:
    few.world.approve(few.modification)

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "o")
        await until(pilot, lambda: table(pilot).shown == 3)
        assert under(pilot) == f"l@uni.example {RAM}"
        few.world.modify("O", few.project, grants={RAM: Capacity(512 * GIB, 64 * GIB)})
        await reread(pilot)
        assert table(pilot).shown == 0
        assert [line[:2] for line in shown(pilot)[1:5]] == [">-", " -", " -", "  "]
        table(pilot).tick()
        assert shown(pilot)[1].startswith(">-l@uni")
        await press(pilot, "down")
        assert [line.strip() for line in shown(pilot)[1:4]] == [
            "",
            "Nobody is over.",
            "o shows all",
        ]
        assert table(pilot).cursor_key == 0

    on_quotas(few, script)


def test_the_nearest_neighbour_gets_the_cursor_once_it_moves(few: Stage) -> None:
    few.world.charge("L", few.project, -16 * GIB, RAM)
    serials = [few.serial, stuck(few.world, few.project), stuck(few.world, few.project)]

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "j")
        assert table(pilot).cursor_key == serials[1]
        few.world.do(AcceptCommission(actor=OPERATOR, serial=serials[1]))
        await reread(pilot)
        assert table(pilot).cursor_key == serials[1]
        assert cursor_line(pilot).startswith(">-")
        table(pilot).tick()
        assert table(pilot).cursor_key == serials[1]
        await press(pilot, "j")
        assert table(pilot).cursor_key == serials[0]
        assert table(pilot).shown == 2
        table(pilot).tick()
        assert not table(pilot).source.ghosts

    on_pane(few, "5", script)


def test_a_letter_of_a_filter_that_leaves_all_rows_paints_none(
    few: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        widget = table(pilot)
        lines = shown(pilot)
        asked = regions(widget, monkeypatch)
        await press(pilot, "/", *"uni")
        await until(pilot, lambda: widget.shows.text == "uni")
        assert (asked, shown(pilot)) == ([], lines)
        await press(pilot, *".example ram")
        await until(pilot, lambda: widget.shows.text == "uni.example ram")
        assert asked
        assert shown(pilot) != lines

    on_quotas(few, script, (80, 16))
