"""Where tests keep databases: in files, and on a PostgreSQL, so that both are put to the test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from backend.core.database import Step, open_database
from tests.postgres import Server

SQLITE, POSTGRESQL = "sqlite", "postgresql"
MARKS = {SQLITE: (), POSTGRESQL: (pytest.mark.slow,)}
"""What a test with each engine is marked with: a server is a peer that takes its time."""
ENGINES = tuple(pytest.param(engine, marks=marks) for engine, marks in MARKS.items())

sqlite_only = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""For a test of what SQLite does."""

Place = Path | str
Places = Callable[[Sequence[Step]], Place]
"""A new place with the schema steps applied already, which saves time."""


def in_files(folder: Path) -> Places:
    """Files in a folder."""

    def new(steps: Sequence[Step]) -> Path:
        place = folder / f"{uuid4()}.db"
        keep(place, _stepped(tuple(steps)))
        return place

    return new


def keep(place: Path, content: bytes) -> None:
    """Put a database into a file that only its owner may read."""
    place.touch(0o600)
    place.write_bytes(content)


@cache
def _stepped(steps: Sequence[Step]) -> bytes:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "stepped.db"
        open_database(place, steps).close()
        return place.read_bytes()


def on_server(server: Server, until: ExitStack) -> Places:
    """Databases on a server that are dropped when `until` ends."""
    return lambda steps: until.enter_context(server.database(steps))
