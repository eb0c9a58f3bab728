"""Pictures of what OpenPortal gives; the first line says what to look for."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from backend.core.database import Tx
from tests.tui.hostile import NASTY
from tests.tui.panes.test_pictures import Compare, both_sizes, open_pane, shown
from tests.tui.panes.ways import only_text
from tests.tui.stage import NARROW, Stage, play, press, said, until
from tests.tui.troubles import order
from tui.panes.listpane import ListPane


@both_sizes
def test_allocations(harbour: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Three kinds; ERR, FULL, waits, stuck in words; wide: the erred one with its error."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name:o|ice|corpse|5a1c")
        await press(pilot, "s")
        await press(pilot, "escape")

    assert shown(harbour, snap_compare, size, before)


@both_sizes
@pytest.mark.parametrize("name", ["ocean", "ice-dev", "ocean-air", "corpse"])
def test_allocation(
    harbour: Stage, snap_compare: Compare, size: tuple[int, int], name: str
) -> None:
    """Month, shared code and credits; error and traceback; waiting, not failing; stuck."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, f"allocations name={name}")
        await press(pilot, "enter")
        await until(pilot, lambda: "THIS MONTH" in said(pilot.app))

    assert shown(harbour, snap_compare, size, before)


@both_sizes
@pytest.mark.parametrize("what", ["codes", "services", "awards", "remote-projects"])
def test_lists(harbour: Stage, snap_compare: Compare, size: tuple[int, int], what: str) -> None:
    """Limits once; counts of ERRED; embargoed; waits for the other side."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, what)
        pane = pilot.app.screen
        assert isinstance(pane, ListPane)
        await until(pilot, lambda: bool(pane.side.lines) or not pane.has_side)

    assert shown(harbour, snap_compare, size, before)


@both_sizes
def test_review(harbour: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """An award in the queue of applications: 3 of 4 pending; wide: what approving does."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "1")
        await press(pilot, "a", "right_square_bracket", "right_square_bracket")
        await until(pilot, lambda: "Award u6ac" in said(pilot.app))

    assert shown(harbour, snap_compare, size, before)


def spoil(stage: Stage) -> None:
    """Names and texts as a foreign server may have them."""

    def write(tx: Tx) -> None:
        for table, columns in (
            ("portal_allocation", "name description error_message error_traceback backend_id"),
            ("portal_service", "name error_message"),
            ("portal_project", "name"),
            ("portal_customer", "name"),
            ("portal_award", "details notes template"),
            ("portal_remote_project", "notes error_message current_allocation"),
            ("portal_usage", "full_name"),
            ("portal_job", "told"),
        ):
            for column in columns.split():
                tx.execute(f"UPDATE {table} SET {column} = {column} || ?", (NASTY,))

    stage.world.database.write(write)


HOSTILE = [
    ("allocations !kind:plc", "", "AllocationsPane"),
    ("allocations erred", "enter", "PortalPane"),
    ("allocations waiting", "enter", "PortalPane"),
    ("allocations erred", "y", "RawPane"),
    ("allocations erred", "L", "AllocationsPane"),
    ("allocations kind:opl state:ok", "e", "FormScreen"),
    ("allocations erred", "P", "ConfirmScreen"),
    ("allocations", "i", "Overlay"),
    ("codes", "", "CodesPane"),
    ("services", "enter", "ServicePane"),
    ("awards", "", "AwardsPane"),
    ("awards", "enter", "AwardPane"),
    ("awards", "T", "Menu"),
    ("remote-projects", "enter", "RemoteProjectPane"),
    ("allocations erred", "J", "Menu"),
]


def test_nothing_reaches_the_terminal_but_text(harbour: Stage) -> None:
    spoil(harbour)

    async def script(pilot: Pilot[None]) -> None:
        await only_text(pilot, HOSTILE)

    play(harbour.app(NARROW), script, NARROW)
