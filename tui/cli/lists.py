"""`bursar projects`, `quotas`, `journal` and their like: the console's lists as text, read and
written in pages."""

from __future__ import annotations

import argparse
import asyncio
import gc
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from rich.cells import cell_len

from backend import contexts
from backend.backend import Backend, Listing
from backend.core.errors import Invalid
from backend.core.listing import Query
from backend.core.text import display
from tui.cli.columns import Field
from tui.cli.fields import LISTS
from tui.cli.formats import WRITERS
from tui.cli.output import DONE, flush, say
from tui.cli.target import chosen, connected
from tui.listings import named

PAGE = 500
TABLE, CSV = "table", "csv"
GIVEN = {"types": "CreateNicoAllocation", "blocks": "CreateNicoAllocation"}
"""Lists that only those see who give of them."""


def listed(options: argparse.Namespace) -> int:
    """Write a list."""
    fields, style = selected(LISTS[options.what].fields, options), units(options)
    sparse = LISTS[options.what].mixed and options.format == TABLE and options.columns is None
    with connected(chosen(options)) as (backend, runner):
        gc.enable()  # a long list is no start
        found, asked = listing(backend, options.what), query(options)
        # Written outside the loop, which would hold Ctrl-C back while a reader is slow.
        written = pages(runner, found, asked, options.limit)
        first = next(written, ())
        if sparse and 0 < len(first) < PAGE:
            fields = [field for field in fields if any(filled(field, row) for row in first)]
        writer = WRITERS[options.format](fields, style)
        for rows in chain([first], written):
            writer.page(rows)
            flush()
        writer.end()
        if not first and (why := nothing(backend, options.what, found, asked)):
            say(why)
    return DONE


def selected(fields: Sequence[Field], options: argparse.Namespace) -> list[Field]:
    """The columns asked for; in tables the usual ones. Raises Invalid for unknown names."""
    if options.columns is None:
        return [field for field in fields if field.usual or options.format != TABLE]
    known = {name: field for field in fields for name in field.names}
    names = [name.strip() for name in options.columns.split(",")]
    for name in names:
        if name not in known:
            hint = contexts.nearest(name, known)
            raise contexts.usage(f"--columns: there is no column {name}", hint)
    return list({known[name].name: known[name] for name in names}.values())


def nothing(backend: Backend, what: str, found: Listing[Any], asked: Query) -> str:
    """What there is to say of an empty list, `` for nothing."""
    if not asked.text:
        return unshown(backend, what)
    from tui.cli.slips import sought

    return sought(asked.text, found.fields)


def unshown(backend: Backend, what: str) -> str:
    """Why nothing of a list is shown through this connection, `` where there is nothing."""
    from tui.format.supply import UNSHOWN

    why = backend.connection.lacks.get(GIVEN.get(what, ""), "")
    return f"{UNSHOWN.format(what)} {why}" if why else ""


def filled(field: Field, row: Any) -> bool:
    """Whether a row has something in a column."""
    return field.value(row) not in (None, "", {}, [], ())


def units(options: argparse.Namespace) -> str:
    """How amounts are written: as typed, else raw in CSV, else as configured.

    Raises Invalid where they are exact anyway.
    """
    if options.units is None:
        return contexts.load().units if options.format == TABLE else "raw"
    if options.format not in (TABLE, CSV):
        raise contexts.usage("--units: JSON has exact numbers", "leave it out")
    return str(options.units)


def query(options: argparse.Namespace) -> Query:
    """What is asked for, in the port's words."""
    fields = {name: field.sort for field in LISTS[options.what].fields for name in field.names}
    return Query(
        text=" ".join(options.filter),
        view=getattr(options, "view", ""),
        sort=fields.get(getattr(options, "sort", ""), ""),
        descending=options.reverse,
    )


def listing(backend: Backend, what: str) -> Listing[Any]:
    """The list of this name."""
    if what == "applications":
        from tui.cli.applications import Applications

        return Applications(backend)
    return named(what).rows(backend)


def misread(text: str, error: Invalid) -> Invalid:
    """What is wrong with a filter, the place shown below it."""
    at = error.data.get("at")
    if isinstance(at, int):
        say(text)
        say(" " * cell_len(display(text[:at])) + "^")
    return contexts.usage(error.message, error.hint)


def pages(
    runner: asyncio.Runner, found: Listing[Any], asked: Query, limit: int | None
) -> Iterator[Sequence[Any]]:
    """The rows, at most `PAGE` at a time. Raises Invalid for a filter that makes no sense."""
    try:
        if limit is not None and limit <= PAGE:
            yield runner.run(found.page(asked, limit))
            return
        keys = runner.run(found.keys(asked))[:limit]
    except Invalid as error:
        raise misread(asked.text, error) from error
    for start in range(0, len(keys), PAGE):
        part = keys[start : start + PAGE]
        rows = runner.run(found.rows(part))
        yield [rows[key] for key in part if key in rows]
