"""What holds with every engine: groups that stand or fall together, snapshots, commits heard."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from backend.core.database import Database, Tx, open_database
from backend.core.errors import Conflict, ReadOnly, StorageError, StorageRefused
from backend.core.journal import Entry
from tests.core.notes import STEPS, WRITE, count, note, notes
from tests.places import Places


@pytest.fixture
def database(new_place: Places) -> Iterator[Database]:
    """A fresh database with one table, kept by either engine."""
    fresh = notes(new_place(STEPS))
    yield fresh
    fresh.close()


def test_a_refused_write_leaves_no_trace(database: Database) -> None:
    database.write(note)

    def refused(tx: Tx) -> None:
        note(tx)
        raise Conflict("no")

    with pytest.raises(Conflict):
        database.write(refused)
    heads = database.read(lambda tx: tx.all("SELECT seq FROM journal"))
    assert (count(database), heads) == (1, [(1,)])
    assert database.write(note) == 2


def test_one_refusal_does_not_harm_its_group(database: Database) -> None:
    """Jobs queued together share a transaction; the refused one alone is undone."""

    def refused(tx: Tx) -> None:
        note(tx)
        raise Conflict("no")

    async def together() -> list[object]:
        jobs = [database.awrite(job) for job in (note, refused, note)]
        return await asyncio.gather(*jobs, return_exceptions=True)

    first, second, third = asyncio.run(together())
    assert (first, third) == (1, 2)
    assert isinstance(second, Conflict)
    assert count(database) == 2


@pytest.mark.parametrize(
    "what", [(1, "twice"), (2, None), (3, {"no": "text"})], ids=["twice", "missing", "no text"]
)
def test_what_does_not_fit_the_tables_is_told_apart(
    database: Database, what: tuple[object, ...]
) -> None:
    database.write(lambda tx: tx.execute(WRITE, (1, "once")))
    with pytest.raises(StorageRefused):
        database.write(lambda tx: tx.execute(WRITE, what))
    assert count(database) == 1


def test_readers_see_a_snapshot_while_a_writer_works(database: Database) -> None:
    inside, done = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        note(tx)
        inside.set()
        done.wait(5)

    thread = threading.Thread(target=database.write, args=(slow,))
    thread.start()
    inside.wait(60)
    assert count(database) == 0
    done.set()
    thread.join()
    assert count(database) == 1


def test_reading_functions_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError, match="read-?only"):
        database.read(lambda tx: tx.execute(WRITE, (1, "x")))
    with pytest.raises(ReadOnly):
        database.read(lambda tx: tx.record(Entry("me", "x", "y")))


def test_read_only_sessions_refuse_to_write(database: Database) -> None:
    database.write(note)
    reader = open_database(database.place, STEPS, read_only=True)
    assert count(reader) == 1
    with pytest.raises(ReadOnly):
        reader.write(note)
    reader.close()


def test_other_connections_commits_are_heard(database: Database) -> None:
    heard: list[int] = []
    event = threading.Event()

    def changed(head: int) -> None:
        heard.append(head)
        event.set()

    stop = database.watch(changed)
    other = open_database(database.place, STEPS)
    other.write(note)
    assert event.wait(60)
    other.close()
    stop()
    assert heard[-1] == 1


def test_ids_are_never_given_twice(database: Database) -> None:
    database.write(note)
    database.write(lambda tx: tx.execute("DELETE FROM note"))
    database.write(note)
    assert database.read(lambda tx: tx.all("SELECT id FROM note")) == [(2,)]


def test_a_read_may_read_again(database: Database) -> None:
    database.write(note)
    assert database.read(lambda tx: count(database)) == 1
