"""Whole sessions of an operator on a real database."""

from __future__ import annotations

import re
from threading import Event, Thread

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from backend.core.database import Tx
from backend.core.plan import Tier
from backend.projects.model import (
    ApplicationState,
    Capacity,
    DenyApplication,
    ModifyProject,
    Wishes,
)
from backend.quotas.model import UNLIMITED, RejectCommission
from tests.tui.stage import (
    GIB,
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
from tests.worlds import OPERATOR, RAM, VM, count
from tui.dialogs.confirm import ConfirmScreen
from tui.panes.review import ReviewPane


def test_an_approval_that_harms_takes_six_keys_besides_the_typed_words(stage: Stage) -> None:
    keys: list[str] = []

    async def script(pilot: Pilot[None]) -> None:
        async def key(name: str) -> None:
            keys.append(name)
            await press(pilot, name)

        await key("a")
        await key("A")
        shown = await dialog(pilot)
        assert shown.plan.tier is Tier.DANGEROUS
        await write(pilot, "agreed with the PI")
        await key("enter")
        await write(pilot, "climate.hpc")
        await key("enter")
        await key("y")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ConfirmScreen))

    play(stage.app(), script)
    found = stage.world.application(stage.modification)
    assert found.state is ApplicationState.APPROVED
    assert found.response == "agreed with the PI"
    assert len(keys) <= 6


def test_a_harmless_approval_needs_no_reason(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "A")
        shown = await dialog(pilot)
        assert shown.plan.tier is Tier.REVERSIBLE
        assert pilot.app.focused is shown.query_one("#reason")
        await press(pilot, "enter", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewPane))

    play(stage.app(), script)
    assert stage.world.application(stage.newcomer).state is ApplicationState.APPROVED


def test_enter_never_confirms_unless_the_focus_was_moved(stage: Stage) -> None:
    """The first leads to the button; one that is held down leads nowhere else."""

    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "A")
        shown = await dialog(pilot)
        with at_once(shown):
            await pilot.press("enter", "enter", "enter")
        assert not shown.applying
        assert pilot.app.focused is shown.query_one("#confirm")
        await until(pilot, lambda: listens(shown))
        await press(pilot, "shift+tab", "enter")
        assert isinstance(pilot.app.screen, ReviewPane)

    play(stage.app(), script)
    assert stage.world.application(stage.newcomer).state is ApplicationState.PENDING


def test_denying_needs_a_reason_and_the_next_application_follows(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = await review(pilot, stage, stage.modification)
        await press(pilot, "X")
        shown = await dialog(pilot)
        await press(pilot, "enter")
        assert "needs a reason" in said(pilot.app)
        assert pilot.app.focused is shown.query_one("#reason")
        await write(pilot, "ask again after the move")
        await press(pilot, "enter", "enter")
        await until(pilot, lambda: pane.application == stage.newcomer)

    play(stage.app(), script)
    found = stage.world.application(stage.modification)
    assert (found.state, found.response) == (ApplicationState.DENIED, "ask again after the move")


def test_after_the_last_decision_it_goes_back_with_a_message(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        stage.world.approve(stage.modification)
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "A")
        await dialog(pilot)
        await press(pilot, "enter", "y")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert "No application is waiting any more." in said(pilot.app)

    play(stage.app(), script)


def other_operator(stage: Stage, vm: Capacity) -> None:
    """Someone else changes the project's limits on a connection of his own."""
    wishes = Wishes(grants={VM: vm})
    stage.world.do(ModifyProject(actor=OPERATOR, project=stage.project, wishes=wishes))


async def consent(pilot: Pilot[None], name: str = "climate.hpc") -> None:
    """Give all that tier 3 asks for, up to the button."""
    await dialog(pilot)
    if not pilot.app.screen.query_one("#reason", Input).value:
        await write(pilot, "agreed")
        await press(pilot, "enter")
    await write(pilot, name)
    await press(pilot, "enter")


def test_a_stale_preview_is_refused_and_shown_again_with_what_changed(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "A")
        await consent(pilot)
        other_operator(stage, Capacity(24, 8))
        await press(pilot, "y")
        await until(pilot, lambda: "Changed since the preview" in said(pilot.app))
        assert stage.world.application(stage.modification).state is ApplicationState.PENDING
        assert re.search(r"\* cyclades\.vm +24 -> 28 +\+4", said(pilot.app))
        assert pilot.app.screen.query_one("#confirm", Button).disabled
        await consent(pilot)
        await press(pilot, "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewPane))

    play(stage.app(WIDE), script, WIDE)
    assert stage.world.application(stage.modification).state is ApplicationState.APPROVED


def test_an_application_that_was_replaced_meanwhile_is_refused_in_the_dialog(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "A")
        await consent(pilot)
        stage.world.submit("O", stage.project, max_members=5)
        await press(pilot, "y")
        await until(pilot, lambda: "Nothing was changed" in said(pilot.app))
        assert "Conflict: " in said(pilot.app)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ReviewPane)

    play(stage.app(), script)
    assert stage.world.see(stage.project).max_members == UNLIMITED


def test_drifting_figures_are_refreshed_and_do_not_make_the_preview_stale(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "A")
        await consent(pilot)
        assert "OVER by 28G" in said(pilot.app)
        stage.world.charge("L", stage.project, 2 * GIB, RAM)
        await until(pilot, lambda: "OVER by 30G" in said(pilot.app))
        await press(pilot, "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewPane))

    play(stage.app(live=True), script)
    assert stage.world.application(stage.modification).state is ApplicationState.APPROVED


def test_a_change_that_matters_is_announced_while_the_dialog_is_open(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "A")
        await dialog(pilot)
        other_operator(stage, Capacity(24, 8))
        await until(pilot, lambda: "The situation changed meanwhile" in said(pilot.app))

    play(stage.app(live=True), script)


def test_it_cannot_be_submitted_twice_and_the_outcome_reaches_who_left(stage: Stage) -> None:
    held, go = Event(), Event()

    def hold(tx: Tx) -> None:
        held.set()
        go.wait(10)

    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "A")
        await dialog(pilot)
        blocker = Thread(target=stage.backend.database.write, args=(hold,))
        blocker.start()
        held.wait(10)
        await press(pilot, "enter")
        await pilot.press("y", "y", "y")
        assert "running" in said(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewPane))
        go.set()
        blocker.join()
        await until(pilot, lambda: "approved" in said(pilot.app).splitlines()[-2].lower())

    play(stage.app(), script)
    sql = "SELECT count(*) FROM journal WHERE action = 'application.approve'"
    assert count(stage.world, sql) == 2


@pytest.mark.parametrize(("key", "usage"), [("A", (8, 4)), ("X", (8, 3))])
def test_a_stuck_commission_is_settled_by_hand(
    stage: Stage, key: str, usage: tuple[int, int]
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", key)
        await dialog(pilot)
        if key == "X":
            await write(pilot, "the service lost it")
        await press(pilot, "enter", "y" if key == "A" else "enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ConfirmScreen))

    play(stage.app(), script)
    assert stage.world.mine("M", stage.project) == usage


def test_a_commission_that_its_service_settles_first_is_told(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "A")
        await dialog(pilot)
        stage.world.do(RejectCommission(actor=OPERATOR, serial=stage.serial))
        await press(pilot, "enter", "y")
        await until(pilot, lambda: "no pending commission" in said(pilot.app))

    play(stage.app(), script)


def test_a_read_only_session_refuses_and_says_why(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = await review(pilot, stage, stage.modification)
        for key in ("A", "X"):
            await press(pilot, key)
            assert pilot.app.screen is pane
            assert "read-only session" in said(pilot.app)
        await press(pilot, "escape", "5", "A")
        assert "accept: read-only session" in said(pilot.app)

    play(stage.app(read_only=True), script)


def test_a_production_context_asks_for_one_tier_more(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "A")
        shown = await dialog(pilot)
        assert pilot.app.focused is shown.query_one("#reason")
        assert "PROD local" in said(pilot.app)

    play(stage.app(production=True), script)


def test_the_queue_is_turned_over_with_the_brackets(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = await review(pilot, stage, stage.modification)
        await press(pilot, "]")
        assert pane.application == stage.newcomer
        assert "2 of 2 pending" in said(pilot.app)
        await press(pilot, "]")
        assert "this is the last that waits" in said(pilot.app)
        await press(pilot, "[")
        assert pane.application == stage.modification

    play(stage.app(), script)


def test_an_application_decided_elsewhere_turns_into_its_outcome(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        stage.world.approve(stage.modification)
        await until(pilot, lambda: "Approved" in said(pilot.app))
        await press(pilot, "A")
        assert "the application is approved" in said(pilot.app)

    play(stage.app(live=True), script)


def test_dismissing_is_offered_once_it_was_denied(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = await review(pilot, stage, stage.modification)
        assert "D dismiss" not in said(pilot.app).splitlines()[-1]
        stage.deny(stage.modification)
        await press(pilot, "r")
        await until(pilot, lambda: "denied" in pane.decided().lower())
        assert "D dismiss" in said(pilot.app).splitlines()[-1]

    play(stage.app(WIDE), script, WIDE)


def test_a_denied_application_is_dismissed(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        stage.world.do(DenyApplication(actor=OPERATOR, application=stage.modification))
        await review(pilot, stage, stage.modification)
        await press(pilot, "D")
        shown = await dialog(pilot)
        if shown.plan.tier > Tier.REVERSIBLE:
            await write(pilot, "told in person")
        await press(pilot, "enter", "y")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ConfirmScreen))

    play(stage.app(), script)
    assert stage.world.application(stage.modification).state is ApplicationState.DISMISSED


def test_a_review_that_is_closed_while_it_is_read_harms_nothing(stage: Stage) -> None:
    """Its widgets go before its reading ends; that must not bring the console down."""

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "a")
        closed = pilot.app.screen
        assert isinstance(closed, ReviewPane)
        await press(pilot, "escape")
        await closed._guarded(closed.refresh_data)
        closed.show_chrome()
        assert not isinstance(pilot.app.screen, ReviewPane)

    play(stage.app(), script)


def test_after_a_decision_comes_the_one_behind_it_not_the_first(stage: Stage) -> None:
    third = stage.world.submit("L", name="third.lab", grants={VM: Capacity(1, 1)})[1]

    async def script(pilot: Pilot[None]) -> None:
        pane = await review(pilot, stage, stage.newcomer)
        await press(pilot, "X")
        await dialog(pilot)
        await write(pilot, "not this year")
        await press(pilot, "enter", "enter")
        await until(pilot, lambda: pane.application == third)

    play(stage.app(), script)


@pytest.mark.parametrize("reason", ["years of use", "Climate yes", "by boardy"])
def test_a_reason_can_be_typed_at_once_and_no_letter_of_it_confirms(
    stage: Stage, reason: str
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "A")
        shown = await dialog(pilot)
        assert "Approve  enter, y" in said(pilot.app)
        await pilot.press(*("space" if sign == " " else sign for sign in reason))
        assert pilot.app.screen is shown
        assert shown.query_one("#reason", Input).value == reason
        assert stage.world.application(stage.newcomer).state is ApplicationState.PENDING
        await press(pilot, "enter", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewPane))

    play(stage.app(), script)
    assert stage.world.application(stage.newcomer).response == reason


def test_leaving_says_that_nothing_was_changed(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "A")
        await dialog(pilot)
        await press(pilot, "escape")
        assert "nothing was changed" in said(pilot.app)

    play(stage.app(), script)
