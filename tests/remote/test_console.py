"""An operator at a console on an Astakos."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.responses import Response
from textual.pilot import Pilot

from backend.backend import LinkState
from backend.projects.model import ProjectAction
from backend.remote import Pace, RemoteBackend
from backend.server.app import create_app
from tests.remote.consoles import SERVICES, admit, console
from tests.remote.scripted import Meddler
from tests.serving import QUIET
from tests.tui.conftest import stage
from tests.tui.stage import WIDE, Stage, dialog, play, press, said, until, write
from tui.app import BursarApp
from tui.panes.listpane import ListPane
from tui.session import Session, Settings

CALM = Pace(quick=0.05, whole=0.2, longest=0.2, looks=(0.0, 0.01))

__all__ = ["stage"]


@dataclass(slots=True)
class Desk:
    """The stage's world behind a server, and consoles on it."""

    stage: Stage
    meddler: Meddler
    made: list[RemoteBackend] = field(default_factory=list)

    def app(self, token: str = "A", services: Sequence[str] = SERVICES) -> BursarApp:
        """A live console."""
        backend = console(self.meddler.transport(), token, services, pace=CALM)
        self.made.append(backend)
        return BursarApp(Session(backend, Settings("prod")), live=True)


@pytest.fixture
def desk(stage: Stage) -> Iterator[Desk]:
    """A server of the stage's world."""
    admit(stage.world.database)
    found = Desk(stage, Meddler(create_app(stage.backend, QUIET)))
    yield found
    for backend in found.made:
        asyncio.run(backend.close())


def rows(pilot: Pilot[None]) -> Any:
    screen = pilot.app.screen
    assert isinstance(screen, ListPane)
    return screen.list


def test_an_application_is_approved_with_the_keys_of_every_console(desk: Desk) -> None:
    stage = desk.stage

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "climate.hpc" in said(pilot.app))
        await press(pilot, "a", "A")
        await dialog(pilot)
        await write(pilot, "memory was handed back")
        await press(pilot, "enter")
        await write(pilot, "climate.hpc")
        await press(pilot, "enter", "y")
        await until(pilot, lambda: "Application 2 approved" in said(pilot.app))

    play(desk.app(), script, WIDE)
    assert stage.world.see(stage.project).max_members == 12


def test_a_list_that_was_on_screen_before_its_reader_was_known_counts_members(desk: Desk) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "climate.hpc" in said(pilot.app))
        await until(pilot, lambda: "3/" in said(pilot.app))
        assert "?/" not in said(pilot.app)

    play(desk.app(), script, WIDE)


def test_the_cursor_stays_on_its_object_while_the_server_changes(desk: Desk) -> None:
    stage = desk.stage

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "urban.air" in said(pilot.app))
        await press(pilot, "end")
        under = rows(pilot).cursor_row
        await asyncio.to_thread(stage.world.project, "aaa.lab", (1, 1))
        await asyncio.to_thread(stage.world.act, stage.project, ProjectAction.SUSPEND)
        await until(pilot, lambda: "aaa.lab" in said(pilot.app) and "Suspended" in said(pilot.app))
        assert rows(pilot).cursor_row.key == under.key

    play(desk.app(), script, WIDE)


def test_a_console_opens_without_its_server_and_recovers(desk: Desk) -> None:
    desk.meddler.before = lambda _: Response(b"", 503)
    app = desk.app()

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.session.backend.link.state is LinkState.LOST)
        await press(pilot, "2", "1")
        desk.meddler.before = lambda _: None
        await until(pilot, lambda: "climate.hpc" in said(pilot.app))

    play(app, script, WIDE)


def test_what_the_api_cannot_do_is_off_with_the_reason(desk: Desk) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "climate.hpc" in said(pilot.app))
        await press(pilot, *":users", "enter")
        await until(pilot, lambda: "m@uni.example" in said(pilot.app))
        await press(pilot, "Z")
        assert "people are moderated" in said(pilot.app)

    play(desk.app(), script, WIDE)


def test_a_user_asks_for_what_is_his(desk: Desk) -> None:
    stage = desk.stage

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "climate.hpc" in said(pilot.app))
        await press(pilot, "A")
        assert "only project admins" in said(pilot.app)

    play(desk.app("O", ()), script, WIDE)
    assert stage.world.see(stage.project).max_members != 12
