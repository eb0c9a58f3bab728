"""Constraints of NICo: what is shown, found, copied and led to, and setting another value."""

from __future__ import annotations

import json
import re

import pytest
from textual.pilot import Pilot

from backend.core.listing import Query
from backend.nico.model import ConstraintRow, SetConstraintValue
from tests.nico.cloud import B22, C50, G100, Cloud
from tests.tui.clouds import NET, OTHER, SHARED, TRAIN, WIDE_NET
from tests.tui.forms.play import closed, fill, form
from tests.tui.hostile import NASTY
from tests.tui.panes.ways import only_text
from tests.tui.stage import (
    BOTH_SIZES,
    WIDE,
    Stage,
    dialog,
    play,
    press,
    said,
    until,
)
from tests.tui.troubles import consent, listed, order, screen
from tests.worlds import OPERATOR
from tui.format.requests import curl
from tui.panes.constraints import ConstraintPane, ConstraintsPane
from tui.panes.inventories import InventoriesPane
from tui.panes.raw import RawPane
from tui.widgets.overlay import Overlay


async def row_of(stage: Stage, name: str) -> ConstraintRow:
    """The constraint of an allocation by its name."""
    (row,) = await stage.backend.nico.constraints.page(Query(f"name={name}"), 2)
    return row


async def at(pilot: Pilot[None], name: str) -> None:
    """Have the constraint of this allocation alone on screen."""
    await order(pilot, f"constraints name={name}")
    await listed(pilot, lambda count: count == 1)


def test_constraints_say_what_they_may_become(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "4")
        told = said(pilot.app)
        assert re.search(rf"{NET} +t1 +IPBlock +10\.20\.0\.0/16 +/24 +2 no: 1 subnet", told)
        assert re.search(rf"{SHARED} +t1 +InstanceType c50 +2 +0 1\.\.4", told)
        assert re.search(rf"{TRAIN} +t1 +InstanceType g100 +4 +3 3\.\.6", told)
        assert re.search(rf"{WIDE_NET} +t2 +IPBlock +192\.168\.0\.0/22 +/24 +0 /22\.\./32", told)

    play(shelves.app(), script)


def test_wide_terminals_say_kind_left_and_site(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        await until(pilot, lambda: "WHO HAS THEM" in said(pilot.app))
        told = said(pilot.app)
        assert re.search(rf"{TRAIN} .* Reserved +4 +3 +1 S1 +3\.\.6", told)
        assert re.search(r"USED +SPARE", told)
        assert re.search(r"Used +3 of 4 in all", told)
        assert re.search(r"of which Ready +8", told)
        assert re.search(r"t1 +3 of 4", told)
        await at(pilot, NET)
        await until(pilot, lambda: "BLOCK 10.20.0.0/16" in said(pilot.app))
        told = said(pilot.app)
        assert "nothing else: 1 subnet, 1 VPC" in told
        assert re.search(r"10\.20\.0\.0/24 +t1 +acme-net", told)
        assert re.search(r"10\.20\.128\.0/17 +free", told)

    play(shelves.app(WIDE), script, WIDE)


def test_a_constraint_is_opened_with_what_blocks_deletion(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, NET)
        await press(pilot, "enter")
        await until(pilot, lambda: "Network" in said(pilot.app))
        assert isinstance(pilot.app.screen, ConstraintPane)
        assert "IN THE WAY OF DELETING IT" in said(pilot.app)
        assert "subnet n (10.20.0.0/26)" in said(pilot.app)

    play(shelves.app(), script)


def test_the_views_switch(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "4")
        assert "1 inventory over   t shows them" in said(pilot.app)
        kinds = []
        for key in ("4", "t", "t"):
            await press(pilot, key)
            kinds.append(type(pilot.app.screen))
        assert kinds == [ConstraintsPane, InventoriesPane, ConstraintsPane]

    play(shelves.app(), script)


def test_what_is_over_is_told_and_found(shelves: Stage, cloud: Cloud) -> None:
    cloud.use(C50, 3)

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "4")
        assert "4 Constr 1!, inv 1!" in said(pilot.app)
        assert "! 1 over   / over shows them" in said(pilot.app)
        await order(pilot, "constraints over")
        await listed(pilot, lambda count: count == 1)
        assert SHARED in said(pilot.app)

    play(shelves.app(), script)


def test_nobody_is_given_anything(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "4")
        assert "No tenant of NICo is given anything." in said(pilot.app)
        await press(pilot, "e")
        assert "edit: no constraint is selected" in said(pilot.app)

    play(stage.app(), script)


def test_raw_and_copies_are_of_the_constraint(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        row = await row_of(shelves, TRAIN)
        await press(pilot, "c")
        assert pilot.app.clipboard == row.uuid
        await press(pilot, "C", "j", "j", "enter")
        found = json.loads(pilot.app.clipboard)
        assert (found["allocation"], found["value"], found["least"], found["most"]) == (
            TRAIN, 4, 3, 6,
        )  # fmt: skip
        await press(pilot, "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, RawPane))
        raw = pilot.app.screen
        assert isinstance(raw, RawPane)
        data = json.loads(raw._text)
        assert data["allocationConstraints"][0]["id"] == row.uuid

    play(shelves.app(), script)


@pytest.mark.parametrize(
    ("choose", "count", "text"),
    [
        ("all that t1", 3, "tenant="),
        ("all of g100", 2, "resource="),
        ("given of it", 1, "resource="),
        ("all at S1", 5, "site="),
        ("its allocation", 1, "about="),
    ],
)
def test_one_thing_leads_to_another(
    shelves: Stage, cloud: Cloud, choose: str, count: int, text: str
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        await press(pilot, "J")
        await pilot.press(*("space" if sign == " " else sign for sign in choose))
        await press(pilot, "enter")
        await listed(pilot, lambda found: found == count)
        assert text in screen(pilot).query_shown.text

    play(shelves.app(), script)


# Another value


def test_machines_are_set_within_their_bounds(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        await press(pilot, "e")
        await form(pilot)
        assert "3 to 6" in said(pilot.app)
        await fill(pilot, value="7")
        assert re.search(r"! 3 to 6: 3 instances.*in use; 2 machines", said(pilot.app), re.DOTALL)
        await fill(pilot, value="six")
        assert "no whole number" in said(pilot.app)
        await fill(pilot, value="6")
        await press(pilot, "ctrl+s")
        row = await row_of(shelves, TRAIN)
        plan = (await dialog(pilot)).plan
        assert plan.command == SetConstraintValue(
            actor=OPERATOR, allocation=row.allocation, constraint=row.uuid, value=6
        )
        assert re.search(r"machines of g100 +4 -> 6", said(pilot.app))
        await consent(pilot, reason="they grow")
        await closed(pilot)
        await until(pilot, lambda: bool(re.search(r"g100 +6", said(pilot.app))))
        await press(pilot, "B")
        await dialog(pilot)
        await consent(pilot, reason="they do not")
        await until(pilot, lambda: bool(re.search(r"g100 +4", said(pilot.app))))

    play(shelves.app(), script)


def test_another_length_says_which_network_it_would_be(shelves: Stage, cloud: Cloud) -> None:
    cloud.give(B22, 24)

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, WIDE_NET)
        await press(pilot, "e")
        await fill(pilot, value="/23")
        await press(pilot, "ctrl+s")
        await dialog(pilot)
        told = said(pilot.app)
        assert re.search(r"network +192\.168\.0\.0/24 -> 192\.168\.2\.0/23", told)
        assert "moves to another network" in told

    play(shelves.app(WIDE), script, WIDE)


@pytest.mark.parametrize(
    ("name", "keys", "value"),
    [
        (TRAIN, "plus", "5"),
        (TRAIN, "plus plus plus plus", "6"),
        (TRAIN, "minus minus minus", "3"),
        (WIDE_NET, "plus", "/25"),
        (WIDE_NET, "minus minus minus", "/22"),
        (TRAIN, "backspace x plus", "4"),
        (TRAIN, "6", "6"),
        (WIDE_NET, "slash 2 3", "/23"),
    ],
)
def test_a_value_goes_up_and_down_within_its_bounds(
    shelves: Stage, cloud: Cloud, name: str, keys: str, value: str
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, name)
        await press(pilot, "e")
        shown = await form(pilot)
        assert "- + step" in said(pilot.app)
        await press(pilot, *keys.split())
        assert shown.typed["value"] == value

    play(shelves.app(), script)


def test_what_is_in_use_cannot_be_set(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, NET)
        await press(pilot, "e")
        assert "no other value may be: 1 subnet, 1 VPC prefix in use" in said(pilot.app)

    play(shelves.app(), script)


# Totals


@pytest.mark.parametrize("command", ["constraints", "allocations kind=nico"])
def test_totals_are_by_type_and_by_tenant(shelves: Stage, cloud: Cloud, command: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, command)
        await listed(pilot, lambda count: count == 5)
        await press(pilot, "i")
        await until(pilot, lambda: isinstance(pilot.app.screen, Overlay))
        told = said(pilot.app)
        assert "Totals of all listed" in told
        assert re.search(r"10 machines, 2 networks for 2 tenants", told)
        assert re.search(r"g100 at S1 +8 +3 +10 +2 +0", told)
        assert re.search(r"c50 at S1 +2 +0 +4 +2 +2", told)
        assert re.search(r"t1 +6 +3 +1 +256", told)
        assert re.search(r"t2 +4 +0 +1 +256", told)

    play(shelves.app(), script)


def test_totals_are_of_what_is_marked_and_instances_count_once(
    shelves: Stage, cloud: Cloud
) -> None:
    cloud.give(G100, 1, name="acme-more")

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "constraints resource=g100 tenant=t1")
        await listed(pilot, lambda count: count == 2)
        await press(pilot, "*", "i")
        await until(pilot, lambda: isinstance(pilot.app.screen, Overlay))
        assert "Totals of 2 marked" in said(pilot.app)
        assert re.search(r"t1 +5 +3 +0 +0", said(pilot.app))

    play(shelves.app(), script)


def test_what_happens_meanwhile_refuses_with_who_is_in_the_way(
    shelves: Stage, cloud: Cloud
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, OTHER)
        await press(pilot, "e")
        await fill(pilot, value="6")
        cloud.give(G100, 2)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "are given away" in said(pilot.app))
        assert "g100 has 10 machines, 10 are given away" in said(pilot.app)

    play(shelves.app(), script)


@pytest.mark.parametrize("key", ["e", "E"])
def test_nothing_is_set_in_a_read_only_session(shelves: Stage, cloud: Cloud, key: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        await press(pilot, key)
        assert "read-only session (--read-only)" in said(pilot.app)

    play(shelves.app(read_only=True), script)


def test_the_request_is_a_line_for_a_shell(shelves: Stage, cloud: Cloud) -> None:
    uuid = cloud.give(G100, 1)
    command = cloud.setting(uuid, 2)
    told = curl(cloud.plan(command).request)
    where = f"/v2/org/acme/nico/allocation/{uuid}/constraint/{command.constraint}"
    assert told == (
        f'curl -X PATCH "$NICO_URL"{where} -H "Authorization: Bearer $NICO_TOKEN"'
        """ -H 'Content-Type: application/json' --data '{"constraintValue": 2}'"""
    )


HOSTILE = [
    ("", "4", "ConstraintsPane"),
    ("", "enter", "ConstraintPane"),
    ("", "e", "ConstraintsPane"),
    ("", "y", "RawPane"),
    ("", "J", "Menu"),
    ("", "f", "FacetScreen"),
    ("", "G e", "FormScreen"),
]


@BOTH_SIZES
def test_nothing_reaches_the_terminal_but_text(
    shelves: Stage, cloud: Cloud, size: tuple[int, int]
) -> None:
    for table, column in (
        ("nico_allocation", "name"), ("nico_tenant", "org"), ("nico_site", "name"),
        ("nico_type", "name"), ("nico_block", "name"), ("nico_constraint", "mode"),
        ("nico_prefix", "name"), ("nico_allocation", "description"),
    ):  # fmt: skip
        sql = f"UPDATE {table} SET {column} = ? || {column}"
        cloud.database.write(lambda tx, sql=sql: tx.execute(sql, (NASTY,)))  # type: ignore[misc]

    async def script(pilot: Pilot[None]) -> None:
        await only_text(pilot, HOSTILE)

    play(shelves.app(size), script, size)
