"""What the tests of the console stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.stage import Stage, set_up


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A console on a world where applications wait and a commission is stuck.

    Its database is named without a folder, so that pictures do not show where tests run."""
    monkeypatch.chdir(tmp_path)
    with set_up(Path()) as made:
        yield made
