"""World W for every test of the projects room, and the check that limits stay true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.projects import service
from tests.worlds import World, world_w


@pytest.fixture
def w(tmp_path: Path) -> Iterator[World]:
    """World W; after each scenario quota-verify finds nothing (scenario 41)."""
    world = world_w(tmp_path / "w.db")
    yield world
    found = world.database.read(lambda tx: service.mismatches(tx, unexpected=True))
    world.database.close()
    assert found == []
