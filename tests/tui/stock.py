"""A Placement for tests to play on: a provider that is over, consumers that nobody knows."""

from __future__ import annotations

from collections.abc import Mapping

from backend.core.plan import Receipt
from backend.placement.model import (
    ANY_GENERATION,
    AddInventory,
    Claim,
    ConsumerDetail,
    CreateProvider,
    ReplaceAllocations,
    SetInventory,
    Stock,
)
from backend.placement.model.entities import PLACEHOLDER
from tests.tui.stage import Stage
from tests.worlds import OPERATOR, World, person

VCPU, RAM, DISK = "VCPU", "MEMORY_MB", "DISK_GB"
ROOT, ONE, TWO, POOL = (f"{n}0000000-0000-4000-8000-00000000000{n}" for n in range(1, 5))
NAMES = {ROOT: "region-1", ONE: "compute-01", TWO: "compute-02", POOL: "storage-pool"}
WEB, BIG, MOVING, NOBODYS = (f"{n}a1c0000-0000-4000-8000-0000000000e{n}" for n in range(5, 9))
"""Consumers: of three classes and two providers, of half of `ONE`, of two providers, untyped."""
KNOWN = (WEB, BIG, MOVING)
"""Those that are alive."""

Held = Mapping[str, Mapping[str, int]]


def stocked(stage: Stage) -> None:
    """Two compute nodes below a region, a pool of disks; VCPU of `ONE` is over by 4."""
    world = stage.world
    for uuid, parent in ((ROOT, ""), (ONE, ROOT), (TWO, ROOT), (POOL, "")):
        command = CreateProvider(actor=OPERATOR, name=NAMES[uuid], uuid=uuid, parent=parent)
        world.do(command)
    for uuid in (ONE, TWO):
        add(world, uuid, VCPU, Stock(16, max_unit=16, allocation_ratio=2.0))
        add(world, uuid, RAM, Stock(65536, 512, min_unit=256, step_size=256))
    add(world, POOL, DISK, Stock(1000))
    project, m = stage.project, person("M")
    hold(world, WEB, {ONE: {VCPU: 8, RAM: 16384}, POOL: {DISK: 80}}, project, m)
    hold(world, BIG, {ONE: {VCPU: 16, RAM: 32768}}, project, person("N"))
    hold(world, MOVING, {ONE: {VCPU: 4}, TWO: {VCPU: 4, RAM: 4096}}, "f" * 32, "u", "MIGRATION")
    hold(world, NOBODYS, {TWO: {VCPU: 2}}, kind="")
    less = Stock(12, max_unit=16, allocation_ratio=2.0)
    world.do(SetInventory(actor=OPERATOR, provider=ONE, resource_class=VCPU, stock=less))


def add(world: World, provider: str, name: str, stock: Stock) -> None:
    """Give a provider an inventory."""
    world.do(AddInventory(actor=OPERATOR, provider=provider, resource_class=name, stock=stock))


def hold(
    world: World,
    consumer: str,
    held: Held,
    project: str = PLACEHOLDER,
    user: str = PLACEHOLDER,
    kind: str = "INSTANCE",
) -> Receipt:
    """Let a consumer hold this alone, whatever it was."""
    claim = Claim(
        consumer=consumer,
        allocations=held,
        project=project,
        user=user,
        consumer_type=kind,
        generation=ANY_GENERATION,
    )
    return world.do(ReplaceAllocations(actor=OPERATOR, claims=(claim,)))


async def held(stage: Stage, consumer: str) -> dict[str, dict[str, int]]:
    """What a consumer holds, by the names of providers. Raises NotFound."""
    found = await detail(stage, consumer)
    return {share.provider.name: {name: amount for name, amount, _ in share.amounts}
            for share in found.shares}  # fmt: skip


async def detail(stage: Stage, consumer: str) -> ConsumerDetail:
    """Everything about a consumer. Raises NotFound."""
    placement = stage.backend.placement
    return await placement.consumer((await placement.consumer_named(consumer)).key)
