"""A console on a real OpenStack Placement: an operator lists, changes and removes allocations, and
is overtaken; as two terminals show it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from backend.core.runtime import Runtime, micros, system_runtime
from backend.http import Http
from backend.placement.client import Now, PlacementClient
from backend.placement.model import UNTYPED, CreateProvider, ReplaceInventories, Stock
from backend.remote import Pace, PlacementSettings, RemoteBackend, RemoteSettings
from tests.openstack import placement
from tests.placement.dialect import HASTY, ME, claim, client, do, token
from tests.tui.conftest import Film, film
from tests.tui.stage import until
from tests.tui.test_operator_session import Terminal, done, settled_screen
from tests.worlds import START
from tui.app import BursarApp
from tui.format.glyphs import ASCII, UNICODE
from tui.session import Session, Settings

pytestmark = pytest.mark.slow

__all__ = ["film"]

URL = "https://placement.example"
CHANGED = "Fri, 20 Nov 2026 09:00:00 GMT"
TERMINALS = {
    "80x24-ascii-nocolor": Terminal((80, 24), ASCII, no_color=True),
    "140x40": Terminal((140, 40), UNICODE),
}
NODE, POOL = (f"{n}0000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
WEB, BATCH, OLD = (f"{n}a1c0000-0000-4000-8000-0000000000e{n}" for n in (5, 6, 7))
STEPS: Mapping[str, Sequence[str]] = {
    "1-consumers": ("3",),
    "2-one": ("enter",),
    "3-amounts": ("e", "end", "backspace", "6", "ctrl+s", *"smaller"),
    "4-changed": ("enter", "y"),
    "5-overtaken": ("escape", "j", "delete", *"gone", "enter", "y"),
    "6-both-sides": ("r",),
    "7-removed": (*"gone", "enter", "y"),
    "8-untyped": ("escape", "end", "enter", "e", "end", "backspace", "3", "ctrl+s", *"more"),
    "9-still-untyped": ("enter", "y"),
}
"""What is pressed before each picture; every step goes on from the one before."""
OPENS = ("e", "ctrl+s", "delete", "r")
"""What something is read for before a dialog opens."""


class Tunnel(httpx.AsyncBaseTransport):
    """The way to a server that is called otherwise, and keeps another time."""

    def __init__(self, url: str) -> None:
        self._place = urlsplit(url)
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        host, port = self._place.hostname, self._place.port
        request.url = request.url.copy_with(scheme="http", host=host, port=port)
        answer = await self._inner.handle_async_request(request)
        if "last-modified" in answer.headers:
            answer.headers["last-modified"] = CHANGED
        return answer

    async def aclose(self) -> None:
        """Let go."""
        await self._inner.aclose()


async def fill(on: PlacementClient) -> None:
    """A node and a pool, and three who hold of them; the last has no type."""
    for uuid, name in ((NODE, "compute-01"), (POOL, "storage-pool")):
        await do(on, CreateProvider(actor=ME, name=name, uuid=uuid))
    vcpu = {"VCPU": Stock(16, allocation_ratio=2.0), "MEMORY_MB": Stock(65536, 512)}
    for uuid, stocks in ((NODE, vcpu), (POOL, {"DISK_GB": Stock(1000)})):
        await do(on, ReplaceInventories(actor=ME, provider=uuid, stocks=stocks, generation=0))
    who = {"project": "a" * 32, "user": "b" * 32}
    held = {NODE: {"VCPU": 8, "MEMORY_MB": 16384}, POOL: {"DISK_GB": 80}}
    await do(on, claim(WEB, held, None, consumer_type="INSTANCE", **who))
    await do(on, claim(BATCH, {NODE: {"VCPU": 4}}, None, consumer_type="MIGRATION", **who))
    await do(on, claim(OLD, {NODE: {"VCPU": 2}}))


async def at(url: str, scene: Callable[[PlacementClient], Awaitable[None]]) -> None:
    """What somebody else does there."""
    http = client(url)
    try:
        await scene(PlacementClient(http, 39))
    finally:
        await http.close()


@pytest.fixture
def cloud() -> Iterator[str]:
    """A Placement of this test's own."""
    with placement() as url:
        asyncio.run(at(url, fill))
        yield url


async def meddle(on: PlacementClient) -> None:
    """Somebody else takes more for one of them."""
    now = await on.consumer(BATCH)
    assert now is not None
    more = {"project": now.project, "user": now.user, "consumer_type": "MIGRATION"}
    await do(on, claim(BATCH, {NODE: {"VCPU": 7}}, now.generation, **more), Now())


async def played(pilot: Pilot[None], film: Film, url: str) -> None:
    """All steps, with a picture after each."""
    await settled_screen(pilot)
    for step, keys in STEPS.items():
        for key in keys:
            if (step, key) == ("5-overtaken", "enter"):
                await at(url, meddle)
            before, typed = pilot.app.screen, isinstance(pilot.app.focused, Input)
            await done(pilot, [key])
            if key in OPENS and not (typed and len(key) == 1):
                await until(pilot, partial(_opened, pilot, before))
                await settled_screen(pilot)
        await settled_screen(pilot)
        await film.take(pilot, step)


def _opened(pilot: Pilot[None], before: Screen[Any]) -> bool:
    return pilot.app.screen is not before


@pytest.mark.parametrize("name", TERMINALS)
def test_session(
    cloud: str, film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    terminal = TERMINALS[name]
    if terminal.no_color:
        monkeypatch.setenv("NO_COLOR", "1")

    async def working() -> None:
        http = partial(Http, patience=HASTY, transport=Tunnel(cloud))
        settings = PlacementSettings(URL, token, who="ada", http=http)
        clock = Runtime(system_runtime().now, random.Random(1))
        backend = RemoteBackend(RemoteSettings(None, settings, tmp_path), clock, Pace())
        look = Settings("prod", glyphs=terminal.glyphs, theme=terminal.theme)
        app = BursarApp(Session(backend, look, lambda: micros(START) + 9 * 60_000_000), live=False)
        async with app.run_test(size=terminal.size) as pilot:
            await played(pilot, film, cloud)
        await backend.close()
        await at(cloud, _is_done)

    asyncio.run(working())
    assert film.changed == []


async def _is_done(on: PlacementClient) -> None:
    """What the session was for."""
    web, old = await on.consumer(WEB), await on.consumer(OLD)
    assert web is not None
    assert old is not None
    assert (web.allocations[NODE]["VCPU"], web.generation) == (6, 2)
    assert (old.allocations, old.generation) == ({NODE: {"VCPU": 3}}, 2)
    assert old.consumer_type == UNTYPED
    assert await on.consumer(BATCH) is None
