"""What it takes to reach a Waldur with OpenPortal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.http import Http, Token


@dataclass(frozen=True, slots=True)
class OpenPortalSettings:
    """A Waldur at `url`, whose API is below `/api`, and the operator's token. `http` makes the
    client of a server."""

    url: str
    token: Token
    http: Callable[..., Http] = Http
