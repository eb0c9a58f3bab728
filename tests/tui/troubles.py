"""A world in which people wait, projects have expired, and somebody wrote limits past bursar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual.pilot import Pilot

from backend.core.runtime import micros
from backend.projects import service as projects
from backend.projects.model import ModifyProject, RegisterResource, User, UserAction, Wishes
from backend.quotas import service as quotas
from backend.quotas.model import HoldingKey, Limit, SetLimits
from tests.tui.hostile import NASTY
from tests.tui.stage import Stage, dialog, press, said, until, write
from tests.worlds import OPERATOR, START, VM, World, person
from tui.dialogs.confirm import ConfirmScreen
from tui.panes.listpane import ListPane

DAY = 86400 * 1_000_000


def troubles(stage: Stage) -> str:
    """U waits for moderation, V never answered; two projects are over; the one that is returned
    has a limit of 99 where 4 was granted, and a holding of nobody's."""
    world = stage.world
    waiting = User(0, person("U"), "u@uni.example", "Grace", "Hopper")
    world.database.write(lambda tx: projects.add_user(tx, waiting))
    world.moderate("U", UserAction.VERIFY)
    world.add("V", accepted=False)
    late = _late(world, "late.lab", 12)
    world.enroll("M", late)
    world.charge("M", late, 3)
    _late(world, "later.lab", 40)
    key = HoldingKey(f"user:{person('M')}", f"project:{late}", VM)
    tamper(world, key, 99)
    tamper(world, replace(key, holder="user:nobody"), 5)
    return late


def _late(world: World, name: str, days: int) -> str:
    uuid = world.project(name)
    wishes = Wishes(end_date=micros(START) - days * DAY)
    world.do(ModifyProject(actor=OPERATOR, project=uuid, wishes=wishes))
    return uuid


def tamper(world: World, key: HoldingKey, limit: int) -> None:
    """Set a limit that no project says, past every command."""
    limits = SetLimits((Limit(key, limit),))
    world.database.write(lambda tx: quotas.persist(tx, limits, "somebody", ""))


def poison_people(stage: Stage) -> None:
    """Nasty names of people, of projects and of what resources are for."""
    world = stage.world
    nasty = User(0, person("U"), f"{NASTY}@uni.example", NASTY, NASTY)
    world.database.write(lambda tx: projects.add_user(tx, nasty))
    world.moderate("U", UserAction.VERIFY)
    command = RegisterResource(
        actor=OPERATOR,
        name=f"{NASTY}.x",
        service=NASTY,
        description=NASTY,
        service_type=NASTY,
        uplimit=1,
        project_default=2,
    )
    world.do(command, NASTY)
    late = _late(world, "late.lab", 12)
    world.do(ModifyProject(actor=OPERATOR, project=late, wishes=Wishes(name="z" * 60 + ".lab")))
    tamper(world, HoldingKey(NASTY, f"project:{late}", VM), 5)
    tamper(world, HoldingKey(f"project:{late}", "", f"{NASTY}.x"), 7)


def screen(pilot: Pilot[None]) -> ListPane:  # type: ignore[type-arg]
    """The list that is on screen."""
    found = pilot.app.screen
    assert isinstance(found, ListPane)
    return found


async def order(pilot: Pilot[None], text: str) -> None:
    """Type a command that leads to a list, and wait until that is read."""
    await press(pilot, ":", *("space" if sign == " " else sign for sign in text), "enter")
    await listed(pilot, lambda count: True)
    found = screen(pilot)
    await until(pilot, lambda: bool(found.side.lines) or not found.has_side or not found.list.shown)


async def listed(pilot: Pilot[None], fits: Callable[[int], bool]) -> None:
    """Wait until the list has so many rows."""

    def ready() -> bool:
        found = pilot.app.screen
        if not isinstance(found, ListPane):
            return False
        return found.list.shown is not None and fits(found.list.shown)

    await until(pilot, ready)


async def consent(pilot: Pilot[None], *, reason: str = "", name: str = "") -> None:
    """Give what the dialog asks for, and wait until it is done."""
    await dialog(pilot)
    for text in (reason, *[name] * bool(name)):
        await write(pilot, text)
        await press(pilot, "enter")
    await press(pilot, "y")
    await until(pilot, lambda: not isinstance(pilot.app.screen, ConfirmScreen))


async def empty(pilot: Pilot[None], words: str) -> None:
    """Wait until nothing is listed, what just vanished included, and the list says so."""

    def bare() -> bool:
        screen(pilot).tick()
        return words in said(pilot.app)

    await until(pilot, bare)
