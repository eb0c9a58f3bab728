"""Pictures of figures over time and of the heat map; the first line says what to look for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui import busy
from tests.tui.hostile import NASTY, poison
from tests.tui.panes.test_pictures import Compare, both_sizes, open_pane, shown
from tests.tui.stage import NARROW, WIDE, Stage, press, said, set_up, until
from tui.panes.heat import HeatPane
from tui.panes.project import ProjectPane
from tui.panes.quotas import QuotasPane


@pytest.fixture
def day(stage: Stage) -> Stage:
    """A day has passed."""
    busy.live_through_a_day(stage)
    return stage


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Projects of every fullness."""
    monkeypatch.chdir(tmp_path)
    with set_up(Path(), busy.fill) as made:
        yield made


async def open_heat(pilot: Pilot[None]) -> None:
    """Type the command and wait for the map."""
    await press(pilot, ":", *"heat", "enter")
    pane = pilot.app.screen
    assert isinstance(pane, HeatPane)
    await until(pilot, lambda: len(pane.list.columns) > 1 and pane.list.shown is not None)
    await until(pilot, lambda: bool(pane.side.lines) or not pane.has_side)


async def only(pilot: Pilot[None], text: str) -> None:
    """The one holding that fits a filter."""
    await open_pane(pilot, "2")
    pane = pilot.app.screen
    assert isinstance(pane, QuotasPane)
    pane.ask(text=text)
    await until(pilot, lambda: pane.list.shown == 1)


@both_sizes
def test_the_last_day_of_a_holding(
    day: Stage, snap_compare: Compare, size: tuple[int, int]
) -> None:
    """N's cpu goes up and down under LAST 24 H, with first, now, highest and the limit."""

    async def before(pilot: Pilot[None]) -> None:
        await only(pilot, "n@uni cpu climate")
        pane = pilot.app.screen
        assert isinstance(pane, QuotasPane)
        await until(pilot, lambda: bool(pane.side.lines) or not pane.has_side)
        if size == NARROW:
            await press(pilot, "enter")
            await until(pilot, lambda: "LAST 24 H" in said(pilot.app))

    assert shown(day, snap_compare, size, before)


def test_a_holding_on_the_whole_screen(day: Stage, snap_compare: Compare) -> None:
    """96 quarters of an hour."""

    async def before(pilot: Pilot[None]) -> None:
        await only(pilot, "n@uni ram climate")
        await press(pilot, "enter")
        await until(pilot, lambda: "LAST 24 H" in said(pilot.app))

    assert shown(day, snap_compare, WIDE, before)


def test_a_short_past(stage: Stage, snap_compare: Compare) -> None:
    """Most of the day is blank, and it is said since when usage is known."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "2")
        await press(pilot, "enter", "G")
        await until(pilot, lambda: "LAST 24 H" in said(pilot.app))

    assert shown(stage, snap_compare, NARROW, before)


def test_the_last_day_of_pools(day: Stage, snap_compare: Compare) -> None:
    """Each resource of climate.hpc with its picture, at the side of the list."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "1")

    assert shown(day, snap_compare, WIDE, before)


@both_sizes
def test_the_last_day_of_a_project(
    day: Stage, snap_compare: Compare, size: tuple[int, int]
) -> None:
    """The same on the whole screen."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "1")
        await press(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ProjectPane)
        await until(pilot, lambda: screen.members.shown is not None)
        if size == NARROW:
            await press(pilot, *["j"] * 8)

    assert shown(day, snap_compare, size, before)


@both_sizes
def test_rates(day: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Issued, accepted and refused per minute: under FEED when narrow, RATE at the side."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "5")
        await until(pilot, lambda: "issued" in said(pilot.app))

    assert shown(day, snap_compare, size, before)


@both_sizes
def test_heat(many: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """The fullest first, 100% and more with their sign; blank where nothing is used."""
    assert shown(many, snap_compare, size, open_heat)


def test_heat_without_colours(
    many: Stage, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shades and figures say all there is."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(many, snap_compare, NARROW, open_heat)


@both_sizes
def test_hostile_heat(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Nasty names are shown as signs and shift nothing."""
    poison(stage)
    stage.world.register(f"evil.{NASTY}", 0, 0)
    assert shown(stage, snap_compare, size, open_heat)
