"""The `:` line: every command, what is wrong with one, completion, and no way back from :ro."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from textual.pilot import Pilot

from backend.core.errors import Invalid, ReadOnly
from backend.core.listing import Query
from backend.projects.model import ApproveApplication
from tests.tui.panes.test_lists import pane, row
from tests.tui.stage import Stage, play, press, said, set_up, until
from tests.worlds import OPERATOR
from tui.app import BursarApp
from tui.asking import Fault, Offer
from tui.commands import COMMANDS, CommandLine, command_table, read
from tui.format.units import Style
from tui.history import Place
from tui.panes import PANES
from tui.panes.listpane import ListPane
from tui.session import Session
from tui.widgets.overlay import Overlay
from tui.widgets.prompt import MessageRow


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A world that these tests only look at."""
    with set_up(tmp_path_factory.mktemp("commands")) as found:
        yield found


async def give(pilot: Pilot[None], command: str) -> None:
    """Type a command."""
    await press(pilot, ":", *command, "enter")


def session(pilot: Pilot[None]) -> Session:
    assert isinstance(pilot.app, BursarApp)
    return pilot.app.session


@pytest.mark.parametrize("name", [one.id for one in PANES])
def test_a_pane_comes_with_its_filter(stage: Stage, name: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await give(pilot, f"{name} climate")
        await until(pilot, lambda: pane(pilot).list.shown is not None)
        assert pilot.app.current_mode == name
        assert pane(pilot).list.shows.text == "climate"

    play(stage.app(), script)


def test_a_pane_begins_in_the_same_way_by_its_command_as_by_its_digit(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await give(pilot, "audit")
        await until(pilot, lambda: pane(pilot).list.shown is not None)
        assert pane(pilot).list.shows.view == "decisions"

    play(stage.app(), script)


def test_a_pane_that_was_shown_before_changes_too(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2", "o", "enter", "1")
        await give(pilot, "quotas ram used>1G")
        await until(pilot, lambda: pane(pilot).list.shows.text == "ram used>1G")
        assert isinstance(pilot.app.screen, ListPane)
        assert pane(pilot).list.shows.view == ""
        await give(pilot, "quotas")
        assert pane(pilot).list.shows.text == "ram used>1G"
        await give(pilot, "over")
        await until(pilot, lambda: pane(pilot).list.shows.view == "over")
        assert pane(pilot).list.shows.text == ""

    play(stage.app(), script)


def test_from_a_detail_to_the_list_of_its_own_pane(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "y")
        await give(pilot, "projects urb")
        await until(pilot, lambda: pane(pilot).list.shown == 1)
        assert "filter urb" in row(pilot, 3)

    play(stage.app(), script)


def test_units_and_refresh_are_set(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await give(pilot, "set units raw")
        assert session(pilot).units is Style.RAW
        assert "units raw" in row(pilot, 3)
        await give(pilot, "set refresh 5")
        assert row(pilot, 1).endswith("* live 5s ")

    play(stage.app(live=True), script)


def test_nothing_can_be_changed_after_ro(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await give(pilot, "ro")
        assert "  RO  " in row(pilot, 1)
        assert "read-only until bursar is started again" in row(pilot, -2)
        await press(pilot, "T")
        assert "terminate: read-only session (:ro)" in row(pilot, -2)
        command = ApproveApplication(actor=OPERATOR, application=stage.newcomer)
        plan = await session(pilot).plan(command)
        with pytest.raises(ReadOnly):
            await session(pilot).backend.apply(plan, "")

    play(stage.app(), script)


def test_help_lists_commands_and_what_can_be_filtered(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await give(pilot, "help")
        assert isinstance(pilot.app.screen, Overlay)
        await press(pilot, *"two looks")
        assert ":set refresh SECONDS" in said(pilot.app)

    play(stage.app(), script)


def test_q_quits(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await pilot.press(":", "q", "enter")
        await pilot.pause()
        assert pilot.app.return_code == 0

    play(stage.app(), script)


def test_an_unknown_command_stays_in_the_line_with_the_nearest(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await give(pilot, "qoutas")
        expected = " :qoutas   ! there is no command qoutas (did you mean :quotas?)"
        assert row(pilot, -2).rstrip() == expected
        await press(pilot, "escape")
        assert not pilot.app.screen.query_one(MessageRow).asking
        await give(pilot, "rw")
        assert "(:ro lasts until bursar is started again)" in row(pilot, -2)

    play(stage.app(), script)


def test_lines_typed_before_come_back(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await give(pilot, "quotas ram")
        await press(pilot, "1", ":", "up")
        assert row(pilot, -2).startswith(" :quotas ram ")
        await press(pilot, "enter")
        assert pilot.app.current_mode == "quotas"

    play(stage.app(), script)


def test_a_command_does_not_touch_the_filter_of_the_pane(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "/", *"urb", "enter", ":", *"set", "escape")
        assert pane(pilot).query_shown.text == "urb"

    play(stage.app(), script)


@pytest.mark.parametrize(
    ("text", "entered", "at"),
    [
        ("", True, None),
        ("  ", True, None),
        ("quo", False, None),
        ("quo", True, 0),
        ("quo ", False, 0),
        ("quotas", True, None),
        ("quotas ram used>1G", True, None),
        ("quotas ram usd>1G", False, 11),
        ("  quotas   usd>1G", False, 11),
        ("set", False, None),
        ("set", True, 0),
        ("set units", True, 9),
        ("set units ", False, None),
        ("set units by", False, None),
        ("set units by", True, 10),
        ("set units bytes ", True, None),
        ("set units miles", False, 10),
        ("set refresh 0.5", True, None),
        ("set refresh 0", True, 12),
        ("set refresh nan", True, 12),
        ("set colour red", False, 0),
        ("q now", False, 2),
    ],
)
def test_faults_are_found_at_their_place(
    stage: Stage, text: str, entered: bool, at: int | None
) -> None:
    fault = CommandLine(Session(stage.backend)).fault(text, entered=entered)
    assert (fault.at if isinstance(fault, Fault) else None) == at


@pytest.mark.parametrize(
    ("text", "start", "words"),
    [
        ("quo", 0, ("quotas ",)),
        ("quotas", 0, ("quotas ",)),
        ("quotas ov", 7, ("over",)),
        ("quotas.", 0, ("quotas.over", "quotas.group", "quotas.explain")),
        ("set", 0, ("set units ", "set refresh ")),
        ("set u", 0, ("set units ",)),
        (" set   u", 1, ("set units ",)),
        ("set units ", 10, ("auto", "bytes", "raw")),
        ("set units r", 10, ("raw",)),
        ("quotas x ove", 9, ("over",)),
        ("audit outcome:", 14, ("done", "refused")),
        ("q x", 2, ()),
        ("nothing ", 8, ()),
    ],
)
def test_commands_and_what_follows_are_completed(
    stage: Stage, text: str, start: int, words: tuple[str, ...]
) -> None:
    assert CommandLine(Session(stage.backend)).offer(text) == Offer(start, words)


@pytest.mark.parametrize(
    ("text", "saved", "told"),
    [
        ("view bgi", ("big",), "view: there is no bgi (did you mean big?)"),
        ("view x", ("big", "small"), "view: there is no x (big, small)"),
        ("view", ("big",), "view: big follows it"),
        ("set units", (), "set units: one of auto, bytes, raw follows it"),
        ("set units byts", (), "set units: there is no byts (did you mean bytes?)"),
    ],
)
def test_what_does_not_follow_a_command_is_told_with_what_does(
    stage: Stage, text: str, saved: tuple[str, ...], told: str
) -> None:
    session = Session(stage.backend)
    for name in saved:
        session.views[name] = Place("projects", Query("x"))
    fault = CommandLine(session).fault(text, entered=True)
    assert isinstance(fault, Fault)
    assert fault.text == told


def test_names_are_unique_and_short() -> None:
    names = [one.name for one in COMMANDS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+([ -][a-z]+)?", name) for name in names)


def test_the_table_has_every_command() -> None:
    assert len(command_table().splitlines()) == len(COMMANDS) + 2


def test_a_line_is_read_as_its_command_and_the_rest() -> None:
    order = read("  set   units  raw ")
    assert order is not None
    assert (order.command.name, order.rest) == ("set units", "raw")
    with pytest.raises(Invalid, match="no command frobnicate"):
        read("frobnicate")


@pytest.mark.parametrize(
    ("typed", "meant"), [("journal", "audit"), ("mismatches", "verify"), ("qutas", "quotas")]
)
def test_what_has_another_name_here_is_guessed(typed: str, meant: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(typed)
    assert refused.value.hint == f"did you mean :{meant}?"
