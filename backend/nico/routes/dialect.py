"""NICo's way of being asked and of answering (spec nico §3): bearers, bodies, envelopes. The only
place that knows them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from backend.core.database import Database, Tx
from backend.core.errors import BursarError, Invalid, NotAllowed, NotFound, NotSignedIn, WrongMethod
from backend.core.identity import Actor, Role
from backend.core.outward import outward
from backend.core.plan import Command, Receipt
from backend.core.usecase import execute
from backend.decode import parse_json
from backend.nico.rules import roles, values
from backend.nico.rules.outbound import NAME
from backend.nico.service import ROOM, api
from backend.nico.service.api import Reader

T = TypeVar("T")
Json = Mapping[str, Any]

JSON = "application/json"
BEARER = "bearer"
LONG = 32 * 1024
"""Bodies of more octets are read beside the event loop."""
ADMINS = frozenset({roles.PROVIDER_ADMIN})
TENANTS = frozenset({roles.TENANT_ADMIN})


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of whoever calls, `` for what is not."""

    email: str = ""
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request, and what he is in the organisation that it is about; a service account
    is all that one can be."""

    name: str
    roles: roles.Roles
    person: Person = Person()
    service_account: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes work with; `admit` finds who sends a request about an organisation, or
    raises NotSignedIn, NotAllowed."""

    database: Database
    admit: Callable[[Request, str], Awaitable[Caller]]


Handler = Callable[["Call"], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the table of §3. `takes` and `gives` are types that pydantic describes or JSON
    Schemas, None for no body; `counts` tells that the answer is a page of a list."""

    method: str
    path: str
    handler: Handler
    summary: str
    takes: Any = None
    gives: Any = None
    ok: int = 200
    errors: tuple[int, ...] = ()
    query: Mapping[str, Json] = field(default_factory=dict)
    counts: bool = False


@dataclass(slots=True)
class Call:
    """One request about an organisation, and who sends it."""

    request: Request
    endpoint: Endpoint
    org: str
    caller: Caller
    desk: Desk

    @property
    def reader(self) -> Reader:
        """In whose name something is read."""
        return Reader(self.org, self.caller.roles)

    def admin(self) -> Actor:
        """Who changes something for a provider. Raises NotAllowed."""
        api.require(self.caller.roles, ADMINS)
        return Actor(self.caller.name, Role.ADMIN)

    def tenant(self) -> Actor:
        """Who does something as a tenant. Raises NotAllowed."""
        api.require(self.caller.roles, TENANTS)
        return Actor(self.caller.name, Role.USER)

    def uuid(self, name: str) -> str:
        """An id in the path. Raises Invalid."""
        told = self.part(name)
        values.refuse(values.identifier(name, told))
        return values.plain(told)

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    async def body(self) -> Any:
        """The body, None when there is none. Raises Invalid."""
        body = await self.request.body()
        if not body:
            return None
        kind = self.request.headers.get("content-type", "")
        if kind.partition(";")[0].strip().lower() != JSON:
            raise Invalid(f"the body is not JSON but {kind!r}", hint=f"send {JSON}")
        return await asyncio.to_thread(parse_json, body) if len(body) > LONG else parse_json(body)

    async def read(self, read: Callable[[Tx], T]) -> T:
        """What is read, beside the event loop."""
        return await self.desk.database.aread(read)

    async def change(self, command: Command, read: Callable[[Tx, Receipt], T]) -> T:
        """Do what is commanded, and read in the same transaction what it came to."""

        def write(tx: Tx) -> T:
            return read(tx, execute(tx, ROOM, command, ""))

        return await self.desk.database.awrite(write)


def token_of(authorization: str) -> str:
    """The token of a header `Bearer …`. Raises NotSignedIn."""
    scheme, *tokens = authorization.split() or [""]
    if scheme.lower() != BEARER or len(tokens) != 1:
        raise NotSignedIn("the request has no bearer token", hint="send Authorization: Bearer …")
    return tokens[0]


def not_signed_in(*, expired: bool) -> NotSignedIn:
    """What is said of a token that nobody has, any more."""
    return NotSignedIn("the token has expired" if expired else "nobody has this token")


def no_member(org: str) -> NotAllowed:
    """What is said to whoever is nothing in an organisation."""
    return values.refusal(NotAllowed, "role", f"the caller is no member of organisation {org!r}")


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; what cannot be UTF-8 was never kept."""
    told = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return Response(told, status, dict(headers or {}), JSON)


def nowhere() -> NotFound:
    """What is said of a path that leads nowhere."""
    return NotFound("there is nothing at this path")


def envelope(error: BursarError, source: str = NAME) -> Response:
    """An error as NICo answers it; `source` is what the API is called."""
    error = outward(error)
    told = {"source": source, "message": error.message, "data": error.data.get("fields")}
    response = answer(told, error.status)
    if isinstance(error, NotSignedIn):
        response.headers["www-authenticate"] = "Bearer"
    if isinstance(error, WrongMethod):
        response.headers["allow"] = str(error.data["allow"])
    if "retry_after" in error.data:
        response.headers["retry-after"] = str(error.data["retry_after"])
    return response
