"""Reads that nobody waits for any more end at once and leave their connection as it was."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from backend.core import journal
from backend.core.database import Database, Step, Tx, open_database
from backend.core.database.database import READERS
from backend.core.database.sqlite.stop import FileStop
from tests.places import Places

ENDLESS = """
WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
SELECT count(*) FROM n"""
ROWS = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"


STEPS = (Step("journal", journal.SCHEMA),)


@pytest.fixture
def database(new_place: Places) -> Iterator[Database]:
    """A fresh database."""
    fresh = open_database(new_place(STEPS), STEPS)
    yield fresh
    fresh.close()


async def stopped(database: Database, read: Callable[[Tx], object]) -> None:
    """Cancel a read once it is under way; then every reader thread is free."""
    inside = threading.Event()

    def begun(tx: Tx) -> object:
        inside.set()
        return read(tx)

    task = asyncio.ensure_future(database.aread(begun))
    assert await asyncio.to_thread(inside.wait, 60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    together = threading.Barrier(READERS)

    def free(tx: Tx) -> object:
        together.wait(60)
        return tx.scalar("SELECT 1")

    assert await asyncio.gather(*(database.aread(free) for _ in range(READERS))) == [1] * READERS


def late(tx: Tx) -> object:
    """A read that is not inside SQLite when it is stopped."""
    time.sleep(0.1)
    return tx.scalar(ENDLESS)


@pytest.mark.parametrize(
    "read",
    [
        lambda tx: tx.scalar(ENDLESS),
        lambda tx: sum(x for (x,) in tx.each(ROWS)),
        lambda tx: [tx.scalar("SELECT 1"), tx.scalar(ENDLESS)],
        late,
    ],
    ids=["one row", "row by row", "second statement", "between statements"],
)
def test_a_cancelled_read_ends(database: Database, read: Callable[[Tx], object]) -> None:
    asyncio.run(stopped(database, read))


def test_every_reader_may_be_stopped_many_times(database: Database) -> None:
    async def often() -> None:
        for _ in range(3):
            reads = [
                asyncio.ensure_future(database.aread(lambda tx: tx.scalar(ENDLESS)))
                for _ in range(READERS)
            ]
            await asyncio.sleep(0.05)
            for read in reads:
                read.cancel()
            ended = await asyncio.gather(*reads, return_exceptions=True)
            assert all(isinstance(end, asyncio.CancelledError) for end in ended)
        await stopped(database, lambda tx: tx.scalar(ENDLESS))

    asyncio.run(often())


def test_a_read_cancelled_before_it_begins_is_never_run(database: Database) -> None:
    release, ran = threading.Event(), threading.Event()

    async def crowded() -> None:
        busy = [
            asyncio.ensure_future(database.aread(lambda tx: release.wait(5)))
            for _ in range(READERS)
        ]
        queued = asyncio.ensure_future(database.aread(lambda tx: ran.set()))
        await asyncio.sleep(0.05)
        queued.cancel()
        await asyncio.sleep(0.05)
        release.set()
        assert await asyncio.gather(*busy) == [True] * READERS
        with pytest.raises(asyncio.CancelledError):
            await queued

    asyncio.run(crowded())
    assert not ran.is_set()


def test_stopping_reaches_its_own_read_only() -> None:
    conn = sqlite3.connect(":memory:")
    done, early = FileStop(), FileStop()
    assert done.run(conn, lambda: conn.execute("SELECT 7").fetchall()) == [(7,)]
    done.stop()
    early.stop()
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        early.run(conn, lambda: conn.execute("SELECT 7").fetchall())
    assert conn.execute("SELECT 7").fetchall() == [(7,)]
    conn.close()


def test_what_a_read_raises_still_arrives(database: Database) -> None:
    def failing(tx: Tx) -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        asyncio.run(database.aread(failing))
