"""The detail of an allocation that is there no more, of whatever kind."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.nico.cloud import Cloud
from tests.tui.clouds import OTHER
from tests.tui.panes import test_nico_allocations as nico
from tests.tui.panes import test_placement_changes as placement
from tests.tui.panes.harbour import agreed, at, messages, worked
from tests.tui.portals import portal_of
from tests.tui.stage import Stage, play, press, said, until
from tests.tui.stock import WEB
from tests.tui.troubles import consent


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


async def ended(pilot: Pilot[None], told: str) -> None:
    """It says so, nothing failed, and nothing is offered that needs it."""
    await until(pilot, lambda: told in said(pilot.app))
    await press(pilot, "r")
    assert "Not found" not in messages(pilot)
    assert "del " not in said(pilot.app).splitlines()[-1]
    await press(pilot, "y")
    assert f"JSON: {told.removesuffix('.')}" in said(pilot.app)


def test_so_does_that_of_a_consumer_that_was_removed(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await placement.at(pilot, WEB)
        await press(pilot, "enter", "delete")
        await consent(pilot, reason="lost", name=WEB[:8])
        await ended(pilot, f"{WEB} is not there any more.")

    play(shelves.app(), script)
    assert not placement.holds(shelves, WEB)


def test_so_does_that_of_an_allocation_of_nico_that_was_deleted(
    shelves: Stage, cloud: Cloud
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await nico.at(pilot, OTHER)
        await press(pilot, "enter", "delete")
        await consent(pilot, reason="they went")
        await ended(pilot, f"{OTHER} is not there any more.")

    play(shelves.app(), script)
