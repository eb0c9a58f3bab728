"""Pictures of forms; the first line of each test says what to look for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.forms.play import STATE, change_in_place, fill, form, question
from tests.tui.forms.test_form_screen import spoil
from tests.tui.stage import NARROW, SIZES, Stage, play, press, review, said, settled, until
from tests.worlds import RAM, VM
from tui.forms.controls import LineControl

Compare = Callable[..., bool]
Before = Callable[[Pilot[None]], Awaitable[None]]

both_sizes = pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))


def shown(
    stage: Stage, compare: Compare, before: Before, size: tuple[int, int] = NARROW, **given: Any
) -> bool:
    """The picture of a console on which this was done."""

    async def prepare(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await before(pilot)

    return compare(stage.app(size, **given), terminal_size=size, run_before=prepare)


@both_sizes
def test_a_new_application(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Empty fields in brackets, the first one focused, choices in a row, the buttons below."""

    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        await form(pilot)

    assert shown(stage, snap_compare, before, size)


@both_sizes
def test_mistakes(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Words in orange beside what is wrong, one line above the buttons, the first one focused."""

    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        limits = {f"limit__{VM}__project": "10X", f"limit__{RAM}__project": "1G"}
        await fill(pilot, owner="who@uni.example", end_date="31.3.2027", **limits)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "marked with !" in said(pilot.app))

    assert shown(stage, snap_compare, before, size)


@both_sizes
def test_limits_before_approving(
    stage: Stage, snap_compare: Compare, size: tuple[int, int]
) -> None:
    """The limits first: what is asked for in the fields, limit and usage of today behind."""

    async def before(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "e")
        await form(pilot)

    assert shown(stage, snap_compare, before, size)


@both_sizes
def test_hostile_texts(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """The end of the form: escapes written out, the frame whole, no colour of the text's own."""
    spoil(stage)

    async def before(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        screen = await form(pilot)
        screen._controls["description"].focus()
        await settled(pilot)

    assert shown(stage, snap_compare, before, size)


def test_a_way_to_change(stage: Stage, snap_compare: Compare) -> None:
    """Two ways in a small box, the first one lit."""

    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, "e")
        await until(pilot, lambda: bool(pilot.app.screen.query("#choice")))

    assert shown(stage, snap_compare, before)


def test_a_draft_is_offered(stage: Stage, snap_compare: Compare) -> None:
    """A small box over the form: of when the draft is, and three keys in its frame."""

    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        await fill(pilot, name="mine.lab")
        await press(pilot, "escape", "y", "n")
        await question(pilot)
        fields = pilot.app.screen_stack[-2].query_one("#fields")
        # The form below is laid out again once it has a scrollbar.
        await until(pilot, lambda: fields.virtual_size.width < fields.size.width)
        await settled(pilot)

    assert shown(stage, snap_compare, before, state=STATE)


def test_on_a_light_terminal_without_colours(
    stage: Stage, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the terminal's own colours: fields are seen by their brackets, the choice by its own."""

    async def before(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        screen = await form(pilot)
        screen._controls["join_policy"].focus()
        await settled(pilot)

    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(stage, snap_compare, before, theme="ansi")


def test_fields_are_not_narrower_where_there_is_more_room(stage: Stage) -> None:
    """No picture: the widths of a field at 80, 140 and 200 columns."""
    widths: list[int] = []

    async def script(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        widths.append((await form(pilot)).query_one(LineControl).size.width)

    for size in (*SIZES.values(), (200, 60)):
        play(stage.app(), script, size)
    assert widths == sorted(widths)
