"""What the tests in a terminal stand on."""

from __future__ import annotations

import os
import shutil
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


IN_CI = bool(os.environ.get("CI"))
NEEDED = {"test_tmux": "tmux", "test_screen": "screen"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A machine without a multiplexer has nothing to try the console in; CI has both."""
    absent = {
        name for name, program in NEEDED.items() if not IN_CI and shutil.which(program) is None
    }
    out = [item for item in items if item.name in absent]
    if out:
        items[:] = [item for item in items if item.name not in absent]
        config.hook.pytest_deselected(items=out)
