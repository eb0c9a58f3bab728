"""Pictures of what Placement gives; the first line says what to look for."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from backend.core.database import Tx
from tests.tui.forms.play import fill, form
from tests.tui.hostile import NASTY
from tests.tui.panes.test_pictures import Compare, both_sizes, open_detail, open_pane, shown
from tests.tui.panes.ways import only_text
from tests.tui.panes.wishing import conflict
from tests.tui.stage import BOTH_SIZES, NARROW, Stage, dialog, play, press, said, until
from tests.tui.stock import NAMES, ONE, RAM, TWO, VCPU, WEB, hold
from tests.tui.troubles import order
from tests.worlds import person
from tui.panes.providers import ProviderPane


@both_sizes
def test_allocations(shelves: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Four consumers, one untyped and of no project; wide: shares with whose part they are."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "3")

    assert shown(shelves, snap_compare, size, before)


@both_sizes
def test_allocation(shelves: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Of one provider it holds a third of what is over, of the other little of much."""

    async def before(pilot: Pilot[None]) -> None:
        await open_detail(pilot, "3")

    assert shown(shelves, snap_compare, size, before)


@both_sizes
def test_inventories(shelves: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """One is OVER in figures, bar and word; wide: the six fields and who fills it."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "4", "t")

    assert shown(shelves, snap_compare, size, before)


@both_sizes
def test_inventory(shelves: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """The sum, the six fields, what is allowed, what being over means, who fills it."""

    async def before(pilot: Pilot[None]) -> None:
        await open_detail(pilot, "4", "t")

    assert shown(shelves, snap_compare, size, before)


@both_sizes
def test_providers(shelves: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Two nodes below their region, the fuller one over; wide: what it has."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, "providers")
        await press(pilot, "j")
        await until(pilot, lambda: size == NARROW or "LARGEST" in said(pilot.app))

    assert shown(shelves, snap_compare, size, before)


@both_sizes
def test_provider(shelves: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Its place, inventories with bars, largest consumers; nothing of what it has none of."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, "providers")
        await press(pilot, "j", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProviderPane))
        await until(pilot, lambda: "LARGEST" in said(pilot.app))

    assert shown(shelves, snap_compare, size, before)


@both_sizes
@pytest.mark.parametrize("keys", ["3", "4t"], ids=["amounts", "inventory"])
def test_forms(shelves: Stage, snap_compare: Compare, size: tuple[int, int], keys: str) -> None:
    """Amounts by provider with what can be had, or six fields with what each is."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, *keys)
        await press(pilot, "e")
        await form(pilot)

    assert shown(shelves, snap_compare, size, before)


@both_sizes
def test_getting_over(shelves: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """The preview says whose capacity falls below what is used, and by how much."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, f"inventories provider={NAMES[TWO]} class=vcpu")
        await press(pilot, "e")
        await fill(pilot, allocation_ratio="0.25")
        await press(pilot, "ctrl+s")
        await dialog(pilot)

    assert shown(shelves, snap_compare, size, before)


@both_sizes
def test_both_sides(shelves: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Found, theirs and mine; what others changed has a sign and another colour."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "3")
        await press(pilot, "e")
        await fill(pilot, **{f"{NAMES[ONE]}/{VCPU}": "4"})
        theirs = {ONE: {VCPU: 6, RAM: 16384}, TWO: {VCPU: 1}}
        hold(shelves.world, WEB, theirs, shelves.project, person("M"))
        await press(pilot, "ctrl+s")
        await conflict(pilot)

    assert shown(shelves, snap_compare, size, before)


@both_sizes
def test_a_refusal(shelves: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """The rule that refuses stands out among all figures."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "3")
        await press(pilot, "e")
        await fill(pilot, **{f"{NAMES[ONE]}/{VCPU}": "10"})
        await press(pilot, "ctrl+s")
        await conflict(pilot)

    assert shown(shelves, snap_compare, size, before)


def test_without_colours(
    shelves: Stage, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_COLOR: what is over is said in words."""

    async def before(pilot: Pilot[None]) -> None:
        await open_pane(pilot, "4", "t")

    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(shelves, snap_compare, NARROW, before)


def spoil(stage: Stage) -> None:
    """Names as a foreign server may have them."""

    def write(tx: Tx) -> None:
        for table, column in (
            ("provider", "name"),
            ("consumer_project", "external_id"),
            ("consumer_user", "external_id"),
            ("resource_class", "name"),
        ):
            tx.execute(f"UPDATE {table} SET {column} = ? || {column}", (NASTY,))
        tx.execute("UPDATE consumer_type SET name = ? || name WHERE id > 0", (NASTY,))

    stage.world.database.write(write)


HOSTILE = [
    ("", "3", "AllocationsPane"),
    ("", "enter", "ConsumerPane"),
    ("", "y", "RawPane"),
    ("", "e", "FormScreen"),
    ("", "f", "FacetScreen"),
    ("", "J", "Menu"),
    ("", "delete", "AllocationsPane"),
    ("", "j M", "Menu"),
    ("", "j U", "Choice"),
    ("", "4 t", "InventoriesPane"),
    ("", "4 t enter", "InventoryPane"),
]


@BOTH_SIZES
def test_nothing_reaches_the_terminal_but_text(shelves: Stage, size: tuple[int, int]) -> None:
    spoil(shelves)

    async def script(pilot: Pilot[None]) -> None:
        await only_text(pilot, HOSTILE)

    play(shelves.app(size), script, size)
