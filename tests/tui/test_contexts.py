"""From one context to another without leaving the console, each as it was left."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from textual.pilot import Pilot

from backend import contexts
from backend.contexts import Config, Context
from backend.core.identity import Actor, Role
from backend.core.runtime import micros
from backend.schema import STEPS
from tests.tui.panes.test_pictures import Compare
from tests.tui.stage import NARROW, SIZES, WIDE, Stage, play, press, said, set_up, until
from tests.tui.test_faults import messages
from tests.tui.troubles import order
from tests.worlds import START, World
from tui.app import BursarApp
from tui.cli.opening import Opener
from tui.dialogs.question import Question
from tui.panes.projects import ProjectsPane
from tui.session import Session
from tui.widgets.menu import Menu
from tui.widgets.text import TextPanel

PAIR = ("one", "two")
OPTIONS = argparse.Namespace(read_only=False, glyphs=None, theme=None)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Context]]:
    """A world, another one in production, and a place where none is yet."""
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / "home" / kind.lower()))
    monkeypatch.setenv("LOGNAME", "ada")
    monkeypatch.chdir(tmp_path)
    Path("one").mkdir()
    Path("two").mkdir()
    with set_up(Path("one")), set_up(Path("two"), only_here):
        found = {
            "one": Context("one", Path("one/world.db")),
            "two": Context("two", Path("two/world.db"), production=True),
            "new": Context("new", Path("new.db")),
            "bad": Context("bad", Path("two")),
        }
        monkeypatch.setattr(contexts, "load", lambda: Config(contexts=found))
        yield found


def only_here(world: World) -> None:
    """A project that the other world has not."""
    world.project("only.here")


def console(places: dict[str, Context], *, size: tuple[int, int] = NARROW) -> BursarApp:
    """A console on the first of them."""
    config = Config(contexts=places, glyphs="ascii" if size == NARROW else "unicode")
    opener = Opener(config, OPTIONS, 2.0)
    session = opener.opened(places["one"])
    session.now = lambda: micros(START) + 9 * 60_000_000
    session.read_at = session.now()
    return BursarApp(session, live=False, contexts=opener)


def app_of(pilot: Pilot[None]) -> BursarApp:
    """The console."""
    assert isinstance(pilot.app, BursarApp)
    return pilot.app


async def at(pilot: Pilot[None], name: str) -> None:
    """Wait until another context is shown and read."""
    app = app_of(pilot)
    await until(pilot, lambda: app.session.settings.context == name)
    await until(pilot, lambda: isinstance(app.screen, ProjectsPane) and app.screen.list.shown != 0)


def test_one_goes_to_another_and_finds_the_first_as_it_was_left(
    places: dict[str, Context],
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "projects climate")
        await press(pilot, "j")
        await order(pilot, "ctx two")
        await at(pilot, "two")
        app = app_of(pilot)
        assert "only.here" in said(app)
        assert "PROD" in said(app)
        assert app.has_class("-production")
        await order(pilot, "ctx one")
        await at(pilot, "one")
        assert "filter climate" in said(app)
        assert "only.here" not in said(app)
        assert not app.has_class("-production")
        await app.session.backend.close()

    play(console(places), script)


def test_marks_are_not_lost_without_a_question(places: dict[str, Context]) -> None:
    async def script(pilot: Pilot[None]) -> None:
        app = app_of(pilot)
        await press(pilot, "space")
        await press(pilot, ":", *"ctx", "space", *"two", "enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert "1 row is marked" in said(app)
        await press(pilot, "n")
        assert "marked 1" in said(app)
        assert app.session.settings.context == "one"
        await press(pilot, ":", *"ctx", "space", *"two", "enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await press(pilot, "y")
        await at(pilot, "two")
        await app.session.backend.close()

    play(console(places), script)


def test_one_that_cannot_be_opened_leaves_everything_as_it_is(places: dict[str, Context]) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, ":", *"ctx", "space", *"bad", "enter")
        app = app_of(pilot)
        await until(pilot, lambda: "is a directory" in said(app))
        assert app.session.settings.context == "one"
        assert "climate.hpc" in said(app)
        await press(pilot, ":", *"ctx", "space", *"one", "enter")
        assert "this is one already" in said(app)
        await app.session.backend.close()

    play(console(places), script)


def test_one_that_a_newer_bursar_made_is_no_damaged_one(places: dict[str, Context]) -> None:
    with closing(sqlite3.connect("two/world.db")) as newer:
        newer.execute(f"PRAGMA user_version = {len(STEPS) + 1}")

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "ctx two")
        app = app_of(pilot)
        await until(pilot, lambda: "Made by a newer bursar: the da" in said(app))
        assert "(upgrade bursar; nothing was changed)" in said(app)
        assert "Made by a newer bursar: the database has schema" in await messages(pilot)
        await app.session.backend.close()

    play(console(places), script)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_all_are_listed_with_what_they_answer(
    places: dict[str, Context], snap_compare: Compare, size: tuple[int, int]
) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await press(pilot, ":", *"ctx", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Menu))
        await until(pilot, lambda: said(pilot.app).count("answers as") == 2)
        assert "not made yet" in said(pilot.app)
        await app_of(pilot).session.backend.close()

    app = console(places, size=size)
    assert snap_compare(app, terminal_size=size, run_before=before)


def test_a_console_on_its_own_says_so(places: dict[str, Context], tmp_path: Path) -> None:
    (tmp_path / "three").mkdir()

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, ":", *"ctx", "enter")
        assert "there is one context here" in said(pilot.app)

    with set_up(tmp_path / "three") as stage:
        play(stage.app(), script)


def test_what_is_lacking_is_dimmed_with_the_reason(stage: Stage) -> None:
    """Here an approver's connection, which decides, but ends no project."""
    approver = stage.backend.acting(Actor("ada", Role.APPROVER))
    why = "approvers decide on applications, memberships and commissions only"

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "j", "Z")
        assert f"suspend / unsuspend: {why}" in said(pilot.app)
        await press(pilot, ".")
        assert "approvers decide" in said(pilot.app)
        pane = pilot.app.screen_stack[0]
        assert isinstance(pane, ProjectsPane)
        assert pane.check_action("project_suspend", ()) is None
        await press(pilot, "escape", "?")
        lines = pilot.app.screen.query_one(TextPanel).lines
        told = " ".join(" ".join(line.text for line in lines).split())
        assert told.count(why) >= 3

    play(BursarApp(Session(approver), live=False), script, WIDE)


def test_what_was_configured_meanwhile_is_found(
    places: dict[str, Context], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is wrong is told, and changes nothing."""
    monkeypatch.undo()
    file = tmp_path / "config.toml"
    monkeypatch.setenv("BURSAR_CONFIG", str(file))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    told = "".join(f'[contexts.{n}]\ndatabase = "{tmp_path / n / "world.db"}"\n' for n in PAIR)
    first, second = told.partition("[contexts.two]")[0], told
    file.write_text(first)

    async def script(pilot: Pilot[None]) -> None:
        app = app_of(pilot)
        await order(pilot, "ctx two")
        assert "there is no context two (the configuration has one)" in said(app)
        file.write_text("[contexts.two\n")
        await order(pilot, "ctx two")
        assert "config.toml" in app.session.messages[-1].text
        assert "two" not in app.session.contexts
        file.write_text(second)
        await order(pilot, "ctx two")
        await at(pilot, "two")
        assert {*app.session.contexts} == {*PAIR}
        await app.session.backend.close()

    configured = contexts.load()
    opener = Opener(configured, OPTIONS, 2.0)
    session = opener.opened(configured.contexts["one"])
    play(BursarApp(session, live=False, contexts=opener), script, WIDE)
