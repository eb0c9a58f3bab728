"""Menus and sums that are ready when the operator is somewhere else."""

from __future__ import annotations

import asyncio

import pytest
from textual.pilot import Pilot

from backend.embedded.listing import TableListing
from tests.tui.stage import Stage, play, press, said, until
from tests.tui.troubles import order, screen
from tui.panes.audit import AuditPane
from tui.session import ELSEWHERE


@pytest.mark.parametrize(
    ("list", "key", "reads"), [("awards", "T", "page"), ("allocations", "i", "rows")]
)
def test_nothing_opens_above_another_screen(
    harbour: Stage, monkeypatch: pytest.MonkeyPatch, list: str, key: str, reads: str
) -> None:
    read, goes_on = getattr(TableListing, reads), asyncio.Event()

    async def slowly(*given: object) -> object:
        await goes_on.wait()
        return await read(*given)

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, list)
        with monkeypatch.context() as patch:
            patch.setattr(TableListing, reads, slowly)
            await pilot.press(key)
            await until_doing(pilot)
            await pilot.press("6")
            await pilot.pause()
            goes_on.set()
            await until(pilot, lambda: ELSEWHERE in said(pilot.app))
        assert isinstance(pilot.app.screen, AuditPane)
        await press(pilot, "escape")

    play(harbour.app(), script)


async def until_doing(pilot: Pilot[None]) -> None:
    """Wait until something is read for what is to be opened."""
    async with asyncio.timeout(10):
        while not screen(pilot).session.doing:
            await asyncio.sleep(0.005)
