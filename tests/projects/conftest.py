"""World W for every test of the projects room, and the check that limits stay true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.projects import service
from backend.schema import STEPS
from tests.places import Places
from tests.worlds import World, world_w


@pytest.fixture
def w(new_place: Places) -> Iterator[World]:
    """World W; after each scenario quota-verify finds nothing (scenario 41)."""
    world = world_w(new_place(STEPS))
    yield world
    found = world.database.read(lambda tx: service.mismatches(tx, unexpected=True))
    world.database.close()
    assert found == []
