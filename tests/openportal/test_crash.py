"""Processes die by kill -9 in every state of an operation, and several work at once: it settles,
and each order was sent once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from backend.core.database import Tx
from backend.core.errors import Conflict
from backend.openportal.check import findings
from backend.openportal.model import (
    AllocationCommand,
    DeleteAllocation,
    PullAllocation,
    SetNodeLimit,
    State,
)
from backend.openportal.work import Worker
from backend.openportal.work.scheduler import NAME
from backend.schema import STEPS
from tests.openportal import dying_child
from tests.openportal.portals import L, P, Portal, R, S, opened, portal
from tests.places import Place, Places
from tests.processes import FORKING

ROOT = Path(__file__).resolve().parents[2]
POINTS = ("begun", "looked", "sent", "waited", "settled")
COUNT_BUSY = "SELECT count(*) FROM portal_allocation WHERE state NOT IN ('OK', 'ERRED')"
PATIENCE = 60
RUNNING = {
    "create": State.CREATING,
    "limit": State.UPDATING,
    "pull": State.UPDATING,
    "delete": State.DELETING,
}


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("operation", ["create", "limit", "pull", "delete"])
@pytest.mark.parametrize("remote", [False, True], ids=["local", "remote"])
def test_a_kill_repeats_nothing_and_loses_nothing(
    new_place: Places, operation: str, point: str, remote: bool
) -> None:
    place = new_place(STEPS)
    p = portal(place)
    p.simulate(R if remote else L, delay=60 if point == "waited" else 0)
    uuid = p.make(remote=remote)
    orders = 1
    if operation != "create":
        p.run(120)
        p.do(_command(operation, uuid))
        orders = 2
    p.clock.move(seconds=1)
    _killed(place, p, point)
    if point == "settled":
        assert p.gone(uuid) if operation == "delete" else p.state(uuid) is State.OK
    else:
        assert p.state(uuid) is RUNNING[operation]
    p.run(120)
    assert p.gone(uuid) if operation == "delete" else p.state(uuid) is State.OK
    assert p.sent() == [1] * orders
    assert p.see(lambda tx: list(findings(tx))) == []
    p.database.close()


def _command(operation: str, uuid: str) -> AllocationCommand:
    if operation == "limit":
        return SetNodeLimit(actor=S, allocation=uuid, node_limit=7)
    command = PullAllocation if operation == "pull" else DeleteAllocation
    return command(actor=S, allocation=uuid)


def _killed(place: Place, p: Portal, point: str) -> None:
    child = FORKING.Process(target=dying_child.main, args=(place, p.clock.now(), point))
    child.start()
    child.join(PATIENCE)
    assert child.exitcode == -signal.SIGKILL
    child.close()
    _freed(p)


def _freed(p: Portal) -> None:
    """Wait for the end of the dead process's claim: a server has to notice first."""
    until = time.monotonic() + PATIENCE
    while (claim := p.database.claim(NAME)) is None:
        assert time.monotonic() < until
        time.sleep(0.01)
    claim.close()


@contextmanager
def working(place: Place) -> Iterator[subprocess.Popen[str]]:
    """A process that works until it is killed."""
    arguments = [sys.executable, "-m", "tests.openportal.worker_child", str(place)]
    child = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "working\n"
        yield child
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def settled(p: Portal) -> bool:
    """Whether nothing is busy, within a minute."""
    until = time.monotonic() + PATIENCE
    while p.see(Tx.scalar, COUNT_BUSY):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.slow
def test_two_processes_never_send_twice(new_place: Places) -> None:
    place = new_place(STEPS)
    p = portal(place)
    p.clock.at = datetime.now(UTC)
    p.simulate(L, delay=0)
    with working(place), working(place):
        for n in range(30):
            p.make(f"n{n}")
        assert settled(p)
    assert p.sent() == [1] * 30
    assert p.see(lambda tx: list(findings(tx))) == []
    p.database.close()


@pytest.mark.slow
def test_workers_are_killed_again_and_again(new_place: Places) -> None:
    place = new_place(STEPS)
    p = portal(place)
    p.clock.at = datetime.now(UTC)
    p.simulate(L, delay=0)
    uuids = [p.make(f"n{n}") for n in range(10)]
    rng = random.Random(6)
    orders = 10
    for _ in range(12):
        with working(place) as child:
            for uuid in uuids:
                if p.state(uuid) is State.OK:
                    p.clock.at = datetime.now(UTC)
                    p.do(PullAllocation(actor=S, allocation=uuid))
                    orders += 1
            time.sleep(1 + rng.uniform(0, 0.4))
            child.kill()
    with working(place):
        assert settled(p)
    assert p.sent() == [1] * orders
    assert {p.state(uuid) for uuid in uuids} == {State.OK}
    assert p.see(lambda tx: list(findings(tx))) == []
    p.database.close()


def test_one_scheduler_at_a_time(new_place: Places) -> None:
    place = new_place(STEPS)
    p = portal(place)
    uuid = p.make()
    p.clock.move(seconds=1)
    with opened(place, p.clock) as other:
        claim = other.database.claim(NAME)
        assert claim is not None
        assert claim.holds
        assert not p.scheduler.step()
        assert p.state(uuid) is State.CREATION_SCHEDULED
        another = p.database.claim("something else")
        assert another is not None
        another.close()
        claim.close()
    assert p.scheduler.step()
    assert p.state(uuid) is State.CREATING
    p.database.close()


def test_a_claim_goes_with_its_holder(new_place: Places) -> None:
    place = new_place(STEPS)
    p = portal(place)
    p.simulate(L, delay=0)
    p.make()
    p.clock.move(seconds=1)
    _killed(place, p, "looked")
    until = time.monotonic() + PATIENCE
    while not p.scheduler.step() and time.monotonic() < until:
        time.sleep(0.05)
    assert p.sent() == [1]
    p.database.close()


def test_sixteen_writers_at_once(p: Portal) -> None:
    uuid = p.made()
    barrier = Barrier(16)

    def pull(n: int) -> bool:
        barrier.wait()
        p.make(f"n{n}", project=P)
        try:
            p.do(PullAllocation(actor=S, allocation=uuid))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(pull, range(16))) == 1
    p.run()
    assert p.see(Tx.scalar, COUNT_BUSY) == 0
    assert p.sent() == [1] * 18


def test_a_worker_does_what_is_asked_by_itself(p: Portal) -> None:
    p.clock.at = datetime.now(UTC)
    p.simulate(L, delay=0)
    worker = Worker(p.database)
    try:
        uuid = p.make()
        p.clock.move(seconds=2)
        p.database.announce()
        assert settled(p)
        assert p.state(uuid) is State.OK
    finally:
        worker.close()
