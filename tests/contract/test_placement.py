"""What a Backend with a Placement promises, told by the port alone: a real one has no database
that could be looked into.

Where forms differ: of a remote one, whose a consumer is, is known only once it was looked at, and
since when it is there is when it last changed.
"""

from __future__ import annotations

import uuid as uuids
from collections.abc import Mapping
from dataclasses import replace

import pytest

from backend.backend import PLACEMENT, Backend
from backend.core.errors import Conflict, GenerationConflict, Invalid, NotFound
from backend.core.listing import Query
from backend.core.plan import Command, Receipt
from backend.placement.model import (
    Claim,
    ConsumerDetail,
    CreateProvider,
    CreateResourceClass,
    DeleteAllocations,
    DeleteProvider,
    DeleteResourceClass,
    DropInventory,
    InventoryRow,
    ModifyProvider,
    ReplaceAllocations,
    ReplaceInventories,
    SetInventory,
    Stock,
)
from tests.contract.forms import Can, Stand
from tests.placement.dialect import consumers
from tests.worlds import OPERATOR

pytestmark = pytest.mark.needs(Can.PLACEMENT)

Held = Mapping[str, Mapping[str, int]]
CPU, RAM = "VCPU", "MEMORY_MB"
STOCKS = {
    CPU: Stock(8, allocation_ratio=2.0, max_unit=16),
    RAM: Stock(1024, 24, 20, 500, 10),
}


def fresh() -> str:
    """A uuid that no other test has, for they share the cloud."""
    return str(uuids.uuid4())


async def do(backend: Backend, command: Command) -> Receipt:
    """Plan and apply."""
    return await backend.apply(await backend.plan(command), "as agreed")


async def provider(backend: Backend, stocks: Mapping[str, Stock] = STOCKS) -> str:
    """A new one that has this."""
    name = f"node-{fresh()}"
    receipt = await do(backend, CreateProvider(actor=OPERATOR, name=name))
    found = str(receipt.created["provider"])
    await do(backend, ReplaceInventories(actor=OPERATOR, provider=found, stocks=stocks))
    return found


def holding(consumer: str, held: Held, generation: int | None = None) -> ReplaceAllocations:
    """What a consumer is to hold."""
    claim = Claim(
        consumer=consumer,
        allocations=held,
        project="lab",
        user="ada",
        consumer_type="INSTANCE",
        generation=generation,
    )
    return ReplaceAllocations(actor=OPERATOR, claims=[claim])


async def seen(backend: Backend, consumer: str) -> ConsumerDetail:
    """What is shown of a consumer. Raises NotFound."""
    row = await backend.placement.consumer_named(consumer)
    return await backend.placement.consumer(row.key)


async def held(backend: Backend, consumer: str) -> Held:
    """What a consumer holds."""
    detail = await seen(backend, consumer)
    return {one.provider.uuid: {n: amount for n, amount, _ in one.amounts} for one in detail.shares}


async def stocked(backend: Backend, of: str) -> dict[str, InventoryRow]:
    """The inventories of a provider by class."""
    rows = await backend.placement.inventories.page(Query(scope=f"provider:{of}"), 9)
    return {row.resource_class: row for row in rows}


def test_what_is_held_shows_everywhere(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        assert PLACEMENT in backend.connection.systems
        p, q, consumer = await provider(backend), await provider(backend), fresh()
        await do(backend, holding(consumer, {p: {CPU: 2, RAM: 100}, q: {CPU: 1}}))
        detail = await seen(backend, consumer)
        assert (detail.row.project, detail.row.user) == ("lab", "ada")
        assert (detail.row.consumer_type, detail.row.generation) == ("INSTANCE", 1)
        assert dict(detail.row.amounts) == {CPU: 3, RAM: 100}
        assert await held(backend, consumer) == {p: {CPU: 2, RAM: 100}, q: {CPU: 1}}
        rows = await stocked(backend, p)
        assert {name: row.stock for name, row in rows.items()} == STOCKS
        (one,) = await backend.allocations.page(Query(f"uuid={consumer} kind:plc"), 9)
        assert (one.of, await backend.allocations.rows([one.key])) == (detail.row, {one.key: one})
        assert (rows[CPU].used, rows[CPU].capacity, rows[CPU].free) == (2, 16, 14)
        row = await backend.placement.provider_named(p)
        assert (row.consumers, row.inventories, row.provider.generation) == (1, 2, 2)
        raw = await backend.placement.raw_consumer(detail.row.key)
        assert raw["allocations"] == {
            p: {"generation": 2, "resources": {CPU: 2, RAM: 100}},
            q: {"generation": 2, "resources": {CPU: 1}},
        }

    stand.play(scene)


def test_a_consumer_is_replaced_moved_and_removed_by_its_generation(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        p, q, consumer = await provider(backend), await provider(backend), fresh()
        await do(backend, holding(consumer, {p: {CPU: 2}}))
        plan = await backend.plan(holding(consumer, {q: {CPU: 3}}, 1))
        assert {(one.field, one.before, one.after) for one in plan.changes} == {
            (CPU, 2, None),
            (CPU, None, 3),
        }
        await backend.apply(plan, "moved")
        assert await held(backend, consumer) == {q: {CPU: 3}}
        with pytest.raises(GenerationConflict) as caught:
            await backend.plan(holding(consumer, {p: {CPU: 1}}, 1))
        assert (caught.value.data["expected"], caught.value.data["got"]) == (2, 1)
        await do(backend, holding(consumer, {}, 2))
        with pytest.raises(NotFound):
            await seen(backend, consumer)
        with pytest.raises(NotFound):
            await backend.plan(DeleteAllocations(actor=OPERATOR, consumer=consumer))

    stand.play(scene)


def test_who_was_overtaken_writes_nothing(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        p, consumer = await provider(backend), fresh()
        await do(backend, holding(consumer, {p: {CPU: 2}}))
        mine = await backend.plan(holding(consumer, {p: {CPU: 4}}, 1))
        await do(backend, holding(consumer, {p: {CPU: 3}}, 1))
        with pytest.raises(GenerationConflict):
            await backend.apply(mine, "too late")
        assert await held(backend, consumer) == {p: {CPU: 3}}

    stand.play(scene)


def test_a_change_is_taken_back(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        p, consumer = await provider(backend), fresh()
        await do(backend, holding(consumer, {p: {CPU: 2}}))
        plan = await backend.plan(holding(consumer, {p: {CPU: 5}}, 1))
        await backend.apply(plan, "more")
        assert plan.inverse is not None
        await do(backend, replace(plan.inverse, actor=OPERATOR))
        assert await held(backend, consumer) == {p: {CPU: 2}}

    stand.play(scene)


@pytest.mark.parametrize(
    ("name", "amount", "rule"),
    [
        (CPU, 17, "max_unit"),
        (CPU, 15, "capacity"),
        (RAM, 10, "min_unit"),
        (RAM, 25, "step_size"),
        ("DISK_GB", 1, "no_inventory"),
    ],
)
def test_what_does_not_fit_is_told_with_its_rule(
    stand: Stand, name: str, amount: int, rule: str
) -> None:
    async def scene(backend: Backend) -> None:
        p, consumer = await provider(backend), fresh()
        await do(backend, holding(fresh(), {p: {CPU: 2}}))
        with pytest.raises(Conflict) as caught:
            await backend.plan(holding(consumer, {p: {name: amount}}))
        assert caught.value.data["rule"] == rule
        assert (caught.value.data["class"], caught.value.data["amount"]) == (name, amount)

    stand.play(scene)


def test_what_there_is_not_cannot_be_asked_for(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        p = await provider(backend)
        with pytest.raises(Invalid, match="provider"):
            await backend.plan(holding(fresh(), {fresh(): {CPU: 1}}))
        with pytest.raises(Invalid, match="CUSTOM_NOTHING"):
            await backend.plan(holding(fresh(), {p: {"CUSTOM_NOTHING": 1}}))

    stand.play(scene)


def test_over_capacity_things_shrink_only(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        p, consumer = await provider(backend, {CPU: Stock(8)}), fresh()
        await do(backend, holding(consumer, {p: {CPU: 6}}))
        generation = (await stocked(backend, p))[CPU].provider_generation
        lower = SetInventory(
            actor=OPERATOR,
            provider=p,
            resource_class=CPU,
            stock=Stock(4),
            generation=generation,
        )
        await do(backend, lower)
        (row,) = await backend.placement.inventories.page(
            Query(view="over", scope=f"provider:{p}"), 9
        )
        assert (row.over_by, row.free) == (2, -2)
        with pytest.raises(Conflict) as caught:
            await backend.plan(holding(consumer, {p: {CPU: 7}}, 1))
        assert caught.value.data["rule"] == "capacity"
        plan = await backend.plan(holding(consumer, {p: {CPU: 5}}, 1))
        assert any("over its capacity" in one for one in plan.warnings)
        await backend.apply(plan, "less")
        assert await held(backend, consumer) == {p: {CPU: 5}}
        with pytest.raises(GenerationConflict):
            await backend.plan(lower)

    stand.play(scene)


def test_two_consumers_change_places_in_one_step(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        p, q = [await provider(backend, {CPU: Stock(4)}) for _ in "pq"]
        a, b = fresh(), fresh()
        await do(backend, holding(a, {p: {CPU: 4}}))
        await do(backend, holding(b, {q: {CPU: 4}}))
        (first,), (second,) = (
            holding(a, {q: {CPU: 4}}, 1).claims,
            holding(b, {p: {CPU: 4}}, 1).claims,
        )
        await do(backend, ReplaceAllocations(actor=OPERATOR, claims=[first, second]))
        assert await held(backend, a) == {q: {CPU: 4}}
        assert await held(backend, b) == {p: {CPU: 4}}

    stand.play(scene)


def test_what_is_used_stays(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        p, consumer = await provider(backend), fresh()
        await do(backend, holding(consumer, {p: {CPU: 2}}))
        for command in (
            DropInventory(actor=OPERATOR, provider=p, resource_class=CPU),
            DropInventory(actor=OPERATOR, provider=p),
            ReplaceInventories(actor=OPERATOR, provider=p, stocks={RAM: Stock(1)}),
            DeleteProvider(actor=OPERATOR, provider=p),
        ):
            with pytest.raises(Conflict):
                await backend.plan(command)
        await do(backend, DropInventory(actor=OPERATOR, provider=p, resource_class=RAM))
        await do(backend, DeleteAllocations(actor=OPERATOR, consumer=consumer))
        await do(backend, DropInventory(actor=OPERATOR, provider=p))
        await do(backend, DeleteProvider(actor=OPERATOR, provider=p))
        with pytest.raises(NotFound):
            await backend.placement.provider_named(p)

    stand.play(scene)


def test_providers_stand_in_trees(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        top, leaf = await provider(backend), await provider(backend)
        name = f"leaf-{fresh()}"
        move = ModifyProvider(actor=OPERATOR, provider=leaf, name=name, parent=top)
        await do(backend, move)
        row = await backend.placement.provider_named(name)
        assert (row.provider.parent, row.provider.root, row.depth) == (top, top, 1)
        rows = await backend.placement.providers.page(Query(scope=f"provider:{leaf}"), 9)
        assert [one.provider.uuid for one in rows] == [top, leaf]
        with pytest.raises(Conflict):
            await backend.plan(DeleteProvider(actor=OPERATOR, provider=top))
        with pytest.raises(Conflict):
            await backend.plan(CreateProvider(actor=OPERATOR, name=name))

    stand.play(scene)


def test_classes_of_ones_own(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        name = f"CUSTOM_{fresh().replace('-', '').upper()}"
        await do(backend, CreateResourceClass(actor=OPERATOR, name=name))
        p = await provider(backend, {name: Stock(3)})
        assert name in await backend.placement.classes()
        with pytest.raises(Conflict):
            await backend.plan(DeleteResourceClass(actor=OPERATOR, name=name))
        await do(backend, DropInventory(actor=OPERATOR, provider=p))
        await do(backend, DeleteResourceClass(actor=OPERATOR, name=name))
        assert name not in await backend.placement.classes()

    stand.play(scene)


def test_who_is_not_among_the_living(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        p, live, dead = await provider(backend), fresh(), fresh()
        await do(backend, holding(live, {p: {CPU: 1}}))
        await do(backend, holding(dead, {p: {CPU: 1}}))
        keys = await backend.placement.orphans([live.upper()])
        found = {row.uuid for row in await consumers(backend, keys)}
        assert dead in found
        assert live not in found

    stand.play(scene)


def test_inventories_over_their_capacity_are_counted(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        p, consumer = await provider(backend, {CPU: Stock(8)}), fresh()
        await do(backend, holding(consumer, {p: {CPU: 6}}))
        before = (await backend.badges()).overfull
        less = SetInventory(actor=OPERATOR, provider=p, resource_class=CPU, stock=Stock(4))
        await do(backend, less)
        told = await backend.badges()
        assert (told.overfull, told.partial) == (before + 1, ())
        now = (await seen(backend, consumer)).row.generation
        await do(backend, holding(consumer, {p: {CPU: 4}}, now))
        assert (await backend.badges()).overfull == before

    stand.play(scene)
