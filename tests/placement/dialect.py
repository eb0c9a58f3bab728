"""Clients of a Placement for tests."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import httpx
from starlette.requests import Request
from starlette.responses import Response

from backend.allocations.model import KINDS
from backend.backend import Backend
from backend.core.identity import operator
from backend.core.listing import Query
from backend.core.plan import Command
from backend.http import Http, Patience, x_auth_token
from backend.placement.client import Now, PlacementClient, call, failure
from backend.placement.model import Claim, ConsumerRow, ReplaceAllocations
from tests.openstack import ADMIN
from tests.remote.scripted import Answer, answering, told

T = TypeVar("T")
ME = operator("ada")
HASTY = Patience(connect=2, silence=30, total=60, attempts=2, pause=0.001)


def fresh() -> str:
    """A uuid that nobody has."""
    return str(uuid.uuid4())


async def listed(backend: Backend, text: str) -> list[ConsumerRow]:
    """The consumers that a filter finds among all allocations."""
    found = await backend.allocations.page(Query(text), 9)
    return [row.of for row in found if isinstance(row.of, ConsumerRow)]


async def consumers(backend: Backend, keys: Sequence[int]) -> list[ConsumerRow]:
    """Consumers by their keys, as that list has them."""
    found = await backend.allocations.rows([key * KINDS for key in keys])
    return [row.of for row in found.values() if isinstance(row.of, ConsumerRow)]


def claim(consumer: str, allocations: Any, generation: int | None = None, **more: Any) -> Command:
    """What one consumer is to hold."""
    one = Claim(consumer=consumer, allocations=allocations, generation=generation, **more)
    return ReplaceAllocations(actor=ME, claims=[one])


async def token(refusal: str) -> str:
    """The admin's."""
    return ADMIN


def client(url: str, transport: httpx.AsyncBaseTransport | None = None) -> Http:
    """Of a server, or of what stands for one."""
    return Http(
        url,
        token=token,
        sign=x_auth_token,
        failure=failure,
        patience=HASTY,
        transport=transport,
    )


def play(
    url: str,
    scene: Callable[[PlacementClient], Awaitable[T]],
    minor: int = 39,
    transport: httpx.AsyncBaseTransport | None = None,
) -> T:
    """What comes of a scene with a client."""

    async def played() -> T:
        http = client(url, transport)
        try:
            return await scene(PlacementClient(http, minor))
        finally:
            await http.close()

    return asyncio.run(played())


async def do(on: PlacementClient, command: Command, now: Now | None = None) -> str:
    """Carry it out as somebody who has read `now`."""
    return await on.send(call(command, on.minor, now or Now()))


def fault(status: int, detail: str, code: str = "") -> Response:
    """A refusal in Placement's envelope."""
    coded = {"code": code} if code else {}
    return told({"errors": [{"status": status, "title": "T", "detail": detail, **coded}]}, status)


class Scripted:
    """A server that answers in turn, the last for ever; `asked` are the requests as (method,
    path, microversion, body)."""

    def __init__(self, *answers: Response) -> None:
        self._answers = list(answers)
        self.tokens: list[str] = []
        self.asked: list[tuple[str, str, str, Any]] = []

    async def __call__(self, request: Request) -> Response:
        """One request."""
        body = await request.body()
        self.tokens.append(request.headers.get("x-auth-token", ""))
        version = request.headers.get("openstack-api-version", "")
        asked = json.loads(body) if body else None
        self.asked.append((request.method, request.url.path, version, asked))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    @property
    def transport(self) -> httpx.ASGITransport:
        """To reach it by."""
        answer: Answer = self
        return httpx.ASGITransport(answering(answer))

    @property
    def methods(self) -> Sequence[str]:
        """What was asked, in short."""
        return [method for method, *_ in self.asked]
