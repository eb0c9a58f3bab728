"""Finding: history, saved views, facets, menus, jumps and the palette, key by key."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from backend.core.listing import Query
from backend.projects.model import ProjectState
from tests.tui.stage import SIZES, Stage, dialog, play, press, said, settled, until
from tests.tui.troubles import consent
from tui.app import BursarApp
from tui.panes.commissions import CommissionPane
from tui.panes.listpane import ListPane
from tui.panes.project import ProjectPane
from tui.widgets.menu import Menu

Compare = Callable[..., bool]


def pane(pilot: Pilot[None]) -> ListPane[Any]:
    """The list on screen."""
    assert isinstance(pilot.app.screen, ListPane)
    return pilot.app.screen


def keyed(text: str) -> list[str]:
    """The keys that type a text."""
    return [("space" if char == " " else char) for char in text]


async def ordered(pilot: Pilot[None], text: str) -> None:
    """Type a command."""
    await pilot.press(":", *keyed(text), "enter")
    await settled(pilot)


async def listed(pilot: Pilot[None], text: str) -> None:
    """Type a filter in place of the one there is."""
    await pilot.press("/", "ctrl+u", *keyed(text), "enter")
    await settled(pilot)


async def chosen(pilot: Pilot[None], text: str) -> None:
    """Choose an item of the menu on screen by typing."""
    menu = pilot.app.screen
    assert isinstance(menu, Menu)
    await pilot.press(*keyed(text))
    await until(pilot, lambda: bool(menu.query_one(OptionList).option_count))
    await press(pilot, "enter")


def test_back_and_forward_bring_back_filter_order_and_cursor(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2")
        await listed(pilot, "ram")
        await press(pilot, ">", "j", "j")
        key, query = pane(pilot).list.cursor_key, pane(pilot).query_shown
        assert query.sort == "project"
        await press(pilot, "6")
        await press(pilot, "[")
        assert pane(pilot).NAME == "Quotas"
        assert pane(pilot).query_shown == query
        assert pane(pilot).list.cursor_key == key
        await press(pilot, "[", "[")
        assert pane(pilot).query_shown.text == ""
        await press(pilot, "]", "]", "]")
        assert pane(pilot).NAME == "Audit"
        await press(pilot, "]")
        assert "there is nothing that way" in said(pilot.app)

    play(stage.app(), script)


def test_the_last_pane_comes_and_goes(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "2", "-")
        assert pane(pilot).NAME == "Commissions"
        await press(pilot, "-")
        assert pane(pilot).NAME == "Quotas"

    play(stage.app(), script)


def test_letters_of_a_filter_are_no_places_to_go_back_to(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2", "/")
        for key in "ram":
            await press(pilot, key)
            await pilot.pause(0.1)
        await press(pilot, "enter", "[")
        assert pane(pilot).query_shown.text == ""

    play(stage.app(), script)


def test_a_saved_view_is_shown_by_name_and_by_menu(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2", "V")
        assert ":save NAME saves what is listed" in said(pilot.app)
        await listed(pilot, "resource:ram")
        await ordered(pilot, "save memory")
        assert "saved as memory" in said(pilot.app)
        await press(pilot, "escape", "1")
        await ordered(pilot, "view memory")
        assert pane(pilot).NAME == "Quotas"
        assert pane(pilot).query_shown.text == "resource:ram"
        await press(pilot, "5", "V")
        assert "memory   :quotas resource:ram" in said(pilot.app)
        await press(pilot, "enter")
        assert pane(pilot).NAME == "Quotas"
        await ordered(pilot, "forget memory")
        await press(pilot, "V")
        assert not isinstance(pilot.app.screen, Menu)

    play(stage.app(), script)


def test_facets_are_picked_and_shown_again(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await listed(pilot, "climate")
        await press(pilot, "f", "j", "space", "enter")
        assert pane(pilot).query_shown.text == "climate state:active"
        await press(pilot, "f")
        assert "[x] state:active" in said(pilot.app)
        await press(pilot, "x", "enter")
        assert pane(pilot).query_shown.text == "climate"

    play(stage.app(), script)


def test_every_action_is_offered_and_says_why_it_is_off(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", ".")
        text = said(pilot.app)
        assert "suspend / unsuspend" in text
        assert "reinstate   (" in text
        await chosen(pilot, "reinst")
        assert "reinstate: " in said(pilot.app)
        await press(pilot, ".")
        await chosen(pilot, "suspend")
        await dialog(pilot)

    play(stage.app(), script)


def test_a_read_only_session_says_so_at_every_change(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", ".")
        assert said(pilot.app).count("(read-only session") >= 2
        await chosen(pilot, "accept")
        assert isinstance(pilot.app.screen, ListPane)

    play(stage.app(read_only=True), script)


def test_it_jumps_to_what_an_object_has_to_do_with(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "J")
        await chosen(pilot, "quotas it takes")
        assert pane(pilot).query_shown.text == 'holder="m@uni.example" project="climate.hpc"'
        assert pane(pilot).list.shown
        await press(pilot, "J")
        await chosen(pilot, "done to the project")
        assert pane(pilot).NAME == "Audit"
        assert pane(pilot).list.shown
        await press(pilot, "[", "[")
        assert pane(pilot).NAME == "Commissions"

    play(stage.app(), script)


@pytest.mark.parametrize("key", ["1", "2", "5", "6"])
def test_every_relation_of_the_first_row_is_a_filter_that_is_understood(
    stage: Stage, key: str
) -> None:
    from tui.panes.related import related

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, key)
        subject = pane(pilot).subject()
        assert subject is not None
        session = pane(pilot).session
        found = list(related(subject[1]))
        assert found
        for one in found:
            await session.listing(one.list).page(Query(one.text, one.view), 1)

    play(stage.app(), script)


def test_the_palette_finds_actions_commands_and_objects(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "6", "ctrl+p")
        await chosen(pilot, "turn the order")
        assert pane(pilot).query_shown.descending
        await press(pilot, "ctrl+p")
        await pilot.press(*"climate")
        await until(pilot, lambda: "project   climate.hpc" in said(pilot.app))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProjectPane))
        await press(pilot, "ctrl+p")
        await pilot.press(*str(stage.serial))
        await until(pilot, lambda: f"pending   {stage.serial}" in said(pilot.app))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CommissionPane))
        await press(pilot, "ctrl+p")
        await chosen(pilot, ":set refresh")
        assert ":set refresh" in said(pilot.app)

    play(stage.app(), script)


def test_an_action_is_done_by_its_name(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2")
        await ordered(pilot, "quotas.group")
        assert pane(pilot).query_shown.view == "pools"
        await ordered(pilot, "review.approve")
        assert "review.approve does" in said(pilot.app)
        assert "(it does on: review, award)" in said(pilot.app)

    play(stage.app(), script)


def test_a_change_is_taken_back_with_a_preview(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "B")
        assert "nothing was changed in this session" in said(pilot.app)
        await press(pilot, "Z")
        await consent(pilot, reason="moving", name="climate.hpc")
        await until(pilot, lambda: isinstance(pilot.app.screen, ListPane))
        assert "B takes it back" in said(pilot.app)
        await press(pilot, "B")
        shown = await dialog(pilot)
        assert shown.plan.title == "Unsuspend project climate.hpc"
        text = " ".join(said(pilot.app).split())
        last = stage.world.database.read(lambda tx: int(tx.scalar("SELECT max(seq) FROM journal")))
        assert f"Take back #{last}" in text
        told = rf"Takes back #{last}: Suspend project climate.hpc, at [0-9:]+Z by op"
        assert re.search(told, text)
        await press(pilot, "enter", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ListPane))

    play(stage.app(), script)
    assert stage.world.see(stage.project).state is ProjectState.ACTIVE


def test_keys_are_told_as_they_arrive(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2", "K", "o", "tab", "f5")
        text = said(pilot.app)
        assert "quotas.over: over only" in text
        assert "focus.next" in text
        assert "nothing here" in text
        await press(pilot, "escape")
        assert "out: one step out" in said(pilot.app)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ListPane)

    play(stage.app(), script)


def test_all_keys_are_found_from_anywhere(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2", "F")
        await pilot.press(*"dismiss")
        await pilot.pause()
        assert "Put a denied application away" in said(pilot.app)

    play(stage.app(), script)


def test_wide_columns_scroll_and_zoom_leaves_the_list_alone(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2")
        assert "LIMIT" not in said(pilot.app).replace("OF LIMIT", "")
        await press(pilot, "w", "l", "l", "l")
        assert "LIMIT" in said(pilot.app).replace("OF LIMIT", "")
        await press(pilot, "w", "z")
        assert "taken by others" not in said(pilot.app)
        await press(pilot, "z")
        assert "taken by others" in said(pilot.app)

    play(stage.app(), script)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("actions", ("1", ".")),
        ("jump", ("2", "J")),
        ("facets", ("2", "f", "space")),
        ("palette", ("2", "ctrl+p", "o", "v", "e", "r")),
        ("keys", ("1", "K", "a", "tab", "A")),
    ],
)
def test_pictures(
    stage: Stage, snap_compare: Compare, size: str, name: str, keys: tuple[str, ...]
) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, *keys)
        await pilot.pause(0.2)
        await settled(pilot)

    app = stage.app(SIZES[size])
    assert isinstance(app, BursarApp)
    assert snap_compare(app, terminal_size=SIZES[size], run_before=before)


def test_an_order_is_gone_back_on_where_time_is_the_usual_one(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "5", ">", "[")
        assert pane(pilot).NAME == "Commissions"
        assert pane(pilot).query_shown.sort == ""
        await press(pilot, "[")
        assert pane(pilot).NAME == "Projects"
        await press(pilot, "]", "]")
        assert pane(pilot).query_shown.sort == "serial"

    play(stage.app(), script)


def test_the_cursor_of_a_screen_comes_back_with_it(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await ordered(pilot, "users")
        await press(pilot, "j", "j")
        key = pane(pilot).list.cursor_key
        await press(pilot, "5", "[")
        assert pane(pilot).list_id == "users"
        assert pane(pilot).list.cursor_key == key

    play(stage.app(), script)


def test_the_digit_of_a_pane_leads_from_within_it_to_its_list(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2")
        await ordered(pilot, "resources")
        assert pane(pilot).list_id == "resources"
        await press(pilot, "2")
        assert pane(pilot).list_id == "quotas"

    play(stage.app(), script)


def test_opening_from_the_palette_leaves_the_list_as_it_was(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "ctrl+p")
        await pilot.press(*"climate")
        await until(pilot, lambda: "project   climate.hpc" in said(pilot.app))
        await press(pilot, "enter", "escape")
        assert pane(pilot).query_shown.text == ""
        await press(pilot, "ctrl+p")
        await pilot.press(*"m@uni")
        await until(pilot, lambda: "person    m@uni.example" in said(pilot.app))

    play(stage.app(), script)


def test_only_lists_are_saved_and_what_was_saved_is_said(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "enter")
        await ordered(pilot, "save mine")
        assert "only a list can be saved" in said(pilot.app)
        await press(pilot, "escape")
        await ordered(pilot, "save mine")
        assert "saved as mine: :projects" in said(pilot.app)

    play(stage.app(), script)


def test_entries_are_copied_as_a_text_for_a_ticket(stage: Stage) -> None:
    stage.deny(stage.newcomer)

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "6", "C")
        assert "text for a ticket" in said(pilot.app)
        await press(pilot, "enter")
        assert "ask again later" in pilot.app.clipboard

    play(stage.app(), script)
