"""Allocations of NICo among those of all systems: shown, made, renamed, set and deleted."""

from __future__ import annotations

import json
import re

import pytest
from textual.pilot import Pilot

from backend.core.listing import Query
from backend.nico.model import (
    CreateNicoAllocation,
    DeleteNicoAllocation,
    Kind,
    ModifyNicoAllocation,
    NicoRow,
)
from tests.nico.cloud import B22, C50, G100, S1, T1, T2, Z10, Cloud
from tests.tui.clouds import NET, OTHER, SHARED, TRAIN
from tests.tui.forms.play import closed, fill, form
from tests.tui.hostile import NASTY
from tests.tui.panes.ways import only_text
from tests.tui.stage import BOTH_SIZES, WIDE, Stage, dialog, play, press, said, until
from tests.tui.troubles import consent, listed, order, screen
from tests.worlds import OPERATOR
from tui.panes.nico import NicoPane
from tui.panes.raw import RawPane


async def row_of(stage: Stage, name: str) -> NicoRow:
    """An allocation by its name."""
    (row,) = await stage.backend.allocations.page(Query(f"kind=nico name={name}"), 2)
    assert isinstance(row.of, NicoRow)
    return row.of


async def at(pilot: Pilot[None], name: str) -> None:
    """Have this allocation alone on screen."""
    await order(pilot, f"allocations kind=nico name={name}")
    await listed(pilot, lambda count: count == 1)


async def preview(pilot: Pilot[None], **values: str) -> object:
    """Fill the form in and go on to the preview; its command."""
    await fill(pilot, **values)
    await press(pilot, "ctrl+s")
    return (await dialog(pilot)).plan.command


def test_they_are_listed_with_whose_they_are_and_opened(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations kind=nico")
        await listed(pilot, lambda count: count == 5)
        told = said(pilot.app)
        assert re.search(rf"NICO {TRAIN} +t1 +Registered +4 of g100", told)
        assert re.search(rf"NICO {NET} +t1 +Registered +10\.20\.0\.0/24", told)
        await at(pilot, TRAIN)
        await press(pilot, "enter")
        await until(pilot, lambda: "3 of 3 instances of g100" in said(pilot.app))
        assert isinstance(pilot.app.screen, NicoPane)
        assert "training, until March" in said(pilot.app)
        await press(pilot, "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, RawPane))
        raw = pilot.app.screen
        assert isinstance(raw, RawPane)
        assert json.loads(raw._text)["name"] == TRAIN

    play(shelves.app(), script)


def test_the_side_says_what_stands_in_the_way(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, NET)
        await until(pilot, lambda: "BLOCK 10.20.0.0/16" in said(pilot.app))
        told = said(pilot.app)
        assert re.search(r"IN THE WAY OF DELETING IT\W+subnet n \(10\.20\.0\.0/26\)", told)
        await press(pilot, "delete")
        assert "it is in use; enter shows what has to go before" in said(pilot.app)

    play(shelves.app(WIDE), script, WIDE)


@pytest.mark.parametrize(
    ("choose", "name", "count"),
    [
        ("may become", "Constraints", 1),
        ("all that t1", "Allocations", 3),
        ("all of g100", "Allocations", 2),
        ("all at S1", "Allocations", 5),
        ("done to it", "Audit", 1),
    ],
)
def test_one_thing_leads_to_another(
    shelves: Stage, cloud: Cloud, choose: str, name: str, count: int
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, TRAIN)
        await press(pilot, "J")
        await pilot.press(*("space" if sign == " " else sign for sign in choose))
        await press(pilot, "enter")
        await listed(pilot, lambda found: found == count)
        assert name == screen(pilot).NAME

    play(shelves.app(), script)


def test_one_is_renamed_and_described(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, SHARED)
        row = await row_of(shelves, SHARED)
        await press(pilot, "e")
        command = await preview(pilot, name="acme-renamed", description="for all")
        assert command == ModifyNicoAllocation(
            actor=OPERATOR, allocation=row.uuid, name="acme-renamed", description="for all"
        )
        await consent(pilot, reason="as agreed")
        await closed(pilot)
        assert (await row_of(shelves, "acme-renamed")).uuid == row.uuid

    play(shelves.app(), script)


def test_a_name_that_is_taken_is_refused(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, SHARED)
        await press(pilot, "e")
        await fill(pilot, name="a")
        await press(pilot, "ctrl+s")
        assert "2 to 256 bytes" in said(pilot.app)
        await fill(pilot, name=TRAIN)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "taken" in said(pilot.app))

    play(shelves.app(), script)


def test_the_value_is_set_from_here_too(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, OTHER)
        assert "L value" in said(pilot.app)
        await press(pilot, "L")
        await preview(pilot, value="5")
        await consent(pilot, reason="as agreed")
        await closed(pilot)
        assert (await row_of(shelves, OTHER)).value == 5
        await at(pilot, NET)
        await press(pilot, "L")
        assert "no other value may be: 1 subnet" in said(pilot.app)

    play(shelves.app(), script)


def test_one_is_deleted_and_so_are_all_marked_ones(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, OTHER)
        row = await row_of(shelves, OTHER)
        await press(pilot, "delete")
        plan = (await dialog(pilot)).plan
        assert re.search(r"t2 +g100 +4 -> 0 +0", said(pilot.app))
        assert plan.command == DeleteNicoAllocation(actor=OPERATOR, allocation=row.uuid)
        await consent(pilot, reason="they went")
        await listed(pilot, lambda count: count == 0)
        await order(pilot, "allocations kind=nico")
        await press(pilot, "*", "delete")
        await until(pilot, lambda: "Delete 2, 2 left out" in said(pilot.app))
        assert "3 instances of g100 would have 0 machines" in said(pilot.app)

    play(shelves.app(), script)


# New ones


async def choose(pilot: Pilot[None], words: str) -> None:
    """What a new allocation is to be of."""
    await press(pilot, "3", "n")
    await until(pilot, lambda: bool(pilot.app.screen.query("#choice")))
    steps = {"OpenPortal": 0, "machines": 1, "network": 2}[words]
    await press(pilot, *["j"] * steps, "enter")
    await form(pilot)


def test_machines_are_given(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await choose(pilot, "machines")
        assert "g100 (2 left)" in said(pilot.app)
        await fill(pilot, resource="g100", tenant="t2", name="more", value="3")
        await press(pilot, "ctrl+s")
        assert "! 2 left" in said(pilot.app)
        command = await preview(pilot, value="2")
        assert command == CreateNicoAllocation(
            actor=OPERATOR, name="more", tenant=T2, site=S1, kind=Kind.MACHINES, resource=G100,
            value=2,
        )  # fmt: skip
        await consent(pilot, reason="as agreed")
        await closed(pilot)
        assert (await row_of(shelves, "more")).value == 2

    play(shelves.app(WIDE), script, WIDE)


def test_a_network_is_given_and_the_preview_says_which(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await choose(pilot, "network")
        command = await preview(
            pilot, resource="192.168.0.0/22", tenant="T1", name="more-net", value="/23"
        )
        assert command == CreateNicoAllocation(
            actor=OPERATOR, name="more-net", tenant=T1, site=S1, kind=Kind.ADDRESSES,
            resource=B22, value=23,
        )  # fmt: skip
        assert "192.168.2.0/23" in said(pilot.app)

    play(shelves.app(WIDE), script, WIDE)


def test_a_name_of_two_sites_is_told_apart(shelves: Stage, cloud: Cloud) -> None:
    cloud.database.write(
        lambda tx: tx.execute("UPDATE nico_type SET name = 'c50', fold = 'c50' WHERE uuid = ?",
                              (Z10,))
    )  # fmt: skip

    async def script(pilot: Pilot[None]) -> None:
        await choose(pilot, "machines")
        assert "c50@s1 (2 left)" in said(pilot.app)
        await fill(pilot, resource="c50", tenant="nobody", name="more", value="1")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "several are called c50" in said(pilot.app))
        assert "no tenant is called nobody" in said(pilot.app)
        command = await preview(pilot, resource="c50@s1", tenant="t1")
        assert isinstance(command, CreateNicoAllocation)
        assert (command.site, command.resource) == (S1, C50)

    play(shelves.app(WIDE), script, WIDE)


@pytest.mark.parametrize("key", ["e", "E", "L", "n", "delete"])
def test_nothing_is_changed_in_a_read_only_session(shelves: Stage, cloud: Cloud, key: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, OTHER)
        await press(pilot, key)
        assert "read-only session (--read-only)" in said(pilot.app)

    play(shelves.app(read_only=True), script)


@pytest.mark.parametrize("key", ["P", "N", "O", "X", "M", "U"])
def test_what_only_others_have_is_refused(shelves: Stage, cloud: Cloud, key: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, OTHER)
        await press(pilot, key)
        assert "allocations of NICo have no such thing" in said(pilot.app)

    play(shelves.app(), script)


HOSTILE = [
    ("allocations kind=nico", keys, kind)
    for keys, kind in (
        ("", "AllocationsPane"),
        ("enter", "NicoPane"),
        ("e", "FormScreen"),
        ("L", "FormScreen"),
        ("y", "RawPane"),
        ("J", "Menu"),
        ("f", "FacetScreen"),
        ("delete", "AllocationsPane"),
        ("n j enter", "FormScreen"),
    )
]


@BOTH_SIZES
def test_nothing_reaches_the_terminal_but_text(
    shelves: Stage, cloud: Cloud, size: tuple[int, int]
) -> None:
    for table, column in (
        ("nico_allocation", "name"), ("nico_allocation", "status"), ("nico_tenant", "org"),
        ("nico_site", "name"), ("nico_type", "name"), ("nico_block", "name"),
    ):  # fmt: skip
        sql = f"UPDATE {table} SET {column} = ? || {column}"
        cloud.database.write(lambda tx, sql=sql: tx.execute(sql, (NASTY,)))  # type: ignore[misc]

    async def script(pilot: Pilot[None]) -> None:
        await only_text(pilot, HOSTILE)

    play(shelves.app(size), script, size)
