"""Whoever writes at once: no machine is given twice, no network overlaps another one (spec nico
§2.8, scenario 26)."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from threading import Barrier

import pytest

from backend.core.database import Tx
from tests.nico.cloud import B16, B22, G100, T1, T2, Cloud
from tests.nico.racing import churn, take

ROOT = Path(__file__).resolve().parents[2]
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


@contextmanager
def children(place: str, kind: str, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that have opened a cloud and wait for the moment to begin."""
    command = [sys.executable, "-m", "tests.nico.racing", place, kind]
    started = [
        subprocess.Popen(
            [*command, str(n)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for n in range(count)
    ]
    try:
        for child in started:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        yield started
    finally:
        for child in started:
            child.kill()
            child.wait()


@pytest.mark.parametrize(("kind", "most"), [("machines", 10), ("networks", 8), ("churn", 100)])
def test_processes_are_given_what_there_is(c: Cloud, kind: str, most: int) -> None:
    with children(c.database.place, kind, 4) as started:
        moment = f"{time.monotonic() + 0.2}\n"
        for child in started:
            assert child.stdin is not None
            child.stdin.write(moment)
            child.stdin.flush()
        took = [int(child.communicate()[0]) for child in started]
        assert [child.returncode for child in started] == [0] * 4
    assert sum(took) == most
    assert c.type(G100).allocated <= 10
    networks(c, B16)
    networks(c, B22)
