"""What servers, networks and other sessions do to a database on PostgreSQL (storage.md §6.3)."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from backend.core.database import Database, Tx
from backend.core.database.postgres import session
from backend.core.errors import OutcomeUnknown, StorageBusy, StorageUnreachable
from tests import postgres as postgresql
from tests.core.notes import STEPS, count, note, notes
from tests.core.relay import Relay, relayed

BODIES = "SELECT body, count(*) FROM note GROUP BY body"
OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
WAITING = """
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event = 'SyncRep'"""
CONFLICT = "DO $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{}'; END $$"


@pytest.fixture
def url(postgres: postgresql.Server) -> Iterator[str]:
    """A database with the table of notes."""
    with postgres.database(STEPS) as made:
        yield made


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """The same, opened."""
    opened = notes(url)
    yield opened
    opened.close()


@pytest.fixture
def wire(url: str) -> Iterator[tuple[Database, Relay]]:
    """The same, opened through a wire that can be cut."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as folder,  # a socket's path is short
        relayed(url, Path(folder)) as (through, relay),
    ):
        opened = notes(through)
        yield opened, relay
        relay.dead = False
        opened.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for a turn or a server gives up early."""
    monkeypatch.setattr(session, "PATIENCE", 0.3)


def administer(url: str, statement: str) -> None:
    """What somebody else does."""
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(statement.encode())


# ---------------------------------------------------------------- lost answers


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_commit_whose_answer_is_lost_is_settled_by_looking(
    wire: tuple[Database, Relay], cut: str
) -> None:
    database, relay = wire
    assert database.write(note) == 1
    relay.cut = cut
    assert database.write(note) == 2
    assert count(database) == 2
    assert database.write(note) == 3


@pytest.mark.usefixtures("impatient")
def test_a_commit_that_cannot_be_settled_is_unknown(wire: tuple[Database, Relay]) -> None:
    database, relay = wire
    database.write(note)
    relay.cut, relay.dead = "after", True
    with pytest.raises(OutcomeUnknown, match="did not say whether the change is kept"):
        database.write(note)
    relay.dead = False
    assert count(database) == 2
    assert database.write(note) == 3


@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_away_is_told_and_comes_back(
    wire: tuple[Database, Relay], url: str
) -> None:
    database, relay = wire
    database.write(note)
    relay.dead = True
    administer(url, OTHERS)
    with pytest.raises(StorageUnreachable, match="cannot be reached"):
        database.write(note)
    with pytest.raises(StorageUnreachable):
        count(database)
    relay.dead = False
    assert database.write(note) == 2
    assert count(database) == 2


@pytest.mark.slow
def test_killing_the_server_while_it_commits_loses_nothing() -> None:
    """What was acknowledged is there once, what was refused is not."""
    acknowledged: list[str] = []
    refused: list[str] = []
    ready = threading.Barrier(9)

    def client(database: Database, name: int) -> None:
        ready.wait(30)
        for n in range(60):
            body = f"{name}-{n}"
            try:
                database.write(lambda tx, body=body: note(tx, body))  # type: ignore[misc]
                acknowledged.append(body)
            except (StorageUnreachable, StorageBusy):
                refused.append(body)

    with postgresql.server() as server, server.database() as url:
        database = notes(url)
        with ThreadPoolExecutor(8) as pool:
            working = [pool.submit(client, database, name) for name in range(8)]
            ready.wait(30)
            for _ in range(2):
                time.sleep(0.1)
                server.crash()
                server.start()
            for work in working:
                work.result()
        found: dict[str, int] = dict(database.read(lambda tx: tx.all(BODIES)))
        seqs = database.read(lambda tx: tx.all("SELECT seq FROM journal ORDER BY seq"))
        database.close()
    assert found == dict.fromkeys(acknowledged, 1)
    assert not set(refused) & set(found)
    assert seqs == [(n,) for n in range(1, len(found) + 1)]


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_a_standby_takes_over() -> None:
    """It lags when its primary dies: what it lacks was not acknowledged, or is unknown."""
    acknowledged: list[str] = []
    unsure: list[str] = []
    over = threading.Event()

    def client(database: Database, name: int) -> None:
        for n in range(10_000):
            body = f"{name}-{n}"
            try:
                database.write(lambda tx, body=body: note(tx, body))  # type: ignore[misc]
                acknowledged.append(body)
            except (StorageUnreachable, StorageBusy, OutcomeUnknown):
                unsure.append(body)
            if over.is_set():
                return

    with postgresql.server() as primary, primary.standby() as standby:
        both = f"{primary.directory},{standby.directory}"
        database = notes(primary.dsn().replace(str(primary.directory), both))
        with ThreadPoolExecutor(8) as pool:
            working = [pool.submit(client, database, name) for name in range(8)]
            time.sleep(0.5)
            standby.freeze("walreceiver")
            time.sleep(0.3)
            before = len(acknowledged)
            primary.crash()
            standby.crash()  # what lies in its socket is gone, too
            standby.start()
            standby.promote()
            over.set()
            for work in working:
                work.result()
        found: dict[str, int] = dict(database.read(lambda tx: tx.all(BODIES)))
        assert database.lost == ""
        database.close()
    assert before > 0
    assert set(acknowledged) <= set(found)
    assert set(found.values()) == {1}
    assert set(found) <= {*acknowledged, *unsure}


def write_cancelled(database: Database, url: str) -> None:
    """Write while somebody cancels whoever waits, once the server has begun to wait."""
    with ThreadPoolExecutor(1) as pool:
        while True:
            writing = pool.submit(database.write, note)
            while not writing.done():
                administer(url, WAITING)
                time.sleep(0.02)
            writing.result()


def test_a_wait_for_a_standby_that_is_cancelled_is_unknown() -> None:
    """COMMIT says that it succeeded, with a warning that nothing but a handler hears."""
    with postgresql.server() as server, server.database() as url:
        database = notes(url)
        database.write(note)
        administer(url, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        administer(url, "SELECT pg_reload_conf()")
        with pytest.raises(OutcomeUnknown, match="canceling wait"):
            write_cancelled(database, url)
        administer(url, "ALTER SYSTEM RESET synchronous_standby_names")
        administer(url, "SELECT pg_reload_conf()")
        database.close()


# ---------------------------------------------------------------- conflicts


def failing(times: int, state: str) -> tuple[Callable[[Tx], int], list[int]]:
    """A write that others are in the way of so many times, and how often it was tried."""
    tries: list[int] = []

    def write(tx: Tx) -> int:
        seq = note(tx)
        tries.append(seq)
        if len(tries) <= times:
            tx.execute(CONFLICT.format(state))
        return seq

    return write, tries


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_conflicts_are_tried_again(database: Database, state: str) -> None:
    write, tries = failing(20, state)
    assert database.write(write) == 1
    assert len(tries) == 21
    assert count(database) == 1


@pytest.mark.usefixtures("impatient")
def test_conflicts_that_never_end_are_told(database: Database) -> None:
    write, tries = failing(10**6, "40001")
    with pytest.raises(StorageBusy, match="40001"):
        database.write(write)
    assert len(tries) > 1
    assert database.write(note) == 1


def test_a_storm_of_deadlocks_harms_nobody(database: Database, url: str) -> None:
    """Eight foreign sessions lock the same rows in any order, and so do we."""
    administer(url, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = 5',"
               " current_database()); END $$")  # fmt: skip
    database.write(lambda tx: [note(tx, "0") for _ in range(6)])
    add = "UPDATE note SET body = CAST(CAST(body AS BIGINT) + 1 AS TEXT) WHERE id = {}"
    stop, done = threading.Event(), [0] * 8

    def foreign(n: int) -> None:
        rng = random.Random(n)
        with psycopg.connect(url, autocommit=True) as other:
            while not stop.is_set():
                try:
                    with other.transaction():
                        for id in rng.sample(range(1, 7), 3):
                            other.execute(add.format(id).encode())
                    done[n] += 3
                except psycopg.errors.DeadlockDetected:
                    continue

    def ours(tx: Tx) -> int:
        for id in random.Random(tx.now).sample(range(1, 7), 3):
            tx.execute(add.format(id))
        return note(tx, "0")

    with ThreadPoolExecutor(8) as pool:
        others = [pool.submit(foreign, n) for n in range(8)]
        opened = notes(url)  # with the new timeout
        for _ in range(30):
            opened.write(ours)
        opened.close()
        stop.set()
        for one in others:
            one.result()
    total = database.read(lambda tx: tx.scalar("SELECT sum(CAST(body AS BIGINT)) FROM note"))
    assert total == sum(done) + 30 * 3


@pytest.mark.usefixtures("impatient")
def test_a_session_that_never_lets_go_is_told_and_reads_go_on(url: str) -> None:
    database = notes(url)
    with psycopg.connect(url) as other:
        other.execute("SELECT * FROM schema_version FOR UPDATE")
        with pytest.raises(StorageBusy, match="has not let go of postgresql://"):
            database.write(note)
        assert count(database) == 0
    assert database.write(note) == 1
    database.close()


# ---------------------------------------------------------------- cut connections


def test_connections_that_were_ended_are_made_anew(database: Database, url: str) -> None:
    database.write(note)
    for n in range(2, 5):
        assert count(database) == n - 1
        administer(url, OTHERS)
        assert database.write(note) == n


def test_a_write_that_is_cut_off_is_done_again(database: Database, url: str) -> None:
    cut: list[int] = []

    def write(tx: Tx) -> int:
        seq = note(tx)
        if not cut:
            cut.append(seq)
            administer(url, OTHERS)
        return note(tx)

    assert database.write(write) == 2
    assert count(database) == 2


def test_what_a_standby_lacks_that_took_over_is_told(database: Database, url: str) -> None:
    database.write(note)
    database.write(note)
    assert database.lost == ""
    administer(url, "DELETE FROM journal WHERE seq = 2")
    administer(url, OTHERS)
    database.write(note)
    assert "journal entry 2 was acknowledged and is gone" in database.lost


def test_a_read_that_is_cut_off_is_done_again(database: Database, url: str) -> None:
    database.write(note)
    cut: list[int] = []

    def read(tx: Tx) -> int:
        tx.scalar("SELECT 1")
        if not cut:
            cut.append(1)
            administer(url, OTHERS)
        return int(tx.scalar("SELECT count(*) FROM note"))

    assert database.read(read) == 1


def test_who_watches_hears_again_after_a_cut(database: Database, url: str) -> None:
    heard = threading.Event()
    database.watch(lambda head: heard.set())
    for _ in range(2):
        administer(url, OTHERS)
        time.sleep(0.1)
        heard.clear()
        database.write(note)
        assert heard.wait(60)
