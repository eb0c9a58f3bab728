"""Consoles for tests: tokens with a role in a world, and backends that present them."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import httpx

from backend.core.database import Database
from backend.core.identity import Role
from backend.core.principals import Grant, add, digest
from backend.core.runtime import Runtime
from backend.http import Http, Patience
from backend.outbox import Outbox
from backend.served import wire
from backend.served.client import ServedBackend
from backend.served.listener import Pace
from tests.serving import IN_PROCESS
from tests.worlds import OPERATOR

ROLES = (Role.ADMIN, Role.APPROVER, Role.VIEWER)
QUICK = Pace(silence=5.0, wait=1, polling=5.0, pause=0.01, longest=0.05)
HASTY = Patience(connect=2, silence=10, total=20, attempts=2, pause=0.01)


def admit(database: Database) -> None:
    """A token for every role of a console."""
    for role in ROLES:
        granted: dict[str, Any] = {
            "grants": [Grant("bursar", role)],
            "sha256": digest(token_of(role)),
        }
        database.write(partial(add, actor=OPERATOR, name=role.value, **granted, expires_at=0))


def token_of(role: Role) -> str:
    """What a console of this role presents."""
    return f"token of the {role}"


def presenting(role: Role) -> Callable[[str], Awaitable[str]]:
    """A source of that token."""

    async def token(refusal: str) -> str:
        return token_of(role)

    return token


def console(
    url: str = IN_PROCESS,
    transport: httpx.AsyncBaseTransport | None = None,
    role: Role = Role.ADMIN,
    outbox: Outbox | None = None,
    *,
    pace: Pace = QUICK,
    patience: Patience = HASTY,
    runtime: Runtime | None = None,
) -> ServedBackend:
    """A console's backend on a server; to be used from one event loop."""
    http = Http(
        url,
        token=presenting(role),
        failure=wire.failure,
        patience=patience,
        transport=transport,
        rng=runtime.rng if runtime else random.Random(1),
    )
    return ServedBackend(http, outbox, pace=pace, runtime=runtime)


class Buffering(httpx.ASGITransport):
    """An application in this process behind something that holds events back."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The whole answer, or none where it has no end."""
        if request.url.path.endswith("/events"):
            raise httpx.ReadTimeout("no event came through", request=request)
        return await super().handle_async_request(request)
