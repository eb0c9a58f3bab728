"""Legends under lists, and which columns come first: what is named there is on screen."""

from __future__ import annotations

import re

import pytest
from textual.pilot import Pilot

from tests.nico.cloud import Cloud
from tests.tui.clouds import TRAIN
from tests.tui.stage import SIZES, Stage, play, press, said, until
from tests.tui.troubles import order
from tui.listings import LISTED
from tui.panes.listpane import ListPane

LISTS = sorted({listed.name for listed in LISTED.values()})


@pytest.mark.parametrize("size", [(60, 24), *SIZES.values()], ids=lambda size: str(size[0]))
def test_no_legend_names_a_column_that_is_not_there(
    shelves: Stage, cloud: Cloud, size: tuple[int, int]
) -> None:
    told: set[str] = set()

    async def script(pilot: Pilot[None]) -> None:
        for name in LISTS:
            await order(pilot, name)
            pane = pilot.app.screen
            assert isinstance(pane, ListPane)
            lines = [one.text for one in pane.legend_panel.lines]
            assert pane.legend_panel.size.height == len(lines)
            told.update(lines)
            shown = pane.list.on_screen
            titles = {one.title for one in pane.list.columns if one.id in shown}
            for absent in {one.title for one in pane.list.columns} - titles - {""}:
                assert not re.search(rf"\b{re.escape(absent)}\b", "\n".join(lines)), name

    play(shelves.app(size), script, size)
    assert any(" = " in line for line in told)


def test_the_signs_of_a_bar_are_told_where_there_is_one(stage: Stage) -> None:
    signs = "pending (part of used)"

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2")
        await until(pilot, lambda: "EFF = " in said(pilot.app))
        assert signs not in said(pilot.app)
        assert "OF LIMIT" not in said(pilot.app)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: signs in said(pilot.app))
        assert "OF LIMIT" in said(pilot.app)
        await pilot.resize_terminal(110, 24)
        await until(pilot, lambda: "OF LIMIT" not in said(pilot.app))
        assert signs in said(pilot.app)
        await press(pilot, "d")
        await until(pilot, lambda: "OF LIMIT" in said(pilot.app))

    play(stage.app((60, 24)), script, (60, 24))


def test_what_a_constraint_may_become_has_room_on_sixty_cells(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "4")
        await until(pilot, lambda: "MAY BECOME" in said(pilot.app))
        assert re.search(rf"{TRAIN} +t1 +g100 +4 +3\.\.6", said(pilot.app))

    play(shelves.app((60, 20)), script, (60, 20))


@pytest.mark.parametrize("marks", [(), ("space",)], ids=["one", "marked"])
def test_the_keys_of_constraints_begin_with_what_they_are_for(
    shelves: Stage, cloud: Cloud, marks: tuple[str, ...]
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "4", *marks)
        await until(pilot, lambda: " L value" in said(pilot.app))
        assert said(pilot.app).splitlines()[-1].startswith(" enter open  e edit  L value ")

    play(shelves.app(), script)
