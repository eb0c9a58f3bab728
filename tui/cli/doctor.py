"""`bursar doctor`: what is fine here, and what to do about the rest."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from backend import contexts
from backend.contexts import Config, Context
from backend.core.errors import BursarError
from backend.core.text import counted, display
from backend.doctor import Finding, Level, database, engine, fine, note, notices, wrong
from backend.doctor_server import server
from tui import VERSION
from tui.cli.output import DONE, REFUSED, say, write
from tui.cli.target import chosen, connected


def doctor(options: argparse.Namespace) -> int:
    """Look at everything; 1 when something is wrong."""
    from tui.cli.terminal import terminal

    found = [*_program(), *engine(), *_data(options), *terminal(), *_logs()]
    told = _json(found) if options.format == "json" else "".join(map(_text, found))
    write(told)
    bad = sum(one.level is Level.WRONG for one in found)
    say(f"{bad} to mend" if bad else "nothing to mend")
    return REFUSED if bad else DONE


def _text(found: Finding) -> str:
    remedy = f"\n      -> {display(found.remedy)}" if found.remedy else ""
    return f"{found.level:<5} {display(found.subject)}: {display(found.found)}{remedy}\n"


def _json(found: list[Finding]) -> str:
    from tui.cli.formats import to_json

    facts = [
        {"level": one.level, "subject": one.subject, "found": one.found, "remedy": one.remedy}
        for one in found
    ]
    return to_json(facts, indent=2) + "\n"


def _program() -> Iterator[Finding]:
    from importlib.metadata import version

    told = f"{VERSION}, Python {platform.python_version()}, Textual {version('textual')}"
    yield fine("bursar", f"{told}, {platform.system()} {platform.release()}")


def _data(options: argparse.Namespace) -> Iterator[Finding]:
    """The configuration, and the database that the options or it name."""
    try:
        config = contexts.load()
        yield from _configuration(config)
    except BursarError as error:
        yield wrong("configuration", error.message, error.hint)
        config = None
    if config is None and options.database is None:
        return
    try:
        context = chosen(options, config)
    except BursarError as error:
        yield wrong("context", error.message, error.hint)
        return
    yield from _context(context)


def _context(context: Context) -> Iterator[Finding]:
    """A database looked into, or whether a server answers."""
    if isinstance(context.database, Path):
        yield from database(context.database)
        yield from notices(context.database, context.notices)
        return
    if context.database is not None:
        yield from server(context.database)
        yield from notices(context.database, context.notices)
        return
    try:
        with connected(context) as (backend, _):
            link = backend.connection
    except BursarError as error:
        yield wrong(context.kind, error.message, error.hint)
    else:
        yield fine(context.kind, f"{context.place} answers: {link.kind}, as {link.who}")


def _configuration(config: Config) -> Iterator[Finding]:
    from tui.cli.console import check

    if config.file is None:
        yield fine("configuration", f"none; {contexts.location()} would be read")
        return
    try:
        check(config)
    except BursarError as error:
        yield wrong("configuration", error.message, error.hint)
        return
    yield fine("configuration", f"{config.file}: {counted(len(config.contexts), 'context')}")


def _logs() -> Iterator[Finding]:
    from platformdirs import user_state_path

    folder = user_state_path("bursar")
    if _writable(folder):
        yield fine("log", f"{folder / 'bursar.log'}")
    else:
        yield note("log", f"{folder} cannot be written", "nothing is logged; its owner or mode")


def _writable(folder: Path) -> bool:
    """Whether a file can be made there; the directory is made when it is needed."""
    there = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if not os.access(there, os.W_OK | os.X_OK):
        return False
    with suppress(OSError):
        log = folder / "bursar.log"
        return not log.exists() or os.access(log, os.W_OK)
    return False
