"""An OpenStack's identity service, version 3, and a service that believes its tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.http import Http, Patience
from tests.remote.scripted import answering, told

AUTH_URL = "https://identity.test/identity"
PLACEMENT_URL = "https://placement.test/placement"
PASSWORD = "s3cret with spaces and Ünicode"
CREDENTIAL, CREDENTIAL_SECRET = "cred-1", "credential-s3cret"
HASTY = Patience(connect=2, silence=10, total=20, attempts=2, pause=0.001)
PUBLIC = {"interface": "public", "region": "one", "region_id": "one", "url": PLACEMENT_URL}


@dataclass(slots=True)
class Identity:
    """One cloud with a user `ada` of the domain `default`, who is admin of the project `ops`.
    `good` are the tokens that are believed, `asked` the bodies that came."""

    endpoints: Sequence[Mapping[str, Any]] = (PUBLIC,)
    good: set[str] = field(default_factory=set)
    asked: list[Any] = field(default_factory=list)
    given: int = 0

    @property
    def transport(self) -> httpx.ASGITransport:
        """To reach it by."""
        return httpx.ASGITransport(answering(self.answer))

    def http(self) -> Callable[..., Http]:
        """Clients of it."""
        return partial(Http, transport=self.transport, patience=HASTY)

    async def answer(self, request: Request) -> Response:
        """POST /v3/auth/tokens."""
        if (request.method, request.url.path) != ("POST", "/identity/v3/auth/tokens"):
            return self.refusal(404, "Could not find it")
        body = json.loads(await request.body())
        self.asked.append(body)
        asked = body["auth"]["identity"]
        if not self.knows(asked):
            return self.refusal(401, "The request you have made requires authentication.")
        self.given += 1
        token = f"gAAAA-{self.given}"
        self.good.add(token)
        response = told({"token": self.described()}, 201)
        response.headers["X-Subject-Token"] = token
        return response

    def knows(self, asked: Mapping[str, Any]) -> bool:
        """Whether it is ada who asks."""
        (method,) = asked["methods"]
        given = asked[method]
        if method == "password":
            user = given["user"]
            named = (user.get("name"), user.get("domain")) == ("ada", {"id": "default"})
            return bool((named or user.get("id") == "ada-id") and user["password"] == PASSWORD)
        if method == "application_credential":
            return (given.get("id"), given["secret"]) == (CREDENTIAL, CREDENTIAL_SECRET)
        return given["id"] in self.good

    def described(self) -> Mapping[str, Any]:
        """What a token says of itself."""
        service = {"type": "placement", "name": "placement", "endpoints": list(self.endpoints)}
        return {
            "methods": ["password"],
            "expires_at": "2026-11-26T04:00:00.000000Z",
            "user": {"id": "ada-id", "name": "ada", "domain": {"id": "default"}},
            "project": {"id": "ops-id", "name": "ops"},
            "roles": [{"name": "admin"}],
            "catalog": [{"type": "identity", "endpoints": []}, service],
        }

    def refusal(self, status: int, message: str) -> Response:
        """Keystone's envelope."""
        error = {"code": status, "title": "Unauthorized", "message": message}
        return told({"error": error}, status)

    def guarding(self, app: ASGIApp) -> ASGIApp:
        """The application for those who have a token, as keystonemiddleware lets them in."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope)
            open_to_all = request.url.path.rstrip("/") in ("", "/placement")
            if open_to_all or request.headers.get("x-auth-token") in self.good:
                await app(scope, receive, send)
                return
            page = "<html><body>This server could not verify that you are authorized"
            await Response(page, 401, media_type="text/html")(scope, receive, send)

        return guarded
