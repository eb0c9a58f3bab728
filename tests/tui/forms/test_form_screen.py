"""Operators fill forms in: what is filed, changed and told, and what is kept when they stop."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Button, Input, TextArea

from backend.core.database import Tx
from backend.embedded import open_embedded
from backend.projects.model import ApplicationState, Capacity, JoinPolicy
from tests.tui.forms.play import change_in_place, closed, fill, form
from tests.tui.hostile import FORBIDDEN, NASTY, poison
from tests.tui.stage import (
    BOTH_SIZES,
    GIB,
    SIZES,
    Stage,
    dialog,
    play,
    press,
    review,
    said,
    settled,
    until,
    write,
)
from tests.worlds import OPERATOR, RAM, VM, count, person
from tui.app import BursarApp
from tui.forms.projects import limit_id
from tui.panes.projects import ProjectsPane
from tui.session import Session

APPLICATIONS = "SELECT count(*) FROM application"


def test_a_new_application_is_typed_previewed_and_filed(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        await form(pilot)
        await write(pilot, "m@uni.example")
        await press(pilot, "enter")
        await write(pilot, "quantum.lab")
        await press(pilot, "enter", "enter")
        await write(pilot, "2113-01-31")
        await press(pilot, "enter", "enter", "right", "enter")
        screen = await fill(pilot, **{f"limit__{VM}__project": "1K", f"limit__{VM}__member": "8"})
        assert screen.typed["join_policy"] == "closed"
        await press(pilot, "ctrl+s")
        shown = await dialog(pilot)
        assert shown.plan.title == "Apply for the new project quantum.lab"
        await press(pilot, "enter", "y")
        await closed(pilot)
        assert "filed for quantum.lab" in said(pilot.app)

    waiting = stage.world.waiting("M")
    play(stage.app(), script)
    [number] = [n for n in range(1, 9) if _name(stage, n) == "quantum.lab"]
    filed = stage.world.application(number)
    assert (filed.applicant, filed.state) == (person("M"), ApplicationState.PENDING)
    assert (filed.owner, filed.join_policy) == (person("M"), JoinPolicy.CLOSED)
    assert filed.grants == {VM: Capacity(1024, 8)}
    assert stage.world.waiting("M") == (waiting[0] + 1, waiting[1] + 1)
    assert last_entry(stage) == ("application.submit", "done")


def _name(stage: Stage, number: int) -> str:
    if number > count(stage.world, APPLICATIONS):
        return ""
    return stage.world.application(number).name or ""


def last_entry(stage: Stage) -> tuple[str, str]:
    """Action and outcome of the newest entry of the journal."""

    def read(tx: Tx) -> tuple[str, str]:
        rows = tx.all("SELECT action, outcome FROM journal ORDER BY seq DESC LIMIT 1")
        return str(rows[0][0]), str(rows[0][1])

    return stage.world.database.read(read)


def test_a_project_is_changed_in_place(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        await fill(pilot, max_members="7", **{f"limit__{VM}__project": "30"})
        await press(pilot, "ctrl+s")
        shown = await dialog(pilot)
        fields = {(one.field, one.aspect, one.after) for one in shown.plan.changes}
        assert fields >= {("max_members", "", 7), (VM, "project limit", 30)}
        await press(pilot, "enter", "y")
        await closed(pilot)

    before = stage.world.see(stage.project)
    play(stage.app(), script)
    after = stage.world.see(stage.project)
    assert after.grants[VM] == Capacity(30, 8)
    assert after.max_members == 7
    assert (after.end_date, after.grants[RAM]) == (before.end_date, before.grants[RAM])
    assert last_entry(stage) == ("project.modify", "done")


def test_a_modification_is_filed_in_the_name_of_an_applicant(stage: Stage) -> None:
    stage.deny(stage.modification)

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "e", "enter")
        screen = await fill(pilot, applicant="n@uni.example", comments="as agreed\nby phone")
        assert screen.typed["owner"] == "o@uni.example"
        await press(pilot, "ctrl+s")
        await dialog(pilot)
        await press(pilot, "enter", "y")
        await closed(pilot)

    play(stage.app(), script)
    filed = stage.world.application(count(stage.world, APPLICATIONS))
    assert filed.project == stage.project
    assert filed.applicant == person("N")
    assert filed.comments == "as agreed\nby phone"
    assert (filed.name, filed.grants) == (None, {})


@pytest.mark.parametrize("opening", [("e",), ("enter", "e")])
def test_what_a_waiting_application_asks_for_is_what_is_edited(
    stage: Stage, opening: tuple[str, ...]
) -> None:
    offer = f"what application #{stage.modification} asks"

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, *opening)
        await until(pilot, lambda: offer in said(pilot.app))
        await press(pilot, "enter")
        screen = await form(pilot)
        assert screen.typed[f"limit.{RAM}.project"] == "96G"
        assert screen.typed["max_members"] == "12"
        await fill(pilot, **{f"limit__{RAM}__project": "120G"})
        await press(pilot, "ctrl+s")
        await dialog(pilot)
        await write(pilot, "nobody goes over so")
        await press(pilot, "enter", "y")
        await closed(pilot)

    play(stage.app(), script)
    replaced = stage.world.application(stage.modification)
    assert replaced.state is ApplicationState.REPLACED
    filed = stage.world.application(count(stage.world, APPLICATIONS))
    assert filed.grants[RAM].project == 120 * GIB
    assert filed.comments == replaced.comments


def test_changing_in_place_says_that_the_application_goes_on_waiting(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        await form(pilot)
        told = f"Application #{stage.modification} goes on waiting."
        assert told in " ".join(said(pilot.app).replace("|", " ").split())

    play(stage.app(), script)


def test_a_new_project_is_not_edited_in_the_list_either(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "j", "e")
        assert isinstance(pilot.app.screen, ProjectsPane)
        assert "approve or deny a new project as it is" in said(pilot.app)

    play(stage.app(), script)


def test_without_resources_there_is_no_form_for_a_new_project(tmp_path: Path) -> None:
    backend = open_embedded(tmp_path / "empty.db", actor=OPERATOR)

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, ProjectsPane)
        assert "there are no resources yet" in said(pilot.app)
        assert "bursar import FILE" in said(pilot.app)

    try:
        play(BursarApp(Session(backend), live=False), script, SIZES["140x40"])
    finally:
        backend.database.close()


def test_base_projects_are_changed_in_place_only(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = pilot.app.screen
        assert isinstance(pane, ProjectsPane)
        pane.ask(view="system")
        await settled(pilot)
        await press(pilot, "e")
        screen = await form(pilot)
        assert "name" not in screen.typed
        assert "applicant" not in screen.typed
        await fill(pilot, **{f"limit__{VM}__project": "9"})
        await press(pilot, "ctrl+s")
        await dialog(pilot)
        await press(pilot, "enter", "y")
        await closed(pilot)

    play(stage.app(), script)
    assert last_entry(stage) == ("project.modify", "done")


def test_limits_are_edited_before_approving(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = await review(pilot, stage, stage.modification)
        await press(pilot, "e")
        screen = await form(pilot)
        assert screen.typed[f"limit.{RAM}.project"] == "96G"
        await fill(pilot, **{f"limit__{RAM}__project": "120G"})
        await press(pilot, "ctrl+s")
        await dialog(pilot)
        await write(pilot, "nobody goes over so")
        await press(pilot, "enter", "y")
        await until(pilot, lambda: pane.application == 4 and pane.review is not None)
        assert pilot.app.screen is pane
        assert "application #4" in said(pilot.app)

    old = stage.world.application(stage.modification)
    play(stage.app(), script, SIZES["140x40"])
    new = stage.world.application(4)
    assert new.grants == {**old.grants, RAM: Capacity(120 * GIB, 48 * GIB)}
    assert (new.comments, new.max_members) == (old.comments, old.max_members)
    assert (new.applicant, new.state) == (old.applicant, ApplicationState.PENDING)
    replaced = stage.world.application(stage.modification)
    assert replaced.state is ApplicationState.REPLACED


@pytest.mark.parametrize("key", ["e", "E"])
def test_new_projects_and_decided_applications_are_not_edited(stage: Stage, key: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = await review(pilot, stage, stage.newcomer)
        await press(pilot, key)
        assert pilot.app.screen is pane
        assert "approve or deny a new project as it is" in said(pilot.app)
        stage.deny(stage.modification)
        pane.application = stage.modification
        await pane.refresh_data()
        await press(pilot, key)
        assert "the application is denied" in said(pilot.app)

    play(stage.app(), script)


@pytest.mark.parametrize("key", ["n", "e", "E"])
def test_a_read_only_session_opens_no_form(stage: Stage, key: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, key)
        assert isinstance(pilot.app.screen, ProjectsPane)
        assert "read-only session" in said(pilot.app)

    play(stage.app(read_only=True), script)


def test_mistakes_are_told_beside_their_fields_and_nothing_is_sent(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        screen = await fill(pilot, owner="who@uni.example", end_date="soon")
        await until(pilot, lambda: "nobody is known as" in said(pilot.app))
        assert "no date, such as" in said(pilot.app)
        assert "cannot be empty" not in said(pilot.app)
        await press(pilot, "ctrl+s")
        assert "cannot be empty" in said(pilot.app)
        assert "marked with !" in said(pilot.app)
        assert pilot.app.focused is screen._controls["applicant"]

    play(stage.app(), script)
    assert count(stage.world, APPLICATIONS) == 3


def test_a_refusal_is_told_in_the_form_and_what_was_typed_stays(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        await press(pilot, "ctrl+s")
        assert "Nothing was changed yet" in said(pilot.app)
        screen = await fill(pilot, name="no domain")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "is not a project name" in said(pilot.app))
        assert screen.typed["name"] == "no domain"
        await fill(pilot, name="other.hpc")
        assert "is not a project name" not in said(pilot.app)
        await press(pilot, "ctrl+s")
        await dialog(pilot)
        await press(pilot, "escape")
        assert (await form(pilot)).typed["name"] == "other.hpc"

    play(stage.app(), script)
    assert stage.world.see(stage.project).realname == "climate.hpc"


def test_the_form_is_walked_through_by_enter_and_ends_at_its_buttons(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        await form(pilot)
        for _ in range(40):
            if isinstance(pilot.app.focused, Button):
                break
            await press(pilot, "tab" if isinstance(pilot.app.focused, TextArea) else "enter")
        assert isinstance(pilot.app.focused, Button)
        assert pilot.app.focused.id == "submit"
        await press(pilot, "tab", "tab", "enter")
        await closed(pilot)

    play(stage.app(), script)


def spoil(stage: Stage) -> None:
    """Stored texts that no form would have let in."""
    poison(stage)

    def write(tx: Tx) -> None:
        values = (f"{NASTY}\r\nend", NASTY)
        tx.execute("UPDATE project SET description = ?, homepage = ? WHERE owner_id > 0", values)
        tx.execute("UPDATE person SET email = ? || email", (NASTY,))

    stage.world.database.write(write)


@BOTH_SIZES
def test_stored_texts_are_safe_on_screen_and_stay_as_they_are(
    stage: Stage, size: tuple[int, int]
) -> None:
    spoil(stage)

    async def script(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        screen = await form(pilot)
        for _ in range(3):
            for strip in screen._compositor.render_strips():
                assert not set(strip.text) & FORBIDDEN, repr(strip.text)
            await press(pilot, *["tab"] * 8)
        end = screen.typed["description"].replace("end", "END")
        await fill(pilot, description=end, max_members="7")
        await press(pilot, "ctrl+s")
        shown = await dialog(pilot)
        assert {one.field for one in shown.plan.changes} == {"description", "max_members"}
        await press(pilot, "enter", "y")
        await closed(pilot)

    play(stage.app(size), script, size)
    after = stage.world.see(stage.project)
    assert after.homepage == NASTY
    assert after.description == f"{NASTY}\r\nEND"


def test_a_paste_reaches_the_terminal_as_text(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        screen = await form(pilot)
        for id, text in (("homepage", "a\x1bb c"), ("description", "a\x1bb\nc")):
            field = screen._controls[id]
            field.focus()
            field.post_message(events.Paste("a\x1bb\r\nc"))
            await settled(pilot)
            assert screen.typed[id] == text.replace("\x1b", r"\u{1b}")
        name = screen._controls["name"]
        assert isinstance(name, Input)
        name.focus()
        name.post_message(events.Paste("x" * 600))
        await settled(pilot)
        assert "was cut to" in said(pilot.app)

    play(stage.app(), script)


def test_the_list_shows_what_was_filed(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        given = {"applicant": "l@uni.example", "name": "new.lab", "end_date": "2113-01-31"}
        await fill(pilot, **given)
        await press(pilot, "ctrl+s")
        await dialog(pilot)
        await press(pilot, "enter", "y")
        await closed(pilot)
        await until(pilot, lambda: "new.lab" in said(pilot.app))

    play(stage.app(), script)


def test_two_that_are_wrong_in_one_way_are_told_once(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        await fill(pilot, **{limit_id(VM, "project"): "x", limit_id(VM, "member"): "y"})
        await until(pilot, lambda: "no number" in said(pilot.app))
        assert said(pilot.app).count("no number") == 1

    play(stage.app((140, 40)), script, (140, 40))
