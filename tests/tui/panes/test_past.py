"""Figures over time and the heat map on the console: live, and idle when nothing changes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from backend.projects.model import Capacity
from tests.tui import busy
from tests.tui.panes.test_past_pictures import only, open_heat
from tests.tui.panes.test_pictures import open_pane
from tests.tui.stage import NARROW, WIDE, Stage, play, press, said, set_up, settled, until
from tests.tui.widgets.tables import regions
from tests.worlds import CPU
from tui.panes.heat import HeatPane
from tui.panes.listpane import ListPane
from tui.panes.project import ProjectPane
from tui.panes.quotas import QuotasPane


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Stage]:
    """Projects of every fullness."""
    with set_up(tmp_path, busy.fill) as made:
        yield made


def heat(pilot: Pilot[None]) -> HeatPane:
    """The map on screen."""
    pane = pilot.app.screen
    assert isinstance(pane, HeatPane)
    return pane


def cells(pilot: Pilot[None]) -> list[str]:
    """Its rows as text."""
    table = heat(pilot).list
    lines = [table.render_line(y).text for y in range(1, table.size.height)]
    return [" ".join(line.removeprefix(">").split()) for line in lines if line.strip()]


def test_the_map_is_reached_by_its_key_and_enter_opens_a_project(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        for digit in "12":
            await open_pane(pilot, digit)
            await press(pilot, "M")
            await until(pilot, lambda: isinstance(pilot.app.screen, HeatPane))
            await until(pilot, lambda: len(heat(pilot).list.columns) > 1)
        await until(pilot, lambda: heat(pilot).list.shown == 7)
        assert [row.split()[0] for row in cells(pilot)[:3]] == [
            "genomics.core",
            "astro.sim",
            "climate.hpc",
        ]
        assert cells(pilot)[0] == "genomics.core ###### 125%! ***** 63% ##### 100%!"
        await press(pilot, "j", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ProjectPane)
        await until(pilot, lambda: screen.found is not None)
        assert screen.path() == ("Projects", "astro.sim")

    play(many.app(), script)


def test_a_command_with_a_filter_shows_what_fits(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, ":", *"heat", "space", *"lab", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, HeatPane))
        await until(pilot, lambda: heat(pilot).list.shown == 2)
        await until(pilot, lambda: len(cells(pilot)) == 2 and "%" in cells(pilot)[1])
        assert [row.split()[0] for row in cells(pilot)] == ["fluid.lab", "quantum.lab"]
        await press(pilot, "S")
        await until(pilot, lambda: cells(pilot)[0].startswith("quantum.lab"))
        assert "least first" in said(pilot.app)

    play(many.app(), script)


def test_the_map_follows_changes_and_new_resources(many: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await open_heat(pilot)
        many.world.charge("L", busy.uuid_of(many.world, "fluid.lab"), 30, CPU)
        many.world.register("cyclades.gpu", 0, 0)
        grown = many.world.project("gpu.lab", grants={"cyclades.gpu": Capacity(4, 4)})
        many.world.enroll("L", grown)
        many.world.charge("L", grown, 1, "cyclades.gpu")
        heat(pilot).list._reader._due = 0.0
        await heat(pilot).refresh_data()
        await until(pilot, lambda: heat(pilot).list.shown == 8)
        await until(pilot, lambda: any("25%" in row for row in cells(pilot)))
        assert "gpu" in heat(pilot).list.render_line(0).text
        fluid = next(row for row in cells(pilot) if "fluid" in row)
        assert "30%" in fluid

    play(many.app(WIDE), script, WIDE)


def test_an_empty_map_says_so(tmp_path: Path) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, ":", *"heat", "space", *"nobody", "enter")
        await until(pilot, lambda: "Nothing fits" in said(pilot.app))
        await press(pilot, "escape")
        await until(pilot, lambda: heat(pilot).list.shown == 1)

    with set_up(tmp_path) as stage:
        play(stage.app(), script)


def test_usage_of_the_day_is_read_again_when_it_changes(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await only(pilot, "m@uni vm climate")
        pane = pilot.app.screen
        assert isinstance(pane, QuotasPane)
        await until(pilot, lambda: "max 4" in said(pilot.app))
        stage.world.clock.advance(hours=1)
        stage.world.charge("M", stage.project, 2)
        await pane.refresh_data()
        assert "from 4 to 6, max 6" in said(pilot.app)
        assert "not known before 2026-11-20 09:00Z" in said(pilot.app)

    play(stage.app(WIDE), script, WIDE)


def still(pane: ListPane[Any]) -> bool:
    """True once the cursor rests and its detail was read."""
    return pane._resting is None and pane._shown_key in (0, pane.list.cursor_key)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
def test_nothing_is_painted_when_nothing_changes(
    many: Stage, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        for opened in ("heat", "projects", "quotas", "commissions"):
            await press(pilot, ":", *opened, "enter")
            pane = pilot.app.screen
            assert isinstance(pane, ListPane)
            await until(pilot, partial(still, pane))
            assert pane.list.cursor_row is not None
            await pane.refresh_data()
            await settled(pilot)
            widgets = [*pane.query("ResourceTable, TextPanel, Row")]
            asked = [regions(widget, monkeypatch) for widget in widgets]
            for _ in range(2):
                await pane.refresh_data()
                await settled(pilot)
                pane.tick()
            assert not any(asked), (opened, asked)
            monkeypatch.undo()

    play(many.app(size), script, size)


def test_a_picture_of_the_day_moves_with_time_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await only(pilot, "l@uni vm climate")
        pane = pilot.app.screen
        assert isinstance(pane, QuotasPane)
        await until(pilot, lambda: "max 7" in said(pilot.app))
        asked = regions(pane.side, monkeypatch)
        now = pane.session.now()
        pane.session.now = lambda: now + 1_000_000
        pane.tick()
        assert asked == []
        pane.session.now = lambda: now + 3 * 3600_000_000
        pane.tick()
        changed = [one for wanted in asked for one in wanted]
        assert len(changed) == 1

    play(stage.app(WIDE), script, WIDE)
