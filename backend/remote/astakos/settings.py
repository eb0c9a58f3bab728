"""What it takes to reach an Astakos."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from backend.http import Http, Token


@dataclass(frozen=True, slots=True)
class AstakosSettings:
    """An Astakos at `url` (such as https://HOST/astakos): the operator's token, and one of each
    component whose usage and commissions are to be seen, by name. `http` makes the client of a
    server."""

    url: str
    token: Token
    services: Mapping[str, Token] = field(default_factory=dict)
    http: Callable[..., Http] = Http


class Held:
    """A token that several clients present and a body names: it is got once for all of them, and
    another one when one of them was refused."""

    def __init__(self, source: Token) -> None:
        self._source = source
        self._value = ""
        self._getting = asyncio.Lock()

    def client(self) -> Token:
        """What one client signs with."""
        given = ""

        async def token(refusal: str) -> str:
            nonlocal given
            async with self._getting:
                if self._value == given:
                    self._value = await self._source(refusal)
                given = self._value
            return given

        return token

    async def now(self) -> str:
        """The one in use, got first if there is none."""
        async with self._getting:
            self._value = self._value or await self._source("")
        return self._value
