"""What is fine about the database engine and a database file, and what to do about the rest."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from backend.core.database import open_database
from backend.core.database.engine import Head
from backend.core.database.schema import FILLED
from backend.core.database.sqlite.connection import (
    FileConnection,
    connect,
    fuse_driver,
    refuse_network_filesystem,
)
from backend.core.database.sqlite.head import head_path, lost, noted, remedy
from backend.core.database.sqlite.schema import version_of
from backend.core.database.tx import Tx
from backend.core.dsn import is_server
from backend.core.errors import StorageError
from backend.core.runtime import moment, system_runtime
from backend.notices import service, store
from backend.notices.model import Sink, State
from backend.quotas.expiry import JUMP, held
from backend.schema import STEPS

NEEDED = (3, 37, 0)
"""STRICT tables."""

MAGIC = b"SQLite format 3\0"
"""How a database file begins that has something in it."""

ROOM = 200 << 20
"""Bytes that should be free on the database's disk."""

SELECT_NEWEST = "SELECT at FROM journal ORDER BY seq DESC LIMIT 1"

LONG_LOG = 256 << 20
"""Bytes of a write-ahead log that somebody keeps from being emptied."""


class Level(StrEnum):
    """How a finding is meant: fine, worth knowing, or wrong."""

    FINE = "ok"
    NOTE = "note"
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was looked at; `remedy` says what to do about it, `` for nothing."""

    level: Level
    subject: str
    found: str
    remedy: str = ""


def fine(subject: str, found: str) -> Finding:
    """Nothing to do."""
    return Finding(Level.FINE, subject, found)


def note(subject: str, found: str, remedy: str) -> Finding:
    """Worth knowing."""
    return Finding(Level.NOTE, subject, found, remedy)


def wrong(subject: str, found: str, remedy: str) -> Finding:
    """Something to mend."""
    return Finding(Level.WRONG, subject, found, remedy)


def engine() -> Iterator[Finding]:
    """SQLite's version and how it was built."""
    version = tuple(map(int, sqlite3.sqlite_version.split(".")))
    if version < NEEDED:
        yield wrong(
            "SQLite", sqlite3.sqlite_version, "a Python with SQLite 3.37 or newer is needed"
        )
    else:
        yield fine("SQLite", sqlite3.sqlite_version)
    if not _resets_safely(version):
        yield note(
            "SQLite",
            f"{sqlite3.sqlite_version} can, very rarely, damage a file that several write at once",
            "keep backups; SQLite 3.51.3 is mended",
        )
    yield _built()


def _resets_safely(version: tuple[int, ...]) -> bool:
    """Without the race between checkpoints that 3.51.3 mended."""
    mended = ((3, 44, 6), (3, 50, 7))
    return version >= (3, 51, 3) or any(v[:2] == version[:2] and version >= v for v in mended)


def _built() -> Finding:
    conn = sqlite3.connect(":memory:")
    try:
        options = [option for (option,) in conn.execute("PRAGMA compile_options")]
    finally:
        conn.close()
    lacking = [option for option in options if option in ("OMIT_WAL", "OMIT_FOREIGN_KEY")]
    if "THREADSAFE=0" in options or lacking:
        told = ", ".join([*lacking, *["THREADSAFE=0"] * ("THREADSAFE=0" in options)])
        return wrong("SQLite build", told, "use a Python whose SQLite is built as usual")
    threads = next((option for option in options if option.startswith("THREADSAFE")), "THREADSAFE?")
    return fine("SQLite build", f"{threads}, {len(options)} compile options, none of them harmful")


def database(path: Path) -> Iterator[Finding]:
    """A database file, its directory and its disk."""
    yield from _place(path)
    if not path.exists():
        yield note("database", f"{path} does not exist yet", "bursar makes it when it first opens")
        return
    if not _something_else(path):
        yield from _permissions(path)
    yield from _content(path)


def _place(path: Path) -> Iterator[Finding]:
    folder = next((one for one in path.absolute().parents if one.exists()), Path("/"))
    try:
        refuse_network_filesystem(path if path.exists() else folder / path.name)
    except StorageError as error:
        yield wrong("file system", error.message, error.hint)
    else:
        yield _file_system(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        yield wrong("directory", f"{folder} cannot be written", "its owner or mode; or --read-only")
    free = shutil.disk_usage(folder).free
    told = f"{free >> 20:,} MiB free"
    yield fine("disk", told) if free >= ROOM else wrong("disk", told, "make room")


def _file_system(folder: Path) -> Finding:
    if driver := fuse_driver(folder):
        hint = "when there is a network behind it, keep the database on a local disk"
        return note("file system", f"{folder} is kept by a program ({driver})", hint)
    return fine("file system", f"{folder} is not on a network")


def _permissions(path: Path) -> Iterator[Finding]:
    files = (path, *_companions(path))
    faults = [fault for file in files for fault in _faults(file)]
    yield from faults or [fine("permissions", f"{path} is its owner's alone")]


def _faults(file: Path) -> Iterator[Finding]:
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077 and os.name == "posix":
        told = f"others may read or write {file} ({mode:o})"
        yield wrong("permissions", told, f"chmod 600 {file}")
    if not os.access(file, os.R_OK | os.W_OK):
        yield wrong("permissions", f"{file} cannot be written", "its owner or mode")


def _something_else(path: Path) -> bool:
    """Whether it is no database, of which it does not matter who may read it."""
    try:
        with path.open("rb") as file:
            begins = file.read(len(MAGIC))
    except OSError:
        return False
    return begins not in (b"", MAGIC)


def _companions(path: Path) -> list[Path]:
    ends = ("-wal", "-shm", ".lock", ".lock-next", ".head")
    names = [path.with_name(path.name + end) for end in ends]
    return [name for name in names if name.exists()]


def _content(path: Path) -> Iterator[Finding]:
    head = noted(head_path(path))
    try:
        conn = connect(path, writer=False, read_only=True)
    except StorageError as error:
        yield wrong("database", error.message, error.hint)
        return
    try:
        version = version_of(conn)
        (mode,) = conn.execute("PRAGMA journal_mode").fetchone()
        inside = list(_inside(path, conn, head)) if version == len(STEPS) else []
    except StorageError as error:
        yield wrong("database", f"{path}: {error.message}", error.hint)
        return
    except sqlite3.Error as error:
        yield wrong("database", f"{path}: {error}", "restore a backup made with bursar backup")
        return
    finally:
        conn.close()
    yield schema(str(path), version, path.stat().st_size)
    yield from _log(path, str(mode))
    yield from inside


def _inside(path: Path, conn: FileConnection, head: Head | None) -> Iterator[Finding]:
    """The end of the journal, and whether this machine's clock fits it."""
    if missing := lost(conn, path, head):
        yield wrong("journal", missing, remedy(path))
    tx = Tx(conn, system_runtime(), writable=False)
    newest = tx.scalar(SELECT_NEWEST) or 0
    if newest > tx.now + JUMP:
        told = (
            f"the newest journal entry is of {moment(newest):%Y-%m-%d %H:%M} UTC, which is to come"
        )
        yield wrong("clock", told, "set this machine's clock right; entries keep their order")
    if reason := held(tx):
        yield wrong("expiry", *reason.split(": ", 1))


def schema(place: str, version: int, size: int) -> Finding:
    """How the schema of a database of so many bytes fits this bursar."""
    if version > len(STEPS):
        told = f"{place} has schema {version}, this bursar knows up to {len(STEPS)}"
        return wrong("database", told, "upgrade bursar")
    if not version:
        return note("database", f"{place} is empty", FILLED)
    if version < len(STEPS):
        told = f"{place} has schema {version}, this bursar {len(STEPS)}"
        copied = "" if is_server(place) else ", after a copy,"
        return note("database", told, f"it is migrated{copied} when bursar next opens it")
    told = f"{place}: schema {version}, {size >> 20:,} MiB; bursar check looks inside"
    return fine("database", told)


def _log(path: Path, mode: str) -> Iterator[Finding]:
    if mode != "wal":
        yield note("write-ahead log", f"off ({mode})", "bursar turns it on when it opens the file")
        return
    wal = path.with_name(path.name + "-wal")
    size = wal.stat().st_size if wal.exists() else 0
    told = f"on, {size >> 20:,} MiB"
    if size > LONG_LOG:
        yield note("write-ahead log", told, "an old reader holds it: close consoles left open")
    else:
        yield fine("write-ahead log", told)


def notices(place: Path | str, sink: Sink | None) -> Iterator[Finding]:
    """Where notices go, and whether they do."""
    if sink is None:
        yield fine("notices", "off for this context: nobody is told what is decided")
        return
    yield from _program(sink)
    try:
        found = None if isinstance(place, Path) and not place.exists() else _state(place, sink)
    except StorageError:
        return  # is told of the database
    yield _sending(sink, *(found or (None, 0)))


def _program(sink: Sink) -> Iterator[Finding]:
    for words in (sink.command, sink.token_command):
        if words and shutil.which(words[0]) is None:
            yield wrong("notices", f"{words[0]} cannot be run", "its path or mode")


def _state(place: Path | str, sink: Sink) -> tuple[State, int] | None:
    """How far the sink is and how many notices wait, None before it began."""
    database = open_database(place, STEPS, read_only=True)
    try:
        state = database.read(lambda tx: store.state(tx, sink.name))
        return (state, database.read(lambda tx: service.count(tx, state))) if state else None
    finally:
        database.close()


def _sending(sink: Sink, state: State | None, count: int) -> Finding:
    if state is None:
        told = "what is decided after bursar has next opened the database is told"
        return note("notices", f"to {sink.place}, not begun", told)
    waiting = f"{count}{'+' if count >= service.COUNTED else ''} wait"
    if state.attempts:
        since = f"{moment(state.failed_at):%Y-%m-%d %H:%MZ}"
        told = f"to {sink.place}: failing since {since}, {waiting}: {state.error}"
        return wrong("notices", told, "mend it; bursar notify --once tries again at once")
    if count:
        told = "a console or bursar notify sends them"
        return note("notices", f"to {sink.place}: {waiting}", told)
    return fine("notices", f"to {sink.place}: none waits")
