"""The stream of events itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path

import pytest

from backend.embedded import EmbeddedBackend
from backend.served import streams as module
from backend.served.events import Hub, Stream, events, later
from backend.served.streams import Message
from tests.worlds import OPERATOR, World, count, world_w

BEAT = 0.05


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """World W."""
    fresh = world_w(tmp_path / "world.db")
    yield fresh
    fresh.database.close()


class Counting(EmbeddedBackend):
    """A backend that counts who watches it."""

    watched = 0

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """As ever."""
        forget = super().watch(changed)
        self.watched += 1

        def forgotten() -> None:
            self.watched -= 1
            forget()

        return forgotten


async def first(stream: AsyncGenerator[str], texts: int) -> list[str]:
    """The first texts of a stream after the one that tells when to come back."""
    async with asyncio.timeout(60):
        assert await anext(stream) == "retry: 1000\n\n"
        found = [await anext(stream) for _ in range(texts)]
    await stream.aclose()
    return found


@pytest.mark.parametrize(
    ("knows", "name"), [(None, "change"), (0, "change"), (-1, "change"), (1, "reset")]
)
def test_a_listener_is_told_what_it_does_not_know(
    world: World, knows: int | None, name: str
) -> None:
    head = count(world, "SELECT max(seq) FROM journal")
    after = None if knows is None else 0 if knows == 0 else head + knows
    backend = EmbeddedBackend(world.database, OPERATOR)
    (told,) = asyncio.run(first(events(Hub(), backend, after, BEAT), 1))
    assert told == f'id: {head}\nevent: {name}\ndata: {{"seq":{head}}}\n\n'


def test_who_knows_all_hears_that_the_server_lives(world: World) -> None:
    head = count(world, "SELECT max(seq) FROM journal")
    backend = EmbeddedBackend(world.database, OPERATOR)
    assert asyncio.run(first(events(Hub(), backend, head, BEAT), 2)) == [": beat\n\n"] * 2


def test_fifteen_listeners_have_one_watcher_and_hear_of_a_burst_once(world: World) -> None:
    backend = Counting(world.database, OPERATOR)

    async def scene() -> list[list[str]]:
        hub = Hub()
        streams = [events(hub, backend, None, 3600) for _ in range(15)]
        for stream in streams:
            assert "change" in [await anext(stream), await anext(stream)][1]
        assert backend.watched == 1
        for n in range(10):
            await asyncio.to_thread(world.project, f"phys{chr(97 + n)}.lab")
        head = count(world, "SELECT max(seq) FROM journal")
        heard = await asyncio.gather(*[_until(stream, f"id: {head}\n") for stream in streams])
        for stream in streams:
            await stream.aclose()
        assert backend.watched == 0
        return list(heard)

    heard = asyncio.run(scene())
    assert all(0 < len(texts) <= 3 for texts in heard)


async def _until(stream: AsyncGenerator[str], begin: str) -> list[str]:
    """The texts up to one that begins so."""
    texts = [""]
    async with asyncio.timeout(60):
        while not texts[-1].startswith(begin):
            texts.append(await anext(stream))
    return texts[1:]


def test_who_polls_waits_for_news(world: World) -> None:
    backend = EmbeddedBackend(world.database, OPERATOR)
    head = count(world, "SELECT max(seq) FROM journal")

    async def scene() -> tuple[int, int]:
        hub = Hub()
        old = await later(hub, backend, head, 0.01)
        waiting = asyncio.ensure_future(later(hub, backend, head, 20))
        await asyncio.to_thread(world.project, "phys.lab")
        return old, await waiting

    old, new = asyncio.run(scene())
    assert (old, new > head) == (head, True)


def test_a_listener_that_takes_nothing_is_let_go(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DEAF", 0.05)
    backend = Counting(world.database, OPERATOR)
    begun: list[str] = []

    async def send(message: Message) -> None:
        begun.append(message["type"])
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def scene() -> None:
        stream = Stream(events(Hub(), backend, None, BEAT), {})
        with pytest.raises(TimeoutError):
            await stream({}, receive, send)

    asyncio.run(scene())
    assert begun == ["http.response.start", "http.response.body"]
    assert backend.watched == 0
