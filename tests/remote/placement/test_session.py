"""An operator works on somebody else's Placement from the panes of the console."""

from __future__ import annotations

import re

from textual.pilot import Pilot

from backend.placement.model import Stock
from tests.remote.placement.conftest import Stand
from tests.tui.forms.play import fill
from tests.tui.stage import WIDE, dialog, play, press, said, until
from tests.tui.troubles import consent, screen
from tui.app import BursarApp
from tui.dialogs.conflict import ConflictScreen
from tui.format.glyphs import ASCII
from tui.panes.listpane import ListPane
from tui.session import Session, Settings

SIXTEEN = Stock(8, allocation_ratio=2.0)


def console(stand: Stand) -> BursarApp:
    """A console on it."""
    settings = Settings(context="cloud", glyphs=ASCII, refresh=0.2)
    return BursarApp(Session(stand.console(), settings), live=True)


async def found(pilot: Pilot[None], uuid: str) -> None:
    """The list with this consumer alone, whose it is known by then."""
    await until(pilot, lambda: bool(screen(pilot).list.shown))
    await press(pilot, "/", "ctrl+u", *f"consumer:{uuid}", "enter")

    def known() -> bool:
        row = screen(pilot).list.cursor_row
        return row is not None and row.uuid == uuid and row.known

    await until(pilot, known)


async def back(pilot: Pilot[None]) -> None:
    """Wait until the list is on screen again."""
    await until(pilot, lambda: isinstance(pilot.app.screen, ListPane))


def test_an_operator_lists_edits_and_removes(stand: Stand) -> None:
    node, other = stand.provider(VCPU=SIXTEEN), stand.provider(VCPU=SIXTEEN)
    mine = stand.consumer({node: {"VCPU": 2}, other: {"VCPU": 1}})
    gone = stand.consumer({node: {"VCPU": 3}}, kind="")

    async def script(pilot: Pilot[None]) -> None:
        assert screen(pilot).NAME == "Allocations"
        await found(pilot, mine)
        assert re.search(r"lab +INSTANCE +VCPU 3 ", said(pilot.app))
        await press(pilot, "e")
        await fill(pilot, **{f"node-{node}/VCPU": "4"})
        await press(pilot, "ctrl+s")
        await consent(pilot, reason="more of it")
        await back(pilot)
        await press(pilot, "U", "down")
        await until(pilot, lambda: "Take away the share of" in said(pilot.app))
        await press(pilot, "enter")
        await consent(pilot, reason="moved away")
        await back(pilot)
        await found(pilot, gone)
        assert "untyped" in said(pilot.app)
        await press(pilot, "delete")
        await consent(pilot, reason="nobody's")
        await back(pilot)
        await press(pilot, "4")
        await until(pilot, lambda: bool(screen(pilot).list.shown))
        await press(pilot, "1")
        assert "No Astakos is connected in this context." in said(pilot.app)

    play(console(stand), script, WIDE)
    assert sum(amounts["VCPU"] for amounts in stand.held(mine).values()) in (4, 1)
    assert stand.held(gone) == {}


def test_what_somebody_else_did_stands_beside_mine(stand: Stand) -> None:
    node = stand.provider(VCPU=SIXTEEN)
    mine = stand.consumer({node: {"VCPU": 2}})

    async def script(pilot: Pilot[None]) -> None:
        await found(pilot, mine)
        await press(pilot, "e")
        await fill(pilot, **{f"node-{node}/VCPU": "4"})
        await stand.change(mine, {node: {"VCPU": 7}})
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConflictScreen))
        await until(pilot, lambda: bool(re.search(r"VCPU +2 +7 +4 ", said(pilot.app))))
        await press(pilot, "r")
        assert [one.before for one in (await dialog(pilot)).plan.changes] == [7]
        await consent(pilot, reason="agreed")
        await back(pilot)

    play(console(stand), script, WIDE)
    assert stand.held(mine) == {node: {"VCPU": 4}}
