"""What disks, other programs and other processes do to a file (storage.md §6.3)."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory

import pytest

from backend.core.database import Database, Tx, open_database
from backend.core.database.sqlite import lock
from backend.core.errors import StorageBusy, StorageCorrupt, StorageError, StorageReadOnly
from tests.core.notes import STEPS, count, note, notes
from tests.core.writing_child import NOTES

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = 4096
ORDER = "SELECT actor FROM journal ORDER BY seq"


@contextmanager
def held(database: Database) -> Iterator[int]:
    """Somebody else's turn to write, that does not end."""
    handle = os.open(database.path.with_name(database.path.name + ".lock"), os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for a turn gives up early."""
    monkeypatch.setattr(lock, "PATIENCE", 0.05)


@pytest.mark.usefixtures("impatient")
def test_a_process_that_never_lets_go_is_told_and_reads_go_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.write(note)
    with held(database):
        for _ in range(3):
            with pytest.raises(StorageBusy, match="has not let go of .*notes.db.lock"):
                database.write(note)
        assert count(database) == 1
    monkeypatch.setattr(lock, "PATIENCE", 60)
    assert database.write(note) == 2
    assert count(database) == 2


@pytest.mark.usefixtures("impatient")
def test_everybody_who_waits_for_the_turn_hears_an_error_of_his_own(database: Database) -> None:
    async def together() -> list[object]:
        jobs = [database.awrite(note) for _ in range(3)]
        return await asyncio.gather(*jobs, return_exceptions=True)

    with held(database):
        errors = asyncio.run(together())
    assert [type(error) for error in errors] == [StorageBusy] * 3
    assert len(set(map(id, errors))) == 3
    assert count(database) == 0


def test_who_waits_writes_as_soon_as_it_is_his_turn(database: Database) -> None:
    async def wait() -> int:
        with held(database) as handle:
            writing = asyncio.ensure_future(database.awrite(note))
            await asyncio.sleep(0.05)
            assert not writing.done()
            fcntl.flock(handle, fcntl.LOCK_UN)
            return await writing

    assert asyncio.run(wait()) == 1


@pytest.mark.usefixtures("impatient")
def test_a_database_that_is_closed_while_others_hold_the_turn_lets_it_go(
    database: Database,
) -> None:
    """The thread in the queue gets the turn after everything was closed, and gives it back."""
    with held(database), pytest.raises(StorageBusy):
        database.write(note)
    with held(database):
        with pytest.raises(StorageBusy):
            database.write(note)
        database.close()
    other = notes(database.path)
    assert other.write(note) == 1
    other.close()


@pytest.mark.usefixtures("impatient")
def test_a_file_whose_turn_is_taken_is_not_opened_for_ever(database: Database) -> None:
    with held(database), pytest.raises(StorageBusy):
        notes(database.path)


def test_another_program_that_writes_is_told_and_reads_go_on(database: Database) -> None:
    database.write(lambda tx: tx.all("PRAGMA busy_timeout = 20"))
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageBusy, match="SQLITE_BUSY"):
        database.write(note)
    assert count(database) == 0
    other.execute("ROLLBACK")
    other.close()
    assert database.write(note) == 1


def test_a_write_begins_as_one_so_that_it_is_never_refused_halfway(database: Database) -> None:
    """A transaction that reads first and writes later would fail once others have written."""
    other = sqlite3.connect(database.path, isolation_level=None, timeout=0)

    def read_then_write(tx: Tx) -> int:
        tx.scalar("SELECT count(*) FROM note")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("INSERT INTO note VALUES (99, 'x')")
        return note(tx)

    assert database.write(read_then_write) == 1
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM note").fetchall()
    database.write(note)
    with pytest.raises(sqlite3.OperationalError) as refused:
        other.execute("INSERT INTO note VALUES (99, 'x')")
    other.close()
    assert refused.value.sqlite_errorname == "SQLITE_BUSY_SNAPSHOT"


TURNS = 100
"""Far fewer than there are on an idle machine; one after the other would be three."""


@pytest.fixture
def on_disk() -> Iterator[Database]:
    """The same on a disk, which a commit waits for."""
    with TemporaryDirectory() as folder:
        fresh = notes(Path(folder) / "notes.db")
        yield fresh
        fresh.close()


def test_processes_take_turns(on_disk: Database) -> None:
    database, names = on_disk, ("a", "b", "c")
    arguments = [sys.executable, "-m", "tests.core.writing_child", str(database.path)]
    with ExitStack() as stack:
        children = [
            stack.enter_context(
                subprocess.Popen([*arguments, name], stdin=PIPE, stdout=PIPE, text=True, cwd=ROOT)
            )
            for name in names
        ]
        for one in children:
            assert one.stdout is not None
            one.stdout.readline()
        start = time.monotonic() + 0.5
        for one in children:
            assert one.stdin is not None
            one.stdin.write(f"{start}\n")
            one.stdin.flush()
        assert [one.wait(60) for one in children] == [0, 0, 0]
    wrote = database.read(lambda tx: [actor for (actor,) in tx.all(ORDER)])
    assert sorted(wrote) == sorted(names * NOTES)
    first = max(wrote.index(name) for name in names)
    last = min(len(wrote) - wrote[::-1].index(name) for name in names)
    turns = [who for who, _ in groupby(wrote[first:last])]
    assert len(turns) >= TURNS, "somebody waits while another does all of his"


FULL = """
import resource, sys
from pathlib import Path
from backend.core.errors import StorageError
from tests.core.notes import count, note, notes

database = notes(Path(sys.argv[1]))
database.write(note)
log = Path(sys.argv[1] + "-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (log + 5000, resource.RLIM_INFINITY))
heard = []
for _ in range(3):
    try:
        database.write(lambda tx: note(tx, "x" * 100_000))
    except StorageError as error:
        heard.append(error.message.split("[")[1])
assert count(database) == 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
database.write(note)
print(count(database), *heard)
database.close()
"""


def child(script: str, path: Path) -> str:
    """What a process of its own prints."""
    arguments = [sys.executable, "-c", script, str(path)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return done.stdout.strip()


def test_a_write_error_keeps_nothing_and_reads_go_on(tmp_path: Path) -> None:
    told = child(FULL, tmp_path / "notes.db")
    assert told == "2" + " SQLITE_IOERR_WRITE]" * 3
    again = notes(tmp_path / "notes.db")
    assert count(again) == 2
    again.close()


def test_a_file_that_cannot_be_written_any_more_is_still_read(database: Database) -> None:
    database.write(note)
    database.write(lambda tx: tx.all("PRAGMA query_only = ON"))
    with pytest.raises(StorageReadOnly, match="SQLITE_READONLY"):
        database.write(note)
    assert count(database) == 1


def filled(path: Path) -> bytes:
    """A closed database of some forty pages, most of them notes."""
    database = notes(path)
    database.write(lambda tx: [note(tx, "x" * 500) for _ in range(200)])
    database.close()
    return path.read_bytes()


@pytest.mark.parametrize("rubbish", [b"\0", b"\xff"])
def test_a_broken_page_harms_only_who_needs_it(tmp_path: Path, rubbish: bytes) -> None:
    path = tmp_path / "notes.db"
    content = filled(path)
    start = content.rindex(b"x" * 500) // PAGE * PAGE
    path.write_bytes(content[:start] + rubbish * PAGE + content[start + PAGE :])
    database = notes(path)
    assert database.read(lambda tx: tx.scalar("SELECT max(seq) FROM journal")) == 200
    with pytest.raises(StorageCorrupt, match="malformed") as told:
        database.read(lambda tx: tx.all("SELECT body FROM note"))
    assert "restore a backup" in told.value.hint
    database.close()


def test_a_file_that_was_moved_away_takes_no_more_writes(
    database: Database, tmp_path: Path
) -> None:
    """What was acknowledged then would be in a file that nobody finds."""
    database.write(note)
    elsewhere = tmp_path / "elsewhere.db"
    database.path.rename(elsewhere)
    with pytest.raises(StorageError, match="moved, removed or replaced"):
        database.write(note)
    database.path.touch()
    with pytest.raises(StorageError, match="moved, removed or replaced"):
        database.write(note)
    elsewhere.replace(database.path)
    assert database.write(note) == 2


def test_half_a_file_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    content = filled(path)
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(StorageCorrupt):
        notes(path)


KILLED = """
import os, sys
from pathlib import Path
from tests.core.notes import note, notes

database = notes(Path(sys.argv[1]))
print(*(database.write(note) for _ in range(5)), flush=True)
os._exit(0)
"""


def test_a_lost_log_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    notes(path).close()
    assert child(KILLED, path) == "1 2 3 4 5"
    path.with_name("notes.db-wal").unlink()
    database = notes(path)
    assert database.lost == f"{path}: the journal ends at entry 0, but entry 5 was acknowledged"
    assert database.write(note) == 1
    database.close()
    reader = open_database(path, STEPS, read_only=True)
    assert "ends at entry 1, but" in reader.lost
    reader.close()


def test_what_nobody_lost_is_not_missed(tmp_path: Path) -> None:
    """A crash loses nothing; the note may lag behind, be spoilt or be gone."""
    path, beside = tmp_path / "notes.db", tmp_path / "notes.db.head"
    child(KILLED, path)
    for spoilt in (None, b"", b"\0" * 85, f"{2:019} {'0' * 64}".encode()[:9]):
        if spoilt is not None:
            beside.write_bytes(spoilt)
        database = notes(path)
        assert database.lost == ""
        database.write(note)
        database.close()
        assert beside.read_text().split()[0] == f"{count_of(path):019}"
    beside.unlink()
    database = notes(path)
    assert database.lost == ""
    database.close()


def count_of(path: Path) -> int:
    """Notes in a closed file."""
    database = notes(path)
    try:
        return count(database)
    finally:
        database.close()


def test_another_history_in_the_same_place_is_noticed_until_it_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    database = notes(path)
    database.write(note)
    database.backup(tmp_path / "copy.db")
    database.write(note)
    database.close()
    (tmp_path / "copy.db").replace(path)
    older = notes(path)
    assert "ends at entry 1, but entry 2 was acknowledged" in older.lost
    for _ in range(3):
        older.write(note)
    older.close()
    other = notes(path)
    assert other.lost == f"{path}: journal entry 2 is not the one that was acknowledged"
    other.close()
    (tmp_path / "notes.db.head").unlink()
    meant = notes(path)
    assert meant.lost == ""
    meant.close()
