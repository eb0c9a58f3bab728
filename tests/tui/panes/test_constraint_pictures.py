"""Pictures of what tenants of NICo are given; the first line says what to look for."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.nico.cloud import B22, Cloud
from tests.tui.clouds import OTHER, TRAIN, WIDE_NET
from tests.tui.forms.play import fill
from tests.tui.panes.test_pictures import Compare, both_sizes, open_detail, open_pane, shown
from tests.tui.stage import NARROW, Stage, dialog, listens, press, until
from tests.tui.troubles import listed, order
from tui.dialogs.bulk import BulkScreen
from tui.widgets.text import TextPanel


@both_sizes
def test_constraints(
    shelves: Stage, cloud: Cloud, snap_compare: Compare, size: tuple[int, int]
) -> None:
    """One is fixed by what is in use; wide: kind, left and site, and the block as a picture."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "4")

    assert shown(shelves, snap_compare, size, before)


@both_sizes
@pytest.mark.parametrize("name", [TRAIN, WIDE_NET])
def test_constraint(
    shelves: Stage, cloud: Cloud, snap_compare: Compare, size: tuple[int, int], name: str
) -> None:
    """Machines in all, Ready and left, who has them; or a block with whose its parts are."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, f"constraints name={name}")
        await listed(pilot, lambda count: count == 1)
        await press(pilot, "enter")
        await until(pilot, lambda: bool(pilot.app.screen.query_one(TextPanel).lines))
        if size == NARROW:
            await press(pilot, "G")

    cloud.give(B22, 25)
    assert shown(shelves, snap_compare, size, before)


@both_sizes
def test_moving(shelves: Stage, cloud: Cloud, snap_compare: Compare, size: tuple[int, int]) -> None:
    """The preview has the old network and the new one, and that it moves."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, f"constraints name={WIDE_NET}")
        await press(pilot, "e")
        await fill(pilot, value="/23")
        await press(pilot, "ctrl+s")
        await dialog(pilot)

    cloud.give(B22, 24)
    assert shown(shelves, snap_compare, size, before)


@both_sizes
def test_a_form(shelves: Stage, cloud: Cloud, snap_compare: Compare, size: tuple[int, int]) -> None:
    """What may be typed stands beside the field, and why not more."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, f"constraints name={TRAIN}")
        await press(pilot, "e")
        await fill(pilot, value="9")

    assert shown(shelves, snap_compare, size, before)


def test_without_colours(
    shelves: Stage, cloud: Cloud, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_COLOR: which part of the block is whose is said by signs."""

    async def before(pilot: Pilot[None]) -> None:
        await open_detail(pilot, "4")
        await press(pilot, "pagedown")

    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(shelves, snap_compare, NARROW, before)


@both_sizes
def test_allocations(
    shelves: Stage, cloud: Cloud, snap_compare: Compare, size: tuple[int, int]
) -> None:
    """Those of NICo beside consumers; wide: what one gives, and what may become of it."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "3", "G")

    assert shown(shelves, snap_compare, size, before)


@both_sizes
def test_a_new_one(
    shelves: Stage, cloud: Cloud, snap_compare: Compare, size: tuple[int, int]
) -> None:
    """What there is to give stands beside the field, and that three are too many."""

    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "n")
        await until(pilot, lambda: bool(pilot.app.screen.query("#choice")))
        await press(pilot, "j", "enter")
        await fill(pilot, resource="g100", tenant="t2", name="more", value="3")

    assert shown(shelves, snap_compare, size, before)


def test_deleting(shelves: Stage, cloud: Cloud, snap_compare: Compare) -> None:
    """What the tenant is left, and how it could be made again."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, f"allocations kind=nico name={OTHER}")
        await press(pilot, "delete")
        await dialog(pilot)

    assert shown(shelves, snap_compare, NARROW, before)


def test_deleting_several(shelves: Stage, cloud: Cloud, snap_compare: Compare) -> None:
    """Two of five cannot be, and it is said why."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations kind=nico")
        await press(pilot, "*", "delete")
        await until(pilot, lambda: isinstance(pilot.app.screen, BulkScreen))
        await until(pilot, lambda: listens(pilot.app.screen))

    assert shown(shelves, snap_compare, NARROW, before)
