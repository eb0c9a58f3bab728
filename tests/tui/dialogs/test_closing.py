"""A dialog that closes has lost its parts: what was to be laid out in it is laid out no more."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.stage import Stage, dialog, play, press, until
from tui.widgets.text import TextPanel


def test_a_dialog_that_is_gone_is_not_laid_out(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "X")
        screen = await dialog(pilot)
        screen.dismiss(None)
        await until(pilot, lambda: not screen.query(TextPanel))
        screen.fit_unless_closed()

    play(stage.app(), script)
