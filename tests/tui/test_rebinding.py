"""Keys of the operator's choice on a running console: they work, and every text shows them."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from backend.core.errors import Invalid
from tests.tui.stage import Stage, dialog, play, press, review, said, until
from tui.session import Session, Settings
from tui.widgets.overlay import Overlay


def test_the_chosen_key_works_and_the_usual_one_does_not(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        session: Session = pilot.app.session  # type: ignore[attr-defined]
        await press(pilot, "2", "o")
        assert "over" not in session.list_state("quotas").query.view
        await press(pilot, "b")
        assert "over" in session.list_state("quotas").query.view

    play(stage.app(keys={"quotas.over": "b"}), script)


@pytest.mark.parametrize(
    ("key", "pressed"), [(",", "comma"), ("ctrl+_", "ctrl+underscore"), ("#", "number_sign")]
)
def test_signs_are_bound_as_terminals_send_them(stage: Stage, key: str, pressed: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, pressed)
        assert isinstance(pilot.app.screen, Overlay)

    play(stage.app(keys={"help": key}), script)


def test_two_keys_may_change_places(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        session: Session = pilot.app.session  # type: ignore[attr-defined]
        await press(pilot, "r")
        assert session.paused
        await press(pilot, "p")
        assert session.paused
        await press(pilot, "r")
        assert not session.paused

    play(stage.app(keys={"live.refresh": "p", "live.pause": "r"}), script)


def test_key_line_hints_and_help_show_the_chosen_keys(stage: Stage) -> None:
    chosen = {"list.filter": "H", "projects.view": "W", "help": "f2", "quit": "ctrl+x"}

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "W enter lists them" in said(pilot.app))
        assert "H filter" in said(pilot.app)
        assert "f2 help" in said(pilot.app)
        await press(pilot, "ctrl+c")
        assert "ctrl+x quits" in said(pilot.app)
        await press(pilot, "f2", *"rows")
        assert "H           Show rows that" in said(pilot.app)

    play(stage.app(keys=chosen), script)


def test_the_queue_names_the_chosen_keys(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        assert "2 of 2 pending  ( prev  ) next" in said(pilot.app)

    play(stage.app(keys={"review.previous": "(", "review.next": ")"}), script)


def test_a_chosen_key_that_is_off_says_why(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "V")
        assert "approve: read-only session" in said(pilot.app)

    play(stage.app(keys={"review.approve": "V"}, read_only=True), script)


def test_a_chosen_key_opens_the_dialog_and_does_not_confirm_it(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "V")
        shown = await dialog(pilot)
        await press(pilot, "V")
        assert pilot.app.screen is shown

    play(stage.app(keys={"review.approve": "V"}), script)


def test_wrong_keys_make_no_session(stage: Stage) -> None:
    with pytest.raises(Invalid, match=r"t means both quotas\.over and quotas\.group"):
        Session(stage.backend, Settings(keys={"quotas.over": "t"}))
