"""Waldur's way of being asked and of answering (spec openportal §3): links, bodies, envelopes. The
only place that knows them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from backend.core.database import Database, Tx
from backend.core.errors import BursarError, Invalid, NotSignedIn, WrongMethod, WrongType
from backend.core.identity import Actor
from backend.core.outward import outward
from backend.core.plan import Command, Receipt
from backend.core.usecase import execute
from backend.decode import parse_json
from backend.openportal.rules.access import NOT_YOURS
from backend.openportal.rules.awards import AWARD_STATE, MANAGED
from backend.openportal.rules.states import NO_BACKEND_ID, STATE
from backend.openportal.service import ROOM
from backend.openportal.store.listing import Counts

T = TypeVar("T")
Json = Mapping[str, Any]

JSON = "application/json"
NOT_FOUND = "Not found."
SCHEMES = ("token", "bearer")
NO_CREDENTIALS = "Authentication credentials were not provided."
NO_TOKEN = "Invalid token. No credentials provided."  # noqa: S105
SPACES = "Invalid token. Token string should not contain spaces."
INACTIVE = "User inactive or deleted."
UNKNOWN_TOKEN, EXPIRED = "Invalid token.", "Token has expired."
NO_BACKEND = "Resource does not have backend ID."
PAGE_NOT_FOUND = """<!doctype html>
<html lang="en"><head><title>Not Found</title></head>
<body><h1>Not Found</h1><p>The requested resource was not found on this server.</p></body></html>
"""
LONG = 32 * 1024
"""Bodies of more octets are read beside the event loop."""

_HOST = re.compile(r"[A-Za-z0-9._\-]+(:[0-9]{1,5})?\Z|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?\Z")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request; the token expires at this time, 0 for never."""

    actor: Actor
    expires_at: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes work with; `admit` finds who sends a request or raises NotSignedIn."""

    database: Database
    admit: Callable[[Request], Awaitable[Caller]]
    counts: Counts = field(default_factory=Counts)


Handler = Callable[["Call"], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the table of §5. `takes` and `gives` are types that pydantic describes or JSON
    Schemas, None for no body; `counts` tells that the answer is a page of a list."""

    method: str
    path: str
    handler: Handler
    summary: str
    takes: Any = None
    needs_body: bool = True
    gives: Any = None
    ok: int = 200
    errors: tuple[int, ...] = ()
    query: Mapping[str, Json] = field(default_factory=dict)
    counts: bool = False


@dataclass(slots=True)
class Call:
    """One request and who sends it."""

    request: Request
    endpoint: Endpoint
    caller: Caller
    desk: Desk

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.caller.actor

    @property
    def base(self) -> str:
        """The URL below which everything is, as the client knows it. Raises Invalid."""
        host = self.request.headers.get("host", "")
        if not _HOST.match(host):
            raise Invalid("the Host header names no host", hint="send the one of the URL")
        return f"{self.request.url.scheme}://{host}{self.request.scope.get('root_path', '')}"

    def link(self) -> Callable[..., str]:
        """What makes URLs of a collection and parts."""
        base = self.base
        return lambda *parts: f"{base}/{'/'.join(map(str, parts))}/"

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    async def body(self) -> Any:
        """The body, an empty object when there is none. Raises Invalid, WrongType."""
        body = await self.request.body()
        if not body:
            return {}
        kind = self.request.headers.get("content-type", "")
        if kind.partition(";")[0].strip().lower() != JSON:
            raise WrongType(f'Unsupported media type "{kind}" in request.')
        return await asyncio.to_thread(_parsed, body) if len(body) > LONG else _parsed(body)

    async def read(self, read: Callable[[Tx], T]) -> T:
        """What is read, beside the event loop."""
        return await self.desk.database.aread(read)

    async def write(self, command: Command, reason: str = "") -> Receipt:
        """Do what is commanded, together with what others want done now."""
        return await self.change(command, lambda tx, receipt: receipt, reason)

    async def change(
        self, command: Command, read: Callable[[Tx, Receipt], T], reason: str = ""
    ) -> T:
        """Do what is commanded, and read in the same transaction what it came to."""

        def write(tx: Tx) -> T:
            return read(tx, execute(tx, ROOM, command, reason))

        return await self.desk.database.awrite(write)


def token_of(authorization: str) -> str:
    """The token of a header `Token …` or `Bearer …`. Raises NotSignedIn."""
    scheme, *tokens = authorization.split() or [""]
    if scheme.lower() not in SCHEMES:
        raise NotSignedIn(NO_CREDENTIALS)
    if len(tokens) != 1:
        raise NotSignedIn(SPACES if tokens else NO_TOKEN)
    return tokens[0]


def not_signed_in(*, expired: bool) -> NotSignedIn:
    """What is said of a token that nobody has, any more."""
    return NotSignedIn(EXPIRED if expired else UNKNOWN_TOKEN)


def inactive() -> NotSignedIn:
    """What is said to whoever may not come any more."""
    return NotSignedIn(INACTIVE)


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; what cannot be UTF-8 was never kept."""
    told = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return Response(told, status, dict(headers or {}), JSON)


def empty(status: int = 204) -> Response:
    """An answer without a body."""
    return Response(None, status)


def nowhere() -> Response:
    """What is said of a path that leads nowhere: no JSON, as from a server that does not know
    the operation."""
    return Response(PAGE_NOT_FOUND, 404, media_type="text/html")


def elsewhere(request: Request) -> Response:
    """What is said of a path without its last slash, whatever the method."""
    query = f"?{request.url.query}" if request.url.query else ""
    path = quote(request.scope["path"].rstrip("/"))
    return Response(None, 301, {"location": f"{path}/{query}"})


def envelope(error: BursarError) -> Response:
    """An error as Waldur answers it."""
    error = outward(error)
    response = answer(_told(error), error.status)
    if isinstance(error, NotSignedIn):
        response.headers["www-authenticate"] = "Token"
    if isinstance(error, WrongMethod):
        response.headers["allow"] = str(error.data["allow"])
    if "retry_after" in error.data:
        response.headers["retry-after"] = str(error.data["retry_after"])
    return response


def _told(error: BursarError) -> object:
    rule = error.data.get("rule")
    if rule == NO_BACKEND_ID:
        return [NO_BACKEND]
    if "fields" in error.data:
        return error.data["fields"]
    if rule == MANAGED:
        return {"error": error.message}
    if rule in (STATE, AWARD_STATE):
        valid = error.data["valid"]
        assert isinstance(valid, list)  # noqa: S101
        return {"detail": f"Valid states for operation: {', '.join(valid)}."}
    if error.status == 403:
        return {"detail": error.data.get("detail", NOT_YOURS)}
    return {"detail": error.message or NOT_FOUND}


def _parsed(body: bytes) -> Any:
    try:
        return parse_json(body)
    except Invalid as error:
        raise Invalid(f"JSON parse error - {error.message}") from None
