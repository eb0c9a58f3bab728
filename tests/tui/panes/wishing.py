"""What tests do with changes that somebody else may make meanwhile."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.stage import said, until
from tui.dialogs.conflict import ConflictScreen
from tui.panes.listpane import ListPane

WHY = "agreed with the team"


async def conflict(pilot: Pilot[None]) -> ConflictScreen:
    """The dialog that says what refuses a change."""
    await until(pilot, lambda: isinstance(pilot.app.screen, ConflictScreen))
    shown = pilot.app.screen
    assert isinstance(shown, ConflictScreen)
    await pilot.pause(0.1)
    return shown


async def back(pilot: Pilot[None]) -> None:
    """Wait until the list is on screen again."""
    await until(pilot, lambda: isinstance(pilot.app.screen, ListPane))


def words(pilot: Pilot[None]) -> str:
    """What is on screen, without frames and however it is broken into lines."""
    lines = [line.partition("|")[2].rpartition("|")[0] for line in said(pilot.app).split("\n")]
    return " ".join(" ".join(lines).split())
