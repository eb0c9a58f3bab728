"""What was typed into a form is there again, unless it was sent or is not wanted."""

from __future__ import annotations

import asyncio
from threading import Event, Thread, current_thread, main_thread

import pytest
from textual.pilot import Pilot

from backend.core.plan import Plan, Receipt
from backend.projects.model import ModifyProject, Wishes
from tests.tui.forms.play import STATE, change_in_place, closed, fill, form, question
from tests.tui.stage import Stage, dialog, play, press, said, until
from tests.worlds import OPERATOR
from tui.app import BursarApp
from tui.forms.drafts import Draft, Drafts
from tui.forms.keeper import Keeper
from tui.session import Session, Settings


def test_esc_asks_only_when_something_was_typed(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        await form(pilot)
        await press(pilot, "escape")
        await closed(pilot)
        await press(pilot, "n")
        screen = await fill(pilot, name="mine.lab")
        await press(pilot, "escape")
        await question(pilot)
        await press(pilot, "n")
        assert pilot.app.screen is screen
        await press(pilot, "escape", "escape")
        await closed(pilot)
        assert "draft kept" in said(pilot.app)
        await press(pilot, "n")
        await question(pilot)
        assert "Restore draft of 09:09Z, Name mine.lab?" in said(pilot.app)
        assert "goes nowhere" not in said(pilot.app)
        await press(pilot, "1")
        assert "! What is typed goes nowhere before this is answered." in said(pilot.app)
        await press(pilot, "y")
        assert (await form(pilot)).typed["name"] == "mine.lab"

    play(stage.app(state=STATE), script)


def test_what_was_typed_is_there_after_the_console_was_ended(stage: Stage) -> None:
    async def type_it(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        await fill(pilot, max_members="7", description="two\nlines")
        pilot.app.exit()

    async def find_it(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        await form(pilot)
        await press(pilot, "escape")
        await change_in_place(pilot)
        await question(pilot)
        await press(pilot, "escape")
        await closed(pilot)
        await change_in_place(pilot)
        await question(pilot)
        await press(pilot, "y")
        screen = await form(pilot)
        assert screen.typed["max_members"] == "7"
        assert screen.typed["description"] == "two\nlines"
        await press(pilot, "ctrl+s")
        await dialog(pilot)
        await press(pilot, "enter", "y")
        await closed(pilot)

    async def find_nothing(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        assert (await form(pilot)).typed["max_members"] == "7"

    play(stage.app(state=STATE), type_it)
    play(stage.app(state=STATE), find_it)
    play(stage.app(state=STATE), find_nothing)
    assert list((STATE / "drafts").iterdir()) == []


@pytest.mark.parametrize("succeeds", [True, False])
def test_a_form_that_was_not_waited_for_closes_and_is_not_sent_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, succeeds: bool
) -> None:
    """The draft goes with the change that was carried out, and stays with one that failed."""
    slow = asyncio.Event()
    apply = stage.backend.apply

    async def late(plan: Plan, reason: str) -> Receipt:
        await slow.wait()
        return await apply(plan, reason)

    monkeypatch.setattr(stage.backend, "apply", late)

    async def script(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        await fill(pilot, max_members="7")
        await press(pilot, "ctrl+s")
        await dialog(pilot)
        await press(pilot, "enter", "y", "escape")
        await closed(pilot)
        assert len(list((STATE / "drafts").iterdir())) == 1
        if not succeeds:
            wishes = Wishes(max_members=9)
            command = ModifyProject(actor=OPERATOR, project=stage.project, wishes=wishes)
            stage.world.do(command, "first")
        app = pilot.app
        assert isinstance(app, BursarApp)
        told = len(app.session.messages)
        slow.set()
        await until(pilot, lambda: len(app.session.messages) > told)

    play(stage.app(state=STATE), script)
    assert len(list((STATE / "drafts").iterdir())) == (0 if succeeds else 1)


def test_the_key_that_opened_the_form_throws_no_draft_away(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        await fill(pilot, name="mine.lab")
        await press(pilot, "escape", "y", "n")
        await question(pilot)
        await press(pilot, "n", "n")
        await question(pilot)
        await press(pilot, "y")
        assert (await form(pilot)).typed["name"] == "mine.lab"

    play(stage.app(state=STATE), script)


def test_a_draft_that_is_not_wanted_is_forgotten(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        await fill(pilot, name="mine.lab")
        await press(pilot, "escape", "y", "n")
        await question(pilot)
        await press(pilot, "delete")
        assert (await form(pilot)).typed["name"] == ""
        await press(pilot, "escape", "n")
        await form(pilot)

    play(stage.app(state=STATE), script)


def test_drafts_that_cannot_be_kept_are_told_once(stage: Stage) -> None:
    STATE.write_text("in the way")

    async def script(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, BursarApp)
        await press(pilot, "n")
        screen = await fill(pilot, name="mine.lab")
        for _ in range(2):
            screen._keeper.keep()
        assert [m.text for m in app.session.messages if "drafts cannot be kept" in m.text] == [
            f"drafts cannot be kept: {STATE / 'drafts'}: Not a directory (check the directory)"
        ]

    play(stage.app(state=STATE), script)


@pytest.mark.slow
def test_typing_is_not_held_up_and_what_was_typed_last_stands(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that is slow beside the console is overtaken by the end of the form."""
    keep, wait, begun = Drafts.keep, Event(), Event()
    threads: list[Thread] = []

    def slow(self: Drafts, key: str, draft: Draft) -> None:
        threads.append(current_thread())
        begun.set()
        wait.wait(10)
        keep(self, key, draft)

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        screen = await fill(pilot, name="mine.lab")
        monkeypatch.setattr(Drafts, "keep", slow)
        screen._keeper.changed(screen)
        await until(pilot, begun.is_set)
        await fill(pilot, name="yours.lab")
        wait.set()
        pilot.app.exit()

    async def find_it(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        await question(pilot)
        await press(pilot, "y")
        assert (await form(pilot)).typed["name"] == "yours.lab"

    play(stage.app(state=STATE), script)
    assert threads[0] is not main_thread()
    play(stage.app(state=STATE), find_it)


def test_a_write_that_is_overtaken_changes_nothing(stage: Stage) -> None:
    typed = {"name": "old.lab"}
    keeper = Keeper(Session(stage.backend, Settings(state=STATE)), "one", lambda: (typed, ""))
    old = keeper._taken()
    typed = {"name": "new.lab"}
    keeper.keep()
    keeper._store(*old)
    found = keeper.found()
    assert found is not None
    assert found.values == typed
    keeper.drop(over=True)
    keeper._store(*old)
    assert keeper.found() is None
