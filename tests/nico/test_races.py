"""Whoever writes at once: no machine is given twice, no network overlaps another one (spec nico
§2.8, scenario 26)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from itertools import pairwise
from threading import Barrier

import pytest

from backend.core.database import Tx
from tests import processes
from tests.nico.cloud import B16, B22, G100, T1, T2, Cloud
from tests.nico.racing import churn, process, take

WRITERS = pytest.mark.parametrize("writers", [2, 8])
CARVED = """
SELECT d.network, d.length FROM nico_block d JOIN nico_block b ON b.id = d.parent_id
WHERE b.uuid = ? ORDER BY 1"""


def at_once(writers: int, work: Callable[[int], int]) -> list[int]:
    """What each of so many threads comes to, begun at the same time."""
    barrier = Barrier(writers)

    def one(n: int) -> int:
        barrier.wait()
        return work(n)

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(one, range(writers)))


def networks(c: Cloud, block: str) -> list[str]:
    """What is carved of a block; nothing of it overlaps."""
    rows = c.see(Tx.all, CARVED, (block,))
    found = [ip_network((int(network, 16), length)) for network, length in rows]
    assert not any(one.overlaps(after) for one, after in pairwise(found))
    return [str(one) for one in found]


def test_n26_of_two_writers_one_gets_the_machines(c: Cloud) -> None:
    took = at_once(2, lambda n: take(c, G100, 6, (T1, T2)[n], f"w{n}"))
    assert sorted(took) == [0, 1]
    assert c.type(G100).allocated == 6


@WRITERS
def test_threads_are_given_what_there_is(c: Cloud, writers: int) -> None:
    took = at_once(writers, lambda n: sum(take(c, G100, 1, T1, f"m{n}-{k}") for k in range(8)))
    assert sum(took) == 10
    assert (c.type(G100).allocated, c.type(G100).room) == (10, 0)
    took = at_once(writers, lambda n: sum(take(c, B22, 25, T2, f"n{n}-{k}") for k in range(5)))
    assert sum(took) == 8
    assert len(networks(c, B22)) == 8
    assert c.free(B22) == []


@WRITERS
def test_threads_that_give_and_take(c: Cloud, writers: int) -> None:
    at_once(writers, lambda n: churn(c, n, 12))
    assert c.type(G100).allocated <= 10
    networks(c, B16)
    networks(c, B22)


@pytest.mark.parametrize(("kind", "most"), [("machines", 10), ("networks", 8), ("churn", 100)])
def test_processes_are_given_what_there_is(c: Cloud, kind: str, most: int) -> None:
    took = processes.at_once(4, process, str(c.database.place), kind)
    assert sum(took) == most
    assert c.type(G100).allocated <= 10
    networks(c, B16)
    networks(c, B22)
