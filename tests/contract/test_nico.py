"""What a Backend with NICo promises, told by the port alone.

Where forms differ: over the API a provider is told how much of a tenant's network is in use, and
neither by what nor by which names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from backend.backend import NICO, Backend
from backend.core.errors import Conflict, Invalid, NotFound, PreviewStale
from backend.core.listing import Listing, Query
from backend.core.plan import Command, Receipt
from backend.nico.model import (
    Bounds,
    ConstraintRow,
    DeleteNicoAllocation,
    ModifyNicoAllocation,
    NicoDetail,
    NicoRow,
    SetConstraintValue,
)
from tests.contract.forms import Can, Stand
from tests.nico.cloud import (
    B16,
    B22,
    C50,
    G100,
    S1,
    T1,
    T2,
    V6,
    Cloud,
    furnish,
    giving,
)
from tests.worlds import OPERATOR

pytestmark = pytest.mark.needs(Can.NICO)

NUMBERS = count(1)


@pytest.fixture(scope="module", autouse=True)
def metal(stand: Stand) -> Cloud:
    """A provider, tenants, machines and blocks, in the world of the form."""
    stand.world.database.write(furnish)
    return Cloud(stand.world.database)


@pytest.fixture(autouse=True)
def emptied(metal: Cloud) -> None:
    """Nothing is given away."""
    for (uuid,) in metal.database.read(lambda tx: tx.all("SELECT uuid FROM nico_instance")):
        metal.stop(uuid)
    for (uuid,) in metal.database.read(lambda tx: tx.all("SELECT uuid FROM nico_prefix")):
        metal.let_go(uuid)
    for (uuid,) in metal.database.read(lambda tx: tx.all("SELECT uuid FROM nico_allocation")):
        metal.delete(uuid)


async def do(backend: Backend, command: Command) -> Receipt:
    """Plan and apply."""
    return await backend.apply(await backend.plan(command), "as agreed")


async def give(backend: Backend, resource: str, value: int, tenant: str = T1, **more: Any) -> str:
    """A new allocation; its uuid."""
    name = more.pop("name", f"given-{next(NUMBERS)}")
    made = await do(backend, giving(resource, value, tenant, name, actor=OPERATOR, **more))
    return str(made.created["allocation"])


async def detail(backend: Backend, uuid: str) -> NicoDetail:
    """All about an allocation."""
    return await backend.nico.allocation((await backend.nico.allocation_named(uuid)).key)


async def setting(backend: Backend, uuid: str, value: int) -> Command:
    """The command that has an allocation give something else."""
    constraint = (await detail(backend, uuid)).constraint.uuid
    told = {"allocation": uuid, "constraint": constraint, "value": value}
    return SetConstraintValue(actor=OPERATOR, **told)  # type: ignore[arg-type]


async def every(listing: Listing[Any], query: Query | None = None) -> list[Any]:
    """All rows, without the keys, which every database has its own of."""
    found = await listing.page(query or Query(), 99)
    return [replace(row, key=0) for row in found]


def test_lists_show_what_is_given(stand: Stand, metal: Cloud) -> None:
    metal.give(G100, 4, name="train")
    metal.give(B16, 24, T2, name="web")
    metal.use(G100, 3)
    of = f"type:{G100}"

    async def scene(backend: Backend) -> tuple[list[ConstraintRow], list[ConstraintRow]]:
        assert NICO in backend.connection.systems
        await backend.badges()
        return await every(backend.nico.constraints), await every(
            backend.nico.constraints, Query(scope=of)
        )

    found, narrow = stand.play(scene)

    async def oracle(_: Backend) -> list[ConstraintRow]:
        return await every(stand.oracle.nico.constraints)

    assert found == stand.play(oracle)
    assert narrow == [row for row in found if row.resource == G100]
    assert [(row.allocation_name, row.used, row.room, row.cidr) for row in found] == [
        ("train", 3, 6, ""),
        ("web", 0, None, "10.20.0.0/24"),
    ]


def test_types_and_blocks_come_with_their_figures(stand: Stand, metal: Cloud) -> None:
    metal.give(G100, 4)
    metal.use(G100, 2)
    metal.give(B22, 24)

    async def scene(backend: Backend) -> tuple[Any, ...]:
        await backend.badges()
        types = await every(backend.nico.types, Query("name:g100"))
        blocks = await every(backend.nico.blocks, Query(scope=f"block:{B22}"))
        tenants = await backend.nico.choices("tenant", "")
        return types, blocks, [(one.uuid, one.name) for one in tenants]

    async def oracle(_: Backend) -> tuple[Any, ...]:
        return await scene(stand.oracle)

    assert stand.play(scene) == stand.play(oracle)


def test_one_is_told_whole(stand: Stand, metal: Cloud) -> None:
    machines, net = metal.give(G100, 4, description="for g"), metal.give(B16, 24)
    metal.give(B16, 25, T2)
    metal.give(G100, 2, T2)
    metal.use(G100, 5)
    metal.use(G100, 1, T2)

    async def scene(backend: Backend) -> list[Any]:
        await backend.badges()
        found = []
        for uuid in (machines, net):
            one = await detail(backend, uuid)
            found += [one.machines, one.ready, one.sharings, one.pieces, one.blocks]
            found += [one.description, one.history, len(one.instances)]
            found += [await backend.nico.raw_allocation(one.row.key)]
        return found

    async def oracle(_: Backend) -> list[Any]:
        return await scene(stand.oracle)

    assert stand.play(scene) == stand.play(oracle)


def test_what_is_in_use_shows_and_holds_fast(stand: Stand, metal: Cloud) -> None:
    uuid = metal.give(B16, 24)
    metal.hold(uuid, subnet=True)
    metal.hold(uuid, subnet=False)

    async def scene(backend: Backend) -> tuple[int | None, Bounds | None]:
        await backend.badges()
        one = await detail(backend, uuid)
        assert len(one.prefixes) == 2
        # Those that a server does not tell apart are told as one.
        assert len(one.blocks) == len({prefix.is_subnet for prefix in one.prefixes})
        assert one.row.locked
        with pytest.raises(Invalid) as refused:
            await backend.plan(await setting(backend, uuid, 25))
        assert refused.value.data["rule"] == "in_use"
        with pytest.raises(Invalid):
            await backend.plan(DeleteNicoAllocation(actor=OPERATOR, allocation=uuid))
        return one.constraint.used, one.constraint.bounds

    used, bounds = stand.play(scene)
    assert used == 2
    assert bounds is not None
    assert bounds.fixed


def test_machines_are_given_set_and_taken_back(stand: Stand, metal: Cloud) -> None:
    async def scene(backend: Backend) -> None:
        await backend.badges()
        uuid = await give(backend, G100, 4, name="train")
        row = await backend.nico.allocation_named(uuid)
        assert (row.name, row.value, row.tenant_org, row.site_name) == ("train", 4, "t1", "S1")
        assert metal.value(uuid) == 4
        receipt = await do(backend, await setting(backend, uuid, 6))
        assert "6 machines" in receipt.message
        assert (metal.value(uuid), metal.type(G100).allocated) == (6, 6)
        assert (await detail(backend, uuid)).constraint.room == 4
        await do(backend, ModifyNicoAllocation(actor=OPERATOR, allocation=uuid, name="learn"))
        assert (await backend.nico.allocation_named(uuid)).name == "learn"
        await do(backend, DeleteNicoAllocation(actor=OPERATOR, allocation=uuid))
        with pytest.raises(NotFound):
            await backend.nico.allocation_named(uuid)
        assert metal.allocation(uuid) is None

    stand.play(scene)


def test_a_network_is_carved_moved_and_given_back(stand: Stand, metal: Cloud) -> None:
    metal.give(B16, 24, name="first")
    metal.give(B16, 24, name="second")

    async def scene(backend: Backend) -> None:
        await backend.badges()
        uuid = (await every(backend.nico.constraints, Query("name:first")))[0].allocation
        plan = await backend.plan(await setting(backend, uuid, 23))
        (change,) = [one for one in plan.changes if one.field == "network"]
        assert (change.before, change.after) == ("10.20.0.0/24", "10.20.2.0/23")
        assert any("moves to another network" in one for one in plan.warnings)
        await backend.apply(plan, "larger")
        assert metal.cidr(uuid) == "10.20.2.0/23"
        assert (await detail(backend, uuid)).constraint.cidr == "10.20.2.0/23"
        pieces = [one.cidr for one in (await detail(backend, uuid)).pieces if not one.tenant_org]
        assert pieces == metal.free(B16)
        long = await give(backend, V6, 64, T2)
        assert metal.cidr(long) == "2001:db8::/64"
        whole = await give(backend, B22, 22)
        assert (metal.cidr(whole), metal.block(B22).full_grant) == ("192.168.0.0/22", True)
        with pytest.raises(Conflict) as refused:
            await backend.plan(giving(B22, 24, actor=OPERATOR))
        assert refused.value.data["rule"] == "space"

    stand.play(scene)


@pytest.mark.parametrize(
    ("command", "error", "rule"),
    [
        (giving(G100, 11, name="xx", actor=OPERATOR), Conflict, "capacity"),
        (giving(C50, 1, name="taken", actor=OPERATOR), Conflict, "name_taken"),
        (giving(C50, 1, name=" x", actor=OPERATOR), Invalid, "fields"),
        (giving(B16, 12, name="xx", actor=OPERATOR), Conflict, "space"),
        (giving(T1, 1, name="xx", actor=OPERATOR), Invalid, "unknown"),
        (giving(G100, 1, S1, name="xx", actor=OPERATOR), Invalid, "unknown"),
    ],
)
def test_what_cannot_be_given_is_told_with_its_rule(
    stand: Stand, metal: Cloud, command: Command, error: type[Invalid | Conflict], rule: str
) -> None:
    metal.give(C50, 1, name="taken")

    async def scene(backend: Backend) -> None:
        await backend.badges()
        with pytest.raises(error) as refused:
            await backend.plan(command)
        assert refused.value.data["rule"] == rule

    stand.play(scene)


@pytest.mark.parametrize("resource", [G100, B16])
def test_a_preview_that_was_overtaken_changes_nothing(
    stand: Stand, metal: Cloud, resource: str
) -> None:
    values = (4, 5, 6) if resource == G100 else (24, 25, 26)
    uuid = metal.give(resource, values[0])

    async def scene(backend: Backend) -> PreviewStale:
        await backend.badges()
        plan = await backend.plan(await setting(backend, uuid, values[1]))
        metal.set(uuid, values[2])
        with pytest.raises(PreviewStale) as stale:
            await backend.apply(plan, "")
        return stale.value

    stale = stand.play(scene)
    assert metal.value(uuid) == values[2]
    assert [(one.before, one.after) for one in stale.plan.changes][0] == (values[2], values[1])


def test_the_list_of_all_allocations_has_them(stand: Stand, metal: Cloud) -> None:
    uuid = metal.give(G100, 4, name="train")

    async def scene(backend: Backend) -> Sequence[Any]:
        await backend.badges()
        return [row.of for row in await backend.allocations.page(Query(f"uuid:{uuid}"), 9)]

    (row,) = stand.play(scene)
    assert isinstance(row, NicoRow)
    assert (row.uuid, row.name, row.value) == (uuid, "train", 4)


def test_what_is_used_beyond_what_was_given_is_counted_and_found(
    stand: Stand, metal: Cloud
) -> None:
    metal.give(G100, 2, name="eval")
    metal.give(G100, 2, T2, name="other")
    metal.give(C50, 3, name="web")
    metal.use(G100, 3)

    async def scene(backend: Backend) -> tuple[int, list[str]]:
        await backend.nico.constraints.page(Query(), 9)
        told = await backend.badges()
        found = await backend.nico.constraints.page(Query("over"), 9)
        return told.overgiven, [row.allocation_name for row in found]

    assert stand.play(scene) == (1, ["eval"])
