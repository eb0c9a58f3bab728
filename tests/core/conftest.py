"""Fixtures of the core's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.core.database import Database
from tests.core.notes import notes


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh file with one table."""
    fresh = notes(tmp_path / "notes.db")
    yield fresh
    fresh.close()
