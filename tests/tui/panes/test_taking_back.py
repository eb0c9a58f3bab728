"""`B` where there is nothing that it could take back."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.stage import Stage, dialog, play, press, said, until
from tui.panes.listpane import ListPane


def test_what_cannot_be_taken_back_is_named(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "j", "A")
        await dialog(pilot)
        await press(pilot, "enter", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ListPane))
        await press(pilot, "B")
        assert "take back: not in one step: Application 3 approved" in said(pilot.app)

    play(stage.app(), script)
