"""Signing in: one question at a time, and none after the operator declined, until he wants to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.core.signin import Question


class SignIn:
    """What a backend asks for a token; `show` asks the operator, and is None before there is a
    console to do it on."""

    def __init__(self) -> None:
        self.show: Callable[[Question], Awaitable[str]] | None = None
        self.declined = False
        self._asking: asyncio.Future[str] | None = None

    @property
    def asking(self) -> bool:
        """True while the operator is asked."""
        return self._asking is not None

    async def __call__(self, question: Question) -> str:
        """The token, `` for none. Whoever comes while the operator is asked waits for the same
        answer, and what nobody waits for any more is the answer to the next question."""
        if self._asking is None:
            if self.declined or self.show is None:
                return ""
            self._asking = asyncio.ensure_future(self.show(question))
        token = await asyncio.shield(self._asking)
        self._asking, self.declined = None, not token
        return token
