"""What panes read: constraints with what they may become, types, blocks and details."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from backend.allocations import queries as allocations
from backend.allocations.model import KINDS, Kind
from backend.core.database import Tx
from backend.core.errors import BursarError, Invalid, NotFound
from backend.core.listing import Listing, Query
from backend.embedded import EmbeddedBackend
from backend.nico import queries
from backend.nico.model import BlockRow, ConstraintRow, Mode, Piece, TypeRow
from backend.nico.service import api
from backend.nico.store import machines
from backend.nico.wire import encode
from tests.nico.cloud import (
    ADMIN,
    B16,
    B22,
    B30,
    C50,
    G100,
    S1,
    S2,
    T1,
    T2,
    V6,
    Cloud,
    P,
    machine_of,
)


@pytest.fixture
def backend(c: Cloud) -> EmbeddedBackend:
    """A console's backend on the cloud."""
    return EmbeddedBackend(c.database, ADMIN)


def listed(listing: Listing[Any], **query: Any) -> list[Any]:
    """The rows of a query, which the page and the whole order agree on."""

    async def read() -> list[Any]:
        asked = Query(**query)
        keys = await listing.keys(asked)
        rows = await listing.rows(keys)
        assert [row.key for row in await listing.page(asked, 1000)] == list(keys)
        return [rows[key] for key in keys]

    return asyncio.run(read())


def row_of(backend: EmbeddedBackend, allocation: str) -> ConstraintRow:
    """The row of an allocation's constraint."""
    (found,) = listed(backend.nico.constraints, scope=f"allocation:{allocation}")
    assert isinstance(found, ConstraintRow)
    return found


def lose(tx: Tx, id: str) -> None:
    """Have a machine be of no type any more."""
    before = machines.machine(tx, id)
    assert before is not None
    machines.save_machine(tx, before, replace(before, instance_type=""))


def accepted(c: Cloud, allocation: str, values: Sequence[int]) -> list[int]:
    """Those values that the rules let an allocation have."""
    found = []
    for value in values:
        try:
            c.plan(c.setting(allocation, value))
        except BursarError:
            continue
        found.append(value)
    return found


def test_machines_have_bounds_that_other_allocations_move(
    c: Cloud, backend: EmbeddedBackend
) -> None:
    mine, more = c.give(G100, 4), c.give(G100, 2)
    c.give(G100, 1, T2)
    c.use(G100, 5)
    row = row_of(backend, mine)
    assert (row.used, row.left, row.room, row.cidr) == (5, 1, 3, "")
    assert row.bounds is not None
    assert (row.bounds.least, row.bounds.most) == (3, 7)
    assert accepted(c, mine, range(1, 12)) == [3, 4, 5, 6, 7]
    assert accepted(c, more, range(1, 12)) == [1, 2, 3, 4, 5]


def test_what_is_in_use_of_a_network_fixes_it(c: Cloud, backend: EmbeddedBackend) -> None:
    uuid = c.give(B16, 24)
    held = [c.hold(uuid, subnet=True), c.hold(uuid, subnet=False)]
    row = row_of(backend, uuid)
    assert (row.used, row.left, row.room, row.cidr) == (2, None, None, "10.20.0.0/24")
    assert (row.resource_name, row.resource_cidr) == (c.block(B16).name, "10.20.0.0/16")
    assert row.bounds is not None
    assert row.bounds.fixed
    assert "1 subnet, 1 VPC prefix" in row.bounds.why
    for one in held:
        c.let_go(one)
    bounds = row_of(backend, uuid).bounds
    assert bounds is not None
    assert (bounds.least, bounds.most) == (16, 32)


@pytest.mark.parametrize("seed", range(4))
def test_bounds_are_what_the_rules_let_be(c: Cloud, backend: EmbeddedBackend, seed: int) -> None:
    rng = Random(seed)
    uuids = []
    for _ in range(10):
        block, least = rng.choice(((B16, 17), (B22, 23), (B30, 31), (V6, 33)))
        try:
            uuids.append(c.give(block, min(least + rng.randint(0, 3), 128 if block == V6 else 32)))
        except BursarError:
            continue
    for uuid in rng.sample(uuids, len(uuids) // 3):
        c.delete(uuid)
        uuids.remove(uuid)
    for uuid in uuids:
        row = row_of(backend, uuid)
        assert row.bounds is not None
        allowed = range(row.bounds.least, row.bounds.most + 1)
        wanted = [row.value] if row.bounds.fixed else [*allowed]
        assert accepted(c, uuid, range(1, 129)) == wanted


def test_an_allocation_is_told_with_all_that_is_about_it(
    c: Cloud, backend: EmbeddedBackend
) -> None:
    mine = c.give(G100, 4, description="training")
    c.give(G100, 3, T2)
    c.use(G100, 2)
    row = asyncio.run(backend.nico.allocation_named(mine.upper()))
    found = asyncio.run(backend.nico.allocation(row.key))
    assert (found.row, found.description) == (row, "training")
    assert found == asyncio.run(backend.nico.constraint(found.constraint.key))
    assert [status for status, *_ in found.history] == ["Registered"]
    assert (found.machines, found.ready) == (10, 8)
    assert [(one.tenant_org, one.allocated, one.instances) for one in found.sharings] == [
        ("t1", 4, 2),
        ("t2", 3, 0),
    ]
    assert len(found.instances) == 2
    assert found.blocks == ("2 of 2 instances of g100",)
    assert row.locked
    with pytest.raises(NotFound):
        asyncio.run(backend.nico.allocation(999))
    with pytest.raises(NotFound):
        asyncio.run(backend.nico.constraint(999))
    with pytest.raises(NotFound):
        asyncio.run(backend.nico.allocation_named(G100))


def test_a_block_is_told_in_pieces(c: Cloud, backend: EmbeddedBackend) -> None:
    c.give(B22, 24, name="one")
    uuid = c.give(B22, 25, T2, name="two")
    c.hold(uuid, subnet=True)
    row = asyncio.run(backend.nico.allocation_named(uuid))
    found = asyncio.run(backend.nico.allocation(row.key))
    assert [(one.cidr, one.tenant_org, one.allocation_name) for one in found.pieces] == [
        ("192.168.0.0/24", "t1", "one"),
        ("192.168.1.0/25", "t2", "two"),
        ("192.168.1.128/25", "", ""),
        ("192.168.2.0/23", "", ""),
    ]
    assert found.derived == c.derived(uuid)
    assert found.source == c.block(B22)
    assert found.blocks == ("subnet n (192.168.1.0/26)",)


def test_the_api_form_of_an_allocation(c: Cloud, backend: EmbeddedBackend) -> None:
    uuid = c.give(B22, 24)
    row = asyncio.run(backend.nico.allocation_named(uuid))
    told = asyncio.run(backend.nico.raw_allocation(row.key))
    constraint: dict[str, object] = told["allocationConstraints"][0]  # type: ignore[index]
    assert (told["id"], told["description"], told["infrastructureProviderId"]) == (uuid, None, P)
    assert constraint["derivedResourceId"] == c.derived(uuid).uuid
    assert (constraint["resourceType"], constraint["constraintValue"]) == ("IPBlock", 24)
    assert told == encode.allocation(c.see(api.any_row, api.ALLOCATIONS, uuid))
    with pytest.raises(NotFound):
        asyncio.run(backend.nico.raw_allocation(row.key + 1))


def test_what_another_server_calls_a_mode_is_told_as_it_is(
    c: Cloud, backend: EmbeddedBackend
) -> None:
    uuid = c.give(G100, 4)
    c.tampered = True
    c.database.write(lambda tx: tx.execute("UPDATE nico_constraint SET mode = 'Spot'"))
    row = row_of(backend, uuid)
    assert (row.mode, row.mode_told) == (Mode.RESERVED, "Spot")
    raw: Any = asyncio.run(backend.nico.raw_allocation(1))
    assert raw["allocationConstraints"][0]["constraintType"] == "Spot"
    assert c.plan(c.setting(uuid, 5)).changes


def test_what_forms_offer(c: Cloud, backend: EmbeddedBackend) -> None:
    def offered(kind: str, site: str = "") -> list[tuple[str, str]]:
        return [(one.name, one.of) for one in asyncio.run(backend.nico.choices(kind, site))]

    c.give(B16, 24)
    names = {uuid: c.block(uuid).name for uuid in (B16, B22)}
    assert ("z10", "s2") in [(name, of.lower()) for name, of in offered("type")]
    assert [name for name, _ in offered("type", S1)] == ["c50", "g100"]
    assert {*names.values()} <= {name for name, _ in offered("block", S1)}
    assert len(offered("block", S1)) == 5
    assert tuple(name for name, _ in offered("tenant")) == ("t1", "t2")
    assert {of for _, of in offered("site")} == {"acme", "other"}
    with pytest.raises(Invalid):
        offered("machine")


def test_types_and_blocks_are_told_with_figures(c: Cloud, backend: EmbeddedBackend) -> None:
    c.give(G100, 4)
    c.use(G100, 2)
    c.give(B22, 24)
    of = listed(backend.nico.types, text="name:g100")[0]
    assert isinstance(of, TypeRow)
    assert (of.assigned, of.allocated, of.used, of.ready, of.room) == (10, 4, 2, 8, 6)
    assert of.statuses == (("Error", 1), ("Maintenance", 1), ("Ready", 8))
    assert (of.site, of.site_name, of.spare) == (S1, "S1", 6)
    block = listed(backend.nico.blocks, scope=f"block:{B22}")[0]
    assert isinstance(block, BlockRow)
    assert (block.taken, block.free, block.largest) == (1, 768, "192.168.2.0/23")
    long = listed(backend.nico.blocks, text="v6")[0]
    assert (long.free, long.largest) == (2**63 - 1, "2001:db8::/32")
    assert [row.site_name for row in listed(backend.nico.types, scope=f"site:{S1}")] == ["S1"] * 2


@pytest.mark.parametrize(
    ("allocated", "used", "spare", "statuses", "usable"),
    [
        (4, 0, 8, {"Ready": 8, "Error": 2}, 4),  # four of the ready ones are waited for
        (4, 3, 3, {"Ready": 3, "InUse": 3, "Error": 4}, 2),
        (4, 3, 5, {"Ready": 8, "Error": 2}, 4),
        (8, 3, 5, {"Ready": 8, "Error": 2}, 0),
        (0, 0, 8, {"Ready": 8, "Error": 2}, 8),
        (12, 0, 10, {"Ready": 10}, 0),
        (4, 0, 0, {"Error": 10}, 0),
        (4, 0, 0, {}, None),
    ],
)
def test_what_is_left_may_not_be_ready(
    allocated: int, used: int, spare: int, statuses: dict[str, int], usable: int | None
) -> None:
    found = tuple(statuses.items())
    row = TypeRow(1, G100, "g100", S1, "S1", "Ready", 10, allocated, used, spare, found)
    assert row.usable == usable


def test_what_is_over_is_counted_as_it_is_found(c: Cloud, backend: EmbeddedBackend) -> None:
    def over() -> list[str]:
        found = [row.allocation_name for row in listed(backend.nico.constraints, text="over")]
        assert asyncio.run(backend.badges()).overgiven == len(found)
        return found

    for of, count, tenant, name in (
        (G100, 2, T1, "eval"),
        (G100, 1, T2, "other"),
        (C50, 4, T1, "all"),
    ):
        c.give(of, count, tenant, name=name)
    assert over() == []
    c.use(G100, 3)
    assert over() == ["eval"]
    c.database.write(lambda tx: lose(tx, machine_of(C50, 0)))
    assert over() == ["all", "eval"]
    c.use(C50, 5)
    assert over() == ["all", "eval"]


def test_a_block_is_told_with_its_parts(c: Cloud, backend: EmbeddedBackend) -> None:
    one = c.give(B22, 24, name="net")
    c.give(B22, 25, T2, name="half")
    c.hold(one, subnet=True)
    row = listed(backend.nico.blocks, scope=f"block:{B22}")[0]
    found = asyncio.run(backend.nico.block(row.key))
    assert found.row == row
    assert found.pieces == (
        Piece("192.168.0.0/24", "t1", "net", 1),
        Piece("192.168.1.0/25", "t2", "half", 0),
        Piece("192.168.1.128/25", "", "", 0),
        Piece("192.168.2.0/23", "", "", 0),
    )
    carved = c.see(Tx.scalar, "SELECT id FROM nico_block WHERE name = 'net'")
    for key in (999, carved):  # what was carved of a block is none of a site
        with pytest.raises(NotFound):
            asyncio.run(backend.nico.block(key))


def test_types_and_blocks_are_shown_as_the_api_shows_them(
    c: Cloud, backend: EmbeddedBackend
) -> None:
    c.give(G100, 4)
    c.give(B22, 24)
    of = asyncio.run(backend.nico.raw_type(listed(backend.nico.types, text="g100")[0].key))
    assert (of["id"], of["allocationStats"]) == (
        G100,
        {"assigned": 10, "total": 4, "used": 0, "unused": 4, "unusedUsable": 4,
         "maxAllocatable": 6},
    )  # fmt: skip
    block = asyncio.run(
        backend.nico.raw_block(listed(backend.nico.blocks, scope=f"block:{B22}")[0].key)
    )
    usage = block["usageStats"]
    assert isinstance(usage, dict)
    assert (block["id"], usage["acquiredPrefixes"]) == (B22, 1)
    for raw in (backend.nico.raw_type, backend.nico.raw_block):
        with pytest.raises(NotFound):
            asyncio.run(raw(999))


def test_every_order_has_every_row(c: Cloud, backend: EmbeddedBackend) -> None:
    for resource, value in ((G100, 4), (B16, 24), (B22, 25), (G100, 1), (V6, 48)):
        c.give(resource, value)
    c.give(C50, 2, T2)
    rooms = (
        (backend.nico.constraints, queries.CONSTRAINT_SORTS),
        (backend.nico.types, queries.TYPE_SORTS),
        (backend.nico.blocks, queries.BLOCK_SORTS),
    )
    for listing, sorts in rooms:
        every = {row.key for row in listed(listing)}
        assert len(every) > 3
        for sort in sorts:
            for descending in (False, True):
                found = listed(listing, sort=sort, descending=descending)
                assert {row.key for row in found} == every
    values = [row.value for row in listed(backend.nico.constraints, sort="value")]
    assert values == sorted(values)


@pytest.mark.parametrize(
    ("typed", "blocks", "given"),
    [
        ("10.20.3.7", ["net 10.20.0.0"], []),
        ("10.20.0.9", ["net 10.20.0.0"], ["web"]),
        ("10.20.0.0/23", ["net 10.20.0.0"], ["web"]),
        ("10.", ["net 10.20.0.0", "net 10.9.9.0"], ["web"]),
        ("192.168", ["net 192.168.0.0", "net 192.168.20.0"], ["all"]),
        ('"2001:db8:0:1::9"', ["net 2001:db8::"], []),
        ("10.21.0.0", [], []),
        ("10.20.3.777", [], []),
    ],
)
def test_blocks_and_networks_are_found_by_an_address(
    c: Cloud, backend: EmbeddedBackend, typed: str, blocks: list[str], given: list[str]
) -> None:
    c.give(B16, 24, name="web")
    c.give(B22, 22, name="all")
    for filter in (typed, f"address:{typed}"):
        found = listed(backend.nico.blocks, text=filter)
        assert sorted(row.block.name for row in found) == blocks
        networks = listed(backend.nico.constraints, text=filter)
        assert [row.allocation_name for row in networks] == given


def test_scopes(c: Cloud, backend: EmbeddedBackend) -> None:
    c.give(G100, 4)
    c.give(B16, 24, T2)
    for scope, count in (
        (f"tenant:{T1}", 1), (f"site:{S1}", 2), (f"site:{S2}", 0), (f"type:{G100}", 1),
        (f"block:{B16}", 1), ("nothing:x", 0),
    ):  # fmt: skip
        assert len(listed(backend.nico.constraints, scope=scope)) == count


def test_the_list_of_all_allocations_has_them(c: Cloud, backend: EmbeddedBackend) -> None:
    one, other = c.give(G100, 4, name="train"), c.give(B16, 24, T2, name="net")
    c.use(G100, 1)
    rows = listed(backend.allocations, sort="name")
    assert [(row.kind, row.of.uuid) for row in rows] == [(Kind.NICO, other), (Kind.NICO, one)]
    assert all(row.key % KINDS == 3 for row in rows)
    for sort in (*allocations.SORTS, *allocations.PARTS):
        found = {row.of.uuid for row in listed(backend.allocations, sort=sort)}
        assert found == {one, other}
    for query, wanted in (
        ({"text": "kind:nico tenant:t2"}, other), ({"text": "resource:g100 used=1"}, one),
        ({"text": "addresses where:s1"}, other), ({"scope": f"type:{G100}"}, one),
        ({"text": "state:registered value=4"}, one), ({"text": "locked"}, one),
    ):  # fmt: skip
        assert [row.of.uuid for row in listed(backend.allocations, **query)] == [wanted]
