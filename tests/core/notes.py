"""A database of notes: the smallest thing that is written and journalled."""

from __future__ import annotations

from pathlib import Path

from backend.core import journal
from backend.core.database import Database, Step, Tx, open_database
from backend.core.journal import Entry

STEPS = (
    Step("journal", journal.SCHEMA),
    Step("notes", "CREATE TABLE note (id {int64} PRIMARY KEY, body TEXT NOT NULL){strict};\n"),
)
WRITE = "INSERT INTO note VALUES (?, ?)"
COUNT = "SELECT count(*) FROM note"


def notes(place: Path | str) -> Database:
    """A database with one table."""
    return open_database(place, STEPS)


def note(tx: Tx, body: str = "x") -> int:
    """A write with its journal entry."""
    id = tx.next_id("note")
    tx.execute(WRITE, (id, body))
    return tx.record(Entry("me", "note.add", f"note:{id}"))


def count(database: Database) -> int:
    """How many notes there are."""
    return int(database.read(lambda tx: tx.scalar(COUNT)))
