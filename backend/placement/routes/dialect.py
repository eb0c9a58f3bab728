"""Placement's way of being asked and of answering (spec placement §3): headers, envelope, codes.
The only place that knows them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import Enum
from http import HTTPStatus
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from backend.core.database import Database, Tx
from backend.core.errors import (
    BursarError,
    GenerationConflict,
    Invalid,
    NotAllowed,
    NotFound,
    WrongMethod,
)
from backend.core.identity import Actor, Role
from backend.core.outward import outward
from backend.core.plan import Command
from backend.core.usecase import execute
from backend.decode import parse_json
from backend.placement.routes.microversion import HEADER, LATEST, SERVICE, NotOffered
from backend.placement.rules import arithmetic, conflicts
from backend.placement.service import ROOM, api
from backend.placement.wire.schema import check

T = TypeVar("T")
Json = Mapping[str, Any]

JSON = "application/json"
SENTENCES: Mapping[int, str] = {
    400: "The server could not comply with the request since it is either malformed or "
    "otherwise incorrect.",
    401: "This server could not verify that you are authorized to access the document you "
    "requested.",
    403: "Access was denied to this resource.",
    404: "The resource could not be found.",
    405: "The method is not allowed for this resource.",
    406: "The resource could not be generated that was acceptable to you.",
    409: "There was a conflict when trying to complete your request.",
    415: "The request media type is not supported by this server.",
}
UNDEFINED = "placement.undefined_code"
CONCURRENT = "placement.concurrent_update"
UNKNOWN_STOCK = "unknown_stock"
"""The rule that a reshape breaks which gives inventories to nobody."""
CODES: Mapping[object, str] = {
    conflicts.DUPLICATE_NAME: "placement.duplicate_name",
    conflicts.CANNOT_DELETE_PARENT: "placement.resource_provider.cannot_delete_parent",
    conflicts.PROVIDER_IN_USE: "placement.resource_provider.inuse",
    conflicts.INVENTORY_IN_USE: "placement.inventory.inuse",
    conflicts.INVENTORY_EXISTS: CONCURRENT,
    UNKNOWN_STOCK: "placement.resource_provider.not_found",
}
CONSTRAINTS = "The requested amount would violate inventory constraints"
WORDS: Mapping[object, str] = {
    arithmetic.CAPACITY: "The requested amount would exceed the capacity",
    arithmetic.MIN_UNIT: CONSTRAINTS,
    arithmetic.MAX_UNIT: CONSTRAINTS,
    arithmetic.STEP_SIZE: CONSTRAINTS,
    arithmetic.NO_INVENTORY: "Unable to allocate inventory",
}
"""What programs have learnt to look for; the figures follow."""
CODED, AGED = 23, 15
LONG = 32 * 1024
"""Bodies of more octets are read beside the event loop."""
_RANDOM = Random()  # noqa: S311


class Access(Enum):
    """Who may make a call (§3.2)."""

    ANYBODY = "anybody"
    READ = "read"
    WRITE = "write"
    USAGES = "usages"
    RESHAPE = "reshape"


MAY: Mapping[Access, tuple[Role, ...]] = {
    Access.READ: (Role.ADMIN, Role.SERVICE, Role.APPROVER, Role.VIEWER),
    Access.WRITE: (Role.ADMIN, Role.SERVICE),
    Access.USAGES: (Role.ADMIN, Role.SERVICE, Role.APPROVER, Role.VIEWER, Role.USER),
    Access.RESHAPE: (Role.SERVICE,),
}


class OnlyJson(BursarError):
    """Something else than JSON is asked for (406)."""

    code, status, title = "only-json", 406, "Not acceptable"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: roles with their scopes, and the projects whose usages a user sees."""

    name: str
    roles: Mapping[Role, str] = field(default_factory=dict)
    projects: frozenset[str] = frozenset()

    def actor(self, access: Access, project: str = "") -> Actor:
        """As what the caller makes a call. Raises NotAllowed."""
        for role in MAY[access]:
            if role in self.roles and (role is not Role.USER or project in self.projects):
                scope = self.roles[role]
                uuid, component = (scope, "") if role is Role.USER else ("", scope)
                return Actor(self.name, role, uuid=uuid, component=component)
        raise NotAllowed("Policy does not allow this to be performed")


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes work with; `admit` finds who sends a request or raises NotSignedIn."""

    database: Database
    admit: Callable[[Request], Awaitable[Caller]]


Handler = Callable[["Call"], Awaitable[Response]]
Body = Callable[[int], Json]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the table of §4; its microversions are second numbers.

    `takes` is the schema of the body by microversion, `until` it when later ones take none.
    Before `since` the answer is `early`. `looks_first` says that an unknown provider is told
    before a bad body; `gives` is a type that pydantic describes, None for an empty answer.
    """

    method: str
    path: str
    since: int
    access: Access
    handler: Handler
    summary: str
    takes: Body | None = None
    until: int = LATEST
    gives: Any = None
    ok: tuple[int, ...] = (200,)
    errors: tuple[int, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    early: int = 404
    looks_first: bool = False

    def wants_body(self, minor: int) -> bool:
        """True when a body has to come with it at this microversion."""
        return self.takes is not None and minor <= self.until


@dataclass(slots=True)
class Call:
    """One request at its microversion; `root` is where Placement is mounted."""

    request: Request
    endpoint: Endpoint
    caller: Caller
    minor: int
    desk: Desk

    @property
    def root(self) -> str:
        """Where Placement is mounted, without the host."""
        return str(self.request.scope.get("root_path", ""))

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    @property
    def actor(self) -> Actor:
        """Who makes this call, where that is no question of the project."""
        return self.caller.actor(self.endpoint.access)

    async def json(self) -> Any:
        """The body as its schema has it. Raises Invalid, or NotFound about the provider."""
        assert self.endpoint.takes is not None  # noqa: S101
        schema, body = self.endpoint.takes(self.minor), await self.request.body()
        try:
            if len(body) > LONG:
                return await asyncio.to_thread(_checked, body, schema)
            return _checked(body, schema)
        except Invalid:
            if self.endpoint.looks_first:
                await self.read(lambda tx: api.provider(tx, self.part("uuid")))
            raise

    async def read(self, read: Callable[[Tx], T]) -> T:
        """What is read, beside the event loop."""
        return await self.desk.database.aread(read)

    async def write(self, command: Command) -> None:
        """Do what is commanded, together with what others want done now."""
        await self.desk.database.awrite(lambda tx: execute(tx, ROOM, command, ""))

    async def change(self, command: Command, read: Callable[[Tx], T]) -> T:
        """Do what is commanded, and read in the same transaction what it came to."""

        def write(tx: Tx) -> T:
            execute(tx, ROOM, command, "")
            return read(tx)

        return await self.desk.database.awrite(write)

    def answer(self, body: object, at: int | None = 0, status: int = 200) -> Response:
        """A JSON answer; `at` is when that was changed last, 0 for now, None for never."""
        return Response(encoded(body), status, self._age(at), JSON)

    def encoded(self, body: bytes, at: int | None = 0) -> Response:
        """The same of a body that was encoded beside the event loop, because it may be long."""
        return Response(body, 200, self._age(at), JSON)

    def empty(self, status: int = 204) -> Response:
        """An answer without a body."""
        return Response(None, status)

    def marked(self, at: int, status: int = 204) -> Response:
        """An answer without a body that has an age."""
        return Response(None, status, self._age(at))

    def place(self, response: Response, path: str) -> Response:
        """The answer with the URL of what was made."""
        response.headers["location"] = str(
            self.request.url.replace(path=self.root + path, query="", fragment="")
        )
        return response

    def _age(self, at: int | None) -> dict[str, str]:
        if self.minor < AGED:
            return {}
        told = {"cache-control": "no-cache"}
        if at is not None:
            told["last-modified"] = formatdate(at / 1e6 if at else time.time(), usegmt=True)
        return told


def encoded(body: object) -> bytes:
    """JSON; what cannot be UTF-8 was never kept."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _checked(body: bytes, schema: Json) -> Any:
    try:
        value = parse_json(body)
    except Invalid as error:
        raise Invalid(f"Malformed JSON: {error.message}") from None
    check(schema, value)
    return value


def versioned(response: Response, minor: int, request_id: str) -> Response:
    """The answer with the headers that every one at a microversion has."""
    headers = response.headers
    headers[HEADER.lower()] = f"{SERVICE} 1.{minor}"
    headers["vary"] = HEADER
    headers["x-openstack-request-id"] = request_id
    return response


def new_request_id() -> str:
    """An id for one request; it names an answer and is no secret."""
    return f"req-{UUID(int=_RANDOM.getrandbits(128), version=4)}"


def envelope(error: BursarError, minor: int | None = None, request_id: str = "") -> Response:
    """An error as Placement answers it; `minor` None when the microversion is not known."""
    request_id = request_id or new_request_id()
    error = outward(error)
    if isinstance(error, OnlyJson):
        response = Response(f"406 Not Acceptable\n\n{error.message}", 406, media_type="text/plain")
    else:
        told = error_object(error, minor, request_id)
        response = Response(encoded({"errors": [told]}), error.status, media_type=JSON)
    if isinstance(error, WrongMethod):
        response.headers["allow"] = str(error.data["allow"])
    if "retry_after" in error.data:
        response.headers["retry-after"] = str(error.data["retry_after"])
    if minor is not None:
        return versioned(response, minor, request_id)
    response.headers["x-openstack-request-id"] = request_id
    return response


def error_object(error: BursarError, minor: int | None, request_id: str) -> dict[str, object]:
    """The one error of an envelope."""
    sentence = SENTENCES.get(error.status, error.title + ".")
    told: dict[str, object] = {
        "status": error.status,
        "title": HTTPStatus(error.status).phrase,
        "detail": f"{sentence}\n\n {_detail(error)}",
        "request_id": request_id,
    }
    if minor is not None and minor >= CODED:
        told["code"] = code_of(error)
    if isinstance(error, NotOffered):
        told |= {"max_version": f"1.{LATEST}", "min_version": "1.0"}
    return told


def _detail(error: BursarError) -> str:
    """What is said of an error, without lines: clients show what follows the last one."""
    words = WORDS.get(error.data.get("rule"))
    told = f"{words}: {error}" if words else str(error)
    return " ".join(told.split())


def code_of(error: BursarError) -> str:
    """What programs tell errors apart by (§3.4)."""
    if isinstance(error, GenerationConflict):
        return CONCURRENT
    return CODES.get(error.data.get("rule"), UNDEFINED)


def nowhere() -> NotFound:
    """What is said of a path, or of a call before its microversion."""
    return NotFound("")
