"""Astakos' way of being asked and of answering (spec astakos §5): envelopes, headers, methods,
slashes. Both rooms' routes stand on it; the only place that knows the envelope."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from backend.core.database import Database, Tx
from backend.core.errors import BursarError, Conflict, Invalid, WrongMethod
from backend.core.identity import Actor
from backend.core.outward import outward
from backend.core.text import UNSTORABLE
from backend.decode import parse_json
from backend.quotas.ledger import Ledger
from backend.quotas.model import UNLIMITED

FAULTS: Mapping[int, str] = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "notAllowed",
    408: "requestTimeout",
    409: "conflict",
    413: "overLimit",
    429: "tooManyRequests",
    431: "headersTooLarge",
    503: "serviceUnavailable",
}
BROKEN = "internalServerError"
HEADERS = {
    "vary": "X-Auth-Token",
    "cache-control": "no-cache, no-store, must-revalidate, max-age=0",
}
JSON = "application/json; charset=UTF-8"

_NUMBER = re.compile(r"[0-9]{1,19}\Z")


class Access(Enum):
    """Whose token a call wants; USER and WRITER differ for those who may only read."""

    NOBODY = "none"
    USER = "user"
    WRITER = "writer"
    COMPONENT = "component"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes work with. `admit` finds the actor of a request; `present` the user of a
    token that stands in a body, with the time it expires in microseconds since the epoch, 0 for
    never. Both raise NotSignedIn."""

    database: Database
    ledger: Ledger
    admit: Callable[[Request, Access], Awaitable[Actor]]
    present: Callable[[Request, str], Awaitable[tuple[Actor, int]]]


@dataclass(frozen=True, slots=True)
class Call:
    """One request with its actor; for `Access.NOBODY` an actor without a name."""

    request: Request
    actor: Actor
    desk: Desk

    def number(self, name: str) -> int:
        """A whole number of the path. Raises Invalid for what is none."""
        told: str = self.request.path_params[name]
        if not _NUMBER.match(told):
            raise unknown_path()
        return min(int(told), UNLIMITED)

    def text(self, name: str) -> str:
        """A part of the path."""
        told: str = self.request.path_params[name]
        return told

    def words(self, name: str) -> list[str] | None:
        """The comma separated values of a parameter, None when it is not there."""
        told = self.request.query_params.get(name)
        return None if told is None else [word for word in told.split(",") if word]

    async def read(self, read: Callable[[Tx], object]) -> Response:
        """The answer to what is read; long ones are encoded beside the event loop, too."""
        return await self.desk.database.aread(lambda tx: answer(read(tx)))

    async def json(self) -> Any:
        """The body. Raises Invalid when it is not JSON, or says that it is something else."""
        kind = self.request.headers.get("content-type", "")
        if not kind.lower().startswith("application/json"):
            raise Invalid("the body is not application/json", hint="set Content-Type")
        return parse_json(await self.request.body())


Json = Mapping[str, Any]
Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the table of §5: who may call it, what it takes and answers.

    `takes` is a type that pydantic describes, or a JSON Schema; `gives` such a type, None for an
    empty answer. `query` and `headers` explain parameters by name. `errors` are the statuses that
    it refuses with beside those of every call, `bare` the ones without a body.
    """

    method: str
    path: str
    access: Access
    handler: Handler
    summary: str
    takes: Any = None
    gives: Any = None
    ok: int = 200
    errors: tuple[int, ...] = ()
    bare: tuple[int, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    needs_body: bool = True


def answer(body: object, status: int = 200) -> Response:
    """A JSON answer."""
    told = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return Response(told, status, HEADERS, JSON)


def empty(status: int = 200) -> Response:
    """An answer without a body."""
    return Response(None, status, HEADERS)


def name_of(status: int) -> str:
    """The fault of a status."""
    return FAULTS.get(status, BROKEN if status >= 500 else FAULTS[400])


def fault_object(error: BursarError) -> dict[str, object]:
    """An error in Astakos' envelope; refused commissions tell their data instead of details."""
    told: dict[str, object] = {"message": error.message, "code": error.status}
    if "provision" in error.data and not isinstance(error, Conflict):
        told["data"] = dict(error.data)
    else:
        told["details"] = error.hint
    return {name_of(error.status): told}


def envelope(error: BursarError) -> Response:
    """An error as Astakos answers it."""
    error = outward(error)
    found = answer(fault_object(error), error.status)
    if "retry_after" in error.data:
        found.headers["retry-after"] = str(error.data["retry_after"])
    if isinstance(error, WrongMethod):
        found.headers["allow"] = str(error.data["allow"])
    return found


def unknown_path() -> Invalid:
    """What is said of a path that leads nowhere."""
    return Invalid("there is nothing at this path", hint="see /bursar/openapi.json")


class _Resource:
    """What answers at one path, by method."""

    def __init__(self, endpoints: Sequence[Endpoint], desk: Desk) -> None:
        self._by_method = {endpoint.method: endpoint for endpoint in endpoints}
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except BursarError as error:
            response = envelope(error)
        if scope["method"] == "HEAD":
            response.body = b""
            del response.headers["content-type"]
            response.headers["content-length"] = "0"
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        found = self._by_method.get(request.method)
        if found is None:
            allowed = ",".join(self._by_method)
            raise WrongMethod(
                f"this path does not know {request.method}",
                hint=f"use {allowed}",
                data={"allow": allowed},
            )
        actor = await self._desk.admit(request, found.access)
        return await found.handler(Call(request, actor, self._desk))


class Site:
    """Endpoints below their prefixes as an ASGI application; a slash at the end makes no
    difference."""

    def __init__(self, places: Mapping[str, Sequence[Endpoint]], desk: Desk) -> None:
        paths: dict[str, list[Endpoint]] = {}
        for prefix, endpoints in places.items():
            for endpoint in endpoints:
                paths.setdefault(prefix + endpoint.path, []).append(endpoint)
        routes = [Route(path, _Resource(found, desk)) for path, found in paths.items()]
        self._router = Router(routes, redirect_slashes=False, default=_nowhere)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        query: bytes = scope["query_string"]
        if UNSTORABLE.search(path) or b"%00" in query:
            await _nowhere(scope, receive, send)
            return
        if path.endswith("/"):
            scope["path"] = path[:-1]
        await self._router(scope, receive, send)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    await envelope(unknown_path())(scope, receive, send)
