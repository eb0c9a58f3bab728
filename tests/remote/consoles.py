"""Consoles on an Astakos, which is a bursar server of our own, for tests."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import httpx

from backend.core.database import Database, Tx
from backend.core.principals import digest, give
from backend.core.runtime import Runtime, system_runtime
from backend.http import Http, Patience, Token
from backend.remote import AstakosSettings, Pace, RemoteBackend, RemoteSettings
from tests import replay
from tests.serving import IN_PROCESS
from tests.worlds import person

QUICK = Pace(quick=0.02, whole=0.05, longest=0.1, looks=(0.0, 0.01))
HASTY = Patience(connect=2, silence=10, total=20, attempts=2, pause=0.01)
SERVICES = ("cyclades", "astakos")


def presenting(token: str) -> Callable[[str], Awaitable[str]]:
    """A source of this token."""

    async def source(refusal: str) -> str:
        return token

    return source


def admit(database: Database, people: Sequence[str] = "AOM") -> None:
    """Tokens for people by their letter, and for the services, that are their own names."""

    def write(tx: Tx) -> None:
        told = [(f"user:{person(letter)}", digest(letter)) for letter in people]
        give(tx, [*told, *((f"service:{name}", digest(name)) for name in SERVICES)])

    database.write(write)


def console(
    transport: httpx.AsyncBaseTransport,
    token: str | Token = "A",
    services: Sequence[str] | Mapping[str, str] = SERVICES,
    folder: Path | None = None,
    *,
    url: str = f"{IN_PROCESS}/astakos",
    pace: Pace = QUICK,
    patience: Patience = HASTY,
    runtime: Runtime | None = None,
    read_only: bool = False,
) -> RemoteBackend:
    """A console's backend with these tokens; to be used from one event loop."""
    named = services if isinstance(services, Mapping) else {name: name for name in services}
    settings = AstakosSettings(
        url,
        presenting(token) if isinstance(token, str) else token,
        {name: presenting(secret) for name, secret in named.items()},
        http=partial(Http, transport=transport, patience=patience),
    )
    clock = runtime or Runtime(system_runtime().now, random.Random(1))
    return RemoteBackend(RemoteSettings(settings, None, folder, read_only), clock, pace)


def recorded(transport: httpx.AsyncBaseTransport, who: str = "A", *services: str) -> RemoteBackend:
    """The same on the recorded world, by the alias of a user."""
    world = replay.world()
    tokens = {service["name"]: service["token"] for service in world["services"]}
    (own,) = [user["token"] for user in world["users"] if user["alias"] == who]
    return console(transport, own, {name: tokens[name] for name in services})
