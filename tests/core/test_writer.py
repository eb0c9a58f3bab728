"""The writer under bad company: closing, interrupts, forks, faulty jobs and faulty listeners."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from backend.core.database import Database, Tx
from backend.core.errors import Conflict, Invalid, StorageError, StorageRefused
from tests.core.notes import STEPS, count, note, notes
from tests.places import Places, sqlite_only

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0


@pytest.fixture
def database(new_place: Places) -> Iterator[Database]:
    """A fresh database with one table, kept by either engine."""
    fresh = notes(new_place(STEPS))
    yield fresh
    fresh.close()


class Slow:
    """A write that waits inside its transaction until it is let go."""

    def __init__(self) -> None:
        self.inside, self.go = threading.Event(), threading.Event()

    def __call__(self, tx: Tx) -> int:
        seq = note(tx)
        self.inside.set()
        self.go.wait(PATIENCE)
        return seq


def background(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Work on a thread, and what it returned or raised."""
    heard: list[object] = []

    def run() -> None:
        try:
            heard.append(work())
        except BaseException as error:
            heard.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, heard


def gather(*jobs: Any) -> list[Any]:
    """Await these together; errors as values."""

    async def together() -> list[Any]:
        return await asyncio.wait_for(asyncio.gather(*jobs, return_exceptions=True), PATIENCE)

    return asyncio.run(together())


def test_closing_waits_for_a_transaction_on_its_callers_own_thread(database: Database) -> None:
    slow = Slow()
    writing, heard = background(lambda: database.write(slow))
    assert slow.inside.wait(PATIENCE)
    closing, _ = background(database.close)
    closing.join(0.1)
    assert closing.is_alive()
    slow.go.set()
    writing.join()
    closing.join()
    assert heard == [1]
    again = notes(database.place)
    assert count(again) == 1
    again.close()


def test_closing_finishes_what_is_queued(database: Database) -> None:
    slow = Slow()
    first, _ = background(lambda: database.write(slow))
    assert slow.inside.wait(PATIENCE)
    queued = [background(lambda: database.write(note)) for _ in range(3)]
    time.sleep(0.05)
    closing, _ = background(database.close)
    slow.go.set()
    for thread in (first, closing, *(thread for thread, _ in queued)):
        thread.join(PATIENCE)
    assert sorted(str(heard) for _, heard in queued) == ["[2]", "[3]", "[4]"]


def test_a_closed_database_refuses_at_once(database: Database) -> None:
    database.close()
    with pytest.raises(StorageError, match="closed"):
        database.write(note)
    with pytest.raises(StorageError, match="closed"):
        database.read(lambda tx: tx.scalar("SELECT 1"))

    async def attempts() -> list[Any]:
        jobs = [database.awrite(note), database.aread(lambda tx: tx.scalar("SELECT 1"))]
        return await asyncio.wait_for(asyncio.gather(*jobs, return_exceptions=True), PATIENCE)

    assert [type(error) for error in asyncio.run(attempts())] == [StorageError, StorageError]


@sqlite_only
def test_closing_twice_harms_nobody(database: Database) -> None:
    """The number of the closed lock file may be somebody else's by now."""
    database.close()
    other = os.open(database.path, os.O_RDONLY)
    database.close()
    assert os.fstat(other).st_size > 0
    os.close(other)


def test_a_faulty_listener_harms_neither_writers_nor_other_listeners(database: Database) -> None:
    heard = threading.Event()

    def broken(head: int) -> None:
        raise RuntimeError("Event loop is closed")

    database.watch(broken)
    database.watch(lambda head: heard.set())
    assert database.write(note) == 1
    assert heard.wait(PATIENCE)

    async def write() -> int:
        return await asyncio.wait_for(database.awrite(note), PATIENCE)

    assert asyncio.run(write()) == 2


def test_a_listener_may_write(database: Database) -> None:
    done = threading.Event()

    def answer(head: int) -> None:
        if head == 1:
            database.write(note)
            done.set()

    database.watch(answer)
    database.write(note)
    assert done.wait(PATIENCE)
    assert count(database) == 2


def test_a_commit_is_told_once(database: Database) -> None:
    heads: list[int] = []
    database.watch(heads.append)
    database.write(note)
    time.sleep(0.7)
    assert heads == [1]


def raising(error: BaseException) -> Callable[[Tx], None]:
    """A write that fails after it has begun to write."""

    def fail(tx: Tx) -> None:
        note(tx)
        raise error

    return fail


def test_an_interrupt_undoes_and_the_next_write_works(database: Database) -> None:
    with pytest.raises(KeyboardInterrupt):
        database.write(raising(KeyboardInterrupt()))
    assert database.write(note) == 1


INTERRUPTED = """
import faulthandler, os, random, signal, sys, threading, time
from pathlib import Path
from tests.core.notes import count, note, notes

database = notes(Path(sys.argv[1]))
begun, over, done = [], [], []  # no events: who is interrupted while he enters one keeps its lock

def nag():
    rng, end = random.Random(5), time.monotonic() + 3
    while not begun:
        time.sleep(0.001)
    while time.monotonic() < end:
        time.sleep(rng.uniform(0, 0.002))
        os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.01)
    over.append(True)

def write_beside():
    while not over:
        database.write(note)

def write_and_read():
    while not over:
        try:
            database.write(note)
            count(database)
        except KeyboardInterrupt:
            done.append(True)

faulthandler.dump_traceback_later(50, exit=True)
sys.setswitchinterval(1e-5)
threads = [threading.Thread(target=work) for work in (nag, *[write_beside] * int(sys.argv[2]))]
for thread in threads:
    thread.start()
while not over:
    try:
        begun.append(True)
        write_and_read()
    except KeyboardInterrupt:
        pass
for thread in threads:
    thread.join()
before = count(database)
database.write(note)
assert count(database) == before + 1
other = notes(Path(sys.argv[1]))
other.write(note)
other.close()
database.close()
print(len(done))
"""


@pytest.mark.parametrize("others", [0, 1], ids=["alone", "beside another"])
def test_interrupts_at_any_moment_leave_a_working_writer(tmp_path: Path, others: int) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "faulthandler",
            "-c",
            INTERRUPTED,
            tmp_path / "notes.db",
            str(others),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


FORKED = """
import os, sys
from pathlib import Path
from backend.core.errors import StorageError
from tests.core.notes import COUNT, count, note, notes

database = notes(Path(sys.argv[1]))
database.write(note)
count(database)
child = os.fork()
if not child:
    refused = 0
    for attempt in (lambda: database.write(note), lambda: count(database)):
        try:
            attempt()
        except StorageError:
            refused += 1
    database.close()
    os._exit(10 + refused)
_, status = os.waitpid(child, 0)
database.write(note)
assert count(database) == 2
database.close()
print(os.waitstatus_to_exitcode(status))
"""


def test_a_forked_child_does_not_touch_its_parents_database(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED, str(tmp_path / "notes.db")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.stdout.strip(), done.stderr) == ("12", "")


@sqlite_only
def test_every_caller_hears_an_error_of_its_own(database: Database) -> None:
    """A shared exception would grow one traceback from all threads."""
    database.write(note)
    pages = database.read(lambda tx: tx.scalar("PRAGMA page_count"))
    database.write(lambda tx: tx.scalar(f"PRAGMA max_page_count = {pages + 1}"))
    big = "x" * 100_000
    errors = gather(*(database.awrite(lambda tx: note(tx, big)) for _ in range(3)))
    assert all(isinstance(error, StorageError) for error in errors)
    assert len({id(error) for error in errors}) == 3


def doubled(tx: Tx, items: Sequence[Any]) -> list[Any]:
    """A batch whose items are written; an odd one spoils it."""
    for item in items:
        if isinstance(item, BaseException):
            raise item
        note(tx, item)
    return [f"{item}!" for item in items]


@pytest.mark.parametrize(
    ("culprit", "kind"),
    [
        (ValueError("odd"), ValueError),
        (None, StorageRefused),
        ("\ud800", Invalid),
    ],
)
def test_who_spoils_a_batch_hears_it_alone(
    database: Database, culprit: object, kind: type[Exception]
) -> None:
    jobs = [database.awrite_many(doubled, item) for item in ("a", culprit, "b")]
    first, second, third = gather(*jobs, database.awrite(note))[:3]
    assert (first, third) == ("a!", "b!")
    assert type(second) is kind
    assert count(database) == 3


@pytest.mark.parametrize(
    ("sql", "params", "kind"),
    [
        ("INSERT INTO note VALUES (?, ?)", (2**63, "x"), Invalid),
        ("INSERT INTO note VALUES (?, ?)", (1, "\udcff"), Invalid),
        ("INSERT INTO note VALUES (1, NULL)", (), StorageRefused),
        ("INSERT INTO nothing VALUES (1)", (), StorageError),
    ],
)
def test_who_cannot_be_stored_is_refused_alone(
    database: Database, sql: str, params: tuple[object, ...], kind: type[Exception]
) -> None:
    def odd(tx: Tx) -> None:
        note(tx)
        tx.execute(sql, params)

    slow = Slow()
    thread, _ = background(lambda: database.write(slow))
    assert slow.inside.wait(PATIENCE)

    async def together() -> list[Any]:
        jobs = [asyncio.ensure_future(database.awrite(job)) for job in (note, odd, note)]
        await asyncio.sleep(0.05)
        slow.go.set()
        return await asyncio.gather(*jobs, return_exceptions=True)

    first, second, third = asyncio.run(together())
    thread.join()
    assert (first, third) == (2, 3)
    assert isinstance(second, kind)
    assert count(database) == 3


def test_what_cannot_be_compared_is_refused(database: Database) -> None:
    def compare(tx: Tx, column: str, value: object) -> object:
        return tx.one(f"SELECT 1 FROM note WHERE {column} = ?", (value,))

    for column, value in (("body", "\udcff"), ("id", 2**63)):
        with pytest.raises(Invalid):
            database.read(partial(compare, column=column, value=value))


def test_an_event_loop_that_is_gone_harms_nobody(database: Database) -> None:
    slow = Slow()
    thread, _ = background(lambda: database.write(slow))
    assert slow.inside.wait(PATIENCE)

    async def leave() -> None:
        asyncio.ensure_future(database.awrite(note))
        await asyncio.sleep(0.05)

    asyncio.run(leave())
    slow.go.set()
    thread.join()
    assert database.write(lambda tx: note(tx)) > 1
    assert gather(database.awrite(note))[0] > 2


def test_one_refusal_in_a_group_is_its_own(database: Database) -> None:
    refused = Conflict("no")
    first, second = gather(database.awrite(raising(refused)), database.awrite(note))
    assert first is refused
    assert second == 1
