"""The table on a real database: moving, staying on one's object, repainting little."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.geometry import Region
from textual.pilot import Pilot

from backend.projects.model import Capacity
from backend.quotas.model import AcceptCommission, QuotaRow
from tests.tui.crowd import FIRST, crowd, label
from tests.tui.stage import GIB, Script, Stage, play, press, set_up, settled, stuck, until
from tests.worlds import OPERATOR, RAM, VM, person
from tui.panes.listpane import ListPane
from tui.widgets.table import ResourceTable

ROOM = 16
"""Rows of the Quotas pane at 80x24."""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """3,000 holdings besides those of the stage; not to be changed."""
    with set_up(tmp_path_factory.mktemp("many"), lambda world: crowd(world, 3000)) as stage:
        yield stage


@pytest.fixture
def few(tmp_path: Path) -> Iterator[Stage]:
    """The stage alone, to be changed."""
    with set_up(tmp_path) as stage:
        yield stage


def on_quotas(stage: Stage, script: Script, size: tuple[int, int] = (80, 24)) -> None:
    """Play on the Quotas pane."""
    on_pane(stage, "2", script, size)


def on_pane(stage: Stage, digit: str, script: Script, size: tuple[int, int] = (80, 24)) -> None:
    """Play on a pane once its list is there."""

    async def run(pilot: Pilot[None]) -> None:
        await press(pilot, digit)
        await until(pilot, lambda: table(pilot).shown is not None)
        await script(pilot)

    play(stage.app(size), run, size)


def table(pilot: Pilot[None]) -> ResourceTable[QuotaRow]:
    screen = pilot.app.screen
    assert isinstance(screen, ListPane)
    return screen.list


def shown(pilot: Pilot[None]) -> list[str]:
    """The lines of the table as text."""
    widget = table(pilot)
    return [widget.render_line(y).text for y in range(widget.size.height)]


def cursor_line(pilot: Pilot[None]) -> str:
    return next(line for line in shown(pilot)[1:] if line.startswith(">"))


def under(pilot: Pilot[None]) -> str:
    """Whose row the cursor is on."""
    row = table(pilot).cursor_row
    assert row is not None
    return f"{row.holder} {row.resource}"


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


def test_keys_pressed_faster_than_rows_are_read_add_up(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        widget = table(pilot)
        for _ in range(20):
            widget.action_list_page_down()
        await settled(pilot)
        assert widget.cursor == 20 * ROOM
        assert cursor_line(pilot)

    on_quotas(many, script)


def regions(widget: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Region, ...]]:
    """What a widget asks to have painted from now on."""
    asked: list[tuple[Region, ...]] = []
    original = widget.refresh

    def refresh(*wanted: Region, **options: Any) -> Any:
        asked.append(wanted)
        return original(*wanted, **options)

    monkeypatch.setattr(widget, "refresh", refresh)
    return asked


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


async def until_row(pilot: Pilot[None], holder: str, resource: str, project: str) -> None:
    """Put the cursor on a row."""
    source = table(pilot).source
    for index in range(len(source)):
        row = source.row(index)
        wanted = (holder, resource, project)
        if row is not None and (row.holder, row.resource, row.project_id) == wanted:
            table(pilot).move_to(index)
            await settled(pilot)
            return
    raise AssertionError(holder)


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


async def reread(pilot: Pilot[None]) -> None:
    """A change was heard of, after the operator rested."""
    widget = table(pilot)
    widget._reader.last_move = widget._reader._due = 0.0
    await widget.refresh_rows()
    await settled(pilot)


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


async def reread_now(pilot: Pilot[None]) -> None:
    """The operator rested."""
    widget = table(pilot)
    widget._reader.last_move = 0.0
    assert widget._following is not None
    widget._following.stop()
    widget._follow()
    await settled(pilot)


def test_the_cursor_stays_on_its_object_in_another_order(few: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await until_row(pilot, "n@uni.example", VM, few.project)
        await press(pilot, "S")
        assert under(pilot) == f"n@uni.example {VM}"
        assert cursor_line(pilot).startswith("> n@uni")
        assert shown(pilot)[0].startswith("  HOLDER v")

    on_quotas(few, script)


def test_in_a_long_list_the_cursor_is_found_again_far_down(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "G", "k")
        key = table(pilot).cursor_key
        await press(pilot, "S")
        await until(pilot, lambda: table(pilot).shown is not None)
        assert table(pilot).cursor_key == key
        assert cursor_line(pilot)

    on_quotas(many, script)


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
        assert "GONE" in shown(pilot)[2]
        table(pilot).tick()
        assert [line.strip() for line in shown(pilot)[1:4]] == [
            "",
            "Nobody is over.",
            "o shows all",
        ]
        assert table(pilot).cursor_key == 0

    on_quotas(few, script)


def test_the_nearest_neighbour_gets_the_cursor(few: Stage) -> None:
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
        assert table(pilot).cursor_key == serials[0]
        assert table(pilot).shown == 2

    on_pane(few, "5", script)


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
        await pilot.click("#list", offset=(12, 0))
        await settled(pilot)
        assert table(pilot).shows.sort == "project"
        await pilot.click("#list", offset=(12, 0))
        await settled(pilot)
        assert table(pilot).shows.descending

    on_quotas(many, script)


def test_hidden_columns_are_reached_by_scrolling(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        assert "LIMIT " not in shown(pilot)[0].replace("OF OWN LIMIT", "")
        await press(pilot, "l", "l")
        assert "LIMIT " in shown(pilot)[0].replace("OF OWN LIMIT", "")
        assert shown(pilot)[0].startswith("  HOLDER")
        await press(pilot, "h", "h", "h")
        assert "PROJECT" in shown(pilot)[0]

    on_quotas(many, script)


def test_loading_two_hundred_thousand_keys_lets_the_console_live(tmp_path: Path) -> None:
    async def script(pilot: Pilot[None]) -> None:
        gaps: list[float] = []

        async def beat() -> None:
            last = time.monotonic()
            while True:
                await asyncio.sleep(0.01)
                gaps.append(time.monotonic() - last)
                last = time.monotonic()

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
