"""Clocks that jump, stop or run back: nothing expires by mistake, and nothing comes back."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from backend.core.database import open_database
from backend.core.runtime import Runtime, system_runtime
from backend.quotas import expiry
from backend.quotas.check import findings
from backend.quotas.expiry import JUMPED, MANY, MASS, held
from backend.quotas.model import UNLIMITED, Provision
from backend.quotas.sweeper import Sweeper
from tests.places import Places, sqlite_only
from tests.quotas.ledgers import STEPS, Clock, World
from tests.steps import steps

HOUR, DECADE = 3600.0, 10 * 366 * 86_400.0


@dataclass(slots=True)
class Wall(Clock):
    """A clock that also is set, without time passing."""

    jumped: float = 0.0

    def set(self, seconds: float) -> None:
        """Set it ahead, or back."""
        self.forward(seconds)
        self.jumped += seconds


@pytest.fixture
def wall() -> Wall:
    """The clock on the wall."""
    return Wall()


@pytest.fixture
def world(new_place: Places, wall: Wall) -> Iterator[World]:
    """A ledger under that clock, with room for everything."""
    made = World(open_database(new_place(STEPS), STEPS, runtime(wall)), wall)
    made.limit("project:P", "", "vm", UNLIMITED)
    yield made
    assert made.database.read(lambda tx: list(findings(tx))) == []
    made.database.close()


def runtime(wall: Wall) -> Runtime:
    """The world outside, as far as it knows how far the clock has jumped."""
    return Runtime(wall, random.Random(1), lambda: wall.jumped)


def issue(world: World, count: int = 1, timeout: int = 1800) -> None:
    """Commissions that end after half an hour."""
    for _ in range(count):
        world.send([Provision("project:P", "", "vm", 1)], timeout=timeout)


def touch(world: World) -> None:
    """Something else happens, which lets due commissions expire first."""
    world.clock.forward(2)
    world.issue(("vm", 1), accept=True)


def sweep(world: World) -> None:
    """What a console does every few seconds."""
    sweeper = Sweeper(world.database, seconds=3600)
    sweeper.sweep()
    sweeper.close()


@pytest.mark.parametrize("jump", [HOUR, DECADE])
def test_a_jump_ahead_expires_nothing(world: World, wall: Wall, jump: float) -> None:
    issue(world, 3)
    wall.set(jump)
    touch(world)
    sweep(world)
    assert len(world.pending()) == 3
    assert world.database.read(held) == JUMPED


def test_once_the_clock_is_right_again_things_expire_as_before(world: World, wall: Wall) -> None:
    issue(world, 3)
    wall.set(HOUR)
    touch(world)
    wall.set(-HOUR)
    sweep(world)
    assert (len(world.pending()), world.database.read(held)) == (3, "")
    wall.forward(1800)
    sweep(world)
    assert world.pending() == []


def test_who_starts_again_says_that_the_clock_is_right(world: World, wall: Wall) -> None:
    issue(world, 3)
    wall.set(HOUR)
    wall.jumped = 0.0  # for the new process it has not
    sweep(world)
    assert world.pending() == []


@pytest.mark.parametrize("jump", [HOUR, DECADE])
def test_a_mass_that_is_long_overdue_asks_even_a_new_process(
    world: World, wall: Wall, jump: float
) -> None:
    issue(world, MANY + 1)
    wall.forward(jump)
    sweep(world)
    touch(world)
    assert len(world.pending()) == MANY + 1
    assert world.database.read(held) == MASS
    world.reject(world.pending()[0])
    wall.forward(2)
    sweep(world)
    assert world.pending() == []


@sqlite_only
def test_of_a_mass_no_more_is_counted_than_makes_it_one(world: World, wall: Wall) -> None:
    """It is asked with every refresh, and by the ledger while others wait."""
    issue(world, MANY + 1)
    wall.forward(HOUR)
    few = steps(world.database, held)
    wall.forward(-HOUR)
    issue(world, 3 * MANY)
    wall.forward(HOUR)
    assert world.database.read(held) == MASS
    assert steps(world.database, held) == few


def test_a_mass_that_is_just_due_expires(world: World, wall: Wall) -> None:
    """A service that died leaves as many; that is what a timeout is for."""
    issue(world, 3 * MANY)
    wall.forward(1801)
    sweep(world)
    assert world.pending() == []


@pytest.mark.parametrize("jump", [HOUR, DECADE])
def test_a_clock_set_back_brings_nothing_back(world: World, wall: Wall, jump: float) -> None:
    issue(world)
    wall.forward(1801)
    sweep(world)
    wall.set(-jump)
    touch(world)
    issue(world)
    sweep(world)
    assert len(world.pending()) == 1
    entries = world.database.read(lambda tx: tx.all("SELECT seq, at FROM journal ORDER BY seq"))
    assert [seq for seq, _ in entries] == list(range(1, len(entries) + 1))
    assert [at for _, at in entries] != sorted(at for _, at in entries)


def test_a_clock_that_stands_still_stops_nothing_but_expiry(world: World) -> None:
    issue(world, 3)
    for _ in range(5):
        world.issue(("vm", 1), accept=True)
        sweep(world)
    assert len(world.pending()) == 3


def test_a_clock_in_doubt_is_told_to_who_watches(world: World, wall: Wall) -> None:
    """Nothing is written that they would hear of otherwise."""
    told = threading.Event()
    issue(world)
    forget = world.database.watch(lambda head: told.set())
    told.clear()
    wall.set(HOUR)
    sweep(world)
    assert told.wait(60)
    forget()


def test_the_real_clock_has_not_jumped() -> None:
    assert abs(system_runtime().ahead()) < expiry.JUMP / expiry.SECOND
