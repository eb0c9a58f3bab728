"""What list panes share: filter, order, detail at the side, empty states, the chrome."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.stage import NARROW, WIDE, Stage, play, press, said, set_up, settled, until
from tests.worlds import OPERATOR
from tui.app import BursarApp
from tui.panes.listpane import ListPane
from tui.panes.quota import QuotaPane
from tui.session import Session, Settings
from tui.widgets.prompt import MessageRow


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A world that these tests only look at."""
    with set_up(tmp_path_factory.mktemp("lists")) as found:
        yield found


def pane(pilot: Pilot[None]) -> ListPane:  # type: ignore[type-arg]
    screen = pilot.app.screen
    assert isinstance(screen, ListPane)
    return screen


def rows(pilot: Pilot[None]) -> list[str]:
    """The first word of every row."""
    lines = [pane(pilot).list.render_line(y).text for y in range(1, pane(pilot).list.size.height)]
    return [line.split()[0] if line[2] != " " else "" for line in lines if line.strip()]


async def ready(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: pane(pilot).list.shown is not None)


def row(pilot: Pilot[None], number: int) -> str:
    """A line of the screen, counted from 1 or from the end."""
    lines = said(pilot.app).split("\n")
    return lines[number - 1 if number > 0 else number]


def test_the_chrome_says_what_is_connected_and_where_one_is(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        assert row(pilot, 1).startswith(" bursar  local  RW  op ")
        assert row(pilot, 1).endswith("embedded sqlite   * live 2s ")
        assert row(pilot, 2).startswith(" [1 Proj 2]  2 Quota   3 Alloc   4 Constr   5 Comm")
        assert row(pilot, 3).startswith(" Projects  ")
        assert row(pilot, 3).endswith(" sort NAME^  units auto ")
        assert row(pilot, -2).startswith(" 2 applications waiting")
        assert row(pilot, -1).startswith(" enter open  a review ")
        assert row(pilot, -1).rstrip().endswith("? help")

    play(stage.app(), script)


def test_typing_a_filter_narrows_the_list_and_esc_brings_it_back(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        assert rows(pilot) == [">", "urban.air"]
        await press(pilot, "/", "u", "r", "b")
        assert row(pilot, -2).startswith(" /urb")
        await until(pilot, lambda: pane(pilot).list.shown == 1)
        assert rows(pilot) == [">"]
        assert "1 of 2  filter urb" in row(pilot, 3)
        await press(pilot, "escape")
        await until(pilot, lambda: pane(pilot).list.shown == 2)
        assert rows(pilot) == ["climate.hpc", ">"]
        assert "filter" not in row(pilot, 3)

    play(stage.app(), script)


def test_enter_keeps_the_filter_and_esc_then_clears_it(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "/", "u", "r", "b", "enter")
        await until(pilot, lambda: pane(pilot).list.shown == 1)
        assert not pilot.app.screen.query_one(MessageRow).asking
        await press(pilot, "j", "escape")
        await until(pilot, lambda: pane(pilot).list.shown == 2)

    play(stage.app(), script)


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("a b c backspace", "ab"),
        ("a b left c", "acb"),
        ("a b home delete", "b"),
        ("a space b ctrl+w", "a"),
        ("a b left ctrl+u", "b"),
        ("a q 1 ? end", "aq1?"),
        ("left right backspace delete", ""),
    ],
)
def test_the_line_can_be_edited(stage: Stage, keys: str, text: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "/", *keys.split(), "enter")
        assert pane(pilot).query_shown.text == text

    play(stage.app(), script)


def test_a_filter_goes_on_behind_a_blank(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "/", *"urb", "enter", "/", "enter")
        assert pane(pilot).query_shown.text == "urb"
        await press(pilot, "/", *"over", "enter")
        assert pane(pilot).query_shown.text == "urb over"

    play(stage.app(), script)


def test_what_is_pasted_into_the_line_is_safe(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "/")
        pilot.app.screen.query_one(MessageRow).paste("a\x1b]0;x\x07b\nsecond line")
        await press(pilot, "enter")
        assert pane(pilot).query_shown.text == "a␛]0;x␇b"

    play(stage.app(), script)


def test_each_pane_keeps_its_filter_while_others_are_shown(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "/", "u", "r", "b", "enter", "2", "1")
        assert pane(pilot).query_shown.text == "urb"
        assert "filter urb" in row(pilot, 3)

    play(stage.app(), script)


def test_the_order_is_chosen_from_the_columns(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "s", "j", "j", "enter")
        assert pane(pilot).query_shown.sort == "state"
        assert "sort STATE^" in row(pilot, 3)
        await press(pilot, "S")
        assert "sort STATEv" in row(pilot, 3)

    play(stage.app(), script)


def test_the_detail_follows_the_cursor_at_the_side(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "QUOTA OF THE PROJECT" in said(pilot.app))
        assert "climate.hpc" in pane(pilot).side.lines[0].text
        await press(pilot, "j")
        await until(pilot, lambda: "urban.air" in pane(pilot).side.lines[0].text)
        await press(pilot, "d")
        assert not pane(pilot).has_side
        assert "QUOTA OF THE PROJECT" not in said(pilot.app)
        await press(pilot, "d")
        assert pane(pilot).has_side

    play(stage.app(WIDE), script, WIDE)


def test_without_room_the_detail_fills_the_screen(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2", "d")
        assert isinstance(pilot.app.screen, QuotaPane)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ListPane)

    play(stage.app(), script)


def test_units_change_everywhere(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2", "u")
        assert "units bytes" in row(pilot, 3)
        assert "4,294,967,296" in said(pilot.app)
        await press(pilot, "1", "u", "2")
        assert "4294967296" in said(pilot.app)

    play(stage.app(), script)


def test_messages_are_kept_and_listed(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        assert "sent to the terminal's clipboard" in row(pilot, -2)
        assert pilot.app.clipboard == stage.project
        await press(pilot, "m")
        assert "sent to the terminal's clipboard" in said(pilot.app)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ListPane)

    play(stage.app(), script)


def test_help_begins_with_what_is_particular_and_cuts_nothing(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "?")
        shown = said(pilot.app)
        assert re.search(r" A +Approve", shown)
        assert "~" not in shown
        await press(pilot, *"fit a filter")
        shown = said(pilot.app)
        assert "tab completes" in shown
        assert "esc clears it" in shown

    play(stage.app(), script)


def test_help_finds_keys_by_what_they_do(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "?", *"ticket")
        text = said(pilot.app)
        assert "Copy its id; in Audit, a text for a ticket" in text
        assert "Read again now" not in text
        assert "esc clears" in text
        await press(pilot, "backspace", "escape")
        assert "find:" not in said(pilot.app)
        assert "esc closes" in said(pilot.app)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ListPane)

    play(stage.app(), script)


def test_help_has_the_key_of_a_name_first_and_headings_while_it_is_searched(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "?", "A")
        shown = said(pilot.app)
        assert re.search(r"CHANGE.*\n.* A +Approve the waiting", shown)
        assert shown.index("Approve the waiting") < shown.index("Look at the waiting")

    play(stage.app(), script)


def test_esc_never_leaves_the_console_and_q_does(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "escape", "escape", "escape")
        assert pilot.app.is_running
        await press(pilot, "ctrl+c")
        assert "ctrl+q quits" in row(pilot, -2)
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app.return_code == 0

    play(stage.app(), script)


def test_pausing_is_said(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "p")
        assert row(pilot, 1).endswith(" paused ")
        await press(pilot, "p")
        assert row(pilot, 1).endswith("* live 2s ")

    play(stage.app(), script)


def test_a_read_only_session_says_so_and_says_why_a_key_is_off(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        assert "  RO  " in row(pilot, 1)
        await press(pilot, "T")
        assert "terminate: read-only session (--read-only)" in row(pilot, -2)
        assert isinstance(pilot.app.screen, ListPane)

    play(stage.app(read_only=True), script)


def test_a_session_that_only_looks_from_now_on_offers_no_decisions(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        assert "A approve" in row(pilot, -1)
        await press(pilot, ":", *"ro", "enter")
        assert "  RO  " in row(pilot, 1)
        assert not {"approve", "deny", "edit"} & {*row(pilot, -1).split()}
        assert {"open", "review", "filter"} <= {*row(pilot, -1).split()}

    play(stage.app(), script)


def test_a_production_context_is_louder(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        assert "  PROD  " in row(pilot, 1)
        connected = pilot.app.screen.query_one("#connected")
        assert connected.styles.background != pilot.app.screen.query_one("#tabs").styles.background

    play(stage.app(production=True), script)


def test_an_empty_database_says_how_to_fill_it(tmp_path: Path) -> None:
    from backend.embedded import open_embedded

    backend = open_embedded(tmp_path / "empty.db", actor=OPERATOR)

    async def script(pilot: Pilot[None]) -> None:
        await ready(pilot)
        assert "bursar import FILE" in said(pilot.app)
        await press(pilot, "Z")
        assert "no project is selected" in row(pilot, -2)
        await press(pilot, "enter")
        assert "no row is selected" in row(pilot, -2)

    play(BursarApp(Session(backend, Settings()), live=False), script)
    backend.database.close()


def test_a_failing_list_is_told_and_the_console_lives(tmp_path: Path) -> None:
    with set_up(tmp_path) as stage:

        async def script(pilot: Pilot[None]) -> None:
            stage.world.database.write(
                lambda tx: tx.execute("ALTER TABLE membership RENAME TO gone")
            )
            await press(pilot, "S")
            await settled(pilot)
            assert "! Database failed" in row(pilot, -2)
            assert "no such table" in row(pilot, -2)

        play(stage.app(), script)


@pytest.mark.parametrize(
    ("size", "first", "lines"),
    [
        ((79, 24), " local RW * live 2s  Projects ", 2),
        ((80, 23), " local RW * live 2s  Projects ", 2),
        ((60, 15), " local RW * live 2s  Projects ", 2),
        ((59, 24), " ctrl+q quits; terminal too small (59x24), no other", 0),
        ((80, 14), " ctrl+q quits; terminal too small (80x14), no other key", 0),
        ((200, 50), " bursar", 5),
    ],
)
def test_small_terminals_get_less_chrome(
    stage: Stage, size: tuple[int, int], first: str, lines: int
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        assert row(pilot, 1).startswith(first)
        if lines:
            assert pane(pilot).list.size.height >= size[1] - lines - 1
            await press(pilot, "/")
            assert any(line.startswith(" /") for line in said(pilot.app).split("\n"))
            await press(pilot, "escape")

    play(stage.app(size), script, size)


@pytest.mark.parametrize("size", [(59, 14), (30, 8), (20, 8), (12, 6)])
def test_too_small_says_all_of_it_where_there_is_room(stage: Stage, size: tuple[int, int]) -> None:
    async def script(pilot: Pilot[None]) -> None:
        shown = said(pilot.app)
        assert shown.split()[:2] == ["ctrl+q", "quits;"]
        if size[0] >= 20:
            least = "no other key works below 60x15"
            assert least in " ".join(shown.split())

    play(stage.app(size), script, size)


def test_what_is_not_refreshed_is_not_put_together_again(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await ready(pilot)
        keys = pane(pilot).key_row
        whole = keys.size.region
        before = keys.render_lines(whole)
        await press(pilot, "j")
        assert keys.render_lines(whole) is before
        keys.show("something else")
        assert "something else" in keys.render_lines(whole)[0].text

    play(stage.app(), script)


def test_resizing_keeps_the_cursor_visible(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2", "G")
        await pilot.resize_terminal(100, 20)
        await settled(pilot)
        lines = said(pilot.app).split("\n")
        assert [line for line in lines if line.startswith(">")]
        await pilot.resize_terminal(140, 40)
        await settled(pilot)
        assert [line for line in said(pilot.app).split("\n") if line.startswith(">")]

    play(stage.app(NARROW), script)


def test_going_to_a_pane_by_click(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await pilot.click("#tabs", offset=(16, 0))
        await settled(pilot)
        assert pilot.app.current_mode == "quotas"

    play(stage.app(), script)
