"""A reason given to an applicant is not lost with the dialog, and not kept once it is sent."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from backend.projects.model import ApplicationState
from tests.tui.forms.play import STATE
from tests.tui.stage import (
    WIDE,
    Stage,
    at_once,
    dialog,
    listens,
    play,
    press,
    review,
    said,
    until,
    write,
)
from tui.dialogs.confirm import ConfirmScreen
from tui.panes.projects import ProjectsPane

DRAFTS = STATE / "drafts"


def reason(screen: ConfirmScreen) -> str:
    """What stands in the field."""
    return screen.query_one("#reason", Input).value


def test_it_comes_back_in_the_dialog_of_the_same_decision(stage: Stage) -> None:
    async def type_it(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "X")
        await dialog(pilot)
        await write(pilot, "ask again after the move")
        pilot.app.exit()

    async def send_it(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "X")
        assert reason(await dialog(pilot)) == ""
        await press(pilot, "escape", "escape")
        await review(pilot, stage, stage.modification)
        await press(pilot, "A")
        assert reason(await dialog(pilot)) == ""
        await press(pilot, "escape", "X")
        screen = await dialog(pilot)
        assert reason(screen) == "ask again after the move"
        assert "is here again; typing replaces it" in said(pilot.app)
        await press(pilot, "enter", "y")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ConfirmScreen))

    play(stage.app(state=STATE), type_it)
    [draft] = DRAFTS.iterdir()
    assert draft.stat().st_mode & 0o777 == 0o600
    play(stage.app(state=STATE), send_it)
    denied = stage.world.application(stage.modification)
    assert (denied.state, denied.response) == (ApplicationState.DENIED, "ask again after the move")
    assert list(DRAFTS.iterdir()) == []


def test_typing_replaces_one_that_came_back(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "X")
        await dialog(pilot)
        await write(pilot, "rong cluster")
        await press(pilot, "escape", "X")
        screen = await dialog(pilot)
        await press(pilot, "W", "h", "y")
        assert reason(screen) == "Why"
        await press(pilot, "escape")

    play(stage.app(state=STATE), script)


def test_it_does_not_come_back_when_it_is_sent_as_its_timer_ends(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "X")
        keeper = (await dialog(pilot))._keeper
        assert keeper is not None
        await write(pilot, "no")
        keeper.drop(over=True)
        await keeper._keep_aside()
        await press(pilot, "escape")

    play(stage.app(state=STATE), script)
    assert not DRAFTS.exists() or list(DRAFTS.iterdir()) == []


def test_other_reasons_are_not_kept(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "Z")
        await dialog(pilot)
        await write(pilot, "too loud")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ProjectsPane)

    play(stage.app(state=STATE), script)
    assert not Path(DRAFTS).exists()


def test_the_request_that_is_shown_has_the_reason_that_is_typed(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "A")
        await dialog(pilot)
        assert '"reason": ""' in said(pilot.app)
        await write(pilot, "as agreed")
        assert '"reason": "as agreed"' in said(pilot.app)

    play(stage.app(WIDE), script, WIDE)


def test_enter_leads_to_what_is_lacking(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "T")
        screen = await dialog(pilot)
        reason, name = (screen.query_one(where, Input) for where in ("#reason", "#name"))
        await press(pilot, "enter")
        assert "It needs a reason." in said(pilot.app)
        assert pilot.app.focused is reason
        await press(pilot, "tab", "x", "enter")
        assert "It needs a reason." in said(pilot.app)
        assert pilot.app.focused is reason
        await press(pilot, "o", "enter")
        assert pilot.app.focused is name
        await press(pilot, "enter")
        assert "It needs " in said(pilot.app)
        assert pilot.app.focused is name
        assert not screen.applying

    play(stage.app(WIDE), script, WIDE)


def test_words_that_go_on_at_the_buttons_decide_nothing(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "X")
        screen = await dialog(pilot)
        await write(pilot, "too")
        with at_once(screen):
            await pilot.press("tab", "y", "e", "s")
        assert not screen.applying
        assert reason(screen) == "too"
        await until(pilot, lambda: listens(screen))
        await press(pilot, "w", "h", "y")
        assert not screen.applying
        assert reason(screen) == "toowhy"
        await press(pilot, "escape")

    play(stage.app(), script)


def test_between_fields_no_key_is_lost(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "Z")
        screen = await dialog(pilot)
        with at_once(screen):
            await pilot.press("a", "tab", "x", "backspace", "b", "shift+tab", "backspace", "c")
        assert reason(screen) == "c"
        assert screen.query_one("#name", Input).value == "b"
        await press(pilot, "escape")

    play(stage.app(), script)
