"""What is typed after a form or a line was asked for, while it is still being read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest
from textual.pilot import Pilot

from backend.nico.model import ConstraintRow
from tests.nico.cloud import Cloud
from tests.tui.clouds import TRAIN
from tests.tui.forms.play import STATE, fill, form, question
from tests.tui.panes.test_constraints import at
from tests.tui.stage import Stage, dialog, meanwhile, play, press, said, settled, until
from tests.tui.troubles import listed, order
from tui.panes.constraints import ConstraintsPane
from tui.panes.working import READING

Rows = Callable[[Sequence[int]], Awaitable[Mapping[int, ConstraintRow]]]


class Slow:
    """Rows that come when they may."""

    def __init__(self, rows: Rows) -> None:
        self._rows, self.may = rows, asyncio.Event()

    async def __call__(self, keys: Sequence[int]) -> Mapping[int, ConstraintRow]:
        """Those with these keys."""
        await self.may.wait()
        return await self._rows(keys)


@pytest.fixture
def slow(shelves: Stage, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Slow]:
    """Have constraints come late from now on."""

    def begin() -> Slow:
        listing = shelves.backend.nico.constraints
        found = Slow(listing.rows)
        monkeypatch.setattr(type(listing), "rows", lambda _, keys: found(keys))
        return found

    return begin


def test_keys_go_into_the_form_that_was_asked_for(shelves: Stage, slow: Callable[[], Slow]) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        rows = slow()
        await pilot.press("e")
        await meanwhile(pilot, lambda: READING in said(pilot.app))
        await pilot.press("minus", "plus", "plus", "2")
        await pilot.press("backspace", "backspace", "5")
        assert isinstance(pilot.app.screen, ConstraintsPane)
        rows.may.set()
        shown = await form(pilot)
        await until(pilot, lambda: shown.typed["value"] == "5")
        await press(pilot, "0", "backspace", "ctrl+s")
        assert "acme-train of t1 to 5 machines" in (await dialog(pilot)).plan.title

    play(shelves.app(), script)


def test_a_preview_asked_for_ahead_is_shown(shelves: Stage, slow: Callable[[], Slow]) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        rows = slow()
        await pilot.press("e", "6", "ctrl+s")
        rows.may.set()
        assert "acme-train of t1 to 6 machines" in (await dialog(pilot)).plan.title
        await press(pilot, "escape")
        assert (await form(pilot)).typed["value"] == "6"
        await press(pilot, "backspace", "5")
        assert (await form(pilot)).typed["value"] == "5"

    play(shelves.app(), script)


def test_esc_ends_the_waiting_and_keys_are_the_lists_again(
    shelves: Stage, slow: Callable[[], Slow]
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        slow()
        await pilot.press("e", "plus")
        await meanwhile(pilot, lambda: READING in said(pilot.app))
        await pilot.press("escape")
        await settled(pilot)
        assert "nothing was opened" in said(pilot.app)
        await press(pilot, "1")
        assert not isinstance(pilot.app.screen, ConstraintsPane)

    play(shelves.app(), script)


async def typed_into_all(
    pilot: Pilot[None], slow: Callable[[], Slow], words: str, count: int
) -> None:
    """Mark all that is listed, ask for the line, and type before it can be there."""
    await order(pilot, words)
    await listed(pilot, lambda found: found == count)
    await press(pilot, "*")
    rows = slow()
    await pilot.press("L", "plus", "2")
    rows.may.set()


def test_keys_for_a_line_that_is_refused_do_nothing(
    shelves: Stage, slow: Callable[[], Slow]
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await typed_into_all(pilot, slow, "constraints", 5)
        await until(pilot, lambda: "machines and networks are marked" in said(pilot.app))
        assert isinstance(pilot.app.screen, ConstraintsPane)
        await press(pilot, "2")
        assert not isinstance(pilot.app.screen, ConstraintsPane)

    play(shelves.app(), script)


def test_keys_go_into_the_line_that_was_asked_for(shelves: Stage, slow: Callable[[], Slow]) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await typed_into_all(pilot, slow, "constraints machines", 3)
        await until(pilot, lambda: "(or +1, -1): +2" in said(pilot.app))

    play(shelves.app(), script)


def test_keys_are_not_put_into_a_draft(shelves: Stage, slow: Callable[[], Slow]) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        await press(pilot, "e")
        await fill(pilot, value="6")
        pilot.app.exit()

    async def again(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        rows = slow()
        await pilot.press("e", "minus", "minus")
        rows.may.set()
        await question(pilot)
        await press(pilot, "y")
        assert (await form(pilot)).typed["value"] == "6"

    play(shelves.app(state=STATE), script)
    play(shelves.app(state=STATE), again)
