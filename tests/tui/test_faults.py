"""What goes wrong below is said on screen, with what was not changed and what to do; the
console stays usable (storage.md §6.3)."""

from __future__ import annotations

import fcntl
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from backend.core.database.sqlite import lock
from backend.core.errors import StorageFull
from backend.core.identity import Actor, Role
from backend.core.journal import Entry
from backend.core.runtime import Runtime
from backend.embedded import EmbeddedBackend, open_embedded
from backend.projects.model import ApplicationState
from backend.quotas.model import IssueCommission, Provision
from tests.tui.stage import Stage, dialog, play, press, review, said, until, write
from tests.worlds import OPERATOR
from tui.app import BursarApp
from tui.dialogs.confirm import ConfirmScreen
from tui.session import Session
from tui.widgets.text import TextPanel

DATABASE = Path("world.db")
PAGE = 4096

Putting = Callable[[Stage], Any]


async def messages(pilot: Pilot[None]) -> str:
    """What was said lately, to the last word."""
    await press(pilot, "m")
    text = " ".join(one.text for one in pilot.app.screen.query_one(TextPanel).lines)
    await press(pilot, "escape")
    return " ".join(text.split())


def pragma(stage: Stage, words: str) -> None:
    """A setting of the console's writing connection."""
    stage.backend.database.write(lambda tx: tx.all(f"PRAGMA {words}"))


@contextmanager
def full(stage: Stage) -> Iterator[None]:
    """Not a page is left for the journal."""
    database = stage.backend.database
    pages = database.read(lambda tx: tx.scalar("PRAGMA page_count"))
    pragma(stage, f"max_page_count = {pages}")
    with suppress(StorageFull):
        while True:
            database.write(lambda tx: tx.record(Entry("x", "y", "z", reason="r" * 300)))
    yield
    pragma(stage, "max_page_count = 1000000")


@contextmanager
def read_only(stage: Stage) -> Iterator[None]:
    """The file cannot be written any more."""
    pragma(stage, "query_only = ON")
    yield


@contextmanager
def another_program(stage: Stage) -> Iterator[None]:
    """Somebody else's transaction that does not end."""
    pragma(stage, "busy_timeout = 20")
    other = sqlite3.connect(DATABASE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


@contextmanager
def another_bursar(stage: Stage) -> Iterator[None]:
    """A bursar that was stopped while it wrote."""
    handle = os.open("world.db.lock", os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    yield
    os.close(handle)


@pytest.mark.parametrize(
    ("fault", "title", "hint"),
    [
        (full, "Disk full", "free some space"),
        (read_only, "Database is read-only", "check its permissions"),
        (another_program, "Database busy", "another program holds the database; try again"),
        (another_bursar, "Database busy", "it may be stopped: lsof"),
    ],
)
def test_a_failing_write_says_what_was_not_changed_and_what_to_do(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, fault: Putting, title: str, hint: str
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.05)

    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.newcomer)
        await press(pilot, "A")
        await dialog(pilot)
        await press(pilot, "r")
        await write(pilot, "agreed " * 50)
        await press(pilot, "enter")
        with fault(stage):
            await press(pilot, "y")
            notice = pilot.app.screen.query_one("#notice", Static)
            await until(pilot, lambda: title in str(notice.content))
            shown = " ".join(str(notice.content).split())
            assert f"! {title}: " in shown
            assert hint in shown
            assert "Nothing was changed. y tries again, esc closes" in shown
            found = stage.world.application(stage.newcomer)
            assert found.state is ApplicationState.PENDING
        if fault is not read_only:  # which does not end
            await press(pilot, "y")
            await until(pilot, lambda: not isinstance(pilot.app.screen, ConfirmScreen))
            found = stage.world.application(stage.newcomer)
            assert found.state is ApplicationState.APPROVED
        await press(pilot, "escape", "5")
        assert "issued       10" in said(pilot.app)

    play(stage.app(), script)


@contextmanager
def damaged(stage: Stage, content: bytes) -> Iterator[EmbeddedBackend]:
    """The database with the page broken that has this content."""
    stage.backend.database.close()
    stage.world.database.close()
    whole = DATABASE.read_bytes()
    start = whole.rindex(content) // PAGE * PAGE
    DATABASE.write_bytes(whole[:start] + b"\xff" * PAGE + whole[start + PAGE :])
    backend = open_embedded(DATABASE, actor=OPERATOR)
    yield backend
    backend.shut()


def test_a_broken_page_is_told_and_the_other_panes_work(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "a")
        shown = " ".join(said(pilot.app).split())
        assert "Database damaged: database disk image is malformed" in shown
        await press(pilot, "5")
        assert "issued       10" in said(pilot.app)
        assert "restore a backup made with bursar backup" in await messages(pilot)
        await press(pilot, "1", "escape")
        assert "climate.hpc" in said(pilot.app)

    with damaged(stage, b"spring campaign") as backend:
        play(BursarApp(Session(backend), live=False), script)


def test_entries_that_are_gone_are_told_at_the_start(stage: Stage) -> None:
    stage.deny(stage.newcomer)
    stage.backend.database.close()
    stage.world.database.close()
    note = Path("world.db.head")
    seq, hash = note.read_text().split()
    note.write_text(f"{int(seq) + 7:019} {hash}\n")
    backend = open_embedded(DATABASE, actor=OPERATOR)

    async def script(pilot: Pilot[None]) -> None:
        assert f"ends at entry {int(seq)}, but entry {int(seq) + 7}" in said(pilot.app)
        await press(pilot, "r", "r")
        shown = await messages(pilot)
        assert "compare with a backup" in shown
        assert shown.count("its -wal file was lost") == 1

    play(BursarApp(Session(backend), live=False), script)
    backend.shut()


def waiting_an_hour(stage: Stage) -> None:
    """A commission that asked to expire after an hour."""
    pool = f"project:{stage.project}"
    stage.world.do(
        IssueCommission(
            actor=Actor("cyclades", Role.SERVICE, component="cyclades"),
            clientkey="cyclades",
            provisions=[Provision(pool, "", "cyclades.vm", 1)],
            timeout=3600,
        )
    )


def test_a_clock_that_jumped_is_told_and_expires_nothing(stage: Stage) -> None:
    waiting_an_hour(stage)
    stage.backend.database.close()
    stage.world.clock.advance(days=3660)
    jumped = Runtime(stage.world.clock.now, random.Random(1), lambda: 3660 * 86_400.0)
    backend = open_embedded(DATABASE, runtime=jumped, actor=OPERATOR)

    async def script(pilot: Pilot[None]) -> None:
        assert "start bursar again  m all" in said(pilot.app)
        told = await messages(pilot)
        assert "clock jumped ahead: nothing expires by" in told
        assert "Set the clock right; if it is right now, start bursar again" in told
        await press(pilot, "5")
        assert "Commis 2*" in said(pilot.app)

    play(BursarApp(Session(backend), live=False), script)
    backend.shut()


def test_entries_of_a_clock_that_ran_ahead_stay_in_their_order(stage: Stage) -> None:
    """The journal goes by number, whatever the times say."""
    stage.world.clock.advance(days=3660)
    stage.deny(stage.newcomer)
    stage.world.clock.advance(days=-3660)
    stage.settle()

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "6")
        rows = said(pilot.app).splitlines()
        newest = next(n for n, row in enumerate(rows) if "commission.reject" in row)
        assert "application.deny" in rows[newest + 1]

    play(stage.app(), script)
