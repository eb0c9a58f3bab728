"""World W on a server of our own, which consoles take for somebody else's Astakos."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from backend.embedded import EmbeddedBackend, open_embedded
from backend.remote import RemoteBackend
from backend.server.app import create_app
from tests.remote.consoles import admit, console
from tests.remote.scripted import Meddler
from tests.serving import QUIET
from tests.worlds import OPERATOR, World, world_w

T = TypeVar("T")
PATIENCE = 30


@dataclass(slots=True)
class Stand:
    """A world, its server with a meddler before it, and a folder for a context's own files."""

    world: World
    oracle: EmbeddedBackend
    meddler: Meddler
    folder: Path

    def play(
        self, scene: Callable[[RemoteBackend], Awaitable[T]], token: str = "A", **how: Any
    ) -> T:
        """What comes of a scene with a console."""

        async def played() -> T:
            backend = console(self.meddler.transport(), token, folder=self.folder, **how)
            try:
                return await scene(backend)
            finally:
                await backend.close()

        return asyncio.run(played())


async def until(backend: RemoteBackend, holds: Callable[[], Awaitable[bool]]) -> None:
    """Follow the server until something holds."""
    heard = asyncio.Event()
    forget = backend.watch(lambda _: heard.set())
    try:
        async with asyncio.timeout(PATIENCE):
            while not await holds():
                await heard.wait()
                heard.clear()
    finally:
        forget()


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    """World W and its server."""
    world = world_w(tmp_path / "world.db")
    backend = open_embedded(tmp_path / "world.db", actor=OPERATOR)
    admit(backend.database)
    try:
        yield Stand(world, backend, Meddler(create_app(backend, QUIET)), tmp_path / "context")
    finally:
        backend.shut()
        world.database.close()
