"""Where tests keep databases: in files, and on a PostgreSQL, so that both are put to the test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from backend.core.database import Step
from tests.postgres import Server

ENGINES = ("sqlite", "postgresql")

sqlite_only = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""For a test of what SQLite does."""

Place = Path | str
Places = Callable[[Sequence[Step]], Place]
"""A new place; a server has the schema steps applied already, which saves time."""


def in_files(folder: Path) -> Places:
    """Files in a folder."""
    return lambda steps: folder / f"{uuid4()}.db"


def on_server(server: Server, until: ExitStack) -> Places:
    """Databases on a server that are dropped when `until` ends."""
    return lambda steps: until.enter_context(server.database(steps))
