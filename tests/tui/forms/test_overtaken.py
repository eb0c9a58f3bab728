"""What somebody else sets while a form is open, or while what was typed into it lies as a draft."""

from __future__ import annotations

import re

from textual.pilot import Pilot

from tests.nico.cloud import G100, T2, Cloud
from tests.tui.clouds import TRAIN
from tests.tui.forms.play import STATE, closed, fill, form, question
from tests.tui.panes.test_constraints import at, row_of
from tests.tui.stage import Stage, dialog, play, press, said, until
from tests.tui.troubles import consent
from tui.app import BursarApp
from tui.panes.constraints import ConstraintsPane

SINCE = "it was 4 when this form opened; somebody set 5"


async def somebody_sets(pilot: Pilot[None], stage: Stage, cloud: Cloud, value: int) -> None:
    """Have another console set the value, and this one hear of it."""
    assert isinstance(pilot.app, BursarApp)
    cloud.set((await row_of(stage, TRAIN)).allocation, value)
    await pilot.app.session.read_again()


async def opened(pilot: Pilot[None]) -> None:
    """Open the form while nobody else has set anything."""
    await at(pilot, TRAIN)
    await press(pilot, "e")
    await form(pilot)
    assert "now 4; 3 to 6" in said(pilot.app)


async def previewed(pilot: Pilot[None]) -> None:
    """Ask for the preview, which says what was set meanwhile."""
    await press(pilot, "ctrl+s")
    await dialog(pilot)
    assert SINCE in " ".join(said(pilot.app).split())


def test_a_form_says_what_the_value_is_by_now_and_so_does_its_preview(
    shelves: Stage, cloud: Cloud
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await opened(pilot)
        await somebody_sets(pilot, shelves, cloud, 5)
        await until(pilot, lambda: "! now 5, was 4; 3 to" in said(pilot.app))
        await press(pilot, "ctrl+s")
        assert "Nothing was changed here; now 5, was 4." in said(pilot.app)
        await fill(pilot, value="6")
        await previewed(pilot)
        assert re.search(r"machines of g100 +5 -> 6", said(pilot.app))
        await consent(pilot, reason="they grow")
        await closed(pilot)
        assert (await row_of(shelves, TRAIN)).value == 6

    play(shelves.app(), script)


def test_what_a_value_may_become_is_as_of_now_and_so_is_the_list_behind(
    shelves: Stage, cloud: Cloud
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await opened(pilot)
        assert "2 of g100 left for anybody" in said(pilot.app)
        cloud.give(G100, 1, T2, "more")
        await somebody_sets(pilot, shelves, cloud, 5)
        await until(pilot, lambda: "! now 5, was 4; 3 to" in said(pilot.app))
        assert "; none of g100 left for anybody" in said(pilot.app)
        assert isinstance(pilot.app, BursarApp)
        pane = pilot.app.screen_stack[-2]
        assert isinstance(pane, ConstraintsPane)
        await until(pilot, lambda: getattr(pane.list.cursor_row, "value", 0) == 5)
        await press(pilot, "7")
        await until(pilot, lambda: "! 3 to 5: " in said(pilot.app))
        await press(pilot, "backspace", "5", "-")
        assert "[4 " in said(pilot.app)

    play(shelves.app(), script)


def test_the_value_that_somebody_else_set_already_is_no_change(
    shelves: Stage, cloud: Cloud
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        await press(pilot, "e")
        await fill(pilot, value="5")
        await somebody_sets(pilot, shelves, cloud, 5)
        await previewed(pilot)
        assert "it is 5 machines already" in said(pilot.app)
        assert "WHAT WILL CHANGE" not in said(pilot.app)

    play(shelves.app(), script)


def test_a_draft_remembers_what_it_was_typed_over(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        await press(pilot, "e")
        await fill(pilot, value="6")
        pilot.app.exit()

    async def again(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        await somebody_sets(pilot, shelves, cloud, 5)
        await press(pilot, "e")
        await question(pilot)
        await press(pilot, "y")
        await form(pilot)
        await until(pilot, lambda: "! now 5, was 4" in said(pilot.app))
        await previewed(pilot)

    play(shelves.app(state=STATE), script)
    play(shelves.app(state=STATE), again)


def test_a_single_value_that_was_cancelled_is_not_offered_again(
    shelves: Stage, cloud: Cloud
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        await press(pilot, "e")
        await fill(pilot, value="6")
        await press(pilot, "ctrl+s")
        await dialog(pilot)
        await press(pilot, "escape", "escape")
        await closed(pilot)
        await press(pilot, "e")
        assert (await form(pilot)).typed["value"] == "4"

    play(shelves.app(state=STATE), script)


def test_enter_in_the_last_field_previews_what_is_right(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        await press(pilot, "e")
        shown = await form(pilot)
        await press(pilot, "7", "enter")
        assert "Look at what is marked with ! first." in said(pilot.app)
        await press(pilot, "backspace", "5", "enter")
        assert shown.typed["value"] == "5"
        assert (await dialog(pilot)).plan.title == "Set acme-train of t1 to 5 machines"

    play(shelves.app(), script)
