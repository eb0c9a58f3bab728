"""Keys that come too early, answers that come too late, and what is pasted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static

from backend.core.plan import Command, Plan
from backend.core.text import MAX_CHARS
from backend.projects.model import ApplicationReview, ApplicationState, ApproveApplication
from tests.tui.stage import (
    Stage,
    at_once,
    dialog,
    listens,
    meanwhile,
    play,
    press,
    review,
    said,
    until,
)
from tests.worlds import OPERATOR, count
from tui.ahead import REST
from tui.app import BursarApp
from tui.dialogs.asking import AskingDialog
from tui.dialogs.confirm import ConfirmScreen
from tui.panes.projects import ProjectsPane


def notice(shown: Screen[Any]) -> str:
    """What a dialog says went wrong."""
    return str(shown.query_one("#notice", Static).render())


def test_keys_typed_ahead_go_nowhere(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        now = 0.0
        plan = await stage.backend.plan(
            ApproveApplication(actor=OPERATOR, application=stage.newcomer)
        )
        assert isinstance(pilot.app, BursarApp)
        shown = ConfirmScreen(pilot.app.session, plan, clock=lambda: now)
        pilot.app.push_screen(shown)
        now = 0.29
        await press(pilot, "A", "y", "enter", "escape", "r")
        assert pilot.app.screen is shown
        assert not shown.armed
        assert shown.query_one("#reason", Input).value == ""
        now = 0.31
        await dialog(pilot)
        await until(pilot, lambda: "went nowhere: 5 keys" in notice(shown))
        await pilot.press("enter")
        now = 0.9
        await press(pilot, "y")
        assert pilot.app.screen is not shown

    play(stage.app(), script)
    assert stage.world.application(stage.newcomer).state is ApplicationState.APPROVED


@pytest.mark.parametrize("marked", [False, True])
def test_what_is_typed_while_a_preview_is_read_leads_to_no_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, marked: bool
) -> None:
    """A reason that begins with the key of another decision, over a slow line."""
    plan, may = stage.backend.plan, asyncio.Event()

    async def slowly(command: Command) -> Plan:
        await may.wait()
        return await plan(command)

    async def script(pilot: Pilot[None]) -> None:
        listed = pilot.app.screen
        await press(pilot, *(["*"] if marked else []))
        monkeypatch.setattr(stage.backend, "plan", slowly)
        await pilot.press("X")
        await meanwhile(pilot, lambda: "esc stops" in said(pilot.app))
        await pilot.press("A", "s", "k")
        assert pilot.app.screen is listed
        may.set()
        await until(pilot, lambda: listens(pilot.app.screen))
        shown = pilot.app.screen
        assert isinstance(shown, AskingDialog)
        assert shown.consent.verb == "Deny"
        assert shown.query_one("#reason", Input).value == ""
        await until(pilot, lambda: "nowhere: 3 keys" in notice(shown))
        await press(pilot, "escape", "6")
        assert pilot.app.screen is not listed

    play(stage.app(), script)


@pytest.mark.parametrize("marked", [False, True])
def test_keys_that_come_all_at_once_are_about_the_first(stage: Stage, marked: bool) -> None:
    """As over a line that was stuck: the second is here before the first did anything."""

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, *(["*"] if marked else []))
        for key in "XTo":
            pilot.app.post_message(events.Key(key, key))
        await until(pilot, lambda: listens(pilot.app.screen))
        shown = pilot.app.screen
        assert isinstance(shown, AskingDialog)
        assert shown.consent.verb == "Deny"
        await until(pilot, lambda: "nowhere: 2 keys" in notice(shown))
        await press(pilot, "escape")

    play(stage.app(), script)


def test_a_reason_that_follows_a_refused_key_does_nothing(stage: Stage) -> None:
    """What is held to move still does, and so does any key after a moment."""

    async def script(pilot: Pilot[None]) -> None:
        listed = pilot.app.screen
        assert isinstance(listed, ProjectsPane)
        first = listed.list.cursor_key
        await pilot.press("R", "space", "p", "j")
        assert "reinstate" in said(pilot.app)
        assert not listed.list.marked
        assert not listed.session.paused
        assert listed.list.cursor_key == first
        await pilot.press("j")
        assert listed.list.cursor_key != first
        await pilot.press("R", "k")
        await asyncio.sleep(REST)
        await press(pilot, "space")
        assert listed.list.marked

    play(stage.app(), script)


@pytest.mark.parametrize("pasted", ["ask again\r\r", "ask again\ry\r\ryes, later\r\r"])
def test_lines_that_a_terminal_pastes_as_keys_do_not_confirm(stage: Stage, pasted: str) -> None:
    """Without brackets around it a pasted line end is the enter key."""
    keys = ["enter" if one == "\r" else one for one in pasted]

    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "X")
        shown = await dialog(pilot)
        with at_once(shown):
            await pilot.press(*keys)
        assert pilot.app.screen is shown
        assert shown.resting
        assert pilot.app.focused is shown.query_one("#confirm")
        assert shown.query_one("#reason", Input).value == "ask again"
        assert ("y came too soon" in said(pilot.app)) == ("y" in keys[9:])
        await until(pilot, lambda: shown.armed)
        assert stage.world.application(stage.modification).state is ApplicationState.PENDING
        await press(pilot, "y")
        await until(pilot, lambda: pilot.app.screen is not shown)

    play(stage.app(), script)
    assert stage.world.application(stage.modification).response == "ask again"


def test_an_answer_about_the_application_before_comes_too_late(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading again what was shown takes longer than the next application does."""
    read, late = stage.backend.projects.review, asyncio.Event()

    async def slowly(application: int) -> ApplicationReview:
        found = await read(application)
        if application == stage.modification:
            await late.wait()
        return found

    async def script(pilot: Pilot[None]) -> None:
        pane = await review(pilot, stage, stage.modification)
        monkeypatch.setattr(stage.backend.projects, "review", slowly)
        again = asyncio.create_task(pane.refresh_data())
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: pane.application == stage.newcomer)
        late.set()
        await again
        assert pane.review is not None
        assert pane.review.application.id == pane.application == stage.newcomer
        assert "urban.air" in said(pilot.app)

    play(stage.app(), script)


@pytest.mark.parametrize(
    ("pasted", "taken"),
    [("two\nlines\tof text", "two lines of text"), ("x" * 600, "x" * MAX_CHARS)],
)
def test_a_pasted_reason_is_one_line_and_never_lost(stage: Stage, pasted: str, taken: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "X")
        shown = await dialog(pilot)
        field = shown.query_one("#reason", Input)
        field.post_message(events.Paste(pasted))
        await until(pilot, lambda: field.value == taken)

    play(stage.app(), script)


def test_nothing_is_decided_where_nothing_is_seen(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        listed = pilot.app.screen
        await press(pilot, "A")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.resize_terminal(59, 24)
        asking = pilot.app.screen
        await press(pilot, "enter", "y", "escape", "A")
        assert pilot.app.screen is asking
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: listens(asking))
        await press(pilot, "escape")
        await until(pilot, lambda: pilot.app.screen is listed)
        await pilot.resize_terminal(80, 14)
        await press(pilot, "A")
        assert pilot.app.screen is listed
        await press(pilot, "ctrl+q")

        assert pilot.app.return_code == 0

    entries = "SELECT count(*) FROM journal"
    before = count(stage.world, entries)
    play(stage.app(), script)
    assert count(stage.world, entries) == before
