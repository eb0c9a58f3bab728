"""Bringing an SQLite file to the newest schema step, and copying it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from backend.core.database.schema import APPLICATION_ID, SQLITE_WORDS, Step, check_version
from backend.core.errors import StorageCorrupt, StorageForeign


def version_of(conn: sqlite3.Connection) -> int:
    """Schema version of an opened file; 0 for an empty one.

    Raises StorageForeign when the file is another program's database.
    """
    (version,) = conn.execute("PRAGMA user_version").fetchone()
    (application,) = conn.execute("PRAGMA application_id").fetchone()
    (tables,) = conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and application != APPLICATION_ID:
        raise StorageForeign(
            "the file is an SQLite database, but not one of bursar's",
            hint="choose another file; a new one is created when it does not exist",
        )
    return int(version)


def migrate(conn: sqlite3.Connection, steps: Sequence[Step], path: Path | None) -> None:
    """Bring the file to the newest step in one transaction; existing data is copied first
    to `<file>.pre-v<version>.bak` beside it."""
    version = version_of(conn)
    check_version(version, steps)
    if version == len(steps):
        return
    if version and path is not None:
        _backup_before(conn, path, version)
    conn.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(conn)  # another process may have migrated while we waited
        for step in steps[version:]:
            for statement in step.statements(SQLITE_WORDS):
                conn.execute(statement)
        conn.execute(f"PRAGMA user_version = {len(steps)}")
        conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def _backup_before(conn: sqlite3.Connection, path: Path, version: int) -> None:
    backup = path.with_name(f"{path.name}.pre-v{version}.bak")
    copy_to(conn, backup)


def copy_to(conn: sqlite3.Connection, target: Path) -> None:
    """Copy a live database with SQLite's backup API and check the copy.

    The copy appears under its name only when complete. Raises StorageCorrupt on a bad copy.
    """
    partial = target.with_name(target.name + ".part")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    try:
        _copy(conn, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _copy(conn: sqlite3.Connection, target: Path) -> None:
    copy = sqlite3.connect(target)
    try:
        conn.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        (verdict,) = copy.execute("PRAGMA quick_check").fetchone()
    finally:
        copy.close()
    if verdict != "ok":
        raise StorageCorrupt(f"the copy {target} is damaged: {verdict}", hint="run bursar check")
