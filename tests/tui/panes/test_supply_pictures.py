"""Pictures of what NICo has to give; the first line says what to look for."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.nico.cloud import B22, B24, G100, T2, Cloud
from tests.tui.panes.test_pictures import Compare, both_sizes, shown
from tests.tui.stage import NARROW, Stage, listens, press, until
from tests.tui.troubles import listed, order
from tui.dialogs.bulk import BulkScreen
from tui.widgets.overlay import Overlay
from tui.widgets.text import TextPanel


@both_sizes
@pytest.mark.parametrize("command", ["types", "blocks"])
def test_lists(
    shelves: Stage, cloud: Cloud, snap_compare: Compare, size: tuple[int, int], command: str
) -> None:
    """What nobody can be given any more stands out; wide: who has it, what is free of it."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, command)
        await listed(pilot, lambda count: count > 3)
        await press(pilot, "j")

    cloud.give(G100, 2, T2)
    cloud.give(B24, 24)
    cloud.give(B22, 25)
    assert shown(shelves, snap_compare, size, before)


@both_sizes
def test_totals(shelves: Stage, cloud: Cloud, snap_compare: Compare, size: tuple[int, int]) -> None:
    """What is given of each type beside what there is; machines and networks of each tenant."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, "constraints")
        await listed(pilot, lambda count: count == 5)
        await press(pilot, "i")
        await until(pilot, lambda: isinstance(pilot.app.screen, Overlay))

    assert shown(shelves, snap_compare, size, before)


def test_several_at_once(shelves: Stage, cloud: Cloud, snap_compare: Compare) -> None:
    """One more for each, and who cannot have it."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, "constraints machines")
        await listed(pilot, lambda count: count == 3)
        await press(pilot, "*", "L", "plus", "2", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, BulkScreen))
        await until(pilot, lambda: listens(pilot.app.screen))

    assert shown(shelves, snap_compare, NARROW, before)


def test_asking_for_several(shelves: Stage, cloud: Cloud, snap_compare: Compare) -> None:
    """The line says for how many, and that a step may be typed."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, "constraints addresses")
        await listed(pilot, lambda count: count == 2)
        await press(pilot, "*", "L", "plus")

    assert shown(shelves, snap_compare, NARROW, before)


@both_sizes
@pytest.mark.parametrize("command", ["types g100", "blocks 192.168.0.0"])
def test_details(
    shelves: Stage, cloud: Cloud, snap_compare: Compare, size: tuple[int, int], command: str
) -> None:
    """Machines by status and who has them; a block to scale with its free pieces by size."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, command)
        await listed(pilot, lambda count: count == 1)
        await press(pilot, "enter")
        await until(pilot, lambda: bool(pilot.app.screen.query_one(TextPanel).lines))
        if size == NARROW:
            await press(pilot, "G")

    cloud.give(B22, 25)
    cloud.give(B22, 26, T2)
    assert shown(shelves, snap_compare, size, before)
