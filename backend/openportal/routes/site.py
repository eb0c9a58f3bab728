"""What every request passes: is there such a path, who asks, is there such an operation (spec
openportal §2.3, §3.7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend.core.errors import BursarError, WrongMethod
from backend.openportal.routes import dialect
from backend.openportal.routes.dialect import Call, Desk, Endpoint

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Resource:
    """What answers at one path, by method."""

    path: str
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    def endpoint(self, method: str) -> Endpoint:
        """What answers; HEAD is GET without its body. Raises WrongMethod."""
        found = self.endpoints.get("GET" if method == "HEAD" else method)
        if found is None:
            methods = [one for own in self.endpoints for one in _methods(own)]
            told = f'Method "{method}" not allowed.'
            raise WrongMethod(told, data={"allow": ", ".join(methods)})
        return found


class Site:
    """Endpoints as an ASGI application, wherever it is mounted."""

    def __init__(self, endpoints: Sequence[Endpoint], desk: Desk) -> None:
        self._desk = desk
        self._tree: dict[str, Any] = {}
        for endpoint in endpoints:
            node = self._tree
            for part in _parts(endpoint.path):
                node = node.setdefault("{" if part.startswith("{") else part, {})
            node.setdefault("", Resource(endpoint.path)).endpoints[endpoint.method] = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        scope["route"] = None  # so that what leads nowhere is not counted as the mount
        try:
            response = await self._answer(request)
        except BursarError as error:
            response = dialect.envelope(error)
        if scope["method"] == "HEAD":
            response.body = b""
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        found = self._find(request, path.rstrip("/"))
        if found is None:
            return dialect.nowhere()
        if not path.endswith("/"):
            return dialect.elsewhere(request)
        caller = await self._desk.admit(request)
        endpoint = found.endpoint(request.method)
        return await endpoint.handler(Call(request, endpoint, caller, self._desk))

    def _find(self, request: Request, path: str) -> Resource | None:
        """What is at a path, with or without its last slash."""
        node, values = self._tree, []
        for part in path[1:].split("/"):
            if part in node and part not in ("", "{"):
                node = node[part]
            elif part and "{" in node:
                node = node["{"]
                values.append(part)
            else:
                return None
        found: Resource | None = node.get("")
        if found is None or _UNSTORABLE.search(path):
            return None
        names = [part[1:-1] for part in _parts(found.path) if part.startswith("{")]
        request.scope["route"] = found
        request.scope["path_params"] = dict(zip(names, values, strict=True))
        return found


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")


def _methods(method: str) -> tuple[str, ...]:
    return ("GET", "HEAD") if method == "GET" else (method,)
