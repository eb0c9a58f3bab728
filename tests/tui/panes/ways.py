"""Ways from one screen to many, gone one after the other by one console."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual.pilot import Pilot

from tests.tui.hostile import FORBIDDEN
from tests.tui.stage import listens, press, said
from tests.tui.troubles import order
from tui.panes.pane import Pane

Way = tuple[str, str, str]
"""A command that leads to a list or nothing, keys, and the kind of screen that is there then."""

DEEPEST = 4
"""How much at most a way opens upon the list that it begins with."""


async def only_text(pilot: Pilot[None], ways: Iterable[Way]) -> None:
    """Go all ways: nothing that a terminal acts on is on any screen, and every line is as wide as
    the terminal."""
    for way in ways:
        await go(pilot, way)
        for strip in pilot.app.screen._compositor.render_strips():
            assert not set(strip.text) & FORBIDDEN, (way, strip.text)
            assert cell_len(strip.text) == pilot.app.size.width, (way, strip.text)
        await home(pilot)


async def go(pilot: Pilot[None], way: Way) -> None:
    """Go one way from a list."""
    command, keys, kind = way
    if command:
        await order(pilot, command)
    await press(pilot, *keys.split())
    assert type(pilot.app.screen).__name__ == kind, (way, said(pilot.app))


async def home(pilot: Pilot[None]) -> None:
    """Close what was opened upon the list, and the line that asks for something."""
    for _ in range(DEEPEST):
        shown, *below = reversed(pilot.app.screen_stack)
        if not below and isinstance(shown, Pane) and not shown.message_row.asking:
            return
        listens(shown)  # a dialog takes no keys at first
        await press(pilot, "escape")
    raise AssertionError(f"this does not close:\n{said(pilot.app)}")
