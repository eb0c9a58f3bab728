"""Which context a command works on, and opening it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from backend import contexts
from backend.contexts import Config, Context
from backend.core.errors import Invalid, NotFound

if TYPE_CHECKING:
    from backend.embedded import EmbeddedBackend


def chosen(options: argparse.Namespace, config: Config | None = None) -> Context:
    """The context that was typed, else the usual one of the configuration. Raises Invalid."""
    if options.database is not None and options.context is not None:
        raise contexts.usage("--database and --context are two places", "give one of them")
    if options.database is not None:
        path = typed_database(options.database)
        return Context(path.stem, path)
    return (config or contexts.load()).context(options.context or "")


def typed_database(url: str) -> Path:
    """The file that `--database` names. Raises Invalid."""
    try:
        return contexts.database_file(url)
    except Invalid as error:
        raise contexts.usage(f"--database: {error.message}", error.hint) from error


def existing(context: Context) -> Context:
    """The same context. Raises NotFound when its database was never made."""
    if not context.database.exists():
        raise NotFound(
            f"{context.database} does not exist yet",
            hint="bursar opens an empty one, bursar import FILE fills it",
        )
    return context


def reader(options: argparse.Namespace, config: Config | None = None) -> EmbeddedBackend:
    """The chosen context, opened for looking only; nothing is made. Raises BursarError."""
    return contexts.open_context(existing(chosen(options, config)), read_only=True)
