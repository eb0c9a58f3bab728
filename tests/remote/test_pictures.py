"""Pictures of a console on an Astakos; the first line says what to look for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

import pytest
from textual.pilot import Pilot

from backend.core.runtime import micros
from backend.projects.model import RegisterResource
from backend.remote import RemoteBackend
from backend.server.app import create_app
from tests.remote.consoles import admit, console
from tests.remote.scripted import Meddler
from tests.serving import QUIET
from tests.tui.conftest import stage
from tests.tui.panes.test_pictures import Compare, both_sizes
from tests.tui.stage import NARROW, Stage, dialog, press, settled
from tests.tui.troubles import order
from tests.worlds import OPERATOR
from tui.app import BursarApp
from tui.format.glyphs import ASCII, UNICODE
from tui.session import Session, Settings

DISK = "pithos.diskspace"
Consoles = Callable[[Sequence[str]], RemoteBackend]
Before = Callable[[Pilot[None]], Awaitable[None]]

__all__ = ["stage"]


@pytest.fixture
def consoles(stage: Stage) -> Iterator[Consoles]:
    """Consoles on the stage's world, with the tokens of some services."""
    stage.world.do(
        RegisterResource(
            actor=OPERATOR,
            name=DISK,
            service="pithos",
            unit="bytes",
            uplimit=5 << 30,
            project_default=1 << 30,
        )
    )
    admit(stage.world.database)
    made: list[RemoteBackend] = []

    def make(services: Sequence[str]) -> RemoteBackend:
        server = Meddler(create_app(stage.backend, QUIET))
        made.append(console(server.transport(), services=services))
        return made[-1]

    yield make
    for backend in made:
        asyncio.run(backend.close())


@pytest.fixture
def picture(stage: Stage, consoles: Consoles, snap_compare: Compare) -> Callable[..., bool]:
    """Compares what is on screen once `before` is done."""

    def taken(size: tuple[int, int], before: Before, *services: str) -> bool:
        now = micros(stage.world.clock.at) + 9 * 60_000_000
        settings = Settings("prod", glyphs=ASCII if size == NARROW else UNICODE)
        app = BursarApp(Session(consoles(services), settings, lambda: now), live=False)

        async def run(pilot: Pilot[None]) -> None:
            await settled(pilot)
            await before(pilot)

        return snap_compare(app, terminal_size=size, run_before=run)

    return taken


@both_sizes
def test_quotas(picture: Callable[..., bool], size: tuple[int, int]) -> None:
    """Usage of pithos is ?, that of cyclades is known; the detail says why."""

    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, "2", "end")

    assert picture(size, before, "cyclades")


@both_sizes
@pytest.mark.parametrize("command", ["resources", "users"])
def test_lists(picture: Callable[..., bool], size: tuple[int, int], command: str) -> None:
    """Defaults and who is over are ?; only the operator himself is known to be active."""

    async def before(pilot: Pilot[None]) -> None:
        await order(pilot, command)

    assert picture(size, before, "cyclades")


@both_sizes
def test_projects(picture: Callable[..., bool], size: tuple[int, int]) -> None:
    """The fullest resource is ?, and so is each pool's usage."""

    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, "1")

    assert picture(size, before)


@both_sizes
@pytest.mark.parametrize("services", [(), ("cyclades",)], ids=["dark", "seen"])
def test_commissions(
    picture: Callable[..., bool], size: tuple[int, int], services: tuple[str, ...]
) -> None:
    """Without the component's token that nothing is shown, with it what is pending."""

    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, "5")

    assert picture(size, before, *services)


@both_sizes
def test_reviewing(picture: Callable[..., bool], size: tuple[int, int]) -> None:
    """What is used is ?; a warning says that who goes over cannot be told."""

    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "a")

    assert picture(size, before)


@both_sizes
def test_confirming(picture: Callable[..., bool], size: tuple[int, int]) -> None:
    """Effective limits are at most these, usage is unknown, nobody is said to go over."""

    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "a", "A")
        await dialog(pilot)

    assert picture(size, before)
