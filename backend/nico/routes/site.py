"""What every request passes: is there such a path, who asks, is there such an operation."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend.core.errors import BursarError, WrongMethod
from backend.core.paths import Paths, Resource
from backend.core.text import UNSTORABLE
from backend.nico.routes import dialect
from backend.nico.routes.dialect import Call, Desk, Endpoint
from backend.nico.rules.outbound import NAME


def _endpoint(found: Resource[Endpoint], method: str) -> Endpoint:
    answers = found.get(method)
    if answers is None:
        allowed = [*found.endpoints, *(["HEAD"] if "GET" in found.endpoints else [])]
        raise WrongMethod("not this method", data={"allow": ", ".join(allowed)})
    return answers


class Site:
    """Endpoints as an ASGI application below `/{org}/{name}`, for each of these names."""

    def __init__(self, endpoints: Sequence[Endpoint], desk: Desk, names: Collection[str]) -> None:
        self._desk, self._names = desk, frozenset(names)
        self._paths = Paths(endpoints, prefix="/{org}/{name}")

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
        known = org and name in self._names and not UNSTORABLE.search(org)
        found = self._paths.find(request.scope, rest) if known else None
        if found is None:
            raise dialect.nowhere()
        caller = await self._desk.admit(request, org)
        endpoint = _endpoint(found, request.method)
        return await endpoint.handler(Call(request, endpoint, org, caller, self._desk))
