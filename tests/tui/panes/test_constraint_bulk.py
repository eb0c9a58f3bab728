"""One value for several constraints of NICo, or a step: judged together, told one by one."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.nico.cloud import B16, G100, T2, Cloud
from tests.tui.clouds import OTHER, SHARED, TRAIN
from tests.tui.panes.test_constraints import row_of
from tests.tui.stage import WIDE, Stage, listens, play, press, said, until, write
from tests.tui.troubles import listed, order
from tui.dialogs.bulk import BulkScreen


async def several(pilot: Pilot[None], text: str) -> None:
    """Mark all that is listed and type a value for them; the preview."""
    await press(pilot, "*", "L")
    await until(pilot, lambda: "value of" in said(pilot.app))
    await pilot.press(*("plus" if sign == "+" else sign for sign in text))
    await press(pilot, "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, BulkScreen))


async def confirmed(pilot: Pilot[None], count: int) -> None:
    """Give a reason, and type how many as nothing takes them back in one step."""
    told = said(pilot.app)
    assert "not in one step" in told
    assert f"Type set {count}" in told
    await write(pilot, "they grow")
    await press(pilot, "enter")
    await write(pilot, f"set {count}")
    await press(pilot, "enter", "y")


@pytest.mark.parametrize("command", ["constraints machines", "allocations kind=nico machines"])
def test_several_are_set_at_once_with_a_result_for_each(
    shelves: Stage, cloud: Cloud, command: str
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, command)
        await listed(pilot, lambda count: count == 3)
        await several(pilot, "+2")
        told = said(pilot.app)
        assert "Set acme-shared of t1 to 4 machines" in told
        assert "Set acme-train of t1 to 6 machines" in told
        assert "t2-eval: 0 machines of g100 left after those before, not 2" in told
        shown = pilot.app.screen
        assert isinstance(shown, BulkScreen)
        await until(pilot, lambda: listens(shown))
        await confirmed(pilot, 2)
        await until(pilot, lambda: "Set: 2 done, 1 not and still marked" in said(pilot.app))
        values = [(await row_of(shelves, name)).value for name in (SHARED, TRAIN, OTHER)]
        assert values == [4, 6, 4]

    play(shelves.app(WIDE), script, WIDE)


def test_what_to_mark_instead_is_not_cut_off(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "constraints")
        await listed(pilot, lambda count: count == 5)
        await press(pilot, "*", "L")
        told = "! Not valid: machines and networks are marked (mark one kind only)"
        await until(pilot, lambda: told in said(pilot.app))

    play(shelves.app(), script)


def test_one_value_is_refused_for_what_has_none_in_common(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "constraints")
        await listed(pilot, lambda count: count == 5)
        await press(pilot, "*", "L")
        await until(pilot, lambda: "machines and networks are marked" in said(pilot.app))
        await order(pilot, "constraints machines")
        await listed(pilot, lambda count: count == 3)
        await press(pilot, "escape", "*", "L")
        await pilot.press(*"many", "enter")
        assert "no value, such as 6 or /22, nor a step" in said(pilot.app)

    play(shelves.app(WIDE), script, WIDE)


def test_what_has_the_value_already_is_left_out(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "constraints machines")
        await listed(pilot, lambda count: count == 3)
        await several(pilot, "4")
        assert "Set 1, 2 left out" in said(pilot.app)
        assert "it has this value already" in said(pilot.app)

    play(shelves.app(WIDE), script, WIDE)


def test_what_somebody_else_takes_meanwhile_is_told(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "constraints g100")
        await listed(pilot, lambda count: count == 2)
        await several(pilot, "+1")
        assert "Confirm: Set 2" in said(pilot.app)
        cloud.set((await row_of(shelves, TRAIN)).allocation, 6)
        shown = pilot.app.screen
        await until(pilot, lambda: listens(shown))
        await confirmed(pilot, 2)
        await until(pilot, lambda: "0 of 2 done" in said(pilot.app))
        assert "g100 has 10 machines, 10 are given away" in said(pilot.app)

    play(shelves.app(WIDE), script, WIDE)


def test_what_waits_for_what_another_one_gives_back_says_so(shelves: Stage, cloud: Cloud) -> None:
    cloud.give(G100, 1, T2, "small")
    cloud.give(G100, 1, T2, "zero")

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "constraints g100")
        await listed(pilot, lambda count: count == 4)
        await several(pilot, "3")
        told = " ".join(said(pilot.app).split())
        assert "Set 2, 2 left out" in told
        assert f"small: g100 has 10 machines, 10 are given away; {TRAIN} gives some back" in told

    play(shelves.app(WIDE), script, WIDE)


def test_no_network_is_promised_twice(shelves: Stage, cloud: Cloud) -> None:
    for number in (1, 2, 3):
        cloud.give(B16, 24, name=f"lab-{number}")

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "constraints name=lab-1|lab-2")
        await listed(pilot, lambda count: count == 2)
        await several(pilot, "/23")
        told = said(pilot.app)
        assert "Set lab-1 of t1 to /23" in told
        assert "lab-2: 10.20.4.0/23 would be part of lab-1 by then" in told

    play(shelves.app(WIDE), script, WIDE)
