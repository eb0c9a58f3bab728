"""The filter line: errors in place, the last good result, completion, history, newest wins."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from textual import events
from textual.pilot import Pilot

from backend.core.listing import FieldSpec, Kind
from tests.tui.panes.test_lists import pane, row, rows
from tests.tui.panes.test_pictures import Compare, both_sizes, open_pane, shown
from tests.tui.stage import Stage, play, press, said, set_up, settled, until
from tui.asking import FilterLine, Offer
from tui.panes.queried import TYPING
from tui.panes.value_actions import ValueLine
from tui.widgets.prompt import MessageRow

SPECS = (
    FieldSpec("name", Kind.TEXT, "", "name:web"),
    FieldSpec("state", Kind.STATE, "", "state:ok", ("is",), ("over", "ok")),
    FieldSpec("used", Kind.NUMBER, "", "used>1"),
    FieldSpec("ends", Kind.TIME, "", "ends<now"),
    FieldSpec("over", Kind.FLAG, "", "over"),
)


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A world that these tests only look at."""
    with set_up(tmp_path_factory.mktemp("asking")) as found:
        yield found


@pytest.mark.parametrize(
    ("text", "start", "words"),
    [
        ("", 0, ("name:", "state:", "used", "ends", "over")),
        ("us", 0, ("used",)),
        ("US", 0, ("used",)),
        ("x !o", 3, ("over",)),
        ("state:", 6, ("over", "ok")),
        ("is!=ok|ov", 7, ("over",)),
        ("ends<to", 5, ("today", "tomorrow")),
        ("over:", 5, ()),
        ("name:we", 5, ()),
        ("used>1", 5, ()),
        ('"us', 3, ()),
    ],
)
def test_words_that_may_stand_there(text: str, start: int, words: tuple[str, ...]) -> None:
    assert FilterLine(SPECS).offer(text) == Offer(start, words)


def test_bad_syntax_is_said_in_the_line_and_the_list_stays(looked_at: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "/", *"urb")
        await until(pilot, lambda: pane(pilot).list.shown == 1)
        pilot.app.screen.query_one(MessageRow).paste(" nmae:x")
        await pilot.pause(2 * TYPING)
        assert row(pilot, -2).startswith(" /urb nmae:x   ! there is no field nmae here")
        await press(pilot, "enter")
        assert pilot.app.screen.query_one(MessageRow).asking
        assert pane(pilot).query_shown.text == "urb"
        assert rows(pilot) == [">"]
        assert pane(pilot).session.news is None
        await press(pilot, "escape")
        assert pane(pilot).query_shown.text == ""

    play(looked_at.app(), script)


def test_what_is_wrong_has_the_colour_of_errors_from_its_place_on(looked_at: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "/", *"urb nmae:x")
        strip = pilot.app.screen.query_one(MessageRow).render_line(0)
        colours = {s.text: s.style.color for s in strip if s.style is not None}
        assert colours["nmae:x"] == colours[" /"] != colours["urb "]

    play(looked_at.app(), script)


def test_tab_completes_and_goes_round(looked_at: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "/", *"state:de", "tab")
        assert row(pilot, -2).startswith(" /state:denied   denied  deleted")
        await press(pilot, "tab")
        assert row(pilot, -2).startswith(" /state:deleted   deleted  denied")
        await press(pilot, "shift+tab", *" tig", "tab")
        assert row(pilot, -2).rstrip() == " /state:denied tightest"
        assert pane(pilot).query_one("#list").has_focus

    play(looked_at.app(), script)


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("7", "7"),
        ("end 7", "5007"),
        ("left 7", "5070"),
        ("home 7", "7500"),
        ("backspace", ""),
        ("delete 7 8", "78"),
        ("up down 7", "5007"),
        ("tab 7", "7"),
    ],
)
def test_a_value_that_is_there_is_replaced_by_typing(
    looked_at: Stage, keys: str, text: str
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane(pilot).ask_line("limit: ", "500", past=["1"])
        await press(pilot, *keys.split())
        assert row(pilot, -2).rstrip() == f" limit: {text}".rstrip()

    play(looked_at.app(), script)


def test_up_and_down_bring_lines_of_the_pane_back(looked_at: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "/", *"one", "enter", "/", "ctrl+u", *"two", "enter", "escape")
        await press(pilot, "/", *"new", "up")
        assert row(pilot, -2).startswith(" /two ")
        await press(pilot, "up", "up")
        assert row(pilot, -2).startswith(" /one ")
        await press(pilot, "down", "down", "down")
        assert row(pilot, -2).startswith(" /new ")
        await press(pilot, "escape", "2", "/", "up")
        assert row(pilot, -2).strip() == "/"

    play(looked_at.app(), script)


def test_the_cursor_of_a_long_line_stays_in_sight(looked_at: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pilot.app.screen.query_one(MessageRow).ask("/", "x" * 200 + "END")
        assert "END" in row(pilot, -2)
        await press(pilot, "home")
        assert "END" not in row(pilot, -2)

    play(looked_at.app(), script)


def test_what_is_wrong_is_whole_and_what_is_asked_gives_way(looked_at: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        sign = "value of 3 marked, numbers of machines (or +1, -1): "
        pilot.app.screen.query_one(MessageRow).ask(sign, "", ValueLine())
        await press(pilot, *"4")
        assert row(pilot, -2).startswith(f" {sign}4 ")
        await press(pilot, *"x", "enter")
        told = "4x   ! no value, such as 6 or /22, nor a step, such as +2 or -1"
        assert row(pilot, -2).startswith(f" value of 3 marked,~ {told}")

    play(looked_at.app(), script, (85, 24))


def test_why_a_line_was_refused_is_kept_among_what_was_said(looked_at: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, ":", *"quotas.groupprojgrid", "enter", "enter")
        assert "did you mean :quotas.group?)" in row(pilot, -2)
        assert "there is no command" in row(pilot, -2)
        await press(pilot, "escape", "m")
        told = ":quotas.groupprojgrid: there is no command quotas.groupprojgrid"
        assert said(pilot.app).count(told) == 1

    play(looked_at.app(), script, (110, 30))


def test_the_newest_filter_wins(looked_at: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        screen = pane(pilot)
        for text in ("climate", "nobody", "urb"):
            screen.ask(text=text)
            await asyncio.sleep(0)
        await until(pilot, lambda: screen.list.shown == 1)
        assert screen.list.shows.text == "urb"
        assert rows(pilot) == [">"]

    play(looked_at.app(), script)


@both_sizes
def test_a_wrong_filter(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """The line is red from `sate` on and says what was meant; the list still shows ram only."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "2")
        await press(pilot, "/", *"ram")
        await until(pilot, lambda: pane(pilot).query_shown.text == "ram")
        pilot.app.screen.query_one(MessageRow).paste(" sate:o")
        await pilot.pause()

    assert shown(stage, snap_compare, size, before)


@both_sizes
def test_offered_words(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """The words of `state:` after tab, the one in the line first and bright."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "2")
        await press(pilot, "/", *"state:", "tab")

    assert shown(stage, snap_compare, size, before)


def test_what_is_typed_fast_goes_into_the_line(stage: Stage) -> None:
    """Over a slow network keys arrive in one piece: none of them may be a command."""

    async def script(pilot: Pilot[None]) -> None:
        for key in ("slash", *"climATe", "escape", "colon", *"Audit"):
            pilot.app.post_message(events.Key(key, SIGNS.get(key, key if len(key) == 1 else None)))
        await settled(pilot)
        assert len(pilot.app.screen_stack) == 1
        assert said(pilot.app).splitlines()[-2].startswith(" :Audit ")

    play(stage.app(), script)


SIGNS = {"slash": "/", "colon": ":"}
