"""What a console on a server knows before and after its first answer, and how it reads much."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backend.backend import LinkState
from backend.core.errors import Unreachable
from backend.core.identity import Role
from backend.core.listing import Query
from backend.embedded import EmbeddedBackend
from backend.served.line import ServedListing
from backend.server.app import create_app
from tests.served.consoles import admit, console
from tests.served.network import Fate, Network
from tests.serving import IN_PROCESS, QUIET
from tests.worlds import OPERATOR, World, world_w
from tui.session import Session


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """World W, with tokens."""
    fresh = world_w(tmp_path / "world.db")
    admit(fresh.database)
    yield fresh
    fresh.database.close()


def line(world: World, asked: list[str]) -> Network:
    """The way to a server; `asked` is what it was asked for."""

    def fate(request: httpx.Request) -> Fate:
        asked.append(request.url.path.removeprefix("/bursar/v1/"))
        return Fate.FINE

    return Network(create_app(EmbeddedBackend(world.database, OPERATOR), QUIET), fate)


def test_a_server_that_has_not_answered_is_no_reason_not_to_begin(world: World) -> None:
    async def scene() -> None:
        way = Network(None)
        served = console(transport=way)
        session = Session(served)
        assert session.forbidden() == f"{IN_PROCESS} has not answered yet"
        assert served.link.state is LinkState.CONNECTING
        with pytest.raises(Unreachable):
            await served.badges()
        way.app = line(world, []).app
        await served.badges()
        assert (session.forbidden(), served.connection.place) == ("", IN_PROCESS)
        assert (served.connection.kind, served.connection.actor.role) == ("bursar", Role.ADMIN)
        await served.close()

    asyncio.run(scene())


def test_a_server_is_asked_once_what_it_is(world: World) -> None:
    asked: list[str] = []

    async def scene() -> None:
        served = console(transport=line(world, asked))
        await asyncio.gather(*[served.badges() for _ in range(5)])
        await served.close()

    asyncio.run(scene())
    assert sorted(asked) == ["badges"] * 5 + ["connection"]


def test_what_is_long_is_read_in_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{ServedListing.__module__}.ROWS", 2)
    asked: list[str] = []
    names = [f"phys{letter}.lab" for letter in "abcde"]
    for name in names:
        world.project(name)

    async def scene() -> list[str]:
        served = console(transport=line(world, asked))
        rows = await served.projects.listing.page(Query("phys"), 4)
        await served.close()
        return [row.name for row in rows]

    assert asyncio.run(scene()) == names[:4]
    assert asked[1:] == ["projects/listing/keys", *["projects/listing/rows"] * 2]
