"""What the tests of the console stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from tests.nico.cloud import Cloud
from tests.tui import portals
from tests.tui.clouds import clouded
from tests.tui.stage import Stage, set_up
from tests.tui.stock import stocked


class Film:
    """The pictures of one session; `changed` names those that are not as they were accepted."""

    def __init__(self, snapshot: SnapshotAssertion) -> None:
        self.changed: list[str] = []
        self._snapshot = snapshot.use_extension(SVGImageExtension)

    async def take(self, pilot: Pilot[None], name: str) -> None:
        """One more picture."""
        await pilot.wait_for_scheduled_animations()
        await pilot.pause()
        picture = pilot.app.export_screenshot(title=pilot.app.title, simplify=True)
        if self._snapshot(name=name) != picture:
            self.changed.append(name)


@pytest.fixture
def film(snapshot: SnapshotAssertion) -> Film:
    """An empty one."""
    return Film(snapshot)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A console on a world where applications wait and a commission is stuck.

    Its database is named without a folder, so that pictures do not show where tests run."""
    monkeypatch.chdir(tmp_path)
    with set_up(Path()) as made:
        yield made


@pytest.fixture
def shelves(stage: Stage) -> Stage:
    """The same with providers and consumers."""
    stocked(stage)
    return stage


@pytest.fixture
def harbour(shelves: Stage) -> Stage:
    """The same with allocations of OpenPortal in every condition, and awards that wait."""
    portals.settled(shelves)
    return shelves


@pytest.fixture
def cloud(shelves: Stage) -> Cloud:
    """The same as the shelves with a NICo."""
    return clouded(shelves)
