"""World files and generated worlds into a database, all or nothing."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from backend.anything import is_empty
from backend.core.database import Database, Tx
from backend.core.errors import Conflict
from backend.core.journal import Entry, to_json
from backend.world.model import Progress, Report, World
from backend.world.write import Importer

if TYPE_CHECKING:
    from backend.world.format import WorldFile


def load(
    db: Database,
    source: TextIO | Mapping[str, object] | WorldFile | World,
    *,
    merge: bool = False,
    progress: Progress | None = None,
    actor: str = "",
) -> Report:
    """Write a world, one transaction and one journal entry.

    With `merge` only what is missing is added. Raises Invalid about a bad file (path, value
    and remedy; line and column for bad JSON) and Conflict when the database is not empty, or
    says otherwise than the file.
    """
    told = source if isinstance(source, World) else _read_file(source)
    who = actor or f"operator:{getpass.getuser()}"
    return db.write(lambda tx: _write(tx, told, merge, progress or _silent, who))


def _silent(what: str, done: int, total: int) -> None:
    """Progress nobody looks at."""


def _read_file(source: TextIO | Mapping[str, object] | WorldFile) -> WorldFile:
    # Generated worlds, and so the demo, start faster without pydantic.
    from backend.world.parse import read_file

    return read_file(source)


def _prepared(tx: Tx, file: WorldFile, *, empty: bool) -> World:
    from backend.world.prepare import prepare

    return prepare(tx, file, empty=empty)


def _write(
    tx: Tx, source: WorldFile | World, merge: bool, progress: Progress, actor: str
) -> Report:
    empty = is_empty(tx)
    if not empty and not merge:
        raise Conflict(
            "the database is not empty", hint="use an empty one, or --merge to add what is missing"
        )
    world = source if isinstance(source, World) else _prepared(tx, source, empty=empty)
    importer = Importer(tx, progress)
    report = importer.write(world)
    if any(report.counts.values()):
        after = to_json({"counts": dict(report.counts), "merge": merge})
        tx.record(Entry(actor, "world.import", "world", "{}", after, effects=importer.effects))
    return report
