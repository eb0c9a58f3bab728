"""World W with notices switched on, sound at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.check import findings
from backend.schema import STEPS
from tests.notices.post import Post
from tests.places import Places
from tests.worlds import World, world_w


@pytest.fixture
def w(new_place: Places) -> Iterator[World]:
    """World W."""
    world = world_w(new_place(STEPS))
    yield world
    assert world.database.read(lambda tx: list(findings(tx))) == []
    world.database.close()


@pytest.fixture
def post(w: World, tmp_path: Path) -> Post:
    """Notices of it into a file, from now on."""
    return Post(w, tmp_path / "sent.jsonl").begun()
