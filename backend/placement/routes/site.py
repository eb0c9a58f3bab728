"""What every request passes, in the order of spec placement §3.3."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend.core.errors import BursarError, Invalid, WrongMethod, WrongType
from backend.core.paths import Paths, Resource
from backend.placement.routes import dialect
from backend.placement.routes.dialect import (
    JSON,
    Access,
    Call,
    Caller,
    Desk,
    Endpoint,
    OnlyJson,
)
from backend.placement.routes.microversion import HEADER, minor_of

NOBODY = Caller("")


def _endpoint(found: Resource[Endpoint], method: str, minor: int) -> Endpoint:
    answers = found.endpoints.get(method)
    if answers is None or (minor < answers.since and answers.early == WrongMethod.status):
        allowed = ", ".join(found.endpoints)
        told = "The method specified is not allowed for this resource"
        raise WrongMethod(told, data={"allow": allowed})
    if minor < answers.since:
        raise dialect.nowhere()
    return answers


class Site:
    """Endpoints as an ASGI application, wherever it is mounted."""

    def __init__(self, endpoints: Sequence[Endpoint], desk: Desk) -> None:
        self._desk = desk
        self._paths = Paths(endpoints)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        request_id = dialect.new_request_id()
        scope["route"] = None  # so that what leads nowhere is not counted as the mount
        minor: int | None = None
        try:
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            caller = NOBODY if path in ("", "/") else await self._desk.admit(request)
            minor = minor_of(",".join(request.headers.getlist(HEADER)))
            response = await self._answer(request, path or "/", caller, minor)
            response = dialect.versioned(response, minor, request_id)
        except BursarError as error:
            response = dialect.envelope(error, minor, request_id)
        if scope["method"] == "HEAD":
            response.body = b""
        await response(scope, receive, send)

    async def _answer(self, request: Request, path: str, caller: Caller, minor: int) -> Response:
        kind = request.headers.get("content-type", "")
        if not kind and _has_body(request):
            raise Invalid("content-type header required when content-length > 0")
        found = self._paths.find(request.scope, path[1:])
        if found is None:
            raise dialect.nowhere()
        endpoint = _endpoint(found, request.method, minor)
        if endpoint.wants_body(minor) and kind.partition(";")[0].strip().lower() != JSON:
            told = f"The media type {kind or 'None'} is not supported"
            raise WrongType(told, hint=f"use {JSON}")
        public = endpoint.access is Access.ANYBODY
        if endpoint.gives and endpoint.method == "GET" and not public and not accepts(request):
            raise OnlyJson(f"Only {JSON} is provided")
        if not public and endpoint.access is not Access.USAGES:
            caller.actor(endpoint.access)
        return await endpoint.handler(Call(request, endpoint, caller, minor, self._desk))


class Root:
    """The same where nothing follows the mount, not even a slash."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["root_path"], scope["path"] = scope["path"], f"{scope['path']}/"
        await self._site(scope, receive, send)


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0").strip("0") != ""


def accepts(request: Request) -> bool:
    """True when JSON is among what is asked for."""
    told = request.headers.get("accept", "").strip()
    return not told or any(_wants_json(one) for one in told.split(","))


def _wants_json(entry: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in entry.split(";"))
    if any(re.fullmatch(r"q=0(\.0*)?", parameter) for parameter in parameters):
        return False
    return kind in (JSON, "application/*", "*/*") or "/" not in kind
