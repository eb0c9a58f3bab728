"""The console over a real database, as operators find it, for tests to play on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input

from backend.core.identity import Actor, Role
from backend.core.runtime import micros
from backend.embedded import EmbeddedBackend, open_embedded
from backend.projects.model import Capacity, DenyApplication
from backend.quotas.model import IssueCommission, Provision, RejectCommission
from tests import rest
from tests.worlds import CPU, OPERATOR, RAM, VM, World, fill_w, person, played
from tui.app import BursarApp
from tui.dialogs.asking import GUARD, AskingDialog
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.signin import SignInScreen
from tui.format.glyphs import ASCII, UNICODE
from tui.panes.listpane import ListPane
from tui.panes.queried import Queried
from tui.panes.review import ReviewPane
from tui.session import Session, Settings
from tui.signin import CALM
from tui.widgets.menu import Menu

GIB = 1024**3
NARROW, WIDE = (80, 24), (140, 40)
SIZES = {"80x24": NARROW, "140x40": WIDE}
BOTH_SIZES = pytest.mark.parametrize(
    "size",
    [pytest.param(NARROW, id="80x24"), pytest.param(WIDE, id="140x40", marks=pytest.mark.slow)],
)
"""For what goes through many screens, which takes seconds at each size."""

PATIENCE = 60.0
"""Seconds after which what does not settle never will."""

Script = Callable[[Pilot[None]], Awaitable[None]]


@dataclass(slots=True)
class Stage:
    """A world with two waiting applications and a stuck commission, and a console on it."""

    world: World
    backend: EmbeddedBackend
    project: str
    modification: int
    newcomer: int
    serial: int

    def app(self, size: tuple[int, int] = NARROW, *, live: bool = False, **given: Any) -> BursarApp:
        """A console; narrow ones have the ASCII signs. Its time stands still."""
        glyphs = ASCII if size == NARROW else UNICODE
        now = micros(self.world.clock.at) + 9 * 60_000_000
        settings = Settings(glyphs=glyphs, **given)
        return BursarApp(Session(self.backend, settings, lambda: now), live=live)

    def deny(self, application: int) -> None:
        """Deny as the operator."""
        self.world.do(DenyApplication(actor=OPERATOR, application=application), "ask again later")

    def settle(self) -> None:
        """Reject the stuck commission."""
        self.world.do(RejectCommission(actor=OPERATOR, serial=self.serial), "the service lost it")


def climate(world: World) -> tuple[str, int]:
    """A project with three members, and an application that lowers its memory."""
    grants = {VM: Capacity(20, 8), RAM: Capacity(128 * GIB, 64 * GIB), CPU: Capacity(160, 64)}
    uuid, application = world.submit("O", name="climate.hpc", grants=grants)
    world.approve(application)
    for letter in "MNL":
        world.enroll(letter, uuid)
    for letter, vm, ram in (("M", 3, 24), ("N", 6, 40), ("L", 7, 56)):
        world.charge(letter, uuid, vm)
        world.charge(letter, uuid, ram * GIB, RAM)
    wishes = {
        "grants": {
            VM: Capacity(28, 10),
            RAM: Capacity(96 * GIB, 48 * GIB),
            CPU: Capacity(160, 64),
        },
        "comments": "Need more VMs for the spring campaign; RAM nodes were handed back.",
        "max_members": 12,
    }
    return uuid, world.submit("O", uuid, **wishes)[1]


VM_AND_RAM = ((VM, 1), (RAM, 4 * GIB))


def stuck(world: World, project: str, wanted: Sequence[tuple[str, int]] = VM_AND_RAM) -> int:
    """A commission that its service never settled."""
    holder, source = f"user:{person('M')}", f"project:{project}"
    command = IssueCommission(
        actor=Actor("cyclades", Role.SERVICE, component="cyclades"),
        clientkey="cyclades",
        name="server create",
        provisions=[
            provision
            for resource, quantity in wanted
            for provision in (
                Provision(holder, source, resource, quantity),
                Provision(source, "", resource, quantity),
            )
        ],
    )
    return int(world.do(command).created["serial"])


def scene(world: World) -> tuple[str, int, int, int]:
    """Project, modification, newcomer and stuck commission of a stage."""
    fill_w(world)
    project, modification = climate(world)
    serial = stuck(world, project)
    newcomer = world.submit("N", name="urban.air", grants={VM: Capacity(5, 5)})[1]
    return project, modification, newcomer, serial


@contextmanager
def set_up(folder: Path, fill: Callable[[World], None] | None = None) -> Iterator[Stage]:
    """A stage in this folder; `fill` adds to its world."""
    world, (project, modification, newcomer, serial) = played(folder / "world.db", scene)
    if fill is not None:
        fill(world)
    backend = open_embedded(folder / "world.db", runtime=world.database.runtime, actor=OPERATOR)
    try:
        yield Stage(world, backend, project, modification, newcomer, serial)
    finally:
        backend.database.close()
        world.database.close()


def play(app: App[None], script: Script, size: tuple[int, int] = NARROW) -> None:
    """Run a console and do with it what the script says."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            await script(pilot)

    asyncio.run(run())


async def settled(pilot: Pilot[None]) -> None:
    """Wait until nothing is being read any more; the rest after a token or a refusal is over."""
    await pilot.pause()
    if isinstance(pilot.app, BursarApp):
        pilot.app.session.sign_in.resting = False
        pilot.app.session.ahead.hush.end()
    await done(pilot)


async def done(pilot: Pilot[None]) -> None:
    """The same after what waits by itself until a console took it, such as a key."""
    async with asyncio.timeout(PATIENCE):
        while at_work(pilot) and not signing_in(pilot):
            await asyncio.sleep(0.005)
    await pilot.pause()


def at_work(pilot: Pilot[None]) -> bool:
    """Whether something is being read, or will be when keys or cursor have rested."""
    screen = pilot.app.screen
    if not screen.is_mounted:
        return True
    if isinstance(screen, AskingDialog) and screen.resting:
        return not listens(screen)
    if isinstance(screen, Menu) and due(screen._waiting):
        return True
    if isinstance(screen, Queried) and due(screen._typing):
        return True
    if isinstance(screen, ListPane) and screen.has_side and due(screen._resting):
        return True
    return any(
        not rest.endless(one, screen) and one.group != "apply"
        for one in pilot.app.workers
        if not one.is_finished
    )


def due(timer: Timer | None) -> bool:
    """Whether it will still go off."""
    return timer is not None and timer._task is not None and not timer._task.done()


def signing_in(pilot: Pilot[None]) -> bool:
    """Whether everything waits for the operator's token."""
    return isinstance(pilot.app.screen, SignInScreen)


def listens(screen: Screen[Any]) -> bool:
    """Whether a dialog takes keys; the time for which it takes none passes at once."""
    if not screen.is_mounted:
        return False
    if isinstance(screen, AskingDialog):
        screen._opened -= GUARD
        screen._arm()
        return screen.armed
    if isinstance(screen, SignInScreen):
        screen._pressed -= CALM
        screen._arm()
        return screen.armed
    return False


async def until(pilot: Pilot[None], ready: Callable[[], bool]) -> None:
    """Wait for something to be so, and for what goes on then."""
    await meanwhile(pilot, ready)
    await settled(pilot)


async def meanwhile(pilot: Pilot[None], ready: Callable[[], bool]) -> None:
    """Wait for something to be so while something else goes on."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not ready():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"never so: {pilot.app.screen}\n{said(pilot.app)}") from None


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one by one, each after the last one's work is done."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def dialog(pilot: Pilot[None]) -> ConfirmScreen:
    """The confirm dialog once it listens."""

    def listening() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, ConfirmScreen) and listens(screen)

    await until(pilot, listening)
    screen = pilot.app.screen
    assert isinstance(screen, ConfirmScreen)
    return screen


@contextmanager
def at_once(shown: ConfirmScreen) -> Iterator[None]:
    """No time passes for a dialog while keys are pressed, however busy the machine is."""
    clock, still = shown._clock, shown._clock()
    shown._clock = lambda: still
    yield
    shown._clock = clock


async def review(pilot: Pilot[None], stage: Stage, application: int) -> ReviewPane:
    """Open an application."""
    assert isinstance(pilot.app, BursarApp)
    pane = ReviewPane(pilot.app.session, application)
    pilot.app.push_screen(pane)
    await until(pilot, lambda: pane.review is not None)
    return pane


async def write(pilot: Pilot[None], text: str) -> None:
    """Type into the field that has the focus."""
    field = pilot.app.focused
    assert isinstance(field, Input)
    field.insert_text_at_cursor(text)
    await pilot.pause()


def said(app: App[None]) -> str:
    """Everything that is on screen, as text."""
    return "\n".join(
        "".join(s.text for s in strip) for strip in app.screen._compositor.render_strips()
    )
