"""Consoles on a Placement of other people's, with somebody nasty in between."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import pytest

from backend.core.database import Tx
from backend.core.plan import Command, Receipt
from backend.core.principals import add, digest, parse_grant
from backend.core.runtime import Runtime, system_runtime
from backend.embedded import open_embedded
from backend.http import Http
from backend.placement.client import Now, PlacementClient
from backend.placement.model import KEEP, Consumer, CreateProvider, ReplaceInventories, Stock
from backend.remote import Pace, PlacementSettings, RemoteBackend, RemoteSettings
from backend.server.app import create_app
from tests.hosting import hosted
from tests.nasty import Nasty, nasty
from tests.openstack import ADMIN, placement
from tests.placement.dialect import HASTY, ME, claim, client, do, fresh, token
from tests.serving import QUIET

T = TypeVar("T")
MOUNT = "/placement"
QUICK = Pace(quick=0.02, whole=0.1, longest=0.1, looks=(0.0, 0.05))


@dataclass(slots=True)
class Stand:
    """A Placement, the line to it, and a folder for a context's own files."""

    url: str
    line: Nasty
    folder: Path
    made: list[str] = field(default_factory=list)

    @property
    def is_ours(self) -> bool:
        """Whether bursar serves it."""
        return self.url.endswith(MOUNT)

    def play(self, scene: Callable[[RemoteBackend], Awaitable[T]], **how: Any) -> T:
        """What comes of a scene with a console."""

        async def played() -> T:
            backend = self.console(**how)
            try:
                return await scene(backend)
            finally:
                await backend.close()

        return asyncio.run(played())

    def console(self, pace: Pace = QUICK, read_only: bool = False) -> RemoteBackend:
        """A console's backend."""
        http = partial(Http, patience=HASTY, rng=random.Random(1))
        url = self.line.url + urlsplit(self.url).path
        settings = PlacementSettings(url, token, who="ada", http=http)
        clock = Runtime(system_runtime().now, random.Random(fresh()))
        return RemoteBackend(RemoteSettings(None, settings, self.folder, read_only), clock, pace)

    async def at_once(self, scene: Callable[[PlacementClient], Awaitable[T]]) -> T:
        """What comes of what somebody else does there."""
        http = client(self.url)
        try:
            return await scene(PlacementClient(http, 39))
        finally:
            await http.close()

    def elsewhere(self, scene: Callable[[PlacementClient], Awaitable[T]]) -> T:
        """The same while no console runs."""
        return asyncio.run(self.at_once(scene))

    def provider(self, **stocks: Stock) -> str:
        """A new provider with these inventories."""

        async def scene(on: PlacementClient) -> str:
            uuid = fresh()
            self.made.append(f"resource_providers/{uuid}")
            await do(on, CreateProvider(actor=ME, name=f"node-{uuid}", uuid=uuid))
            await do(on, ReplaceInventories(actor=ME, provider=uuid, stocks=stocks, generation=0))
            return uuid

        return self.elsewhere(scene)

    def consumer(self, held: Mapping[str, Mapping[str, int]], kind: str = "INSTANCE") -> str:
        """A new consumer of the project `lab` that holds this; without a type for ``."""
        uuid = fresh()
        kind = kind or KEEP
        self.made.append(f"allocations/{uuid}")
        command = claim(uuid, held, project="lab", user="bob", consumer_type=kind)
        self.elsewhere(lambda on: do(on, command))
        return uuid

    def tidy(self) -> None:
        """Remove what was made: every console reads the whole server again and again."""
        with httpx.Client(headers={"X-Auth-Token": ADMIN}) as http:
            for path in reversed(self.made):
                http.delete(f"{self.url}/{path}")

    async def change(self, uuid: str, held: Mapping[str, Mapping[str, int]]) -> None:
        """Somebody else lets a consumer hold this."""

        async def scene(on: PlacementClient) -> None:
            now = await on.consumer(uuid)
            assert now is not None
            kind, generation = now.consumer_type or "", now.generation or 0
            known = Consumer(uuid, "lab", "bob", kind, generation, now.allocations)
            command = claim(uuid, held, generation, project="lab", user="bob")
            await do(on, command, Now({uuid: known}))

        await self.at_once(scene)

    def held(self, uuid: str) -> Mapping[str, Mapping[str, int]]:
        """What a consumer holds."""
        found = self.elsewhere(lambda on: on.consumer(uuid))
        return found.allocations if found else {}


async def carry_out(backend: RemoteBackend, command: Command, reason: str = "tidy") -> Receipt:
    """Plan and apply."""
    return await backend.apply(await backend.plan(command), reason)


@contextmanager
def ours(place: Path) -> Iterator[str]:
    """A server of our own, which is taken for somebody else's."""
    backend = open_embedded(place)
    grants = [parse_grant("placement:admin")]

    def admit(tx: Tx) -> None:
        add(tx, ME, ADMIN, grants, digest(ADMIN), 0)

    backend.database.write(admit)
    try:
        with hosted(create_app(backend, QUIET)) as url:
            yield url + MOUNT
    finally:
        backend.shut()


@pytest.fixture(scope="module", params=["ours", pytest.param("real", marks=pytest.mark.slow)])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A Placement of this module's own: one of bursar's, and OpenStack's."""
    place = tmp_path_factory.mktemp("placement") / "cloud.db"
    with ours(place) if request.param == "ours" else placement() as url:
        yield url


@pytest.fixture
def stand(server: str, tmp_path: Path) -> Iterator[Stand]:
    """A console's way to it."""
    with ExitStack() as until:
        line = until.enter_context(nasty(server.removesuffix(MOUNT)))
        stand = Stand(server, line, tmp_path / "context")
        yield stand
        stand.tidy()
