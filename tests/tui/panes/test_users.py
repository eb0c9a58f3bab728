"""People: moderation, and what shutting somebody out means."""

from __future__ import annotations

import re

from textual.pilot import Pilot

from backend.core.plan import Tier
from backend.projects.model import ProjectState, UserAction, UserState
from tests.tui.stage import WIDE, Stage, dialog, listens, play, press, said, until
from tests.tui.troubles import consent, empty, listed, order, screen, troubles
from tests.worlds import VM, count, person
from tui.app import BursarApp
from tui.dialogs.bulk import BulkScreen
from tui.panes.users import UserPane


def emails(pilot: Pilot[None]) -> list[str]:
    """The people on screen, in order."""
    return re.findall(r"(\w)@uni\.example", said(pilot.app))


def test_those_who_wait_for_moderation_come_first(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "users")
        assert emails(pilot) == ["u", "v", *"almno"]
        assert "Users" in said(pilot.app)
        assert "[1 Proj 2]" in said(pilot.app)
        await press(pilot, "s", "home", "enter")
        await listed(pilot, lambda rows: rows == 7)
        await order(pilot, "users waiting")
        assert emails(pilot) == ["u"]
        await order(pilot, "users name:hopper")
        assert emails(pilot) == ["u"]

    troubles(stage)
    play(stage.app(), script)


def test_a_person_is_accepted_and_then_has_a_base_project(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "users")
        await press(pilot, "A")
        assert (await dialog(pilot)).plan.target == "u@uni.example"
        await consent(pilot)
        await until(pilot, lambda: "User u@uni.example: accept done" in said(pilot.app))
        row = screen(pilot).list.cursor_row
        assert row is not None
        assert (row.email, row.state) == ("u@uni.example", UserState.ACTIVE)

    troubles(stage)
    play(stage.app(), script)
    assert stage.world.user("U").state is UserState.ACTIVE
    assert stage.world.pool(person("U"))[0] == 2


def test_marked_people_are_verified_together(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "users state:unverified")
        await listed(pilot, lambda rows: rows == 2)
        await press(pilot, "*", "Y")
        await until(
            pilot,
            lambda: isinstance(pilot.app.screen, BulkScreen) and listens(pilot.app.screen),
        )
        await press(pilot, "enter", "y")
        await until(pilot, lambda: stage.world.user("X").email_verified)

    troubles(stage)
    stage.world.add("X", accepted=False)
    play(stage.app(), script)
    assert stage.world.user("V").email_verified


def test_rejecting_needs_a_reason(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "users")
        await press(pilot, "X")
        assert (await dialog(pilot)).plan.tier is Tier.HARMFUL
        await consent(pilot, reason="not of this university")
        await until(pilot, lambda: "rejected" in said(pilot.app))

    troubles(stage)
    play(stage.app(), script)
    assert stage.world.user("U").state is UserState.REJECTED


def test_an_address_is_verified_and_what_cannot_be_says_why(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "users")
        await press(pilot, "j", "A")
        assert "accept: cannot accept the user: the address is not verified" in said(pilot.app)
        await press(pilot, "Y")
        await consent(pilot)
        await until(pilot, lambda: stage.world.user("V").email_verified)

    troubles(stage)
    play(stage.app(), script)
    assert stage.world.user("V").state is UserState.UNMODERATED


def test_a_deactivation_shows_what_it_suspends(stage: Stage) -> None:
    """The owner of a project with three members, one of whom has something pending."""

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "users o@")
        await press(pilot, "enter")
        await until(pilot, lambda: "PROJECTS OWNED" in said(pilot.app))
        await press(pilot, "Z")
        plan = (await dialog(pilot)).plan
        told = said(pilot.app)
        assert re.search(r"climate\.hpc: state +active -> suspended", told)
        assert re.search(r"o@uni\.example in \(base\): state +accepted -> suspended", told)
        assert re.search(r"cyclades\.vm +20 -> 0 -20 +8 -> 0 -8", told)
        await press(pilot, "end")
        assert "climate.hpc is suspended for 3 other members" in plan.warnings
        assert "applications of the user that go on waiting: 1" in plan.warnings
        assert {i.holder for i in plan.going_over} >= {f"{who}@uni.example" for who in "lmn"}
        assert [one.serial for one in plan.touched] == [stage.serial]
        assert (plan.tier, plan.target) == (Tier.DANGEROUS, "o@uni.example")
        await consent(pilot, reason="left the university", name="o@uni.example")
        await until(pilot, lambda: "inactive" in said(pilot.app))
        assert "left the university" in said(pilot.app)
        await press(pilot, "B")
        assert (await dialog(pilot)).plan.title == "Activate o@uni.example"
        await consent(pilot)
        await until(pilot, lambda: stage.world.user("O").is_active)

    play(stage.app(WIDE), script, WIDE)
    assert stage.world.see(stage.project).state is ProjectState.ACTIVE
    world = stage.world
    assert count(world, "SELECT count(*) FROM journal WHERE action = 'user.deactivate'") == 1


def test_a_person_is_shown_with_projects_memberships_quota_and_applications(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "users m@")
        await press(pilot, "enter")
        await until(pilot, lambda: "MEMBERSHIPS" in said(pilot.app))
        told = said(pilot.app)
        assert re.search(r"climate\.hpc +accepted", told)
        assert re.search(r"late\.lab +accepted", told)
        assert re.search(r"cyclades\.ram +28G of 32G", told)
        await press(pilot, "escape")
        await order(pilot, "users o@")
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, UserPane))
        await until(pilot, lambda: "APPLICATIONS" in said(pilot.app))
        assert re.search(rf"#{stage.modification} climate\.hpc +pending", said(pilot.app))

    troubles(stage)
    play(stage.app(WIDE), script, WIDE)


def test_changes_of_others_show_up_in_a_list_that_is_open(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "users waiting")
        assert emails(pilot) == ["u"]
        stage.world.moderate("U", UserAction.ACCEPT)
        assert isinstance(pilot.app, BursarApp)
        await press(pilot, "r")
        await empty(pilot, "Nothing fits")

    troubles(stage)
    play(stage.app(), script)
    assert stage.world.mine("U", person("U"), VM)[0] == 2
