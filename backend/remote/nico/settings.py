"""What it takes to reach a NICo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.http import Http, Token


@dataclass(frozen=True, slots=True)
class NicoSettings:
    """A NICo at `url`, the operator's token, and in whose name he acts; what its API is called, and
    how many rows a page has. `http` makes the client of a server."""

    url: str
    token: Token
    org: str
    api_name: str = "nico"
    api_version: str = "v2"
    page_size: int = 100
    http: Callable[..., Http] = Http
