"""Pictures of the confirm dialog in all its states; the first line says what to look for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from backend.projects.model import Capacity, ModifyProject, Wishes
from tests.tui.hostile import poison
from tests.tui.stage import NARROW, SIZES, Stage, dialog, press, review, said, until, write
from tests.worlds import CPU, OPERATOR, RAM, VM
from tui.app import BursarApp
from tui.dialogs.confirm import ConfirmScreen

Compare = Callable[..., bool]
Before = Callable[[Pilot[None]], Awaitable[None]]

both_sizes = pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))


def shown(
    stage: Stage, compare: Compare, before: Before, size: tuple[int, int] = NARROW, **given: Any
) -> bool:
    """The picture of a console on which this was done."""
    return compare(stage.app(size, **given), terminal_size=size, run_before=before)


@both_sizes
def test_dangerous(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Who goes over in orange, both fields empty, the reason focused, Approve dim and why."""

    async def before(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "A")
        await dialog(pilot)

    assert shown(stage, snap_compare, before, size)


def test_consent_given(stage: Stage, snap_compare: Compare) -> None:
    """Reason and name are there, the focus stands on Approve."""

    async def before(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "A")
        await dialog(pilot)
        await write(pilot, "agreed with the PI")
        await press(pilot, "enter")
        await write(pilot, "climate.hpc")
        await press(pilot, "enter")

    assert shown(stage, snap_compare, before)


def test_who_goes_over_below_the_fold(stage: Stage, snap_compare: Compare) -> None:
    """Above the fields, in orange: how many lines are below, and that the worst is there."""
    grants = {name: Capacity(2, 1) for name in (VM, RAM, CPU)}
    wishes = Wishes(grants=grants, description="word " * 80, homepage="https://a.example")

    async def before(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app, BursarApp)
        command = ModifyProject(actor=OPERATOR, project=stage.project, wishes=wishes)
        plan = await pilot.app.session.plan(command)
        pilot.app.push_screen(ConfirmScreen(pilot.app.session, plan))
        await dialog(pilot)
        assert "more lines below, among them 8 over quota: pgdn" in said(pilot.app)

    assert shown(stage, snap_compare, before)


def test_scrolled_to_its_end(stage: Stage, snap_compare: Compare) -> None:
    """Pending commission, request and undo; nothing more below."""

    async def before(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "A")
        await dialog(pilot)
        await press(pilot, "pagedown", "pagedown")

    assert shown(stage, snap_compare, before)


@both_sizes
def test_reversible(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """A small dialog: Cancel focused, y approves, the reason is optional, no name asked for."""

    async def before(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "A")
        await dialog(pilot)

    assert shown(stage, snap_compare, before, size)


def test_production(stage: Stage, snap_compare: Compare) -> None:
    """The same in production: a reason is needed, PROD in the frame, the frame in orange."""

    async def before(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "A")
        await dialog(pilot)

    assert shown(stage, snap_compare, before, production=True)


@both_sizes
def test_stale(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Marked with *: vm starts from 24 now; the name has to be typed again."""

    async def before(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "A")
        await dialog(pilot)
        await write(pilot, "agreed")
        await press(pilot, "enter")
        await write(pilot, "climate.hpc")
        await press(pilot, "enter")
        wishes = Wishes(grants={VM: Capacity(24, 8)})
        stage.world.do(ModifyProject(actor=OPERATOR, project=stage.project, wishes=wishes))
        await press(pilot, "y")
        await until(pilot, lambda: "Changed since the preview" in said(pilot.app))
        await dialog(pilot)

    assert shown(stage, snap_compare, before, size)


def test_refused(stage: Stage, snap_compare: Compare) -> None:
    """The error, who was faster, that nothing was changed and what to press; Close focused."""

    stage.world.clock.goes = False

    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "A")
        await dialog(pilot)
        stage.settle()
        await press(pilot, "enter", "y")
        await until(pilot, lambda: "It was op" in said(pilot.app))
        await until(pilot, lambda: "Close" in said(pilot.app))

    assert shown(stage, snap_compare, before)


@both_sizes
def test_rejecting_a_commission(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """What is reserved and taken by holder, the service that may be told 404, a reason asked."""

    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "X")
        await dialog(pilot)

    assert shown(stage, snap_compare, before, size)


@both_sizes
def test_hostile(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Escapes and markup of the applicant are signs; long texts are broken, nothing is shifted."""

    async def before(pilot: Pilot[None]) -> None:
        await review(pilot, stage, application)
        await press(pilot, "A")
        await dialog(pilot)

    application = poison(stage)
    assert shown(stage, snap_compare, before, size)
