"""Bringing a PostgreSQL database to the newest schema step."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from backend.core.database.postgres.connection import ServerConnection
from backend.core.database.schema import APPLICATION_ID, POSTGRES_WORDS, Step, check_version
from backend.core.errors import StorageError, StorageForeign

OLDEST = 130000

CREATE_VERSION = """
CREATE TABLE schema_version (application TEXT PRIMARY KEY, version BIGINT NOT NULL)"""
INSERT_VERSION = "INSERT INTO schema_version VALUES ('bursar', 0)"
SELECT_VERSION = "SELECT version FROM schema_version WHERE application = 'bursar'"
SET_VERSION = "UPDATE schema_version SET version = ? WHERE application = 'bursar'"
COUNT_TABLES = """
SELECT count(*), count(*) FILTER (WHERE relname = 'schema_version') FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')"""
LOCK_MIGRATION = "SELECT pg_advisory_xact_lock(?)"

# Texts are ordered as SQLite orders them, by their code points.
SELECT_FITNESS = """
SELECT current_setting('server_version_num')::BIGINT, current_setting('server_encoding'),
    'B' < 'a' AND 'a-b' < 'aa' AND 'z' < chr(228)"""


def version_of(conn: ServerConnection) -> int:
    """Schema version of a database; 0 for an empty one.

    Raises StorageForeign when it is another program's.
    """
    tables, mine = conn.execute(COUNT_TABLES).fetchall()[0]
    if not tables:
        return 0
    if not mine:
        raise _foreign()
    try:
        rows = conn.execute(SELECT_VERSION).fetchall()
    except (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction) as error:
        raise _foreign() from error
    if not rows:
        raise _foreign()
    return int(rows[0][0])


def check_fitness(conn: ServerConnection) -> None:
    """Refuse a server or a database that would not behave as SQLite does. Raises StorageError."""
    version, encoding, ordered = conn.execute(SELECT_FITNESS).fetchall()[0]
    if version < OLDEST:
        told = f"PostgreSQL {version // 10000} is too old"
        raise StorageError(told, hint=f"{OLDEST // 10000} or newer is needed")
    if encoding != "UTF8" or not ordered:
        raise StorageError(
            "the database has another encoding than UTF8, or orders texts by a language",
            hint="make it with createdb -T template0 -E UTF8 --locale=C NAME",
        )


def migrate(conn: ServerConnection, steps: Sequence[Step]) -> None:
    """Bring the database to the newest step in one transaction; others who try meanwhile wait."""
    version = version_of(conn)
    check_version(version, steps)
    if version == len(steps):
        return
    conn.script("BEGIN")
    try:
        conn.execute(LOCK_MIGRATION, (APPLICATION_ID,))
        version = version_of(conn)  # another process may have migrated while we waited
        check_version(version, steps)
        if not version:
            conn.execute(CREATE_VERSION)
            conn.execute(INSERT_VERSION)
        conn.execute(f"{SELECT_VERSION} FOR UPDATE")  # and those who write have finished
        for step in steps[version:]:
            for statement in step.statements(POSTGRES_WORDS):
                conn.execute(statement)
        conn.execute(SET_VERSION, (len(steps),))
        conn.script("COMMIT")
    finally:
        conn.roll_back()


def _foreign() -> StorageForeign:
    return StorageForeign(
        "the database is in use, but not by bursar",
        hint="make one of its own: createdb -T template0 -E UTF8 --locale=C NAME",
    )
