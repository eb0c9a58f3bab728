"""A key that does nothing says so, once."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.stage import WIDE, Stage, play, press, said
from tui.app import BursarApp

NOTHING = "this key does nothing here; ? lists those that do"


def test_a_key_without_a_meaning_is_told_once(stage: Stage) -> None:
    app = stage.app()

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, *"bbb", "f12")
        assert NOTHING in said(pilot.app)
        assert [one.text for one in app.session.messages] == [NOTHING]

    play(app, script)


def test_keys_that_mean_something_say_nothing(stage: Stage) -> None:
    app = stage.app()

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "j", "k", "space", "tab", "escape", "u", "f", "escape", "5", "1")
        assert not app.session.messages

    play(app, script)


def test_a_key_of_the_list_says_where_that_is(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app, BursarApp)
        await press(pilot, "enter", "space")
        assert "mark: in the list; S-tab" not in said(pilot.app)
        assert "mark: in the list; tab goes there" in said(pilot.app)
        await press(pilot, "tab", "space")
        assert "marked" in said(pilot.app)

    play(stage.app(WIDE), script, WIDE)
