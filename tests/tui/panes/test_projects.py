"""Deciding on projects and their members, from the list and from a project's own screen."""

from __future__ import annotations

import json

import pytest
from textual.pilot import Pilot

from backend.projects.model import (
    Capacity,
    ChangeMembership,
    MembershipAction,
    MembershipState,
    ProjectState,
)
from tests.tui.stage import (
    GIB,
    SIZES,
    WIDE,
    Stage,
    dialog,
    play,
    press,
    said,
    settled,
    until,
    write,
)
from tests.worlds import OPERATOR, RAM, VM
from tui.dialogs.confirm import ConfirmScreen
from tui.panes.pane import MORE
from tui.panes.project import ProjectPane
from tui.panes.projects import ProjectsPane
from tui.panes.raw import RawPane
from tui.panes.review import ReviewPane
from tui.widgets.text import TextPanel


def line(pilot: Pilot[None], number: int) -> str:
    """A line of the screen from its end."""
    return said(pilot.app).split("\n")[number]


async def confirm(pilot: Pilot[None], reason: str = "", name: str = "") -> None:
    """Give what the dialog asks for and carry the plan out."""
    shown = await dialog(pilot)
    for text in (reason, *[name] * bool(name)):
        await write(pilot, text)
        await press(pilot, "enter")
    await press(pilot, "y")
    await until(pilot, lambda: pilot.app.screen is not shown)
    assert not isinstance(pilot.app.screen, ConfirmScreen)


async def open_project(pilot: Pilot[None]) -> ProjectPane:
    await press(pilot, "enter")
    pane = pilot.app.screen
    assert isinstance(pane, ProjectPane)
    await until(pilot, lambda: pane.members.shown is not None)
    return pane


async def lists(pilot: Pilot[None], shown: int) -> ProjectsPane:
    pane = pilot.app.screen
    assert isinstance(pane, ProjectsPane)
    await until(pilot, lambda: pane.list.shown == shown)
    return pane


def test_what_a_new_project_asks_for_is_told_in_its_units(stage: Stage) -> None:
    grants = {RAM: Capacity(768 * GIB, 64 * GIB), VM: Capacity(8, 8)}
    stage.world.submit("N", name="a.storm", grants=grants)

    async def script(pilot: Pilot[None]) -> None:
        await lists(pilot, 3)
        await until(pilot, lambda: "WAITING" in said(pilot.app))
        shown = " ".join(said(pilot.app).split())
        assert f"{RAM} new -> 768G" in shown
        assert f"{VM} new -> 8" in shown

    play(stage.app(WIDE), script, WIDE)


def test_its_title_counts_as_its_text_does_and_says_that_there_is_more(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await lists(pilot, 2)
        pane = await open_project(pilot)
        assert pane.found is not None
        gone = next(one for one in pane.found.members if one.state == MembershipState.ACCEPTED)
        remove = ChangeMembership(
            actor=OPERATOR, membership=gone.key, action=MembershipAction.REMOVE
        )
        stage.world.do(remove)
        await press(pilot, "r")
        await until(pilot, lambda: "Members 2 of" in said(pilot.app))
        assert "2 members" in line(pilot, 2)
        assert "pgdn: more" in line(pilot, -2)

    play(stage.app(), script)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_its_text_is_read_to_the_end(stage: Stage, size: tuple[int, int]) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = await open_project(pilot)
        about = pane.query_one("#about", TextPanel)
        about.focus()
        await until(pilot, lambda: MORE in said(pilot.app))
        last = about.lines[-1].text
        assert last not in said(pilot.app)
        await press(pilot, "G")
        assert last in said(pilot.app)

    play(stage.app(size), script, size)


def test_the_hint_follows_the_size_of_the_terminal(stage: Stage) -> None:
    """It is drawn once the text is laid out, not before and not a tick later."""

    async def script(pilot: Pilot[None]) -> None:
        await open_project(pilot)
        await until(pilot, lambda: MORE in said(pilot.app))
        await pilot.resize_terminal(140, 90)
        await until(pilot, lambda: MORE not in said(pilot.app))
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: MORE in said(pilot.app))

    play(stage.app(WIDE), script, WIDE)


def test_the_total_beside_a_filter_is_that_of_now(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await lists(pilot, 2)
        await press(pilot, "/", *"urban", "enter")
        await until(pilot, lambda: "1 of 2  filter urban" in line(pilot, 2))
        stage.world.project("soil.lab")
        await press(pilot, "r")
        await until(pilot, lambda: "1 of 3  filter urban" in line(pilot, 2))

    play(stage.app(), script)


def test_a_project_is_suspended_and_let_again(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await lists(pilot, 2)
        await press(pilot, "Z")
        await confirm(pilot, "they asked for it", "climate.hpc")
        assert stage.world.see(stage.project).state is ProjectState.SUSPENDED
        assert "suspended" in line(pilot, -2)
        await until(pilot, lambda: "Suspended" in said(pilot.app))
        await press(pilot, "Z")
        await confirm(pilot)
        assert stage.world.see(stage.project).state is ProjectState.ACTIVE

    play(stage.app(), script)


def test_a_terminated_project_is_found_and_reinstated(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await lists(pilot, 2)
        await press(pilot, "T")
        await confirm(pilot, "over", "climate.hpc")
        assert stage.world.see(stage.project).state is ProjectState.TERMINATED
        await press(pilot, "t", *"jjjjj", "enter")
        pane = await lists(pilot, 1)
        assert "view terminated" in said(pilot.app)
        assert pane.list.cursor_row is not None
        assert pane.list.cursor_row.uuid == stage.project
        await press(pilot, "R")
        await confirm(pilot, "a mistake", "climate.hpc")
        assert stage.world.see(stage.project).state is ProjectState.ACTIVE

    play(stage.app(), script)


def test_the_review_opens_at_once_wherever_the_cursor_is(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await lists(pilot, 2)
        await pilot.press("j", "a")
        screen = pilot.app.screen
        assert isinstance(screen, ReviewPane)
        assert screen.application == stage.newcomer

    play(stage.app(), script)


def test_what_the_state_does_not_permit_is_off_and_says_why(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = await lists(pilot, 2)
        await until(pilot, lambda: bool(pane.allowed()))
        await press(pilot, "R")
        assert isinstance(pilot.app.screen, ProjectsPane)
        assert line(pilot, -2).startswith(" reinstate: project climate.hpc is active")

    play(stage.app(), script)


def test_keys_say_about_whom_they_are(stage: Stage) -> None:
    stage.world.add("J")
    stage.world.join("J", stage.project)
    stage.world.add("K")
    stage.world.join("K", stage.project)

    async def script(pilot: Pilot[None]) -> None:
        await lists(pilot, 2)
        pane = await open_project(pilot)
        await until(pilot, lambda: "A accept j  X reject j" in line(pilot, -1))
        await press(pilot, "tab", "j")
        assert "A accept k  X reject k" in line(pilot, -1)
        await press(pilot, "j")
        assert "accept" not in line(pilot, -1)
        await press(pilot, "g", "space", "space")
        assert len(pane.members.marked) == 2
        assert "A accept 2 marked" in line(pilot, -1)
        await press(pilot, ".")
        assert "reject 2 marked" in said(pilot.app)

    play(stage.app(), script)


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_who_fills_the_project_is_seen_in_its_members(stage: Stage, size: tuple[int, int]) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await open_project(pilot)
        shown = said(pilot.app)
        assert "USES, OF PROJECT" in shown
        # l has most, and n nothing that is nearer to the project's limit than ram
        places = [shown.index(one) for one in ("ram 56G 43%", "ram 40G 31%", "ram 28G 21%")]
        assert places == sorted(places)
        assert "ram 56G 43%  vm 7 35%" in shown

    play(stage.app(size), script, size)


def test_the_hint_leads_to_what_waits(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await lists(pilot, 2)
        await until(pilot, lambda: "2 applications waiting   t enter lists them" in said(pilot.app))
        await press(pilot, "t", "enter")
        assert "view pending" in said(pilot.app)
        assert "lists them" not in said(pilot.app)

    play(stage.app(), script)


def test_a_person_who_asks_is_let_in(stage: Stage) -> None:
    stage.world.add("J")
    membership = stage.world.join("J", stage.project)

    async def script(pilot: Pilot[None]) -> None:
        await lists(pilot, 2)
        pane = await open_project(pilot)
        assert pane.members.cursor_key == membership
        await press(pilot, "A")
        await confirm(pilot)
        assert stage.world.state(membership) is MembershipState.ACCEPTED
        await until(pilot, lambda: "requested" not in said(pilot.app))
        assert pane.members.cursor_key == membership

    play(stage.app(), script)


def test_a_person_who_asks_is_refused(stage: Stage) -> None:
    stage.world.add("J")
    membership = stage.world.join("J", stage.project)

    async def script(pilot: Pilot[None]) -> None:
        await lists(pilot, 2)
        await open_project(pilot)
        await press(pilot, "X")
        await confirm(pilot, "ask your group first")
        assert stage.world.state(membership) is MembershipState.REJECTED

    play(stage.app(), script)


def test_a_member_cannot_be_let_in_again(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await lists(pilot, 2)
        await open_project(pilot)
        await press(pilot, "tab", "j", "A")
        assert "accept: not possible: n@uni.example is accepted" in line(pilot, -2)
        assert isinstance(pilot.app.screen, ProjectPane)

    play(stage.app(), script)


def test_a_member_is_taken_out(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await lists(pilot, 2)
        pane = await open_project(pilot)
        member = pane.members.cursor_key
        await press(pilot, "delete")
        shown = await dialog(pilot)
        await write(pilot, "left the group")
        await press(pilot, "enter")
        if shown.plan.going_over:
            await write(pilot, shown.plan.target)
            await press(pilot, "enter")
        await press(pilot, "y")
        await until(pilot, lambda: pilot.app.screen is pane)
        assert stage.world.state(member) is MembershipState.REMOVED

    play(stage.app(), script)


def test_the_raw_view_is_what_the_api_shows_and_can_be_searched(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await lists(pilot, 2)
        await press(pilot, "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, RawPane))
        assert '"system_project": false' in said(pilot.app)
        await press(pilot, "/", *"member_capacity", "enter")
        first = said(pilot.app)
        await press(pilot, "n")
        assert said(pilot.app) != first
        await press(pilot, "c")
        assert json.loads(pilot.app.clipboard)["id"] == stage.project
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ProjectsPane)

    play(stage.app(), script)


def test_a_change_by_somebody_else_appears_by_itself(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = await lists(pilot, 2)
        stage.world.project("newer.uni")
        pane.list._reader.last_move = 0.0
        await until(pilot, lambda: pane.list.shown == 3)
        assert "NEW" not in said(pilot.app)  # its state takes that place
        assert any(text.startswith(" +newer.uni") for text in said(pilot.app).split("\n"))
        await settled(pilot)

    play(stage.app(live=True), script)


def test_few_members_leave_their_room_to_the_quota(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = await open_project(pilot)
        lines = (pane.members.shown or 0) + pane.members.HEAD
        assert pane.members.size.height == lines
        assert "cyclades.ram" in said(pilot.app)
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: pane.members.size.height > 20)
        await pilot.resize_terminal(70, 20)
        await until(pilot, lambda: pane.members.size.height == lines)

    play(stage.app(), script)
