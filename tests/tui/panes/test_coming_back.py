"""Coming back to a list after a while: it is drawn as things are now."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.panes.test_finding import pane
from tests.tui.stage import Stage, play, press, said, settled, stuck, until
from tui.app import BursarApp

MINUTE = 60_000_000


def later(app: BursarApp, minutes: int) -> None:
    """Let the console's time pass."""
    now = app.session.now() + minutes * MINUTE
    app.session.now = lambda: now


def test_what_went_while_one_was_away_is_no_news_and_ages_are_those_of_now(stage: Stage) -> None:
    other = stuck(stage.world, stage.project)

    async def script(pilot: Pilot[None]) -> None:
        assert isinstance(app := pilot.app, BursarApp)
        await press(pilot, "5", "j")
        assert pane(pilot).list.shown == 2
        assert " 9 m " in said(app)
        await press(pilot, "6")
        stage.settle()
        app.session.wake()
        later(app, 4)
        await press(pilot, "5")
        await until(pilot, lambda: pane(pilot).list.shown == 1)
        text = said(app)
        assert "13 m" in text
        assert " 9 m " not in text
        assert list(pane(pilot).list.source.keys) == [other]

    play(stage.app(live=True), script)


def test_what_goes_in_a_moment_is_told(stage: Stage) -> None:
    stuck(stage.world, stage.project)

    async def script(pilot: Pilot[None]) -> None:
        assert isinstance(app := pilot.app, BursarApp)
        await press(pilot, "5", "j", "6")
        stage.settle()
        app.session.wake()
        await press(pilot, "5")
        await until(pilot, lambda: bool(pane(pilot).list.source.ghosts))
        assert ">-    10 " in said(app)

    play(stage.app(), script)


def test_ages_are_those_of_now_though_nothing_changed(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        assert isinstance(app := pilot.app, BursarApp)
        await press(pilot, "5", "6")
        later(app, 4)
        await pilot.press("5")
        await settled(pilot)
        assert "13 m" in said(app)

    play(stage.app(), script)
