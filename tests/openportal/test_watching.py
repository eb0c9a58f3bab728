"""A backend that is watched does by itself what was asked of allocations; others leave it."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from backend.core.database import Tx
from backend.core.errors import Conflict
from backend.core.identity import Actor, Role
from backend.core.listing import Query
from backend.embedded import EmbeddedBackend, open_embedded
from backend.openportal.model import CreateAllocation, SetNodeLimit, State
from backend.openportal.work.scheduler import Scheduler
from backend.schema import STEPS
from tests.openportal.portals import STAFF, L, P, R, furnish
from tests.places import Place, Places

COUNT_OK = "SELECT count(*) FROM portal_allocation WHERE state = 'OK'"
SET_STATE = "UPDATE portal_service SET state = ? WHERE uuid = ?"
THREAD = "bursar-portal"
PATIENCE = 30


def furnished(place: Place) -> EmbeddedBackend:
    """A backend over a portal."""
    backend = open_embedded(place)
    backend.database.write(furnish)
    return backend


async def created(backend: EmbeddedBackend, service: str = L, *, remote: bool = False) -> str:
    """A new allocation, through the port."""
    command = CreateAllocation(actor=STAFF, remote=remote, name="x", service=service, project=P)
    receipt = await backend.apply(await backend.plan(command), "as agreed")
    return str(receipt.created["allocation"])


def working() -> int:
    """How many threads carry out what is asked."""
    return sum(thread.name == THREAD for thread in threading.enumerate())


def test_what_is_asked_is_done_and_heard_of(new_place: Places) -> None:
    backend, heard = furnished(new_place(STEPS)), set[int]()
    asyncio.run(created(backend))
    ends = backend.watch(heard.add)
    until = time.monotonic() + PATIENCE
    while not backend.database.read(lambda tx: tx.scalar(COUNT_OK)) and time.monotonic() < until:
        time.sleep(0.05)
    assert backend.database.read(lambda tx: tx.scalar(COUNT_OK)) == 1
    while max(heard, default=0) < 3 and time.monotonic() < until:
        time.sleep(0.05)
    assert max(heard) == 3
    ends()
    backend.shut()
    assert working() == 0


def test_errors_that_nobody_foresaw_are_logged(
    new_place: Places, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def take(_: Scheduler) -> None:
        raise Conflict("nobody thought of this")

    monkeypatch.setattr(Scheduler, "take", take)
    backend = furnished(new_place(STEPS))
    asyncio.run(created(backend))
    ends = backend.watch(lambda head: None)
    until = time.monotonic() + PATIENCE
    while "nobody thought of this" not in caplog.text and time.monotonic() < until:
        time.sleep(0.05)
    assert "nobody thought of this" in caplog.text
    ends()
    backend.shut()


def test_an_order_that_nothing_can_be_made_of_holds_no_other_up(
    new_place: Places, caplog: pytest.LogCaptureFixture
) -> None:
    backend = furnished(new_place(STEPS))
    asyncio.run(created(backend, R, remote=True))
    asyncio.run(created(backend))
    backend.database.write(lambda tx: tx.execute(SET_STATE, ("BEYOND", R)))
    ends = backend.watch(lambda head: None)
    until = time.monotonic() + PATIENCE
    while not backend.database.read(lambda tx: tx.scalar(COUNT_OK)) and time.monotonic() < until:
        time.sleep(0.05)
    ends()
    (key,) = asyncio.run(backend.allocations.keys(Query("kind:opr")))
    found = asyncio.run(backend.openportal.allocation(key >> 2))
    backend.shut()
    assert found.row.state is State.CREATION_SCHEDULED
    assert found.job is not None
    assert "'BEYOND' is not a valid State" in found.job.told
    assert caplog.text.count("is put off") == 1


def test_who_only_reads_does_nothing(new_place: Places) -> None:
    place = new_place(STEPS)
    backend = furnished(place)
    asyncio.run(created(backend))
    backend.shut()
    reading = open_embedded(place, read_only=True)
    ends = reading.watch(lambda head: None)
    assert working() == 0
    ends()
    reading.shut()


def test_what_is_previewed_is_done_or_told_anew(new_place: Places) -> None:
    backend = furnished(new_place(STEPS))

    async def play() -> None:
        uuid = await created(backend)
        rows = await backend.allocations.keys(Query("kind:opl"))
        assert len(rows) == 1
        backend.database.write(settled)
        plan = await backend.plan(SetNodeLimit(actor=STAFF, allocation=uuid, node_limit=7))
        viewer = backend.acting(Actor("token:eve", Role.VIEWER))
        assert "SetNodeLimit" in viewer.connection.lacks
        receipt = await backend.apply(plan, "as agreed")
        assert receipt.seq == 2

    asyncio.run(play())
    backend.shut()


def settled(tx: Tx) -> None:
    """Have the allocation be OK, as by the scheduler."""
    tx.execute("DELETE FROM portal_job")
    tx.execute("UPDATE portal_allocation SET state = 'OK'")
