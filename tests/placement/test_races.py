"""A capacity of six stays one, whoever writes at once (spec placement §2, scenarios 61 to 63)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from backend.core.database import Tx
from backend.core.errors import Conflict, GenerationConflict
from backend.core.usecase import execute
from backend.placement.model import ReplaceAllocations, Stock
from backend.placement.service import ROOM
from tests import processes
from tests.placement.racing_child import process
from tests.placement.sites import ACTOR, CPU, Site, claim, take
from tests.places import sqlite_only

ROOM_FOR = 6
WRITERS = pytest.mark.parametrize("writers", [4, 16])


def at_once(writers: int, work: Callable[[int], int]) -> list[int]:
    """What each of so many threads comes to, begun at the same time."""
    barrier = Barrier(writers)

    def one(n: int) -> int:
        barrier.wait()
        return work(n)

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(one, range(writers)))


@WRITERS
def test_threads_take_six_of_six(s: Site, writers: int) -> None:
    s.stock("Q", CPU, Stock(ROOM_FOR))
    took = at_once(writers, lambda n: sum(take(s, f"{n:x}{k:x}") for k in range(4)))
    assert sum(took) == ROOM_FOR
    assert s.used("Q") == {CPU: ROOM_FOR}
    assert s.generations("Q") == [2 + ROOM_FOR]


@WRITERS
def test_callers_that_share_commits_take_six_of_six(s: Site, writers: int) -> None:
    s.stock("Q", CPU, Stock(ROOM_FOR))

    async def writer(n: int) -> int:
        took = 0
        for k in range(4):
            command = ReplaceAllocations(
                actor=ACTOR, claims=[claim(f"{n:x}{k:x}", None, Q={CPU: 1})]
            )

            def work(tx: Tx, command: ReplaceAllocations = command) -> None:
                execute(tx, ROOM, command, "")

            try:
                await s.database.awrite(work)
                took += 1
            except Conflict as error:
                if error.data["rule"] != "capacity":
                    raise
        return took

    async def all_of_them() -> int:
        return sum(await asyncio.gather(*(writer(n) for n in range(writers))))

    assert asyncio.run(all_of_them()) == ROOM_FOR
    assert s.used("Q") == {CPU: ROOM_FOR}


@sqlite_only
@WRITERS
def test_processes_take_six_of_six(s: Site, writers: int) -> None:
    s.stock("Q", CPU, Stock(ROOM_FOR))
    took = processes.at_once(writers, process, str(s.database.place))
    assert sum(took) == ROOM_FOR
    assert s.used("Q") == {CPU: ROOM_FOR}


def test_sixty_of_a_hundred_fit_into_sixty(s: Site) -> None:
    s.stock("Q", CPU, Stock(60))
    took = at_once(4, lambda n: sum(take(s, f"{n:x}{k:x}") for k in range(25)))
    assert sum(took) == 60
    assert s.used("Q") == {CPU: 60}


@pytest.mark.parametrize("generation", [None, 1])
def test_of_writers_with_the_same_generation_one_wins(s: Site, generation: int | None) -> None:
    if generation:
        s.put("c", None, Q={CPU: 1})

    def write(n: int) -> int:
        try:
            s.put("c", generation, Q={CPU: 2 + n})
        except GenerationConflict:
            return 0
        return 1

    for_each = Counter(at_once(4, write))
    assert for_each == {1: 1, 0: 3}
    assert s.generation("c") == (generation or 0) + 1
