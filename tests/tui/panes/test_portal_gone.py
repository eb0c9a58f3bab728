"""The detail of an allocation that is there no more."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.panes.harbour import agreed, at, messages, worked
from tests.tui.portals import portal_of
from tests.tui.stage import Stage, play, press, said, until


def test_the_detail_of_what_was_deleted_says_so_and_offers_nothing(harbour: Stage) -> None:
    p = portal_of(harbour)

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "ocean-ai")
        await press(pilot, "enter", "delete")
        await agreed(pilot)
        await until(pilot, lambda: "DELETION" in said(pilot.app))
        await worked(pilot, p)
        await until(pilot, lambda: "ocean-ai is deleted." in said(pilot.app))
        told = said(pilot.app)
        assert "DELETING" not in told
        assert "stale" not in told
        assert "U unlink" not in told
        assert "X mark" not in told
        assert messages(pilot).splitlines()[-1].endswith("is deleted")
        await press(pilot, "U")
        assert "unlink: ocean-ai is deleted" in said(pilot.app).lower()
        await press(pilot, "r")
        assert "Not found" not in messages(pilot)

    play(harbour.app(), script)
