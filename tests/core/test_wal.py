"""The write-ahead log stays short although somebody is always reading."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend.core.database import Database, Tx
from backend.core.database.sqlite import wal
from tests.core.notes import note, notes

LIMIT = 2_000_000
PAGE = "x" * 3000
LAST = "SELECT max(id) FROM note"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database whose log is long early."""
    monkeypatch.setattr(wal, "LIMIT", LIMIT)
    monkeypatch.setattr(wal, "EVERY", 1)
    fresh = notes(tmp_path / "notes.db")
    yield fresh
    fresh.close()


def log_size(database: Database) -> int:
    """Bytes of the write-ahead log."""
    return database.path.with_name(database.path.name + "-wal").stat().st_size


def fill(tx: Tx) -> None:
    """Some 200 KB."""
    for _ in range(60):
        note(tx, PAGE)


def look(tx: Tx) -> None:
    """A read of some milliseconds."""
    tx.scalar(LAST)
    time.sleep(0.005)


@contextmanager
def reading(database: Database, threads: int) -> Iterator[None]:
    """Readers that follow each other without a pause, some always inside."""
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            database.read(look)

    readers = [threading.Thread(target=read) for _ in range(threads)]
    for thread in readers:
        thread.start()
    yield
    stop.set()
    for thread in readers:
        thread.join()


@pytest.mark.parametrize("readers", [1, 3])
def test_the_log_is_bounded_though_readers_never_pause(small: Database, readers: int) -> None:
    longest = 0
    with reading(small, readers):
        for _ in range(100):
            small.write(fill)
            longest = max(longest, log_size(small))
    assert longest < 3 * LIMIT


def test_a_reader_that_stays_holds_up_writers_only_for_moments(small: Database) -> None:
    inside, leave = threading.Event(), threading.Event()

    def stay(tx: Tx) -> None:
        tx.scalar(LAST)
        inside.set()
        leave.wait(60)

    reader = threading.Thread(target=small.read, args=(stay,))
    reader.start()
    inside.wait(60)
    for _ in range(100):
        small.write(fill)
    assert reader.is_alive()
    grown = log_size(small)
    leave.set()
    reader.join()
    assert grown > 5 * LIMIT
