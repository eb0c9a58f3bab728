"""The panes on a real database: live, searched, copied from, and safe whatever people typed."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from backend.core.errors import OverLimit
from backend.core.identity import Actor, Role
from backend.quotas.model import IssueCommission, Provision
from tests.tui.hostile import FORBIDDEN, poison
from tests.tui.stage import (
    BOTH_SIZES,
    WIDE,
    Stage,
    dialog,
    play,
    press,
    review,
    said,
    until,
)
from tests.worlds import VM, person
from tui.app import BursarApp
from tui.format.lines import Look
from tui.format.review import left, right, single
from tui.panes.audit import AuditPane
from tui.panes.commissions import CommissionPane, CommissionsPane
from tui.panes.raw import RawPane


def refused(stage: Stage) -> None:
    """A service asks for more than there is."""
    holder, source = f"user:{person('M')}", f"project:{stage.project}"
    command = IssueCommission(
        actor=Actor("cyclades", Role.SERVICE, component="cyclades"),
        clientkey="cyclades",
        provisions=[Provision(holder, source, VM, 99), Provision(source, "", VM, 99)],
    )
    with pytest.raises(OverLimit):
        stage.backend.ledger.issue(command)


def test_the_feed_follows_what_happens_until_it_is_held(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5")
        stage.settle()
        await until(pilot, lambda: "rejected" in said(pilot.app))
        await press(pilot, "t")
        stage.world.charge("L", stage.project, 1)
        await until(pilot, lambda: "tail off" in said(pilot.app))
        before = said(pilot.app).count("charged")
        await pilot.pause(0.6)
        assert said(pilot.app).count("charged") == before
        await press(pilot, "t")
        await until(pilot, lambda: "  12  l" in said(pilot.app))

    play(stage.app(live=True), script)


def test_news_that_come_before_a_pane_is_there_wait_for_it(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app, BursarApp)
        await CommissionsPane(pilot.app.session).catch_up()

    play(stage.app(), script)


def test_a_commission_that_ends_while_it_is_looked_at_says_so(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "enter")
        assert isinstance(pilot.app.screen, CommissionPane)
        await until(pilot, lambda: "IF ACCEPTED" in said(pilot.app))
        stage.settle()
        await until(pilot, lambda: "is not pending" in said(pilot.app))
        await press(pilot, "A")
        assert "no commission is selected" in said(pilot.app)

    play(stage.app(live=True), script)


def test_ages_grow_without_the_rows_being_read_again(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app, BursarApp)
        await press(pilot, "5")
        assert "9 m" in said(pilot.app)
        start = pilot.app.session.now()
        pilot.app.session.now = lambda: start + 60_000_000
        pilot.app.screen.tick()  # type: ignore[attr-defined]
        await pilot.pause()
        assert "10 m" in said(pilot.app)

    play(stage.app(), script)


def test_the_journal_is_searched_and_copied_as_a_ticket(stage: Stage) -> None:
    copied: list[str] = []

    async def script(pilot: Pilot[None]) -> None:
        pilot.app.copy_to_clipboard = copied.append  # type: ignore[assignment, method-assign]
        await press(pilot, "6", "/", *"application.approve", "enter")
        pane = pilot.app.screen
        assert isinstance(pane, AuditPane)
        await until(pilot, lambda: pane.list.shown == 1)
        await press(pilot, "c")
        await until(pilot, lambda: bool(copied))

    play(stage.app(), script)
    assert copied[0].startswith("bursar journal #18: application.approve #1 of climate.hpc")
    assert "Reason:  as agreed" in copied[0]
    assert "state pending -> approved" in copied[0]


def test_the_journal_grows_while_it_is_looked_at(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "6")
        assert "user.suspend" not in said(pilot.app)
        stage.deny(stage.modification)
        await until(pilot, lambda: "application.deny" in said(pilot.app))

    play(stage.app(live=True), script)


def test_the_request_is_shown_before_it_is_sent(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "y")
        assert isinstance(pilot.app.screen, RawPane)
        assert '"app_id": 2' in said(pilot.app)

    play(stage.app(), script)


def test_long_lines_of_a_raw_view_are_cut_or_broken(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app, BursarApp)
        data = {"text": "x" * 200 + "end"}
        pilot.app.push_screen(RawPane(pilot.app.session, "audit", ("Audit",), data))
        await press(pilot, "j")
        assert "end" not in said(pilot.app)
        await press(pilot, "w")
        assert "end" in said(pilot.app)

    play(stage.app(), script)


@BOTH_SIZES
def test_nothing_that_people_typed_reaches_the_terminal_as_a_command(
    stage: Stage, size: tuple[int, int]
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        for keys in ("5", "enter", "escape", "6", "enter", "y"):
            await press(pilot, keys)
            await pilot.pause(0.2)
            assert not set(said(pilot.app)) & FORBIDDEN - {"\n"}
        await review(pilot, stage, application)
        assert not set(said(pilot.app)) & FORBIDDEN - {"\n"}
        assert "[@click=app.quit]hit[/]" in said(pilot.app)
        await press(pilot, "X")
        await dialog(pilot)
        assert not set(said(pilot.app)) & FORBIDDEN - {"\n"}

    application = poison(stage)
    play(stage.app(size), script, size)


@pytest.mark.parametrize("width", [56, 66, 78, 110, 138])
def test_no_line_of_a_review_is_wider_than_its_place(stage: Stage, width: int) -> None:
    async def script(pilot: Pilot[None]) -> None:
        for application in (stage.modification, stage.newcomer, nasty):
            found = await stage.backend.projects.review(application)
            look = Look(width)
            lines = [*single(found, look), *left(found, look)]
            for one in [*lines, *(right(found, look) if width >= 66 else ())]:
                assert one.content.cell_length <= width, one.text

    nasty = poison(stage)
    play(stage.app(), script)


def test_refusals_of_services_are_in_the_feed(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5")
        assert "REFUSED" in said(pilot.app)
        assert "413 limit 8 usage 4" in said(pilot.app)

    refused(stage)
    play(stage.app(WIDE), script, WIDE)
