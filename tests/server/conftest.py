"""What the tests of the server stand on: the recorded world behind an application."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.core import principals
from backend.core.identity import operator
from backend.server.app import Application
from tests.serving import ACCOUNT, application, client, token

OPERATOR = operator("op")
WHOLE = ("/bursar", "/astakos", "/placement", "/api", "/v2")


@dataclass
class Site:
    """A server of the recorded world, asked one thing at a time."""

    app: Application
    address: str = "127.0.0.1"
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The answer to one request below the account API, or at a whole path."""
        given = dict(headers or {})
        if token:
            given["X-Auth-Token"] = token
        where = path if path.startswith(WHOLE) else ACCOUNT + path

        async def send() -> httpx.Response:
            async with client(self.app, self.address) as http:
                return await http.request(method, where, json=body, headers=given)

        return self.runner.run(send())

    def add(self, name: str, *grants: str, expires_at: int = 0) -> str:
        """A new token with these grants."""
        fresh = principals.fresh_token()
        found = [principals.parse_grant(grant) for grant in grants]
        sha256 = principals.digest(fresh)
        self.app.backend.database.write(
            lambda tx: principals.add(tx, OPERATOR, name, found, sha256, expires_at)
        )
        return fresh

    def revoke(self, name: str) -> None:
        """Forget a token."""
        self.app.backend.database.write(lambda tx: principals.revoke(tx, OPERATOR, name))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A fresh one."""
    with application(tmp_path / "world.db") as app:
        found = Site(app)
        with found.runner:
            yield found


@pytest.fixture
def known() -> Callable[[str], str]:
    """The token of a user's alias or `service:NAME`."""
    return lambda who: token(who)["X-Auth-Token"]
