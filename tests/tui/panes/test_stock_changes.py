"""Changing what providers have: six fields, who gets over capacity, what others set."""

from __future__ import annotations

import asyncio
import re

import pytest
from textual.pilot import Pilot

from backend.core.listing import Query
from backend.placement.model import SetInventory, Stock
from tests.tui.forms.play import fill, form
from tests.tui.panes.wishing import WHY, back, conflict, words
from tests.tui.stage import Stage, dialog, play, press, said, until
from tests.tui.stock import NAMES, TWO, VCPU
from tests.tui.troubles import consent, order, screen
from tests.worlds import OPERATOR


def test_an_inventory_is_sent_with_all_six_fields_and_who_gets_over_is_told(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, f"inventories provider={NAMES[TWO]} class=vcpu")
        await press(pilot, "e")
        await form(pilot)
        assert "6 of 32 used. All six are sent." in said(pilot.app)
        await fill(pilot, allocation_ratio="0.25", reserved="2")
        await press(pilot, "ctrl+s")
        plan = (await dialog(pilot)).plan
        told = said(pilot.app)
        assert "1 provider over capacity" in told
        assert re.search(r"! compute-02 +VCPU +32 -> 3 +6 +OVER by 3", told)
        assert "What is allocated stays and may shrink." in told
        assert plan.command == SetInventory(
            actor=OPERATOR, provider=TWO, resource_class=VCPU, generation=4,
            stock=Stock(16, 2, 1, 16, 1, 0.25),
        )  # fmt: skip
        await consent(pilot, reason=WHY)
        await back(pilot)
        await order(pilot, "inventories over")
        assert screen(pilot).list.shown == 2

    play(shelves.app(), script)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"total": "0"}, "1 to 2,147,483,647"),
        ({"total": "inf"}, "1 to 2,147,483,647"),
        ({"allocation_ratio": "-1"}, "not below 0"),
        ({"allocation_ratio": "nan"}, "not below 0"),
        ({"allocation_ratio": "half"}, "no number"),
        ({"step_size": ""}, "cannot be empty"),
        ({"reserved": "17"}, "greater than the total"),
    ],
)
def test_figures_that_cannot_be_are_refused(
    shelves: Stage, values: dict[str, str], told: str
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, f"inventories provider={NAMES[TWO]} class=vcpu")
        await press(pilot, "e")
        await fill(pilot, **values)
        await press(pilot, "ctrl+s")
        assert told in words(pilot)

    play(shelves.app(), script)


def test_an_inventory_that_others_changed_is_set_on_what_they_set(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "providers compute-02")
        await press(pilot, "enter", "e")
        await until(pilot, lambda: "Edit of compute-02" in said(pilot.app))
        await press(pilot, "enter")
        await fill(pilot, total="20")
        theirs = Stock(16, max_unit=8, allocation_ratio=2.0)
        command = SetInventory(actor=OPERATOR, provider=TWO, resource_class=VCPU, stock=theirs)
        shelves.world.do(command)
        await press(pilot, "ctrl+s")
        await conflict(pilot)
        told = said(pilot.app)
        assert "VCPU of compute-02" in told
        assert re.search(r"\* max_unit +16 +8 +=", told)
        assert re.search(r"  total +16 +16 +20", told)
        await press(pilot, "r")
        plan = (await dialog(pilot)).plan
        assert [(one.field, one.before, one.after) for one in plan.changes] == [("total", 16, 20)]
        await consent(pilot)

    play(shelves.app(), script)
    rows = asyncio.run(_stocks(shelves))
    assert rows[TWO, VCPU] == Stock(20, max_unit=8, allocation_ratio=2.0)


async def _stocks(stage: Stage) -> dict[tuple[str, str], Stock]:
    listing = stage.backend.placement.inventories
    rows = await listing.page(Query(), 10)
    return {(row.provider, row.resource_class): row.stock for row in rows}
