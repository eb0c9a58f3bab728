"""Processes that tests begin: forks of one that has loaded our code and has no threads, ready in a
few milliseconds where an interpreter takes a quarter of a second."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 60

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(
    [
        "backend.core.database.postgres",
        "tests.nico.racing",
        "tests.openportal.dying_child",
        "tests.placement.racing_child",
        "tests.quotas.test_commissions",
    ]
)

_meeting: list[Barrier] = []


def at_once(count: int, work: Callable[..., T], *given: str) -> list[T]:
    """What each of so many processes comes to, which `work` gets the number of."""
    with FORKING.Pool(count, _begin, (FORKING.Barrier(count, timeout=PATIENCE),)) as pool:
        return pool.starmap(work, [(*given, n) for n in range(count)], chunksize=1)


def _begin(meeting: Barrier) -> None:
    _meeting.append(meeting)


def all_ready() -> None:
    """Wait, in one of these processes, until all of them are as far."""
    _meeting[0].wait()
