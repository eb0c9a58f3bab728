"""Servers in this process that answer as they are told to."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

Answer = Callable[[Request], Awaitable[Response]]


def told(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(json.dumps(body).encode(), status, media_type="application/json")


def always(body: Any) -> httpx.ASGITransport:
    """A server that always says this."""
    return by_path({"": body})


def by_path(bodies: Mapping[str, Any]) -> httpx.ASGITransport:
    """A server with a body by the end of the path; other things are not there."""

    async def answer(request: Request) -> Response:
        for end, body in bodies.items():
            if request.url.path.endswith(end):
                return told(body)
        return told({"itemNotFound": {"code": 404, "message": "not here"}}, 404)

    return httpx.ASGITransport(answering(answer))


def answering(answer: Answer) -> ASGIApp:
    """An application that answers so."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = await answer(Request(scope, receive))
        await response(scope, receive, send)

    return app


@dataclass(slots=True)
class Meddler:
    """An application with somebody in between: `before` may answer instead of it, `after`
    instead of what it answered. `asked` are the requests as `METHOD /path`."""

    app: ASGIApp
    before: Callable[[Request], Response | None] = lambda _: None
    after: Callable[[Request], Response | None] = lambda _: None
    asked: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        request = Request(scope)
        self.asked.append(f"{request.method} {request.url.path}")
        if (instead := self.before(request)) is not None:
            await instead(scope, receive, send)
            return
        if (instead := self.after(request)) is not None:
            await self.app(scope, receive, _nowhere)
            await instead(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def transport(self) -> httpx.ASGITransport:
        """To reach it by."""
        return httpx.ASGITransport(self)


async def _nowhere(message: Any) -> None:
    """An answer that nobody hears."""
