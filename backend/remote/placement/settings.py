"""What it takes to reach a Placement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.http import Http, Token
from backend.keystone.session import Keystone


@dataclass(frozen=True, slots=True)
class PlacementSettings:
    """A Placement at `url`, or where the catalog of a `keystone` says, whose tokens it takes then.
    `who` is the operator, as far as no Keystone tells; `http` makes the client of a server."""

    url: str
    token: Token
    keystone: Keystone | None = None
    who: str = ""
    http: Callable[..., Http] = Http
