"""What the tests in a terminal stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.stage import Stage, set_up


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A world where applications wait and a commission is stuck."""
    folder = tmp_path / "stage"
    folder.mkdir()
    with set_up(folder) as made:
        yield made
