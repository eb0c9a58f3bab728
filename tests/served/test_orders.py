"""A change is done once and its outcome told, whatever happens to requests, answers, the server
and the console."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from backend.core.database import Tx
from backend.core.errors import (
    BursarError,
    NotFound,
    OutcomeUnknown,
    PreviewStale,
    StorageError,
    Unreachable,
)
from backend.core.identity import Role
from backend.core.plan import Plan, Receipt
from backend.embedded import EmbeddedBackend
from backend.outbox import Outbox, Outcome
from backend.projects.model import ChangeProjectState, ProjectAction
from backend.served.client import ServedBackend
from backend.server.app import create_app
from tests.served.consoles import admit, console
from tests.served.network import Fate, Network
from tests.serving import QUIET
from tests.worlds import OPERATOR, World, count, world_w

DONE = "SELECT count(*) FROM journal WHERE reason = 'why' AND outcome = 'done'"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """World W, with tokens."""
    fresh = world_w(tmp_path / "world.db")
    admit(fresh.database)
    yield fresh
    fresh.database.close()


class Play:
    """A server, a line with faults to it, and consoles with one outbox."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.uuid = world.project("phys.lab")
        self.outbox = Outbox(folder / "outbox.db")
        self.backend = EmbeddedBackend(world.database, OPERATOR)
        self.line = Network(create_app(self.backend, QUIET))
        self.fates: list[Fate] = []
        self.orders = 0
        self.line.fate = self._fate

    def _fate(self, request: httpx.Request) -> Fate:
        """Orders meet the fates in turn, the last for ever; all else gets through."""
        if not request.url.path.endswith("/apply"):
            return Fate.FINE
        self.orders += 1
        if not self.fates:
            return Fate.FINE
        return self.fates.pop(0) if len(self.fates) > 1 else self.fates[0]

    def console(self, outbox: Outbox | None = None) -> ServedBackend:
        """A console of the operator's."""
        return console(transport=self.line, outbox=outbox or self.outbox)

    async def plan(self, served: ServedBackend) -> Plan:
        """The plan of suspending the project."""
        action = ProjectAction.SUSPEND
        return await served.plan(
            ChangeProjectState(actor=OPERATOR, project=self.uuid, action=action)
        )

    def entries(self) -> int:
        """How often it was done."""
        return count(self.world, DONE)


@pytest.fixture
def play(world: World, tmp_path: Path) -> Play:
    """The stage."""
    return Play(world, tmp_path)


def applied(play: Play, *fates: Fate) -> Receipt:
    """Suspend the project while orders meet these fates."""

    async def scene() -> Receipt:
        served = play.console()
        plan = await play.plan(served)
        play.fates = [*fates, Fate.FINE]
        try:
            return await served.apply(plan, "why")
        finally:
            await play.line.settled()
            await served.close()

    return asyncio.run(scene())


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    "fates",
    [
        [Fate.FINE],
        [Fate.UNANSWERED],
        [Fate.LOST],
        [Fate.TWICE],
        [Fate.LATE],
        [Fate.UNANSWERED, Fate.REFUSED, Fate.TWICE],
        [Fate.LATE, Fate.LATE, Fate.LATE],
        [Fate.LOST, Fate.REFUSED, Fate.LATE],
        [Fate.BROKEN],
        [Fate.UNANSWERED, Fate.ASTRAY, Fate.BROKEN],
    ],
    ids=lambda fates: "-".join(fate.name.lower() for fate in fates),
)
def test_it_is_done_once_and_told_with_its_entry(play: Play, fates: list[Fate]) -> None:
    receipt = applied(play, *fates)
    assert play.entries() == 1
    (entry,) = play.world.database.read(
        lambda tx: tx.all("SELECT action FROM journal WHERE seq = ?", (receipt.seq,))
    )
    assert entry == ("project.suspend",)
    assert play.outbox.unfinished() == []
    (line,) = play.outbox.trail(9)
    assert (line.outcome, line.reason, line.message) == (Outcome.DONE, "why", receipt.message)


def test_where_nobody_listens_nothing_is_done_and_that_is_known(play: Play) -> None:
    with pytest.raises(Unreachable):
        applied(play, Fate.REFUSED)
    assert (play.entries(), play.outbox.unfinished()) == (0, [])
    assert [line.outcome for line in play.outbox.trail(9)] == [Outcome.REFUSED]


@pytest.mark.parametrize("fate", [Fate.FINE, Fate.UNANSWERED, Fate.LATE])
def test_a_refusal_is_told_and_nothing_is_left_open(play: Play, fate: Fate) -> None:
    async def scene() -> PreviewStale:
        served = play.console()
        plan = await play.plan(served)
        await asyncio.to_thread(play.world.enroll, "M", play.uuid)
        await asyncio.to_thread(play.world.charge, "M", play.uuid, 1)
        play.fates = [fate, Fate.FINE]
        try:
            await served.apply(plan, "why")
        except PreviewStale as stale:
            return stale
        finally:
            await play.line.settled()
            await served.close()
        raise AssertionError("it was done")

    stale = asyncio.run(scene())
    assert play.entries() == 0
    assert stale.plan.going_over
    assert (play.outbox.unfinished(), play.world.see(play.uuid).state) == ([], "active")


def test_what_is_not_heard_of_is_asked_for_again_and_told_late(play: Play) -> None:
    async def scene() -> tuple[str, ...]:
        served = play.console()
        plan = await play.plan(served)
        heard: list[int] = []
        play.fates = [Fate.UNANSWERED]
        with pytest.raises(OutcomeUnknown, match="will be told|phys.lab"):
            await served.apply(plan, "why")
        assert len(play.outbox.unfinished()) == 1
        forget = served.watch(heard.append)
        play.fates = []
        await until(lambda: not play.outbox.unfinished())
        await until(lambda: bool(heard))
        forget()
        warnings = (await served.badges()).warnings
        await served.close()
        return warnings

    (told,) = asyncio.run(scene())
    assert "phys.lab was done" in told
    assert play.entries() == 1
    assert [line.outcome for line in play.outbox.trail(9)] == [Outcome.DONE, Outcome.UNKNOWN]


@pytest.mark.parametrize(("fate", "entries"), [(Fate.UNANSWERED, 1), (Fate.LOST, 1)])
def test_the_next_console_settles_what_one_left(play: Play, fate: Fate, entries: int) -> None:
    """As after kill -9: the first console just stops, its lock goes with it."""

    async def first() -> None:
        served = play.console(Outbox(play.outbox.path))
        plan = await play.plan(served)
        play.fates = [fate]
        with pytest.raises(OutcomeUnknown):
            await served.apply(plan, "why")
        await served.close()

    async def second() -> tuple[str, ...]:
        served = play.console()
        forget = served.watch(lambda head: None)
        await until(lambda: not play.outbox.unfinished())
        forget()
        warnings = (await served.badges()).warnings
        await served.close()
        return warnings

    asyncio.run(first())
    assert len(play.outbox.unfinished()) == 1
    play.fates = []
    (told,) = asyncio.run(second())
    assert "was done" in told
    assert (play.entries(), play.outbox.unfinished()) == (entries, [])


def test_an_order_is_nobody_else_s(play: Play) -> None:
    """It may have been done already, and who signs in later has not asked for it."""

    def token_is_of(name: str) -> None:
        def write(tx: Tx) -> None:
            for table in ("principal_token", "principal_grant"):
                sql = f"UPDATE {table} SET principal = ? WHERE principal IN (?, ?)"
                tx.execute(sql, (name, "token:admin", "token:other"))

        play.world.database.write(write)

    async def first() -> None:
        served = play.console(Outbox(play.outbox.path))
        plan = await play.plan(served)
        play.fates = [Fate.LOST]
        with pytest.raises(OutcomeUnknown):
            await served.apply(plan, "why")
        await served.close()

    async def later(done: Callable[[], bool]) -> None:
        served = play.console(Outbox(play.outbox.path))
        forget = served.watch(lambda head: None)
        await until(done)
        forget()
        await served.close()

    asyncio.run(first())
    play.fates, play.orders = [], 0
    token_is_of("token:other")
    asyncio.run(later(lambda: play.orders > 1))
    assert (play.entries(), len(play.outbox.unfinished())) == (0, 1)
    token_is_of("token:admin")
    asyncio.run(later(lambda: not play.outbox.unfinished()))
    assert (play.entries(), play.outbox.unfinished()) == (1, [])


def test_a_console_that_is_left_while_it_waits_forgets_nothing(play: Play) -> None:
    async def scene() -> None:
        served = play.console()
        plan = await play.plan(served)
        play.fates = [Fate.UNANSWERED]
        waiting = asyncio.ensure_future(served.apply(plan, "why"))
        await until(lambda: play.entries() > 0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await served.close()

    asyncio.run(scene())
    assert len(play.outbox.unfinished()) == 1


def test_nothing_is_sent_that_was_not_written_down(play: Play, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    async def scene() -> None:
        served = play.console(Outbox(tmp_path / "file" / "outbox.db"))
        plan = await play.plan(served)
        with pytest.raises(StorageError):
            await served.apply(plan, "why")
        await served.close()

    asyncio.run(scene())
    assert play.entries() == 0


def test_viewers_learn_that_they_may_not_at_once(play: Play) -> None:
    async def scene() -> None:
        admin, viewer = play.console(), console(transport=play.line, role=Role.VIEWER)
        plan = await play.plan(admin)
        with pytest.raises(BursarError, match="viewer"):
            await viewer.apply(plan, "why")
        for served in (admin, viewer):
            await served.close()

    asyncio.run(scene())
    assert play.entries() == 0


def test_an_error_is_the_same_class_here_as_there(play: Play) -> None:
    async def scene() -> None:
        served = play.console()
        with pytest.raises(NotFound, match="the project is not there any more"):
            await served.projects.detail(999)
        await served.close()

    asyncio.run(scene())
