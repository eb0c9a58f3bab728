"""Which context a command works on, and opening it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from backend import contexts
from backend.backend import Backend
from backend.contexts import Config, Context
from backend.core.dsn import has_password, is_server, name_of, shown
from backend.core.errors import Invalid, NotFound

if TYPE_CHECKING:
    import asyncio


def chosen(options: argparse.Namespace, config: Config | None = None) -> Context:
    """The context that was typed, else the usual one of the configuration. Raises Invalid."""
    if options.database is not None and options.context is not None:
        raise contexts.usage("--database and --context are two places", "give one of them")
    if options.database is not None:
        return _alone(typed_database(options.database))
    if options.context is None and (url := contexts.database_url()):
        try:
            return _alone(contexts.database_place(url))
        except Invalid as error:
            raise contexts.usage(f"{contexts.URL}: {error.message}", error.hint) from error
    return (config or contexts.load()).context(options.context or "")


def _alone(place: Path | str) -> Context:
    """A database that no configuration has."""
    return Context(place.name if isinstance(place, Path) else name_of(place), place)


def typed_database(url: str) -> Path | str:
    """The file or PostgreSQL that `--database` names. Raises Invalid."""
    try:
        if not is_server(url):
            return contexts.database_file(url)
        place = shown(url)
        if has_password(url):
            hint = f"put the URL into {contexts.URL}, or the password into PGPASSWORD or ~/.pgpass"
            told = f"{place}: everybody on this machine can see a password that is typed"
            raise Invalid(told, hint=hint)
        return url
    except Invalid as error:
        raise contexts.usage(f"--database: {error.message}", error.hint) from error


def existing(context: Context) -> Context:
    """The same context. Raises NotFound when it is a file that was never made."""
    if isinstance(context.database, Path) and not context.database.exists():
        raise NotFound(
            f"{context.database} does not exist yet",
            hint="bursar opens an empty one, bursar import FILE fills it",
        )
    return context


@contextmanager
def connected(
    context: Context, *, read_only: bool = True
) -> Iterator[tuple[Backend, asyncio.Runner]]:
    """A context as a Backend, and what its calls run in. Raises BursarError, Unreachable where a
    server does not answer."""
    import asyncio

    backend = contexts.open_context(existing(context), read_only=read_only)
    with asyncio.Runner() as runner:
        try:
            if context.database is None:
                runner.run(backend.badges())
            yield backend, runner
        finally:
            runner.run(backend.close())
