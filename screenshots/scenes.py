"""Scenes on the demo world: the same moment, the same data, so the same picture every time."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from backend.core.database import open_database
from backend.core.identity import operator
from backend.core.runtime import Runtime, micros
from backend.demo import generate
from backend.embedded import EmbeddedBackend, open_embedded
from backend.projects.model import ApproveApplication, DenyApplication
from backend.schema import STEPS
from backend.world import load
from tui.app import BursarApp
from tui.format.glyphs import ASCII, UNICODE
from tui.session import Session, Settings

NOW = datetime(2026, 11, 20, 14, 2, 31, tzinfo=UTC)
OPERATOR = operator("op1")
SIZES = {"80x24": (80, 24), "140x40": (140, 40)}
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
ENDLESS = ("live", "change", "apply")
"""Groups of workers that wait for the operator."""
GUARD = 0.35
"""Seconds: a confirm dialog does not listen at first."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A place in the console: how to get there from its start, and what it shows."""

    name: str
    keys: tuple[str, ...]
    shows: str
    text: str = ""


SCENES = (
    Scene("projects", (), "who waits, which resource is tightest"),
    Scene("review", ("a",), "an application with its impact"),
    Scene("confirm", ("a", "A"), "what approving would do", text="freed RAM nodes, agreed with PI"),
    Scene("quotas", ("2",), "effective limits"),
    Scene("heat", ("M",), "the fullest projects by resource"),
    Scene("allocations", ("3", "/", *"kind:opl|opr|nico", "enter"), "who is given what"),
    Scene("constraints", ("4",), "what NICo's tenants are given, and what it may become"),
    Scene("inventories", ("4", "t", "o"), "inventories that are over their capacity"),
    Scene("commissions", ("5",), "what is pending, and what happens"),
    Scene("audit", ("6",), "who changed what"),
)


def _runtime() -> Runtime:
    return Runtime(lambda: NOW, random.Random(1))


def build(path: Path) -> None:
    """The demo world as of `NOW`, with a few decisions in its journal."""
    database = open_database(path, STEPS, _runtime())
    load(database, generate(1, NOW), actor=OPERATOR.name)
    database.close()
    backend = open_embedded(path, runtime=_runtime(), actor=OPERATOR)
    asyncio.run(_decide(backend))
    backend.shut()


async def _decide(backend: EmbeddedBackend) -> None:
    """The two youngest waiting applications are answered."""
    *_, denied, approved = await backend.projects.queue()
    plan = await backend.plan(ApproveApplication(actor=OPERATOR, application=approved))
    await backend.apply(plan, "small, and the group is known")
    plan = await backend.plan(DenyApplication(actor=OPERATOR, application=denied))
    await backend.apply(plan, "please ask again after the disk move")


@contextmanager
def opened(world: Path, folder: Path, size: str) -> Iterator[BursarApp]:
    """The console on a copy of the world; narrow ones have the ASCII signs."""
    path = folder / "demo.db"
    source = open_database(world, STEPS, read_only=True)
    source.backup(path)
    source.close()
    backend = open_embedded(path, runtime=_runtime(), actor=OPERATOR)
    backend.connection = replace(backend.connection, place="demo.db")
    glyphs = ASCII if size == "80x24" else UNICODE
    session = Session(backend, Settings("demo", glyphs=glyphs), lambda: micros(NOW))
    try:
        yield BursarApp(session, live=False)
    finally:
        backend.shut()
        for file in folder.glob("demo.db*"):
            file.unlink()


async def act(pilot: Pilot[None], scene: Scene) -> None:
    """Go to the scene."""
    await settle(pilot)
    for key in scene.keys:
        await pilot.press(key)
        await settle(pilot)
    if scene.text:
        await pilot.pause(GUARD)
        field = pilot.app.focused
        if isinstance(field, Input):
            field.insert_text_at_cursor(scene.text)
        await settle(pilot)


async def settle(pilot: Pilot[None]) -> None:
    """Wait until nothing is being read."""
    for _ in range(3):
        await pilot.pause()
        reading = [one for one in pilot.app.workers if one.group not in ENDLESS]
        if reading:
            await pilot.app.workers.wait_for_complete(reading)


def picture(world: Path, folder: Path, scene: Scene, size: str) -> str:
    """The scene as SVG without references to fonts elsewhere."""

    async def run(app: BursarApp) -> str:
        async with app.run_test(size=SIZES[size]) as pilot:
            await act(pilot, scene)
            await pilot.pause(GUARD)  # what is shown beside a list comes when the cursor rests
            await settle(pilot)
            return app.export_screenshot(title="bursar")

    with opened(world, folder, size) as app:
        svg = FONTS.sub("", asyncio.run(run(app)))
        # Some viewers drop the blanks that begin a text.
        return svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
