"""Instance types and blocks of NICo: what is shown, found, copied and led to."""

from __future__ import annotations

import json
import re

import pytest
from textual.pilot import Pilot

from tests.nico.cloud import B22, B24, G100, T2, Cloud
from tests.tui.clouds import NET
from tests.tui.hostile import NASTY
from tests.tui.panes.ways import only_text
from tests.tui.stage import BOTH_SIZES, WIDE, Stage, play, press, said, until
from tests.tui.troubles import listed, order, screen
from tui.panes.blocks import BlockPane
from tui.panes.raw import RawPane
from tui.panes.types import TypePane, TypesPane


async def at(pilot: Pilot[None], what: str) -> None:
    """Have what this command lists alone on screen."""
    await order(pilot, what)
    await listed(pilot, lambda count: count == 1)


def test_types_say_what_is_left_and_how_much_of_it_works(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "types")
        await until(pilot, lambda: isinstance(pilot.app.screen, TypesPane))
        await listed(pilot, lambda count: count == 4)
        # Eight of ten machines are Ready, and as many are given: two are left, but none that works.
        assert re.search(r"g100 +S1 +10 +8 +8 +80% +3 +2 +0", said(pilot.app))
        cloud.give(G100, 2, T2)
        await press(pilot, "r")
        told = re.sub(r"(?<=\d)[+-]", " ", said(pilot.app))  # what has changed is marked
        assert re.search(r"g100 +S1 +10 +8 +10 +100% +3 +0 +0", told)

    play(shelves.app(), script)


def test_a_type_is_told_by_status_and_by_tenant(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "types g100")
        await press(pilot, "enter")
        await until(pilot, lambda: "WHO HAS THEM" in said(pilot.app))
        assert isinstance(pilot.app.screen, TypePane)
        told = said(pilot.app)
        assert re.search(r"Ready +8\n", re.sub(r" +\n", "\n", told))
        assert re.search(r"Maintenance +1", told)
        assert re.search(r"t1 +3 of 4 +40%\W+acme-train +4\W+t2 +0 of 4 +40%\W+t2-eval +4", told)
        cloud.give(G100, 2, T2)
        await press(pilot, "r")
        told = re.sub(r"(?<=\d)[+-]", " ", said(pilot.app))
        assert re.search(r"t2 +0 of 6 +60%\W+.*t1 +3 of 4 +40%", told, re.DOTALL)
        await press(pilot, "escape")
        await until(pilot, lambda: re.search(r"g100 .* t2 6 ", said(pilot.app)) is not None)

    play(shelves.app(WIDE), script, WIDE)


def test_blocks_say_what_is_free(shelves: Stage, cloud: Cloud) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "blocks")
        await listed(pilot, lambda count: count == 6)
        told = said(pilot.app)
        assert re.search(r"10\.20\.0\.0/16 .*S1 +1 +0% +65,280 10\.20\.128\.0/17", told)
        assert re.search(r"192\.168\.20\.0/24 .*S1 +0 +0% +256 192\.168\.20\.0/24", told)
        assert re.search(r"2001:db8::/32 .*S1 +0 +0% +> 2\^62 2001:db8::/32", told)
        await order(pilot, "blocks largest<=16 !v6")
        await listed(pilot, lambda count: count == 1)
        cloud.give(B24, 24)
        await at(pilot, "blocks full")
        assert "nothing free" in said(pilot.app)

    play(shelves.app(), script)


def test_a_block_is_told_with_its_parts(shelves: Stage, cloud: Cloud) -> None:
    cloud.give(B22, 25)

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "blocks 192.168.0.0")
        await press(pilot, "enter")
        await until(pilot, lambda: "FREE PIECES" in said(pilot.app))
        assert isinstance(pilot.app.screen, BlockPane)
        told = said(pilot.app)
        assert re.search(r"Free +640 addresses", told)
        assert re.search(r"/23 +1 +192\.168\.2\.0/23", told)
        assert re.search(r"192\.168\.0\.0/24 +t2 +t2-net", told)
        await order(pilot, "blocks 10.20.0.0")
        await press(pilot, "enter")
        await until(pilot, lambda: "10.20.128.0/17" in said(pilot.app))
        assert re.search(rf"10\.20\.0\.0/24 +t1 +{NET} +2 in use", said(pilot.app))

    play(shelves.app(WIDE), script, WIDE)


@pytest.mark.parametrize(
    ("command", "uuid", "part"),
    [
        ("types g100", G100, "allocationStats"),
        ("blocks 192.168.0.0", B22, "usageStats"),
    ],
)
def test_raw_and_copies_are_of_the_system(
    shelves: Stage, cloud: Cloud, command: str, uuid: str, part: str
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        for keys in ((), ("enter",)):
            await at(pilot, command)
            await press(pilot, *keys)
            await press(pilot, "c")
            assert pilot.app.clipboard == uuid
            await press(pilot, "y")
            await until(pilot, lambda: isinstance(pilot.app.screen, RawPane))
            raw = pilot.app.screen
            assert isinstance(raw, RawPane)
            data = json.loads(raw._text)
            assert (data["id"], part in data) == (uuid, True)
            await press(pilot, "escape")

    play(shelves.app(), script)


@pytest.mark.parametrize(
    ("command", "choose", "name", "count"),
    [
        ("types g100", "who has", "Constraints", 2),
        ("types g100", "its allocations", "Allocations", 2),
        ("types g100", "all types at", "Types", 2),
        ("types g100", "is given at", "Constraints", 5),
        ("blocks 10.20.0.0", "who holds", "Constraints", 1),
        ("blocks 10.20.0.0", "its allocations", "Allocations", 1),
        ("blocks 10.20.0.0", "all blocks at", "Blocks", 5),
        ("constraints name=acme-train", "the type", "Types", 1),
        ("constraints name=acme-net", "the block", "Blocks", 1),
        ("allocations kind=nico name=acme-net", "the block", "Blocks", 1),
    ],
)
def test_one_thing_leads_to_another(
    shelves: Stage, cloud: Cloud, command: str, choose: str, name: str, count: int
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, command)
        await press(pilot, "J")
        await pilot.press(*("space" if sign == " " else sign for sign in choose))
        await press(pilot, "enter")
        await until(pilot, lambda: name == screen(pilot).NAME)
        await listed(pilot, lambda found: found == count)
        await press(pilot, "[")
        await until(pilot, lambda: screen(pilot).query_shown.text == command.partition(" ")[2])

    play(shelves.app(), script)


@pytest.mark.parametrize("command", ["types", "blocks"])
def test_there_are_none(stage: Stage, command: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, command)
        await until(pilot, lambda: "They come over NICo's API, or" in said(pilot.app))

    play(stage.app(), script)


HOSTILE = [
    (command, keys, kind)
    for command, one in (("types", "Type"), ("blocks", "Block"))
    for keys, kind in (
        ("", f"{one}sPane"),
        ("enter", f"{one}Pane"),
        ("y", "RawPane"),
        ("J", "Menu"),
        ("f", "FacetScreen"),
    )
]


@BOTH_SIZES
def test_nothing_reaches_the_terminal_but_text(
    shelves: Stage, cloud: Cloud, size: tuple[int, int]
) -> None:
    for table, column in (
        ("nico_allocation", "name"), ("nico_tenant", "org"), ("nico_site", "name"),
        ("nico_type", "name"), ("nico_block", "name"), ("nico_block", "status"),
        ("nico_type", "status"), ("nico_machine", "status"),
    ):  # fmt: skip
        sql = f"UPDATE {table} SET {column} = ? || {column}"
        cloud.database.write(lambda tx, sql=sql: tx.execute(sql, (NASTY,)))  # type: ignore[misc]

    async def script(pilot: Pilot[None]) -> None:
        await only_text(pilot, HOSTILE)

    play(shelves.app(size), script, size)
