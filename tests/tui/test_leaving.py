"""`q` at a pane: at once, unless something would be lost that nobody would hear of."""

from __future__ import annotations

import asyncio

from textual.pilot import Pilot

from tests.tui.stage import Stage, play, press, said, until
from tui.dialogs.question import Question


def asks(pilot: Pilot[None]) -> bool:
    """Whether the question is on screen."""
    return isinstance(pilot.app.screen, Question)


def test_nothing_is_asked_where_nothing_is_lost(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "q")
        assert not asks(pilot)

    app = stage.app()
    play(app, script)
    assert app._exit


def test_marks_are_not_lost_by_one_key(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "space", "q")
        assert asks(pilot)
        assert "1 row is marked" in said(pilot.app)
        await press(pilot, "q")
        assert not asks(pilot)
        assert not pilot.app._exit
        assert "marked 1" in said(pilot.app)
        await press(pilot, "2", "q")
        assert asks(pilot)
        await press(pilot, "y")
        await until(pilot, lambda: pilot.app._exit)

    play(stage.app(), script)


def test_what_runs_is_named(stage: Stage) -> None:
    app = stage.app()

    async def script(pilot: Pilot[None]) -> None:
        app.session.doing = "exporting to all.csv: 500 of 9,000 rows"
        await press(pilot, "q")
        assert "It would be cut short: exporting to all.csv" in said(pilot.app)
        await press(pilot, "n", "ctrl+q")
        await until(pilot, lambda: pilot.app._exit)

    play(app, script)


def test_a_change_that_is_being_written_is_waited_for(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        written = asyncio.Event()
        pilot.app.run_worker(written.wait(), group="apply")
        await press(pilot, "q")
        assert "A change is being written" in said(pilot.app)
        await press(pilot, "n")
        written.set()
        await pilot.pause()
        await press(pilot, "q")
        assert pilot.app._exit

    play(stage.app(), script)


def test_what_comes_in_while_the_console_ends_finds_no_screen_and_does_no_harm(
    stage: Stage,
) -> None:
    """Textual takes its screens down before it stops timers and workers."""
    app = stage.app()

    async def late() -> None:
        async with app.run_test():
            pass
        assert app.shown is None
        app._tick()
        app._redraw()
        await app._refresh()

    asyncio.run(late())
