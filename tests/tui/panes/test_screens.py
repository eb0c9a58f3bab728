"""Lists reached by commands: people, resources, expired projects, limits against projects."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from backend.core.plan import Tier
from backend.projects.model import ProjectState
from backend.quotas import service as quotas
from backend.quotas.model import UNLIMITED, HoldingKey, Resource
from tests.tui.stage import WIDE, Stage, dialog, play, press, said, until
from tests.tui.troubles import consent, empty, listed, order, screen, tamper, troubles
from tests.worlds import CPU, PENDING_APP, RAM, VM, person
from tui.dialogs.bulk import BulkScreen
from tui.dialogs.export import ExportScreen
from tui.panes.projects import ProjectsPane
from tui.panes.raw import RawPane
from tui.widgets.prompt import MessageRow


def resource(stage: Stage, name: str) -> Resource:
    found = stage.world.database.read(lambda tx: quotas.resource(tx, name))
    assert found is not None
    return found


@pytest.mark.parametrize("command", ["users", "resources", "expired", "verify"])
def test_rows_are_copied_exported_and_shown_raw(stage: Stage, command: str, tmp_path: Path) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, command)
        first = screen(pilot)
        row = first.list.cursor_row
        assert row is not None
        await press(pilot, "c")
        assert pilot.app.clipboard == first.copied(row)
        await press(pilot, "C")
        assert "row as CSV" in said(pilot.app)
        await press(pilot, "down", "enter")
        assert pilot.app.clipboard.count("\n") == 1
        await press(pilot, "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, RawPane))
        await press(pilot, "escape", "x")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
        pilot.app.screen.query_one("#file", Input).value = str(tmp_path / "rows.csv")
        pilot.app.screen.query_one("#file").focus()
        await press(pilot, "enter")
        await until(pilot, lambda: "exported to" in said(pilot.app))
        lines = (tmp_path / "rows.csv").read_text().splitlines()
        assert len(lines) == 1 + (first.list.shown or 0)

    troubles(stage)
    play(stage.app(), script)


def test_a_read_only_session_changes_nothing(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        for command, keys in (("users", "AXYZR"), ("resources", "DPIU"), ("expired", "TO"),
                              ("verify", "MR")):  # fmt: skip
            await order(pilot, command)
            for key in keys:
                await press(pilot, key)
                assert "read-only session" in said(pilot.app).split("\n")[-2]
                assert pilot.app.screen is screen(pilot)

    troubles(stage)
    play(stage.app(read_only=True), script)


JUMPS = {
    "users m@": "quotas of m@uni.example",
    "resources vm": "who has how much of it",
    "expired name=late.lab": "quotas of its members",
    "verify": "who uses cyclades.vm of it",
}


@pytest.mark.parametrize("command", JUMPS)
def test_from_every_screen_one_gets_to_what_it_has_to_do_with(stage: Stage, command: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, command)
        await press(pilot, "J")
        assert JUMPS[command] in said(pilot.app)
        await press(pilot, "enter")
        await until(pilot, lambda: pilot.app.current_mode in ("quotas", "projects"))
        await listed(pilot, lambda rows: rows > 0)
        await press(pilot, "[")
        await until(pilot, lambda: screen(pilot).SCOPE.value == command.split()[0])

    troubles(stage)
    play(stage.app(), script)


# ---------------------------------------------------------------- resources


def test_a_default_is_typed_with_a_unit_and_reaches_future_projects_only(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "resources ram")
        await press(pilot, "D", *"10x")
        assert "no number" in said(pilot.app)
        await press(pilot, "backspace", "G", "enter")
        plan = (await dialog(pilot)).plan
        assert "defaults apply to future projects only" in said(pilot.app)
        assert plan.request.path == f"resource-modify {RAM} --system-default {10 << 30}"
        await consent(pilot, reason="more memory for everybody")
        await until(pilot, lambda: "10G" in said(pilot.app))
        await press(pilot, "P", *"inf", "enter")
        await consent(pilot, reason="no limit")
        await until(pilot, lambda: "inf" in said(pilot.app))

    before = stage.world.pool(person("O"), RAM)
    play(stage.app(), script)
    assert (resource(stage, RAM).uplimit, resource(stage, RAM).project_default) == (
        10 << 30,
        UNLIMITED,
    )
    assert stage.world.pool(person("O"), RAM) == before
    stage.world.add("Z")
    assert stage.world.pool(person("Z"), RAM)[0] == 10 << 30


def test_what_is_that_already_and_what_is_given_up_is_not_asked_for(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, f"resources {CPU}")
        await press(pilot, "D", "enter")
        assert f"{CPU} has this value already" in said(pilot.app)
        await press(pilot, "D", "1", "escape")
        assert screen(pilot).query_shown.text == CPU
        await press(pilot, "D", "-", "1", "enter")
        assert "not below 0" in said(pilot.app)
        await press(pilot, "escape")

    play(stage.app(), script)
    assert resource(stage, CPU).uplimit == 8


def test_visibility_is_turned_round_and_the_ui_needs_the_api(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "resources pending")
        await press(pilot, "enter")
        await until(pilot, lambda: "Shown in API" in said(pilot.app))
        await press(pilot, "U")
        plan = (await dialog(pilot)).plan
        assert [(c.field, c.after) for c in plan.changes] == [
            ("api_visible", True),
            ("ui_visible", True),
        ]
        assert plan.warnings == ()
        await consent(pilot, reason="people ask")
        await until(pilot, lambda: resource(stage, PENDING_APP).ui_visible)
        await press(pilot, "I")
        await consent(pilot, reason="too many ask")
        await until(pilot, lambda: not resource(stage, PENDING_APP).api_visible)

    play(stage.app(), script)
    assert not resource(stage, PENDING_APP).ui_visible


async def asked(pilot: Pilot[None], key: str) -> str:
    """Ask for an amount for what is marked; what the line then begins with."""
    await press(pilot, key)
    row = pilot.app.screen.query_one(MessageRow)
    await until(pilot, lambda: row.asking)
    return row.render_line(0).text


def test_one_amount_is_not_asked_for_bytes_and_pieces(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "resources cyclades")
        await press(pilot, "*", "D")
        await until(pilot, lambda: "counted in bytes and pieces" in said(pilot.app))
        assert not pilot.app.screen.query_one(MessageRow).asking

    play(stage.app(WIDE), script, WIDE)


def test_the_line_says_whose_default_it_asks_for(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, f"resources {CPU}")
        await press(pilot, "D")
        assert f"base default of {CPU}: 8" in said(pilot.app)
        await press(pilot, "escape", "space")
        await order(pilot, f"resources {VM}")
        await press(pilot, "space")
        assert "project default of 2 resources: " in await asked(pilot, "P")

    play(stage.app(), script)


def test_marks_are_enough_where_no_row_is_listed(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, f"resources {CPU}")
        await press(pilot, "space")
        await order(pilot, "resources nothing-is-called-so")
        assert screen(pilot).list.cursor_row is None
        assert f"base default of {CPU}: 8" in await asked(pilot, "D")
        await press(pilot, "ctrl+u", "9", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, BulkScreen))

    play(stage.app(), script)


# ---------------------------------------------------------------- expired


def test_one_expired_project_is_ended_then_all(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "expired")
        assert re.findall(r"(\w+)\.lab.* (\d+) d ", said(pilot.app)) == [
            ("later", "40"),
            ("late", "12"),
        ]
        assert "O ends all 2 of them" in said(pilot.app)
        await press(pilot, "T")
        await consent(pilot, reason="over", name="later.lab")
        await listed(pilot, lambda rows: rows == 1)
        await press(pilot, "O")
        plan = (await dialog(pilot)).plan
        assert plan.target == "terminate 1"
        assert {i.holder for i in plan.going_over} == {"", "m@uni.example"}
        await consent(pilot, reason="over", name="terminate 1")
        await empty(pilot, "No project is past its end date.")
        await press(pilot, "O")
        assert "no project has expired" in said(pilot.app)

    late = troubles(stage)
    play(stage.app(), script)
    assert stage.world.see(late).state is ProjectState.TERMINATED


def test_a_filter_of_expired_projects_stays_among_them(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "expired later")
        assert screen(pilot).list.shown == 1
        await order(pilot, "expired climate")
        assert screen(pilot).list.shown == 0
        await press(pilot, "escape")
        await listed(pilot, lambda rows: rows == 2)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ProjectsPane)
        await listed(pilot, lambda rows: rows == 4)

    troubles(stage)
    play(stage.app(), script)


# ---------------------------------------------------------------- verify


def test_mismatches_are_listed_and_set_right(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "verify")
        assert re.search(r"m@uni +late\.lab +cyclades\.vm +99 +4 wrong", said(pilot.app))
        assert screen(pilot).list.shown == 1
        await press(pilot, "M")
        plan = (await dialog(pilot)).plan
        assert (plan.tier, plan.target) == (Tier.HARMFUL, "fix 1")
        await consent(pilot, reason="somebody wrote past bursar")
        await empty(pilot, "Every limit is what its project says.")
        await press(pilot, "M")
        assert "mend all: every limit is what its project says" in said(pilot.app)

    late = troubles(stage)
    play(stage.app(), script)
    assert stage.world.mine("M", late) == (4, 3)


def test_unexpected_holdings_are_looked_for_when_asked_and_go(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "verify")
        await press(pilot, "t")
        await listed(pilot, lambda rows: rows == 2)
        assert re.search(r"nobody +late\.lab +cyclades\.vm +5 +- unexpected", said(pilot.app))
        await press(pilot, "M")
        assert (await dialog(pilot)).plan.target == "fix 2"
        await consent(pilot, reason="clean up")
        await empty(pilot, "Nothing is held beside projects.")

    late = troubles(stage)
    play(stage.app(), script)
    assert stage.world.holding("user:nobody", f"project:{late}") is None


def test_a_missing_holding_is_told_and_made(stage: Stage) -> None:
    """Another limit that drifts while the list is open appears once something was decided."""

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "verify kind:missing")
        assert screen(pilot).list.shown == 1
        assert re.search(r"l@uni +climate\.hpc +cyclades\.cpu +- +64 missing", said(pilot.app))
        await press(pilot, "enter")
        assert "there is no such holding yet" in said(pilot.app)
        tamper(stage.world, HoldingKey(f"user:{person('N')}", holder[1], CPU), 7)
        await press(pilot, "escape", "M")
        await consent(pilot)
        await empty(pilot, "Every limit is what its project says.")

    holder = (f"user:{person('L')}", f"project:{stage.project}")
    gone = stage.world.holding(*holder, CPU)
    assert gone is not None
    stage.world.database.write(
        lambda tx: tx.execute("DELETE FROM holding WHERE id = ?", (gone.id,))
    )
    play(stage.app(), script)
    made = stage.world.holding(*holder, CPU)
    assert made is not None
    assert made.limit == 64
    assert stage.world.mine("N", stage.project, CPU)[0] == 64


def test_counters_of_waiting_applications_are_set_right(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "verify")
        await press(pilot, "R")
        plan = (await dialog(pilot)).plan
        assert {(c.before, c.after) for c in plan.changes} == {(0, 1)}
        await consent(pilot)
        await until(pilot, lambda: "set right" in said(pilot.app))
        await press(pilot, "R")
        right = "every counter of waiting applications is right"
        await until(pilot, lambda: right in said(pilot.app))

    stage.world.charge("O", person("O"), -1, PENDING_APP)
    assert stage.world.waiting("O") == (0, 0)
    play(stage.app(), script)
    assert stage.world.waiting("O") == (1, 1)
