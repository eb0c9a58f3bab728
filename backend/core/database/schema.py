"""Numbered schema steps, written once for SQLite and PostgreSQL.

A step's SQL uses `{int64}`, `{float64}`, `{blob}`, `{strict}` and `{clustered}` (rows stored in
primary key order) where the engines' words differ.
Steps are appended, never renumbered, and only go forward.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.core.errors import StorageError, StorageNewer

APPLICATION_ID = 0x62757273  # "burs"

SQLITE_WORDS: Mapping[str, str] = {
    "int64": "INTEGER",
    "float64": "REAL",
    "blob": "BLOB",
    "strict": " STRICT",
    "clustered": " STRICT, WITHOUT ROWID",
}
POSTGRES_WORDS: Mapping[str, str] = {
    "int64": "BIGINT",
    "float64": "DOUBLE PRECISION",
    "blob": "BYTEA",
    "strict": "",
    "clustered": "",
}


FILLED = "bursar import FILE with the same --database fills it"


@dataclass(frozen=True, slots=True)
class Step:
    """One schema change: statements separated by `;` and a blank or new line."""

    name: str
    sql: str

    def statements(self, words: Mapping[str, str]) -> list[str]:
        """The statements in the engine's own words."""
        parts = self.sql.format_map(words).split(";\n")
        return [part.strip().rstrip(";") for part in parts if part.strip()]


def check_version(version: int, steps: Sequence[Step], *, exactly: bool = False) -> None:
    """Refuse a file written by a newer bursar; also, `exactly`, one to be migrated first."""
    if version > len(steps):
        raise StorageNewer(
            f"the database has schema {version}, this bursar knows up to {len(steps)}",
            hint="upgrade bursar; nothing was changed",
        )
    if exactly and not version:
        raise StorageError("the database is empty", hint=FILLED)
    if exactly and version < len(steps):
        raise StorageError(
            f"the database has schema {version}, this bursar reads {len(steps)}",
            hint="the console brings it up to date, unless it is opened with --read-only",
        )
