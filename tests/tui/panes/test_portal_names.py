"""An allocation that failed because its project has no short name, until it is made."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from backend.openportal.model import State
from tests.tui.forms.play import fill, form
from tests.tui.panes.harbour import agreed, at, uuid_of, worked
from tests.tui.portals import L, P, portal_of
from tests.tui.stage import WIDE, Stage, play, press, said, until
from tui.forms.screen import FormScreen


@pytest.fixture
def nameless(harbour: Stage) -> Stage:
    """A project without a short name, whose allocation could not be made."""
    p = portal_of(harbour)
    p.change_project(P, shortname=None)
    p.make("melt")
    p.run()
    assert p.state(uuid_of(p, "melt")) is State.ERRED
    return harbour


def words(pilot: Pilot[None]) -> str:
    """What is on screen, without its columns."""
    return " ".join(said(pilot.app).split())


def test_what_failed_for_want_of_a_name_says_how_to_go_on(nameless: Stage) -> None:
    p = portal_of(nameless)

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "melt")
        assert "N set short name" in said(pilot.app)
        await press(pilot, "enter")
        await until(pilot, lambda: "Please set a short name for Ocean" in words(pilot))
        assert "Its project has no short name: N gives it one." in words(pilot)
        assert "It is not tried again: del deletes it, n makes another one." in words(pilot)
        await press(pilot, "N")
        await form(pilot)
        assert "del deletes it, n makes another one" in words(pilot)
        await fill(pilot, shortname="ocean")
        await press(pilot, "ctrl+s")
        await agreed(pilot)
        await until(pilot, lambda: not isinstance(pilot.app.screen, FormScreen))
        await until(pilot, lambda: "has no short name" not in words(pilot))
        await press(pilot, "escape")
        p.make("again", service=L)
        await worked(pilot, p)
        await at(pilot, "again")
        assert "N set short name" not in said(pilot.app)

    play(nameless.app(WIDE), script, WIDE)
    assert p.seen(uuid_of(p, "again")).backend_id == "ocean.brics"


def test_what_is_no_short_name_is_said_in_the_form(nameless: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "melt")
        await press(pilot, "N")
        await fill(pilot, shortname="Glacier Melt")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "up to 30 lower-case letters and digits" in words(pilot))
        assert isinstance(pilot.app.screen, FormScreen)

    play(nameless.app(WIDE), script, WIDE)
