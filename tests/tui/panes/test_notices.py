"""What the console says of notices: in Audit with the entry, and once when they fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from backend.embedded import open_embedded
from backend.notices.deliverer import Deliverer, Tally, begin
from backend.notices.model import Sink, Terms
from tests.notices.post import program
from tests.tui.panes.test_pictures import Compare, both_sizes, open_detail, shown
from tests.tui.stage import Stage, play, press, said, set_up, until
from tests.worlds import OPERATOR, World
from tui.app import BursarApp

TERMS = Terms(reviewers=("ops@uni.example",))


def sink(script: str) -> Sink:
    return Sink(command=program(Path("none"), script), terms=TERMS)


def deliver(stage: Stage, script: str) -> Tally:
    """Try at once."""
    found = Deliverer(stage.world.database, sink(script))
    return found.deliver(threading.Event(), eager=True)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A world whose applications are told to reviewers; the console has the same sink."""
    monkeypatch.chdir(tmp_path)

    def fill(world: World) -> None:
        begin(world.database, sink(""))

    with set_up(Path(), fill) as made:
        made.backend.shut()
        made.backend = open_embedded(
            made.world.database.path,
            runtime=made.world.database.runtime,
            actor=OPERATOR,
            sink=sink("exit 0"),
        )
        yield made


@both_sizes
def test_an_entry_says_what_became_of_its_notice(
    stage: Stage, snap_compare: Compare, size: tuple[int, int]
) -> None:
    """Failed 9 times, in red, and when it is tried again; the message says so too."""
    stage.deny(stage.modification)
    for _ in range(9):
        deliver(stage, "echo no such mailer; exit 3")

    async def before(pilot: Pilot[None]) -> None:
        await open_detail(pilot, "6")

    assert shown(stage, snap_compare, size, before)


@both_sizes
def test_a_notice_that_went_out(stage: Stage, snap_compare: Compare, size: tuple[int, int]) -> None:
    """When it was sent, and to whom, in green."""
    stage.deny(stage.newcomer)
    deliver(stage, "exit 0")

    async def before(pilot: Pilot[None]) -> None:
        await open_detail(pilot, "6")

    assert shown(stage, snap_compare, size, before)


def test_the_console_says_once_that_notices_fail_and_that_they_go_out_again(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, BursarApp)

        def texts() -> list[str]:
            return [one.text for one in app.session.messages]

        failed = "Notices do not go out: exit 3"
        stage.deny(stage.newcomer)
        deliver(stage, "exit 3")
        await press(pilot, "r")
        await until(pilot, lambda: failed in texts())
        assert "Notices do not go out" in said(app)
        deliver(stage, "exit 3")
        await press(pilot, "r")
        assert texts().count(failed) == 1
        deliver(stage, "exit 0")
        await press(pilot, "r")
        await until(pilot, lambda: "Notices go out again" in texts())

    play(stage.app(), script)


def test_an_open_entry_follows_its_notice(stage: Stage) -> None:
    stage.deny(stage.newcomer)

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "6", "enter")
        await until(pilot, lambda: "waits, goes to n@uni.example" in said(pilot.app))
        deliver(stage, "exit 0")
        await press(pilot, "r")
        await until(pilot, lambda: "sent 2026-11-20" in said(pilot.app))

    play(stage.app(), script)
