"""The session: what is connected, how changes arrive, and that read-only means it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from textual.pilot import Pilot

from backend.core.errors import ReadOnly, StorageError
from backend.core.identity import Actor, Role
from backend.embedded import open_embedded
from backend.projects.model import ChangeProjectState, ProjectAction
from tests.tui.stage import Stage, play, press, said, set_up
from tests.worlds import OPERATOR
from tui.app import BursarApp
from tui.format.units import Style
from tui.panes.listpane import ListPane
from tui.session import GAP, Session, Settings


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with set_up(tmp_path) as found:
        yield found


def suspending(stage: Stage) -> ChangeProjectState:
    return ChangeProjectState(actor=OPERATOR, project=stage.project, action=ProjectAction.SUSPEND)


def test_a_read_only_session_can_preview_but_not_change(stage: Stage) -> None:
    session = Session(stage.backend, Settings(read_only=True))

    async def attempt() -> None:
        plan = await session.plan(suspending(stage))
        assert plan.changes
        with pytest.raises(ReadOnly):
            await session.backend.apply(plan, "as agreed")

    asyncio.run(attempt())
    assert session.connection.read_only
    assert session.forbidden() == "read-only session (--read-only)"
    assert stage.world.see(stage.project).is_alive


def test_who_may_change_is_said_by_role(stage: Stage) -> None:
    path = stage.world.database.path
    viewer = open_embedded(path, actor=Actor("eve", Role.VIEWER))
    closed = open_embedded(path, actor=OPERATOR, read_only=True)
    try:
        assert Session(stage.backend).forbidden() == ""
        assert Session(viewer).forbidden() == "your role is viewer"
        assert Session(viewer).read_only
        assert not Session(stage.backend).read_only
        assert Session(closed).forbidden() == "the database is open read-only"
    finally:
        viewer.database.close()
        closed.database.close()


def test_a_file_that_may_not_be_written_is_looked_at_and_says_why(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stage.world.database.path
    monkeypatch.setattr(os, "access", lambda name, mode: False)
    backend = open_embedded(path, actor=OPERATOR)
    why = "world.db cannot be written: see to its owner or mode"

    async def script(pilot: Pilot[None]) -> None:
        lines = said(pilot.app).splitlines()
        assert "  RO  " in lines[0]
        await press(pilot, "T")
        assert f"terminate: {why}" in said(pilot.app)
        assert isinstance(pilot.app.screen, ListPane)

    session = Session(backend)
    assert session.forbidden() == why
    play(BursarApp(session, live=False), script)
    backend.shut()


def test_what_is_said_is_safe_and_kept(stage: Stage) -> None:
    session = Session(stage.backend)
    session.tell("evil \x1b]0;title\x07 name")
    session.tell("next")
    assert [one.text for one in session.messages] == ["evil ␛]0;title␇ name", "next"]


def test_units_go_round(stage: Stage) -> None:
    session = Session(stage.backend)
    seen = [session.units]
    for _ in Style:
        session.units = session.units_after()
        seen.append(session.units)
    assert seen == [Style.AUTO, Style.BYTES, Style.RAW, Style.AUTO]


class Counter:
    """Counts the refreshes a session asks for, each of which takes its time."""

    def __init__(self, session: Session) -> None:
        self.count = 0
        self.ends = asyncio.Event()
        """Until then the first refresh goes on."""
        session.refresh = self.refresh

    async def refresh(self) -> None:
        self.count += 1
        await self.ends.wait()

    async def reaches(self, count: int) -> None:
        async with asyncio.timeout(60):
            while self.count < count:
                await asyncio.sleep(0.01)


def following(session: Session, script: object) -> None:
    """Run a coroutine function while the session follows its backend."""

    async def run() -> None:
        live = asyncio.create_task(session.live())
        await asyncio.sleep(0)
        try:
            await script()  # type: ignore[operator]
        finally:
            live.cancel()
            with suppress(asyncio.CancelledError):
                await live

    asyncio.run(run())


def test_changes_of_another_connection_arrive(stage: Stage) -> None:
    session = Session(stage.backend)
    counter = Counter(session)

    async def script() -> None:
        await asyncio.to_thread(stage.world.add, "B")
        await counter.reaches(1)

    following(session, script)
    assert session.version >= 1
    assert session.badges is not None


def test_a_burst_of_changes_is_few_refreshes(stage: Stage) -> None:
    session = Session(stage.backend)
    counter = Counter(session)

    async def script() -> None:
        session.wake()
        await counter.reaches(1)
        for _ in range(50):
            session.wake()
            await asyncio.sleep(0)
        counter.ends.set()
        await counter.reaches(2)
        await asyncio.sleep(2 * GAP)

    following(session, script)
    assert counter.count == 2


def test_a_paused_session_waits_and_then_catches_up(stage: Stage) -> None:
    session = Session(stage.backend)
    counter = Counter(session)

    async def script() -> None:
        session.pause(True)
        session.wake()
        await asyncio.sleep(0.05)
        assert counter.count == 0
        session.pause(False)
        await counter.reaches(1)

    following(session, script)


def test_a_failing_read_is_told_once_and_forgotten_when_it_works_again(stage: Stage) -> None:
    session = Session(stage.backend)
    works = False

    async def refresh() -> None:
        if not works:
            raise StorageError("disk gone", hint="look at it")

    session.refresh = refresh

    async def script() -> None:
        nonlocal works
        await session.read()
        await session.read()
        assert session.failure is not None
        assert [one.text for one in session.messages] == ["Database failed: disk gone (look at it)"]
        works = True
        await session.read()
        assert session.failure is None

    asyncio.run(script())
