"""The client and a real Placement understand each other, at old microversions too."""

from __future__ import annotations

import asyncio

import pytest

from backend.core.errors import Conflict, GenerationConflict, Invalid
from backend.http import Http
from backend.placement.client import Now, PlacementClient, failure, negotiate
from backend.placement.client.client import EXORCISED
from backend.placement.model import (
    UNTYPED,
    AddInventory,
    Consumer,
    CreateProvider,
    CreateResourceClass,
    CreateTrait,
    DeleteProvider,
    DeleteResourceClass,
    DropInventory,
    ModifyProvider,
    RenameResourceClass,
    ReplaceInventories,
    SetAggregates,
    SetInventory,
    SetTraits,
    Stock,
)
from tests.placement.dialect import ME, claim, do, fresh, play

pytestmark = pytest.mark.slow

EIGHT = Stock(8, allocation_ratio=2.0)


async def provider(on: PlacementClient, **stocks: Stock) -> str:
    """A new one with these inventories."""
    uuid = fresh()
    await do(on, CreateProvider(actor=ME, name=f"node-{uuid}", uuid=uuid))
    await do(on, ReplaceInventories(actor=ME, provider=uuid, stocks=stocks, generation=0))
    return uuid


def test_they_agree_on_the_newest_version(placement_url: str) -> None:
    async def scene() -> int:
        http = Http(placement_url, failure=failure)
        try:
            return await negotiate(http)
        finally:
            await http.close()

    assert asyncio.run(scene()) == 39


def test_providers_inventories_and_holders(placement_url: str) -> None:
    async def scene(on: PlacementClient) -> None:
        uuid, consumer = await provider(on, VCPU=EIGHT, DISK_GB=Stock(9)), fresh()
        await do(on, claim(consumer, {uuid: {"VCPU": 2}}, consumer_type="INSTANCE", project="lab"))
        whole = await on.whole(uuid)
        assert whole.stocks == {"VCPU": EIGHT, "DISK_GB": Stock(9)}
        assert {c: (h.amounts, h.generation) for c, h in whole.held.items()} == {
            consumer: ({"VCPU": 2}, 1)
        }
        assert await on.usages(uuid) == {"VCPU": 2, "DISK_GB": 0}
        assert await on.project_usages("lab") == {"INSTANCE": {"VCPU": 2, "consumer_count": 1}}
        found = await on.consumer(consumer)
        assert found is not None
        assert (found.consumer_type, found.project, found.generation) == ("INSTANCE", "lab", 1)
        assert found.at > 0
        assert (await on.provider(uuid)).generation == whole.generation
        assert uuid in {one.uuid for one in await on.providers()}
        assert [one.uuid for one in await on.find(f"node-{uuid}")] == [uuid]

    play(placement_url, scene)


def test_inventories_are_changed_at_the_displayed_generation(placement_url: str) -> None:
    async def scene(on: PlacementClient) -> None:
        uuid = await provider(on, VCPU=EIGHT)
        change = SetInventory(
            actor=ME, provider=uuid, resource_class="VCPU", stock=Stock(4), generation=1
        )
        await do(on, change)
        assert await on.stocks(uuid) == (2, {"VCPU": Stock(4)})
        with pytest.raises(GenerationConflict):
            await do(on, change)
        add = AddInventory(actor=ME, provider=uuid, resource_class="DISK_GB", stock=Stock(1))
        await do(on, add)
        with pytest.raises(Conflict, match="already") as caught:
            await do(on, add)
        assert type(caught.value) is Conflict
        await do(on, claim(fresh(), {uuid: {"VCPU": 1}}))
        drop = DropInventory(actor=ME, provider=uuid, resource_class="VCPU")
        with pytest.raises(Conflict, match="VCPU is in use") as caught:
            await do(on, drop)
        assert type(caught.value) is Conflict

    play(placement_url, scene)


@pytest.mark.parametrize("minor", [0, 7, 8, 11, 12, 13, 27, 28, 37, 38, 39])
def test_allocations_come_and_go_at_every_version(placement_url: str, minor: int) -> None:
    async def scene(on: PlacementClient) -> None:
        uuid, consumer = await provider(on, VCPU=EIGHT), fresh()
        await do(on, claim(consumer, {uuid: {"VCPU": 1}}))
        found = await on.consumer(consumer)
        assert found is not None
        kind, generation = found.consumer_type or UNTYPED, found.generation or 0
        now = Now({consumer: Consumer(consumer, "", "", kind, generation, found.allocations)})
        await do(on, claim(consumer, {uuid: {"VCPU": 3}}, generation), now)
        again = await on.consumer(consumer)
        assert again is not None
        assert again.allocations == {uuid: {"VCPU": 3}}
        await do(on, claim(consumer, {}, again.generation), now)
        assert await on.consumer(consumer) is None

    play(placement_url, scene, minor)


def test_a_ghost_is_freed(placement_url: str) -> None:
    async def scene(on: PlacementClient) -> None:
        uuid, consumer = await provider(on, VCPU=EIGHT), fresh()
        with pytest.raises(Invalid, match="does not exist"):
            await do(on, claim(consumer, {fresh(): {"VCPU": 1}}))
        assert await do(on, claim(consumer, {uuid: {"VCPU": 1}})) == EXORCISED
        assert await on.consumer(consumer) is not None

    play(placement_url, scene)


def test_classes_traits_aggregates_and_names(placement_url: str) -> None:
    async def scene(on: PlacementClient) -> None:
        uuid, other = await provider(on), fresh()
        await do(on, CreateResourceClass(actor=ME, name="CUSTOM_A"))
        await do(on, RenameResourceClass(actor=ME, name="CUSTOM_A", new_name="CUSTOM_B"))
        assert {"VCPU", "CUSTOM_B"} < set(await on.classes())
        await do(on, DeleteResourceClass(actor=ME, name="CUSTOM_B"))
        await do(on, CreateTrait(actor=ME, name="CUSTOM_T"))
        assert "CUSTOM_T" in await on.all_traits()
        await do(on, SetTraits(actor=ME, provider=uuid, traits=["CUSTOM_T"], generation=1))
        await do(on, SetAggregates(actor=ME, provider=uuid, aggregates=[other], generation=2))
        assert (await on.traits(uuid), await on.aggregates(uuid)) == (["CUSTOM_T"], [other])
        await do(on, ModifyProvider(actor=ME, provider=uuid, name=f"new-{uuid}"))
        assert (await on.provider(uuid)).name == f"new-{uuid}"
        await do(on, DeleteProvider(actor=ME, provider=uuid))
        assert await on.find(f"new-{uuid}") == []

    play(placement_url, scene)
