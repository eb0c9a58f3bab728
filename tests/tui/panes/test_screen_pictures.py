"""Pictures of the lists reached by commands; the first line says what to look for."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui.panes.test_pictures import Compare, both_sizes, shown
from tests.tui.stage import NARROW, WIDE, Stage, dialog, press, said, until
from tests.tui.troubles import order, poison_people, troubles
from tui.panes.detailpane import DetailPane
from tui.widgets.text import TextPanel

COMMANDS = ["users", "resources", "expired", "verify"]


@both_sizes
@pytest.mark.parametrize("command", COMMANDS)
def test_lists(stage: Stage, snap_compare: Compare, size: tuple[int, int], command: str) -> None:
    """Who waits is first and orange; defaults; days over; a limit of 99 that should be 4."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, command)

    troubles(stage)
    assert shown(stage, snap_compare, size, before)


@both_sizes
@pytest.mark.parametrize("command", COMMANDS)
def test_hostile_texts(
    stage: Stage, snap_compare: Compare, size: tuple[int, int], command: str
) -> None:
    """Escapes, markup and wide signs are shown as signs; columns stay aligned."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, command)

    poison_people(stage)
    assert shown(stage, snap_compare, size, before)


@both_sizes
@pytest.mark.parametrize("command", ["users o@uni", "resources vm"], ids=["user", "resource"])
def test_details(stage: Stage, snap_compare: Compare, size: tuple[int, int], command: str) -> None:
    """Projects owned with their states, memberships, quota in columns, applications."""

    async def before(pilot: Pilot[None]) -> None:
        await opened(pilot, command)

    troubles(stage)
    assert shown(stage, snap_compare, size, before)


def test_a_hostile_person(stage: Stage, snap_compare: Compare) -> None:
    """Names, address and reason as signs on the whole screen."""

    async def before(pilot: Pilot[None]) -> None:
        await opened(pilot, "users waiting")

    poison_people(stage)
    assert shown(stage, snap_compare, NARROW, before)


@both_sizes
def test_deactivating(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """The project is suspended, its limits drop to 0, its members go over; a name to type."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, "users o@")
        await press(pilot, "Z")
        await dialog(pilot)

    assert shown(stage, snap_compare, size, before)


def test_typing_a_default(stage: Stage, snap_compare: Compare) -> None:
    """What is asked for, what was typed, and why it is none."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, "resources ram")
        await press(pilot, "D", "ctrl+u", *"10x")

    assert shown(stage, snap_compare, NARROW, before)


@pytest.mark.parametrize("command", ["expired", "verify"])
def test_nothing_to_do(stage: Stage, snap_compare: Compare, command: str) -> None:
    """An empty list that says that this is good; what would change data is dim."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, command)

    assert shown(stage, snap_compare, NARROW, before)


def test_unexpected_holdings(stage: Stage, snap_compare: Compare) -> None:
    """A holding that no project accounts for below the wrong limit; the crumb says so."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, "verify")
        await press(pilot, "t")
        await until(pilot, lambda: "unexpected " in said(pilot.app))

    troubles(stage)
    assert shown(stage, snap_compare, WIDE, before)


async def opened(pilot: Pilot[None], command: str) -> None:
    """Open the first row of a list."""
    await order(pilot, command)
    await press(pilot, "enter")

    def ready() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, DetailPane) and bool(screen.query_one(TextPanel).lines)

    await until(pilot, ready)
