"""The table on a real database: moving, painting, reading a long list."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.geometry import Region
from textual.pilot import Pilot

from tests.tui.crowd import FIRST, crowd, label
from tests.tui.stage import Stage, meanwhile, play, press, set_up, settled, until
from tests.tui.widgets.tables import (
    calls,
    cursor_line,
    on_quotas,
    regions,
    reread,
    shown,
    table,
    under,
)
from tui.widgets.rows import PAGE

ROOM = 16
"""Rows of the Quotas pane at 80x24."""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """3,000 holdings besides those of the stage; not to be changed."""
    with set_up(tmp_path_factory.mktemp("many"), lambda world: crowd(world, 3000)) as stage:
        yield stage


def test_the_first_row_has_the_cursor(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        lines = shown(pilot)
        assert lines[0].startswith("  HOLDER ^")
        assert lines[1].startswith("> ")
        assert all(line.startswith("  ") for line in lines[2:])

    on_quotas(many, script)


@pytest.mark.parametrize(
    ("keys", "index"),
    [
        ("j j k", 1),
        ("down down up", 1),
        ("pagedown", ROOM),
        ("pagedown pageup", 0),
        ("ctrl+d", ROOM // 2),
        ("ctrl+d ctrl+u", 0),
        ("k", 0),
        ("G k", -2),
        ("end", -1),
        ("G home", 0),
        ("G g j", 1),
        ("G j j", -1),
    ],
)
def test_keys_move_the_cursor(many: Stage, keys: str, index: int) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, *keys.split())
        count = len(table(pilot).source)
        assert table(pilot).cursor == index % count
        assert table(pilot).cursor_key == table(pilot).source.keys[index % count]
        assert cursor_line(pilot)

    on_quotas(many, script)


def test_the_end_of_a_long_list_shows_its_rows(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "G")
        assert under(pilot).startswith(label(3000 // 4 - 1))
        assert not [line for line in shown(pilot) if line.strip() == "~"]

    on_quotas(many, script)


def test_rows_that_are_shown_do_not_wait_for_those_around_them(
    many: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        source = table(pilot).source
        asked = calls(source.listing, "rows", monkeypatch)
        table(pilot).move_to(1500)
        await settled(pilot)
        shown, around = asked
        assert shown == list(source.keys[1501 - ROOM : 1501])
        assert len(around) > PAGE
        assert not {*shown} & {*around}

    on_quotas(many, script)


def test_both_ends_of_a_list_are_read_before_a_key_leads_there(
    many: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        source = table(pilot).source
        table(pilot).move_to(1500)
        await settled(pilot)
        await reread(pilot)
        assert not source.lacking(0, ROOM - 1)
        asked = calls(source.listing, "rows", monkeypatch)
        table(pilot).action_list_last()
        assert cursor_line(pilot)
        assert not asked

    on_quotas(many, script)


def test_all_that_fits_is_read_once_typing_rests(
    many: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        widget = table(pilot)
        asked = calls(widget.source.listing, "keys", monkeypatch)
        monkeypatch.setattr("tui.panes.queried.TYPED", 60)
        await pilot.press("/", *label(0)[:4])
        await meanwhile(pilot, lambda: widget.shows.text == label(0)[:4])
        assert len(widget.source) == PAGE
        assert not asked
        monkeypatch.setattr("tui.panes.queried.TYPED", 0.001)
        await press(pilot, "backspace")
        assert [query.text for query in asked] == [label(0)[:3]]
        assert widget.shown == 3000

    on_quotas(many, script)


def test_rows_that_go_while_those_of_a_place_are_read_lead_to_no_neighbour(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        widget = table(pilot)
        keys = widget.source.keys[:]
        widget.move_to(1500)
        assert widget.aim == 1500
        widget.reorder(lambda: widget.source.adopt(keys[1:]), follow=False)
        await settled(pilot)
        assert (widget.cursor, widget.cursor_key) == (1499, keys[1500])
        widget.move_to(500)
        widget.reorder(lambda: widget.source.adopt(keys[1:501] + keys[502:]), follow=False)
        await settled(pilot)
        assert (widget.cursor, widget.cursor_key) == (500, keys[502])
        widget.reorder(lambda: widget.source.adopt(keys), follow=False)

    on_quotas(many, script)


def test_keys_pressed_faster_than_rows_are_read_add_up(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        widget = table(pilot)
        for _ in range(20):
            widget.action_list_page_down()
        await settled(pilot)
        assert widget.cursor == 20 * ROOM
        assert cursor_line(pilot)

    on_quotas(many, script)


def test_a_step_of_the_cursor_paints_two_lines(
    many: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        asked = regions(table(pilot), monkeypatch)
        await press(pilot, "j")
        assert asked == [(Region(0, 1, 80, 1), Region(0, 2, 80, 1))]

    on_quotas(many, script)


def test_reading_again_what_did_not_change_paints_nothing(
    many: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "pagedown")
        widget = table(pilot)
        asked = regions(widget, monkeypatch)
        widget._reader.last_move = 0.0
        await widget.refresh_rows()
        await settled(pilot)
        widget.tick()
        assert asked == []

    on_quotas(many, script)


def test_in_a_long_list_the_cursor_is_found_again_far_down(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "G", "k")
        key = table(pilot).cursor_key
        await press(pilot, "S")
        await until(pilot, lambda: table(pilot).shown is not None)
        assert table(pilot).cursor_key == key
        assert cursor_line(pilot)

    on_quotas(many, script)


def test_the_wheel_scrolls_and_the_cursor_stays(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        widget = table(pilot)
        widget.scroll_to(y=40, animate=False)
        await settled(pilot)
        assert widget.top == 40
        assert widget.cursor == 0
        assert not [line for line in shown(pilot) if line.strip() == "~"]
        await press(pilot, "j")
        assert widget.cursor == 1
        assert cursor_line(pilot)

    on_quotas(many, script)


def test_a_click_moves_and_a_second_opens(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await pilot.click("#list", offset=(5, 4))
        assert table(pilot).cursor == 3
        await pilot.click("#list", offset=(5, 4), times=2)
        await settled(pilot)
        assert type(pilot.app.screen).__name__ == "QuotaPane"

    on_quotas(many, script)


def test_a_click_on_a_heading_sorts_and_again_turns_round(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await pilot.click("#list", offset=(16, 0))
        await settled(pilot)
        assert table(pilot).shows.sort == "project"
        await pilot.click("#list", offset=(16, 0))
        await settled(pilot)
        assert table(pilot).shows.descending

    on_quotas(many, script)


def test_hidden_columns_are_reached_by_scrolling(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        assert "LIMIT " not in shown(pilot)[0].replace("OF LIMIT", "")
        await press(pilot, "l", "l")
        assert "LIMIT " in shown(pilot)[0].replace("OF LIMIT", "")
        assert shown(pilot)[0].startswith("  HOLDER")
        await press(pilot, "h", "h", "h")
        assert "PROJECT" in shown(pilot)[0]
        await press(pilot, "l")
        assert "PROJECT" not in shown(pilot)[0]
        await pilot.resize_terminal(109, 24)
        await settled(pilot)
        assert "PROJECT" in shown(pilot)[0]

    on_quotas(many, script)


def test_a_column_with_nothing_comes_when_one_goes_to_a_row_that_has_something(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "S")
        await until(pilot, lambda: table(pilot).shown is not None)
        bare = shown(pilot)[0]
        assert "PEND" not in bare
        await press(pilot, "pagedown", "j")
        assert shown(pilot)[0] == bare
        await press(pilot, "G", "pageup")
        assert "PEND" in shown(pilot)[0]
        assert any("(1)" in line for line in shown(pilot))
        await press(pilot, "g")
        assert "PEND" in shown(pilot)[0]
        table(pilot).show(replace(table(pilot).shows, sort="pending"))
        await settled(pilot)
        assert "PEND" in shown(pilot)[0]

    on_quotas(many, script)


def test_loading_two_hundred_thousand_keys_lets_the_console_live(tmp_path: Path) -> None:
    async def script(pilot: Pilot[None]) -> None:
        gaps: list[float] = []

        async def beat() -> None:
            last = time.thread_time()  # what others do to the machine does not count
            while True:
                await asyncio.sleep(0.01)
                gaps.append(time.thread_time() - last)
                last = time.thread_time()

        heart = asyncio.create_task(beat())
        await press(pilot, "2")
        await until(pilot, lambda: table(pilot).shown is not None)
        await press(pilot, "G", "g", "S")
        await until(pilot, lambda: table(pilot).shown is not None)
        heart.cancel()
        assert len(table(pilot).source) >= 200_000
        assert len([gap for gap in gaps if gap > 0.1]) <= 1

    with set_up(tmp_path, lambda world: crowd(world, 200_000)) as stage:
        play(stage.app(), script)


def test_keys_are_eight_bytes_each_and_rows_are_few(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        source = table(pilot).source
        assert source.keys.itemsize == 8
        assert sum(source.get(key) is not None for key in source.keys) < 500
        assert FIRST in source.keys

    on_quotas(many, script)


def test_one_that_has_left_the_screen_paints_nothing(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        gone = table(pilot)
        key = gone.cursor_key
        await gone.remove()
        assert not gone.is_attached
        gone.brush.forget()
        gone.repaint_keys({key})  # what was read meanwhile

    on_quotas(many, script)
