"""Many holdings at once: written past the commands, for tests of size alone."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.database import Tx
from backend.quotas.store import INSERT_HOLDING
from tests.worlds import World

FIRST = 1_000_000
RESOURCES = 4


def crowd(world: World, holdings: int) -> None:
    """So many holdings of people with names in order, in one project."""
    people = -(-holdings // RESOURCES)
    project = FIRST + people

    def named() -> Iterator[tuple[object, ...]]:
        for n in range(people):
            yield FIRST + n, f"user:{n:08x}-1111-4000-8000-{n:012x}", label(n), label(n)
        yield project, "project:crowd", "crowd.uni", "crowd.uni"

    def held() -> Iterator[tuple[object, ...]]:
        for n in range(RESOURCES):
            yield FIRST - 1 - n, project, 0, 1 + n, 10**12, 5 * people, 5 * people
        for n in range(holdings):
            yield FIRST + n, FIRST + n // RESOURCES, project, 1 + n % RESOURCES, 8, 5, 5

    def write(tx: Tx) -> None:
        tx.many("INSERT INTO holder (id, name, label, fold) VALUES (?, ?, ?, ?)", named())
        tx.many(INSERT_HOLDING, held())

    world.database.write(write)


def label(person: int) -> str:
    """The e-mail address of the person with this number."""
    return f"person{person:07d}@uni.example"
