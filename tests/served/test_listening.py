"""A console hears of changes whatever becomes of the way to its server, and says how it stands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from backend.backend import Link, LinkState
from backend.core.errors import Unreachable
from backend.core.identity import Role
from backend.core.principals import revoke
from backend.core.version import VERSION
from backend.embedded import EmbeddedBackend
from backend.served import wire
from backend.served.client import ServedBackend
from backend.served.listener import Pace
from backend.served.routes import HEADERS
from backend.server.app import Application, create_app
from tests.served.consoles import QUICK, admit, console, token_of
from tests.served.network import Fate, Network
from tests.serving import IN_PROCESS, QUIET
from tests.worlds import OPERATOR, World, count, world_w


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """World W, with tokens."""
    fresh = world_w(tmp_path / "world.db")
    admit(fresh.database)
    yield fresh
    fresh.database.close()


class Ear:
    """A console that listens to a server over a line with faults."""

    def __init__(self, served: ServedBackend) -> None:
        self.served = served
        self.heads: list[int] = []
        self.states: list[LinkState] = []

    def heard(self, head: int) -> None:
        """Note a change and how the link stands."""
        self.heads.append(head)

    @property
    def link(self) -> Link:
        """That of the console."""
        return self.served.link

    async def becomes(self, state: LinkState) -> None:
        """Wait for a state of the link."""
        await until(lambda: self.link.state is state)

    async def hears(self, world: World, name: str) -> None:
        """Wait for news of a new project."""
        before = len(self.heads)
        await asyncio.to_thread(world.project, name)
        await until(lambda: len(self.heads) > before)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


def server(world: World) -> Application:
    """A server of the world."""
    return create_app(EmbeddedBackend(world.database, OPERATOR), QUIET)


@asynccontextmanager
async def listening(line: Network, pace: Pace = QUICK) -> AsyncIterator[Ear]:
    """Somebody who listens until the block ends."""
    ear = Ear(console(transport=line, pace=pace))
    forget = ear.served.watch(ear.heard)
    try:
        yield ear
    finally:
        forget()
        await ear.served.close()


def no_events(request: httpx.Request) -> Fate:
    """Streams do not come through."""
    return Fate.LOST if request.url.path.endswith("/events") else Fate.FINE


def test_changes_are_heard_of_while_the_link_is_live(world: World) -> None:
    async def scene() -> None:
        async with listening(Network(server(world))) as ear:
            await ear.becomes(LinkState.LIVE)
            await ear.hears(world, "phys.lab")
            await ear.hears(world, "chem.lab")
            assert ear.link.reason == ""
            assert ear.heads == sorted(ear.heads)

    asyncio.run(scene())


def test_a_server_that_goes_is_told_and_comes_back_with_what_was_missed(world: World) -> None:
    async def scene() -> None:
        line = Network(server(world))
        async with listening(line) as ear:
            await ear.becomes(LinkState.LIVE)
            line.crash()
            await ear.becomes(LinkState.LOST)
            assert ear.link.reason
            assert ear.link.retry_at > ear.link.since
            with pytest.raises(Unreachable):
                await ear.served.badges()
            heard = len(ear.heads)
            await asyncio.to_thread(world.project, "phys.lab")
            assert len(ear.heads) == heard
            line.app = server(world)
            await ear.becomes(LinkState.LIVE)
            await until(lambda: len(ear.heads) > heard)
            await ear.hears(world, "chem.lab")

    asyncio.run(scene())


def test_attempts_that_fail_are_part_of_one_loss(world: World) -> None:
    async def scene() -> None:
        line = Network(server(world))
        async with listening(line) as ear:
            await ear.becomes(LinkState.LIVE)
            line.crash()
            await ear.becomes(LinkState.LOST)
            since = ear.link.since
            for state in (LinkState.CONNECTING, LinkState.LOST) * 2:
                await ear.becomes(state)
                assert ear.link.since == since
            line.app = server(world)
            await ear.becomes(LinkState.LIVE)
            assert ear.link.since > since

    asyncio.run(scene())


def test_where_no_events_come_through_the_server_is_asked(world: World) -> None:
    async def scene() -> None:
        line = Network(server(world), no_events)
        async with listening(line) as ear:
            await ear.becomes(LinkState.POLLING)
            assert "no events come through" in ear.link.reason
            await ear.hears(world, "phys.lab")
            assert ear.link.state is LinkState.POLLING

    asyncio.run(scene())


def test_events_are_tried_again_after_polling(world: World) -> None:
    async def scene() -> None:
        line = Network(server(world), no_events)
        pace = Pace(silence=5, wait=0, polling=0.05, pause=0.01, longest=0.02)
        async with listening(line, pace) as ear:
            await ear.becomes(LinkState.POLLING)
            line.fate = lambda request: Fate.FINE
            await ear.becomes(LinkState.LIVE)

    asyncio.run(scene())


def test_a_token_that_is_taken_away_is_told(world: World) -> None:
    async def scene() -> None:
        line = Network(server(world))
        async with listening(line) as ear:
            await ear.becomes(LinkState.LIVE)
            await asyncio.to_thread(
                world.database.write, lambda tx: revoke(tx, OPERATOR, Role.ADMIN)
            )
            line.crash()
            await ear.becomes(LinkState.LOST)
            line.app = server(world)
            await ear.becomes(LinkState.SIGNED_OUT)
            assert ear.link.reason

    asyncio.run(scene())


def test_who_gets_an_answer_need_not_wait_for_the_next_attempt(world: World) -> None:
    async def scene() -> None:
        line = Network(None)
        pace = Pace(silence=5, wait=1, polling=5, pause=3600, longest=3600)
        async with listening(line, pace) as ear:
            await ear.becomes(LinkState.LOST)
            line.app = server(world)
            await ear.served.badges()
            await ear.becomes(LinkState.LIVE)

    asyncio.run(scene())


def test_a_server_may_be_exchanged_for_one_with_a_shorter_past(
    world: World, tmp_path: Path
) -> None:
    young = world_w(tmp_path / "young.db")
    admit(young.database)
    world.project("phys.lab")

    async def scene() -> None:
        line = Network(server(world))
        async with listening(line) as ear:
            await until(lambda: bool(ear.heads))
            line.crash()
            line.app = server(young)
            await until(lambda: ear.heads[-1] < ear.heads[0])
            await ear.hears(young, "chem.lab")

    asyncio.run(scene())
    young.database.close()


def test_a_server_of_another_version_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HEADERS, wire.VERSION_HEADER, "9.9.9")

    async def scene() -> tuple[str, ...]:
        async with listening(Network(server(world))) as ear:
            return (await ear.served.badges()).warnings

    assert asyncio.run(scene()) == (
        f"the server is bursar 9.9.9, this is {VERSION}: use the same version",
    )


def test_a_mistake_of_bursars_own_is_told_and_is_not_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def mistaken(model: type[object], octets: bytes) -> wire.Head:
        raise KeyError("no such key")

    async def scene() -> None:
        async with listening(Network(server(world))) as ear:
            await ear.becomes(LinkState.LIVE)
            with monkeypatch.context() as patch:
                patch.setattr(wire, "request", mistaken)
                await asyncio.to_thread(world.project, "mistaken.lab")
                await ear.becomes(LinkState.LOST)
                assert "an error of bursar's own: KeyError" in ear.link.reason
            await ear.becomes(LinkState.LIVE)
            await ear.hears(world, "understood.lab")

    asyncio.run(scene())
    assert "no such key" in caplog.text


def test_what_nobody_waits_for_any_more_is_stopped(world: World) -> None:
    head = count(world, "SELECT max(seq) FROM journal")
    headers = {"Authorization": f"Bearer {token_of(Role.VIEWER)}"}

    async def scene() -> None:
        line = Network(server(world))
        async with httpx.AsyncClient(transport=line, base_url=IN_PROCESS, headers=headers) as http:
            asked = {"after": head, "wait": 30}
            asking = asyncio.ensure_future(http.get(f"{wire.PREFIX}/head", params=asked))
            await asyncio.sleep(0.1)
            asking.cancel()
            async with asyncio.timeout(60):
                await line.settled()

    asyncio.run(scene())


def test_nobody_listens_when_nobody_watches(world: World) -> None:
    async def scene() -> None:
        line = Network(server(world))
        async with listening(line) as ear:
            await ear.becomes(LinkState.LIVE)
        await line.settled()

    asyncio.run(scene())
