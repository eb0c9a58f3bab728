"""Pictures of the panes that decide and look back; the first line says what to look for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from tests.tui.hostile import poison
from tests.tui.stage import NARROW, SIZES, Stage, press, review, until
from tui.panes.detailpane import DetailPane
from tui.panes.listpane import ListPane
from tui.widgets.text import TextPanel

Compare = Callable[..., bool]
Before = Callable[[Pilot[None]], Awaitable[None]]

both_sizes = pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))


async def open_pane(pilot: Pilot[None], *keys: str) -> None:
    """Go to a list and wait until the detail beside it is there."""
    await press(pilot, *keys)
    pane = pilot.app.screen
    assert isinstance(pane, ListPane)
    await until(pilot, lambda: bool(pane.side.lines) or not pane.has_side)


async def open_detail(pilot: Pilot[None], *keys: str) -> None:
    """Go to a list and open its first row."""
    await open_pane(pilot, *keys)
    await press(pilot, "enter")

    def opened() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, DetailPane) and bool(screen.query_one(TextPanel).lines)

    await until(pilot, opened)


def shown(stage: Stage, compare: Compare, size: tuple[int, int], before: Before) -> bool:
    """The picture of a console on which this was done."""
    return compare(stage.app(size), terminal_size=size, run_before=before)


@both_sizes
def test_review(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Lowered memory in orange, three members OVER, vm rises; two columns when wide."""

    async def before(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)

    assert shown(stage, snap_compare, size, before)


def test_review_scrolled(stage: Stage, snap_compare: Compare) -> None:
    """The end of the review: pending commission, checks, history, where it comes from."""

    async def before(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "G")

    assert shown(stage, snap_compare, NARROW, before)


@both_sizes
def test_review_of_a_new_project(
    stage: Stage, snap_compare: Compare, size: tuple[int, int]
) -> None:
    """Everything is new: no arrows in the fields, limits marked new, nobody affected."""

    async def before(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)

    assert shown(stage, snap_compare, size, before)


def test_review_of_a_decided_application(stage: Stage, snap_compare: Compare) -> None:
    """Denied, by whom and why; approve and deny are dim, dismiss is not."""

    async def before(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)

    stage.deny(stage.modification)
    assert shown(stage, snap_compare, NARROW, before)


@both_sizes
def test_commissions(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """One overdue commission above the feed; wide: what accepting and rejecting come to."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "5")

    assert shown(stage, snap_compare, size, before)


def test_nothing_pending(stage: Stage, snap_compare: Compare) -> None:
    """An empty list that says so, above the feed with the rejection and its reason."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "5")

    stage.settle()
    assert shown(stage, snap_compare, NARROW, before)


def test_commission(stage: Stage, snap_compare: Compare) -> None:
    """Four provisions with NOW, IF ACCEPTED and IF REJECTED."""

    async def before(pilot: Pilot[None]) -> None:
        await open_detail(pilot, "5")

    assert shown(stage, snap_compare, NARROW, before)


@both_sizes
def test_audit(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """The journal, newest first, in words; wide: what the entry made."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "6")

    assert shown(stage, snap_compare, size, before)


@both_sizes
def test_entry(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """An approval: fields before and after, and the limits that moved with it."""

    async def before(pilot: Pilot[None]) -> None:
        await open_detail(pilot, "6")

    stage.world.approve(stage.modification)
    assert shown(stage, snap_compare, size, before)


@both_sizes
def test_hostile_review(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Escapes, markup and wide signs are shown as signs; nothing is shifted or coloured by them."""

    async def before(pilot: Pilot[None]) -> None:
        await review(pilot, stage, application)

    application = poison(stage)
    assert shown(stage, snap_compare, size, before)


@both_sizes
@pytest.mark.parametrize("digit", ["5", "6"], ids=["commissions", "audit"])
def test_hostile_lists(
    stage: Stage, snap_compare: Compare, size: tuple[int, int], digit: str
) -> None:
    """The same in the lists and the feed: columns stay aligned, markup is literal."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, digit)

    poison(stage)
    assert shown(stage, snap_compare, size, before)
