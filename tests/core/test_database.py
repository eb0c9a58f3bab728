"""The database: one writer, groups that stand or fall together, readers, schema steps."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from backend.core.database import Database, Step, Tx, open_database
from backend.core.database.sqlite.connection import storage_error
from backend.core.errors import (
    Invalid,
    StorageBusy,
    StorageCorrupt,
    StorageError,
    StorageForeign,
    StorageFull,
    StorageNewer,
    StorageReadOnly,
)
from tests.core.notes import STEPS, count, note


def test_a_file_is_private_and_durable(database: Database) -> None:
    assert database.path.stat().st_mode & 0o777 == 0o600
    pragmas = database.write(
        lambda tx: (tx.scalar("PRAGMA journal_mode"), tx.scalar("PRAGMA synchronous"))
    )
    assert pragmas == ("wal", 2)


def test_a_full_disk_is_told_to_everyone_and_nothing_is_kept(database: Database) -> None:
    database.write(note)
    pages = database.read(lambda tx: tx.scalar("PRAGMA page_count"))
    database.write(lambda tx: tx.scalar(f"PRAGMA max_page_count = {pages + 1}"))

    async def together() -> list[object]:
        big = "x" * 100_000
        jobs = [database.awrite(lambda tx: note(tx, big)) for _ in range(3)]
        return await asyncio.gather(*jobs, return_exceptions=True)

    assert all(isinstance(outcome, StorageFull) for outcome in asyncio.run(together()))
    assert count(database) == 1
    database.write(lambda tx: tx.scalar("PRAGMA max_page_count = 1000000"))
    database.write(note)
    assert count(database) == 2


def test_foreign_and_broken_files_are_named(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.db"
    other = sqlite3.connect(foreign)
    other.execute("CREATE TABLE t (x)")
    other.close()
    with pytest.raises(StorageForeign, match="not one of bursar's"):
        open_database(foreign, STEPS)
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database" * 100)
    for read_only in (False, True):
        with pytest.raises(StorageForeign, match=r"broken.db is no SQLite database \(choose") as no:
            open_database(broken, STEPS, read_only=read_only)
        assert "damaged" not in no.value.title
    with pytest.raises(StorageError, match="nowhere"):
        open_database(tmp_path / "nowhere" / "x.db", STEPS)
    with pytest.raises(StorageError, match="does not exist"):
        open_database(tmp_path / "absent.db", STEPS, read_only=True)


def test_migration_keeps_a_copy_and_goes_only_forward(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = open_database(path, STEPS)
    old.write(note)
    old.close()
    more = (*STEPS, Step("more", "ALTER TABLE note ADD COLUMN kind TEXT NOT NULL DEFAULT '';\n"))
    new = open_database(path, more)
    assert new.read(lambda tx: tx.all("SELECT body, kind FROM note")) == [("x", "")]
    new.close()
    copy = sqlite3.connect(tmp_path / "old.db.pre-v2.bak")
    assert copy.execute("SELECT body FROM note").fetchall() == [("x",)]
    copy.close()
    with pytest.raises(StorageNewer, match="schema 3, this bursar knows up to 2") as newer:
        open_database(path, STEPS)
    assert newer.value.title == "Made by a newer bursar"
    with pytest.raises(StorageNewer):
        open_database(path, STEPS, read_only=True)


def test_a_failing_step_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    open_database(path, STEPS).close()
    bad = (*STEPS, Step("bad", "CREATE TABLE fine (x TEXT){strict};\nCREATE TABLE note (x);\n"))
    with pytest.raises(StorageError):
        open_database(path, bad)
    again = open_database(path, STEPS)
    names = again.read(lambda tx: tx.all("SELECT name FROM sqlite_schema WHERE name = 'fine'"))
    assert names == []
    again.close()


def test_backup_is_a_sound_copy_of_a_live_file(database: Database, tmp_path: Path) -> None:
    for _ in range(20):
        database.write(note)
    target = tmp_path / "copy.db"
    database.backup(target)
    assert target.stat().st_mode & 0o777 == 0o600
    copy = open_database(target, STEPS)
    assert count(copy) == 20
    copy.close()
    with pytest.raises(Invalid, match="exists"):
        database.backup(target)


def test_the_lock_file_stays_beside_the_database(database: Database) -> None:
    names = {entry.name for entry in os.scandir(database.path.parent)}
    assert "notes.db.lock" in names


def test_a_session_that_only_reads_needs_the_newest_schema(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    open_database(path, STEPS[:1]).close()
    with pytest.raises(StorageError, match="schema 1, this bursar reads 2"):
        open_database(path, STEPS, read_only=True)
    empty = tmp_path / "empty.db"
    empty.touch()
    with pytest.raises(StorageError, match="the database is empty"):
        open_database(empty, STEPS, read_only=True)


def test_a_file_that_vanished_is_not_made_anew(database: Database) -> None:
    for name in ("", "-wal", "-shm"):
        database.path.with_name(database.path.name + name).unlink(missing_ok=True)
    with pytest.raises(StorageError):
        count(database)
    assert not database.path.exists()


def test_what_the_file_system_refuses_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nowhere"):
        database.backup(tmp_path / "nowhere" / "copy.db")
    (tmp_path / "other.db.lock").mkdir()
    with pytest.raises(StorageError, match="lock"):
        open_database(tmp_path / "other.db", STEPS)


def test_a_failed_copy_leaves_nothing(database: Database, tmp_path: Path) -> None:
    database.write(lambda tx: [note(tx, "x" * 500) for _ in range(200)])
    database.close()
    content = bytearray(database.path.read_bytes())
    content[-4 * 4096 :] = b"\xff" * 4 * 4096
    database.path.write_bytes(content)
    damaged = open_database(database.path, STEPS)
    with pytest.raises(StorageCorrupt):
        damaged.backup(tmp_path / "copy.db")
    damaged.close()
    assert [path.name for path in tmp_path.glob("copy*")] == []


def test_threads_that_come_and_go_share_connections(database: Database) -> None:
    def read_once() -> None:
        thread = threading.Thread(target=count, args=(database,))
        thread.start()
        thread.join()

    read_once()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        read_once()
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    ("name", "kind", "hint"),
    [
        ("SQLITE_READONLY_DIRECTORY", StorageReadOnly, "make its directory writable"),
        ("SQLITE_READONLY", StorageReadOnly, "bursar --read-only looks at it"),
        ("SQLITE_IOERR_WRITE", StorageError, "check the disk"),
        ("SQLITE_BUSY_SNAPSHOT", StorageBusy, "try again"),
        ("SQLITE_CORRUPT_VTAB", StorageCorrupt, "restore a backup"),
    ],
)
def test_failures_are_told_with_their_remedy(name: str, kind: type[Exception], hint: str) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorname = name
    told = storage_error(error)
    assert type(told) is kind
    assert hint in told.hint


def test_who_comes_by_another_name_queues_at_the_same_lock(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.db"
    link.symlink_to(database.path)
    other = open_database(link, STEPS)
    other.write(note)
    other.close()
    assert [path.name for path in link.parent.iterdir()] == ["link.db"]
    assert count(database) == 1


def test_a_part_that_nobody_ended_undoes_nothing(database: Database) -> None:
    """As where an interrupt comes between its beginning and what is done in it."""

    def write(tx: Tx) -> int:
        part = tx.savepoint()
        part.__enter__()
        seq = note(tx)
        del part
        return seq

    database.write(write)
    assert count(database) == 1


def test_a_file_is_unmade_by_who_made_it_and_while_nothing_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    open_database(path, STEPS).close()
    found = open_database(path, STEPS)
    found.unmake()
    found.close()
    assert path.exists()
    path.unlink()
    made = open_database(path, STEPS)
    made.write(note)
    made.unmake()
    assert count(made) == 1
    made.close()
    path.unlink()
    empty, waiting = open_database(path, STEPS), open_database(path, STEPS)
    empty.unmake()
    with pytest.raises(StorageError, match="moved, removed or replaced"):
        waiting.write(note)
    empty.close()
    waiting.close()
    assert list(tmp_path.iterdir()) == []
