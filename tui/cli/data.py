"""`bursar import`, `export`, `check`, `backup`: whole databases."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from backend import contexts
from backend.core.text import counted, display
from tui.cli.output import DONE, REFUSED, narrate, say, write
from tui.cli.target import chosen, connected, existing
from tui.files import reading, writing

if TYPE_CHECKING:
    from backend.contexts import Context
    from backend.core.database import Database


def import_world(options: argparse.Namespace) -> int:
    """Fill a database from a world file."""
    from backend.world import load
    from backend.world.parse import read_file

    if options.database is None and options.context is None and not contexts.database_url():
        raise contexts.usage("import into which database?", "give --database or --context")
    with reading(options.file) as source:
        told = read_file(source)
    with opened(options, read_only=False) as database:
        try:
            report = load(database, told, merge=options.merge, progress=progress)
        except BaseException:
            database.unmake()
            raise
    write(f"{report}\n")
    return DONE


def export_world(options: argparse.Namespace) -> int:
    """Write a database, or what a server shows, as a world file."""
    from backend.world import dump

    if (context := chosen(options)).database is None:
        return _export_seen(context, options.file)
    with opened(options) as database, writing(options.file) as target:
        report = dump(database, target)
    _written(options.file, f": {report}")
    return DONE


def _export_seen(context: Context, file: str) -> int:
    from backend.remote import RemoteBackend
    from backend.served.client import ServedBackend

    with connected(context) as (backend, runner), writing(file) as target:
        assert isinstance(backend, RemoteBackend | ServedBackend)
        for lacking in runner.run(backend.export(target)):
            say(lacking)
    _written(file)
    return DONE


def _written(file: str, what: str = "") -> None:
    if file != "-":
        say(f"written to {file}{what}")


def check(options: argparse.Namespace) -> int:
    """Look for whatever must not be; 1 when something is found."""
    from backend.check import findings

    with opened(options) as database:
        found = [database.lost] * bool(database.lost)
        found += database.read(lambda tx: list(findings(tx)))
    for line in found:
        write(display(line) + "\n")
    sound = "sound: invariants, journal replay, hash chain"
    say(counted(len(found), "finding") if found else sound)
    return REFUSED if found else DONE


def backup(options: argparse.Namespace) -> int:
    """Copy a live database."""
    with opened(options) as database:
        database.backup(Path(options.file))
    say(f"copied to {options.file}")
    return DONE


@contextmanager
def opened(options: argparse.Namespace, *, read_only: bool = True) -> Iterator[Database]:
    """The chosen database. Raises BursarError."""
    context = existing(chosen(options)) if read_only else chosen(options)
    backend = contexts.open_database(context, read_only=read_only)
    try:
        yield backend.database
    finally:
        backend.shut()


def progress(what: str, done: int, total: int) -> None:
    """Tell how far a long command is, where somebody watches."""
    if sys.stderr is not None and sys.stderr.isatty():
        of = f" of {total}" if total else ""
        end = "\n" if done == total else ""
        narrate(f"\r\x1b[K{display(what)} {done}{of}{end}")
