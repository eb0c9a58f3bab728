"""A stage with a past: a day of work in climate.hpc, and projects of every fullness."""

from __future__ import annotations

import pytest

from backend.core.errors import OverLimit
from backend.projects.model import Capacity
from tests.tui.stage import GIB, Stage
from tests.worlds import CPU, RAM, VM, World

SHARES = {
    "astro.sim": (97, 40, 100),
    "fluid.lab": (10, 55, 0),
    "genomics.core": (100, 100, 63),
    "lattice.qcd": (3, 0, 21),
    "neuro-imaging-archive.uni": (88, 12, 79),
    "quantum.lab": (0, 1, 0),
}
"""Projects, and how full their vm, ram and cpu are in percent."""
WORK = (2, 1, 3, -1, 0, 2, 4, -2, -3, 1, 0, 0, 5, -4, 1)


def live_through_a_day(stage: Stage) -> None:
    """Thirty hours of somebody taking cpu and ram and giving them back, and being refused."""
    world = stage.world
    for n in range(30):
        world.clock.advance(hours=1)
        step = WORK[n % len(WORK)]
        for resource, one in ((CPU, 2), (RAM, -GIB)):
            if step:
                world.charge("N", stage.project, step * one, resource)
    minutes(stage)


def minutes(stage: Stage) -> None:
    """The last twenty minutes, in which a good deal happens."""
    world = stage.world
    for n in range(20):
        world.clock.advance(minutes=1)
        for _ in range((n * 7) % 5):
            world.charge("M", stage.project, 1, CPU)
            world.charge("M", stage.project, -1, CPU)
        if n % 6 == 5:
            with pytest.raises(OverLimit):
                world.charge("M", stage.project, 1000, CPU)


def fill(world: World) -> None:
    """Projects of every fullness."""
    for name, (vm, ram, cpu) in SHARES.items():
        grants = {one: Capacity(100, 100) for one in (VM, CPU, RAM)}
        grants[RAM] = Capacity(100 * GIB, 100 * GIB)
        uuid = world.project(name, grants=grants)
        world.enroll("L", uuid)
        for resource, quantity in ((VM, vm), (RAM, ram * GIB), (CPU, cpu)):
            if quantity:
                world.charge("L", uuid, quantity, resource)
    lowered = world.see(uuid_of(world, "genomics.core"))
    world.modify("O", lowered.uuid, grants={VM: Capacity(80, 80)})


def uuid_of(world: World, name: str) -> str:
    """The project of this name."""
    found: str = world.database.read(
        lambda tx: tx.scalar("SELECT uuid FROM project WHERE realname = ?", (name,))
    )
    return found
