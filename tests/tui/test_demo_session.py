"""The main job on the demo world while its services keep using it, and two consoles at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from backend.check import findings
from backend.core.listing import Query
from backend.core.runtime import system_runtime
from backend.demo import Traffic, generate
from backend.embedded import EmbeddedBackend, open_embedded
from backend.projects.model import ChangeProjectState, ProjectAction
from backend.world import load
from tests.tui.stage import WIDE, dialog, play, press, said, settled, until, write
from tests.worlds import OPERATOR
from tui.app import BursarApp
from tui.panes.listpane import ListPane
from tui.panes.review import ReviewPane
from tui.session import Session, Settings

REASON = "RAM nodes were handed back"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo world as of now, in a closed file."""
    path = tmp_path_factory.mktemp("demo") / "built.db"
    backend = open_embedded(path, actor=OPERATOR)
    load(backend.database, generate(1, datetime.now(UTC)))
    backend.database.backup(path.with_name("copy.db"))
    backend.shut()
    return path.with_name("copy.db")


@pytest.fixture
def backend(built: Path, tmp_path: Path) -> Iterator[EmbeddedBackend]:
    """A console's backend on a demo world of this test alone, sound at the end."""
    path = tmp_path / "demo.db"
    shutil.copyfile(built, path)
    opened = open_embedded(path, actor=OPERATOR)
    yield opened
    assert opened.database.read(lambda tx: list(findings(tx))) == []
    opened.shut()


def console(backend: EmbeddedBackend) -> BursarApp:
    """A live console."""
    return BursarApp(Session(backend, Settings("demo")), live=True)


def test_a_decision_takes_six_keys_while_the_world_moves_on(backend: EmbeddedBackend) -> None:
    """a, read, A, reason, enter, name, enter, y; then Quotas and Audit show it by themselves."""
    pressed: list[str] = []

    async def keys(pilot: Pilot[None], *wanted: str) -> None:
        pressed.extend(wanted)
        await press(pilot, *wanted)

    async def script(pilot: Pilot[None]) -> None:
        app = pilot.app
        await until(pilot, lambda: "hpc" in said(app) or "aero" in said(app))
        await keys(pilot, "a")
        await until(pilot, lambda: isinstance(app.screen, ReviewPane) and "OVER" in said(app))
        assert "hpc-climate.uni" in said(app)
        await keys(pilot, "A")
        await dialog(pilot)
        await write(pilot, REASON)
        await keys(pilot, "enter")
        await write(pilot, "hpc-climate.uni")
        await keys(pilot, "enter", "y")
        await until(pilot, lambda: "#417" not in said(app).splitlines()[2])
        assert len(pressed) <= 6, pressed
        await press(pilot, "2", "slash", *"hpc-climate", "enter")
        await until(pilot, lambda: "OVER" in said(app))
        await press(pilot, "6")
        await until(pilot, lambda: "application.approve" in said(app))
        assert REASON[:12] in said(app)

    with Traffic(backend.database, seed=1, rate=25.0):
        play(console(backend), script, WIDE)
    entry = backend.database.read(
        lambda tx: tx.all(
            """SELECT actor, reason, "before", "after" FROM journal
            WHERE action = 'application.approve'"""
        )
    )
    assert [row[:2] for row in entry] == [(OPERATOR.name, REASON)]
    assert '"pending"' in entry[0][2]
    assert '"approved"' in entry[0][3]


def test_what_one_console_does_is_soon_on_the_others_screen(backend: EmbeddedBackend) -> None:
    """The cursor stays on its object while a row before it changes its state."""
    other = open_embedded(backend.database.path, actor=OPERATOR)

    async def script(pilot: Pilot[None]) -> None:
        app = pilot.app
        await until(pilot, lambda: "aero-acoustics" in said(app))
        await press(pilot, "j", "j", "j")
        pane = app.screen
        assert isinstance(pane, ListPane)
        before = pane.list.cursor_key
        began = system_runtime().now()
        await decide_elsewhere(other)
        await until(pilot, lambda: "Suspended" in first_row(app))
        took = (system_runtime().now() - began).total_seconds()
        assert pane.list.cursor_key == before
        assert took < 5, "a second is promised; a busy machine gets more"
        await settled(pilot)

    play(console(backend), script, WIDE)
    other.shut()


def first_row(app: object) -> str:
    """The line of the first project."""
    assert isinstance(app, BursarApp)
    return next(line for line in said(app).splitlines() if "aero-acoustics" in line)


async def decide_elsewhere(other: EmbeddedBackend) -> None:
    """Another operator suspends the first project."""
    row = (await other.projects.listing.page(Query(), 1))[0]
    command = ChangeProjectState(actor=OPERATOR, project=row.uuid, action=ProjectAction.SUSPEND)
    await other.apply(await other.plan(command), "maintenance")
