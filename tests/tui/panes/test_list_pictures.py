"""Pictures of the lists and of what they open; the first line says what to look for."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui.hostile import poison
from tests.tui.panes.test_pictures import Compare, both_sizes, open_pane, shown
from tests.tui.stage import NARROW, WIDE, Stage, press, said, until
from tui.panes.project import ProjectPane


@both_sizes
def test_projects(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """An application waits for climate.hpc, urban.air is pending; wide: the summary."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "1")

    assert shown(stage, snap_compare, size, before)


@both_sizes
def test_quotas(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Bars with used, pending, left and taken; three OVER after the approval; LIMIT when wide."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "2")
        await press(pilot, *"jjjj" * 3)
        await until(pilot, lambda: not pilot.app.workers)

    stage.world.approve(stage.modification)
    assert shown(stage, snap_compare, size, before)


def test_pools(stage: Stage, snap_compare: Compare) -> None:
    """The pools of projects in place of holders; the crumb says so."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "2")
        await press(pilot, "t")

    assert shown(stage, snap_compare, NARROW, before)


@both_sizes
def test_project(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Everything about a project; one person waits to join, so accept and reject are on."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "1")
        await press(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ProjectPane)
        await until(pilot, lambda: screen.members.shown == 4)

    stage.world.add("J")
    stage.world.join("J", stage.project)
    assert shown(stage, snap_compare, size, before)


def test_quota(stage: Stage, snap_compare: Compare) -> None:
    """One holding on the whole screen: words, sum, who else, what is pending."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "2")
        await press(pilot, *"jjjjj", "enter")

    assert shown(stage, snap_compare, NARROW, before)


def test_explanation(stage: Stage, snap_compare: Compare) -> None:
    """The sum in words in a box over the list."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "2")
        await press(pilot, "j", "i")

    assert shown(stage, snap_compare, NARROW, before)


@both_sizes
def test_help(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Every key of the pane in groups; those that change data are dim and say why."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "1")
        await press(pilot, "?", "end")

    app = stage.app(size, read_only=True)
    assert snap_compare(app, terminal_size=size, run_before=before)


def test_filter(stage: Stage, snap_compare: Compare) -> None:
    """The line with its cursor, the crumb with the filter and how many of how many."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "1")
        await press(pilot, "/", *"urban")
        await until(pilot, lambda: "1 of 2  filter" in said(pilot.app))

    assert shown(stage, snap_compare, NARROW, before)


def test_sorting(stage: Stage, snap_compare: Compare) -> None:
    """The columns to choose from in a box of plain signs."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "1")
        await press(pilot, "s")

    assert shown(stage, snap_compare, NARROW, before)


def test_raw(stage: Stage, snap_compare: Compare) -> None:
    """JSON with the exact names of the API; the line found is reversed."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "1")
        await press(pilot, "y", "/", *"policy", "enter")

    assert shown(stage, snap_compare, NARROW, before)


@pytest.mark.parametrize("size", [(60, 15), (40, 10)], ids=["60x15", "40x10"])
def test_small_terminals(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Two lines of chrome, which say what is connected; below 60x15 only what size it takes."""

    async def before(pilot: Pilot[None]) -> None:
        await pilot.pause()

    assert shown(stage, snap_compare, size, before)


def test_production_read_only(stage: Stage, snap_compare: Compare) -> None:
    """PROD in a bar of another colour, RO, and no decision bright in the key line."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "1")
        await press(pilot, "T")

    app = stage.app(WIDE, read_only=True, production=True)
    assert snap_compare(app, terminal_size=WIDE, run_before=before)


@both_sizes
@pytest.mark.parametrize("keys", ["1", "2", "1 enter"], ids=["projects", "quotas", "project"])
def test_hostile_texts(
    stage: Stage, snap_compare: Compare, size: tuple[int, int], keys: str
) -> None:
    """Escapes, markup and wide signs are shown as signs; columns stay aligned."""

    async def before(pilot: Pilot[None]) -> None:
        digit, *more = keys.split()
        await open_pane(pilot, digit)
        await press(pilot, *more)
        if more:
            screen = pilot.app.screen
            assert isinstance(screen, ProjectPane)
            await until(pilot, lambda: screen.members.shown is not None)

    poison(stage)
    assert shown(stage, snap_compare, size, before)


def test_without_colours(
    stage: Stage, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_COLOR: the row under the cursor is reversed and has its sign."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "2")

    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(stage, snap_compare, NARROW, before)
