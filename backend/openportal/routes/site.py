"""What every request passes: is there such a path, who asks, is there such an operation (spec
openportal §2.3, §3.7)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend.core.errors import BursarError, WrongMethod
from backend.core.paths import Paths, Resource
from backend.openportal.routes import dialect
from backend.openportal.routes.dialect import Call, Desk, Endpoint


def _endpoint(found: Resource[Endpoint], method: str) -> Endpoint:
    answers = found.get(method)
    if answers is None:
        methods = [one for own in found.endpoints for one in _methods(own)]
        told = f'Method "{method}" not allowed.'
        raise WrongMethod(told, data={"allow": ", ".join(methods)})
    return answers


class Site:
    """Endpoints as an ASGI application, wherever it is mounted."""

    def __init__(self, endpoints: Sequence[Endpoint], desk: Desk) -> None:
        self._desk = desk
        self._paths = Paths(endpoints)

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
        found = self._paths.find(request.scope, path.rstrip("/")[1:])
        if found is None:
            return dialect.nowhere()
        if not path.endswith("/"):
            return dialect.elsewhere(request)
        caller = await self._desk.admit(request)
        endpoint = _endpoint(found, request.method)
        return await endpoint.handler(Call(request, endpoint, caller, self._desk))


def _methods(method: str) -> tuple[str, ...]:
    return ("GET", "HEAD") if method == "GET" else (method,)
