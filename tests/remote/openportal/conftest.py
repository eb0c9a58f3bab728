"""Consoles on the double of Waldur."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from backend.core.listing import Query
from backend.core.plan import Command, Receipt
from backend.core.runtime import Runtime, system_runtime
from backend.http import Http, Patience, Token
from backend.openportal.model import PortalRow
from backend.remote import OpenPortalSettings, Pace, RemoteBackend, RemoteSettings
from tests.remote.consoles import presenting
from tests.remote.openportal.waldur import STAFF, Waldur

T = TypeVar("T")
URL = "http://portal.test"
HASTY = Patience(connect=2, silence=10, total=20, attempts=2, pause=0.001)
QUICK = Pace(quick=0.02, whole=0.1, lists=0.1, busy=0.02, longest=0.1, looks=(0.0, 0.05))


@dataclass(slots=True)
class Stand:
    """A Waldur, and a folder for a context's own files."""

    folder: Path
    waldur: Waldur = field(default_factory=Waldur)

    def play(self, scene: Callable[[RemoteBackend], Awaitable[T]], **how: Any) -> T:
        """What comes of a scene with a console."""

        async def played() -> T:
            backend = self.console(**how)
            try:
                return await scene(backend)
            finally:
                await backend.close()

        return asyncio.run(played())

    def console(
        self, token: str | Token = STAFF, pace: Pace = QUICK, *, read_only: bool = False
    ) -> RemoteBackend:
        """A console's backend."""
        settings = OpenPortalSettings(
            URL,
            presenting(token) if isinstance(token, str) else token,
            partial(Http, transport=httpx.ASGITransport(self.waldur), patience=HASTY),
        )
        clock = Runtime(system_runtime().now, random.Random(1))
        told = RemoteSettings(None, None, self.folder, read_only, settings)
        return RemoteBackend(told, clock, pace)


async def rows(backend: RemoteBackend, text: str = "") -> list[PortalRow]:
    """The allocations that are listed."""
    found = [one.of for one in await backend.allocations.page(Query(text), 99)]
    return [one for one in found if isinstance(one, PortalRow)]


async def row(backend: RemoteBackend, uuid: str) -> PortalRow:
    """One of them."""
    return await backend.openportal.allocation_named(uuid)


async def carry_out(backend: RemoteBackend, command: Command, reason: str = "tidy") -> Receipt:
    """Plan and apply."""
    return await backend.apply(await backend.plan(command), reason)


async def soon(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(30):
        while not await holds():
            await asyncio.sleep(0.01)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """A console's way to it."""
    return Stand(tmp_path / "context")
