"""World files and generated worlds into a database, all or nothing."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import TextIO

from backend.core.database import Database, Tx
from backend.core.errors import Conflict, Invalid
from backend.core.journal import Entry, to_json
from backend.decode import decode, parse_json, path_text
from backend.world.format import VERSION, WorldFile
from backend.world.model import Progress, Report, World
from backend.world.prepare import prepare
from backend.world.present import is_empty
from backend.world.write import Importer

Source = TextIO | Mapping[str, object] | World

# A file without a version is a plain list of who and what there is.
PLAIN = frozenset({"services", "resources", "users"})


def load(
    db: Database,
    source: Source,
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
    world = source if isinstance(source, World) else read_file(source)
    who = actor or f"operator:{getpass.getuser()}"
    return db.write(lambda tx: _write(tx, world, merge, progress or _silent, who))


def _silent(what: str, done: int, total: int) -> None:
    """Progress nobody looks at."""


def read_file(source: TextIO | Mapping[str, object]) -> WorldFile:
    """The typed content of a world file. Raises Invalid."""
    body = source if isinstance(source, Mapping) else parse_json(source.read(), "the world file")
    if isinstance(body, Mapping):
        _check_version(body)
    return decode(WorldFile, dict(body) if isinstance(body, Mapping) else body)


def _check_version(body: Mapping[str, object]) -> None:
    version = body.get("bursar_world")
    if version is None and body.keys() - PLAIN and body.keys() & set(WorldFile.model_fields):
        raise Invalid(
            "bursar_world is missing", hint=f'add "bursar_world": {VERSION} as the first key'
        )
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise Invalid(
            f"bursar_world: {version} is newer than {VERSION}, all that this bursar reads",
            hint="upgrade bursar, or export from the older version",
            data={"path": path_text(("bursar_world",))},
        )


def _write(
    tx: Tx, source: WorldFile | World, merge: bool, progress: Progress, actor: str
) -> Report:
    empty = is_empty(tx)
    if not empty and not merge:
        raise Conflict(
            "the database is not empty", hint="use an empty one, or --merge to add what is missing"
        )
    world = source if isinstance(source, World) else prepare(tx, source, empty=empty)
    importer = Importer(tx, progress)
    report = importer.write(world)
    if any(report.counts.values()):
        after = to_json({"counts": dict(report.counts), "merge": merge})
        tx.record(Entry(actor, "world.import", "world", "{}", after, effects=importer.effects))
    return report
