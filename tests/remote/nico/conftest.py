"""Consoles on a NICo of other people's, with somebody nasty in between, who may also have it answer
as servers do that are not ours."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest

from backend.core.database import Database, Tx, open_database
from backend.core.plan import Command, Receipt
from backend.core.principals import add, digest, parse_grant
from backend.core.runtime import Runtime, system_runtime
from backend.embedded import open_embedded
from backend.http import Http, Patience
from backend.nico.model import NicoDetail, SetConstraintValue
from backend.remote import NicoSettings, Pace, RemoteBackend, RemoteSettings
from backend.schema import STEPS
from backend.server.app import create_app
from tests.hosting import hosted
from tests.nasty import Nasty, nasty
from tests.nico.cloud import Cloud, furnish
from tests.places import keep
from tests.remote.consoles import presenting
from tests.remote.nico.strange import Strange
from tests.serving import QUIET
from tests.worlds import OPERATOR

T = TypeVar("T")
TOKENS = {"admin": "acme", "viewer": "acme", "user": "t1"}
"""Organisations by what a token is there."""
HASTY = Patience(connect=2, silence=10, total=20, attempts=2, pause=0.001)
QUICK = Pace(quick=0.02, whole=0.1, longest=0.1, looks=(0.0, 0.05))


@dataclass(slots=True)
class Stand:
    """A provider's cloud, the line to its server, how strange that is, and a folder for a context's
    own files."""

    cloud: Cloud
    line: Nasty
    strange: Strange
    folder: Path

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
        self, who: str = "admin", pace: Pace = QUICK, *, read_only: bool = False, **names: Any
    ) -> RemoteBackend:
        """A console's backend."""
        http = partial(Http, patience=HASTY, rng=random.Random(1))
        given: dict[str, Any] = {"org": TOKENS[who], "http": http} | names
        settings = NicoSettings(self.line.url, presenting(who), **given)
        clock = Runtime(system_runtime().now, random.Random(1))
        told = RemoteSettings(folder=self.folder, read_only=read_only, nico=settings)
        return RemoteBackend(told, clock, pace)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Method and path of all that was not only read."""
        return [(one.method, one.path) for one in self.line.seen if one.method != "GET"]


async def carry_out(backend: RemoteBackend, command: Command, reason: str = "tidy") -> Receipt:
    """Plan and apply."""
    return await backend.apply(await backend.plan(command), reason)


async def detail(backend: RemoteBackend, uuid: str) -> NicoDetail:
    """All about an allocation."""
    return await backend.nico.allocation((await backend.nico.allocation_named(uuid)).key)


async def setting(backend: RemoteBackend, uuid: str, value: int) -> SetConstraintValue:
    """The command that has an allocation give something else."""
    constraint = (await detail(backend, uuid)).constraint.uuid
    return SetConstraintValue(actor=OPERATOR, allocation=uuid, constraint=constraint, value=value)


def admit(database: Database) -> None:
    """A token for each of what one may be, which is called so."""

    def write(tx: Tx) -> None:
        for role, org in TOKENS.items():
            add(tx, OPERATOR, role, [parse_grant(f"nico:{role}:{org}")], digest(role), 0)

    database.write(write)


@cache
def _furnished() -> bytes:
    """A process furnishes that cloud once and copies it."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "metal.db"
        database = open_database(place, STEPS)
        database.write(furnish)
        admit(database)
        database.close()
        return place.read_bytes()


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    """A console's way to it."""
    place = tmp_path / "metal.db"
    keep(place, _furnished())
    database = open_database(place, STEPS)
    backend = open_embedded(place)
    strange = Strange(create_app(backend, QUIET))
    try:
        with hosted(strange) as url, nasty(url) as line:
            yield Stand(Cloud(database), line, strange, tmp_path / "context")
    finally:
        backend.shut()
        database.close()
