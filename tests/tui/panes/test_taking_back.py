"""`B` where there is nothing that it could take back, or nothing any more."""

from __future__ import annotations

import re

import pytest
from textual.pilot import Pilot

from tests.tui.stage import SIZES, WIDE, Stage, dialog, play, press, said, until
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


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_audit_says_what_was_taken_back(stage: Stage, size: tuple[int, int]) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "Z")
        await consent(pilot, reason="moving", name="climate.hpc")
        await until(pilot, lambda: "is suspended, B takes" in said(pilot.app))
        first = stage.world.database.read(lambda tx: tx.chain.head()[0])
        await press(pilot, "B")
        await consent(pilot, reason="moved")
        await press(pilot, "6")
        listed = re.compile(rf" undo +of #{first}; moved|climate.hpc +undo( |$)", re.MULTILINE)
        await until(pilot, lambda: listed.search(said(pilot.app)) is not None)
        await press(pilot, "enter")
        await until(pilot, lambda: f"\n Takes back #{first}" in said(pilot.app))
        await press(pilot, "c")
        assert f"Outcome: done, takes back #{first}" in pilot.app.clipboard

    play(stage.app(size), script, size)
