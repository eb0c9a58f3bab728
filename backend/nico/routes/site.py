"""What every request passes: is there such a path, who asks, is there such an operation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend.core.errors import BursarError, WrongMethod
from backend.nico.routes import dialect
from backend.nico.routes.dialect import Call, Desk, Endpoint
from backend.nico.rules.outbound import NAME
from backend.nico.rules.values import unstorable


@dataclass(frozen=True, slots=True)
class Resource:
    """What answers at one path, by method; `path` is told of whatever organisation and name."""

    path: str
    names: tuple[str, ...]
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    def endpoint(self, method: str) -> Endpoint:
        """What answers; HEAD is GET without its body. Raises WrongMethod."""
        found = self.endpoints.get("GET" if method == "HEAD" else method)
        if found is None:
            allowed = [*self.endpoints, *(["HEAD"] if "GET" in self.endpoints else [])]
            raise WrongMethod("not this method", data={"allow": ", ".join(allowed)})
        return found


class Site:
    """Endpoints as an ASGI application below `/{org}/{name}`, for each of these names."""

    def __init__(self, endpoints: Sequence[Endpoint], desk: Desk, names: Collection[str]) -> None:
        self._desk, self._names = desk, frozenset(names)
        self._tree: dict[str, Any] = {}
        for endpoint in endpoints:
            node, parts = self._tree, endpoint.path[1:].split("/")
            for part in parts:
                node = node.setdefault("{" if part.startswith("{") else part, {})
            names = tuple(part[1:-1] for part in parts if part.startswith("{"))
            found = node.setdefault("", Resource(f"/{{org}}/{{name}}{endpoint.path}", names))
            found.endpoints[endpoint.method] = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        scope["route"] = None  # so that what leads nowhere is not counted as the mount
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        org, _, rest = path[1:].partition("/")
        name, _, rest = rest.partition("/")
        try:
            response = await self._answer(request, org.lower(), name, rest)
        except BursarError as error:
            known = name if name in self._names else NAME
            response = dialect.envelope(error, known)
        if scope["method"] == "HEAD":
            response.body = b""
        await response(scope, receive, send)

    async def _answer(self, request: Request, org: str, name: str, rest: str) -> Response:
        found = self._find(request, rest) if org and name in self._names else None
        if found is None or unstorable(request.scope["path"]):
            raise dialect.nowhere()
        caller = await self._desk.admit(request, org)
        endpoint = found.endpoint(request.method)
        return await endpoint.handler(Call(request, endpoint, org, caller, self._desk))

    def _find(self, request: Request, path: str) -> Resource | None:
        """What is at a path below the name."""
        node, parts = self._tree, []
        for part in path.split("/"):
            if part in node and part not in ("", "{"):
                node = node[part]
            elif part and "{" in node:
                node = node["{"]
                parts.append(part)
            else:
                return None
        found: Resource | None = node.get("")
        if found is not None:
            request.scope["route"] = found
            request.scope["path_params"] = dict(zip(found.names, parts, strict=True))
        return found
