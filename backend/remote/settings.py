"""What it takes to reach an Astakos."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backend.http import Http, Token


@dataclass(frozen=True, slots=True)
class AstakosSettings:
    """An Astakos at `url` (such as https://HOST/astakos): the operator's token, one of each
    component whose usage and commissions are to be seen, by name; and the private `folder` of
    the context, which keeps what was sent and what became of it. Without one nothing is kept.
    `http` makes the client of a server."""

    url: str
    token: Token
    services: Mapping[str, Token] = field(default_factory=dict)
    folder: Path | None = None
    read_only: bool = False
    http: Callable[..., Http] = Http


class Held:
    """A token that is needed in a body too: what was given last, without asking again."""

    def __init__(self, source: Token) -> None:
        self._source = source
        self._ahead = ""
        self.value = ""

    async def __call__(self) -> str:
        """What to sign with; another one when that was refused."""
        self.value, self._ahead = self._ahead or await self._source(), ""
        return self.value

    async def now(self) -> str:
        """The one in use, got first if there is none."""
        if not self.value:
            self.value = self._ahead = await self._source()
        return self.value
