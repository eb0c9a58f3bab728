"""`B` where there is nothing that it could take back, or nothing any more."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.stage import WIDE, Stage, dialog, play, press, said, until
from tests.tui.troubles import consent
from tui.panes.listpane import ListPane


def test_what_cannot_be_taken_back_is_named(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "j", "A")
        await dialog(pilot)
        await press(pilot, "enter", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ListPane))
        await press(pilot, "B")
        told = "take back: not in one step: Application 3 approved (Audit has all)"
        assert told in said(pilot.app)

    play(stage.app(), script)


def test_what_is_taken_back_no_longer_is_named(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "Z")
        await consent(pilot, reason="moving", name="climate.hpc")
        await until(pilot, lambda: "Project climate.hpc is suspended, B takes" in said(pilot.app))
        await press(pilot, "j", "A")
        await dialog(pilot)
        await press(pilot, "enter", "y")
        told = "approved; B no longer takes back: Project climate.hpc is suspended"
        await until(pilot, lambda: told in said(pilot.app))

    play(stage.app(WIDE), script, WIDE)
