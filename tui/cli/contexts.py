"""`bursar contexts`: what is configured, and whether it answers."""

from __future__ import annotations

import argparse
from functools import cached_property
from pathlib import Path

from backend import contexts as configured
from backend.contexts import Context
from backend.core.errors import BursarError
from tui.cli.columns import Kind, of, rare
from tui.cli.formats import WRITERS
from tui.cli.lists import selected
from tui.cli.output import DONE, REFUSED, say
from tui.cli.target import connected

LOOKED_AT = ("state", "problem", "read_only", "system", "actor")
ANSWERS, EMPTY, UNMADE, FAILS = "answers", "empty", "not made yet", "fails"


class Row:
    """A context, and what opening it came to once somebody looks."""

    def __init__(self, context: Context, usual: str) -> None:
        self.context = context
        self.name = context.name
        self.usual = context.name == usual
        self.database = context.place
        self.system = self.actor = ""
        self.read_only, self.production = context.read_only, context.production
        self.problem = ""

    @cached_property
    def state(self) -> str:
        """Whether it answers; `problem` says why not."""
        file = self.context.database
        try:
            if isinstance(file, Path) and not file.exists():
                return UNMADE
            with connected(self.context) as (backend, _):
                found = backend.connection
        except (BursarError, OSError) as error:
            self.problem = str(error)
            return FAILS
        self.system, self.actor = found.kind, found.who
        self.read_only |= not found.actor.may_change
        return EMPTY if found.empty else ANSWERS


FIELDS = (
    of("name"),
    of("default", Kind.FLAG, "usual"),
    of("state"),
    rare("problem"),
    of("read_only", Kind.FLAG),
    of("production", Kind.FLAG),
    of("database"),
    of("system"),
    of("actor"),
)


def contexts(options: argparse.Namespace) -> int:
    """List them; 1 when one does not answer. Only what is shown is looked at."""
    fields = selected(FIELDS, options)
    config = configured.load()
    say(f"configuration: {config.file or f'none, {configured.location()} would be read'}")
    rows = [Row(context, config.usual) for context in config.contexts.values()]
    looked = any(field.name in LOOKED_AT for field in fields)
    failing = [row for row in rows if looked and row.state == FAILS]
    writer = WRITERS[options.format](fields, "raw")
    writer.page(rows)
    writer.end()
    for row in failing:
        say(f"{row.name}: {row.problem}")
    return REFUSED if failing else DONE
