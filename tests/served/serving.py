"""A bursar server in the tests' own process, with names for tokens, and consoles on it."""

from __future__ import annotations

import random

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount

from backend.acting import Acting
from backend.core.errors import NotSignedIn
from backend.core.identity import Actor, Role
from backend.core.runtime import Runtime, system_runtime
from backend.embedded import EmbeddedBackend
from backend.http import Http, Patience
from backend.outbox import Outbox
from backend.served import wire
from backend.served.client import ServedBackend
from backend.served.listener import Pace
from backend.served.routes import routes

URL = "http://bursar.example"
ACTORS = {
    "ada": Actor("operator:op", Role.ADMIN),
    "amy": Actor("amy", Role.APPROVER),
    "eve": Actor("eve", Role.VIEWER),
}
QUICK = Pace(silence=0.3, wait=1, polling=5.0, pause=0.01, longest=0.05)
HASTY = Patience(connect=1, silence=5, total=10, attempts=2, pause=0.01)


def application(backend: EmbeddedBackend, beat: float = 0.1) -> Starlette:
    """The port of a backend, for whoever says one of the names above."""

    async def backend_for(request: Request) -> Acting:
        name = request.headers.get("authorization", "").removeprefix("Bearer ")
        if name not in ACTORS:
            raise NotSignedIn("who are you?", hint="send a token")
        return backend.acting(ACTORS[name])

    return Starlette(routes=[Mount(wire.PREFIX, routes=routes(backend_for, beat=beat))])


def console(
    transport: httpx.AsyncBaseTransport,
    name: str = "ada",
    outbox: Outbox | None = None,
    *,
    runtime: Runtime | None = None,
    pace: Pace = QUICK,
) -> ServedBackend:
    """A console's backend on a server."""

    async def token() -> str:
        return name

    rng = random.Random(1)
    http = Http(
        URL, token=token, failure=wire.failure, patience=HASTY, transport=transport, rng=rng
    )
    return ServedBackend(http, outbox, pace=pace, runtime=runtime or system_runtime())
