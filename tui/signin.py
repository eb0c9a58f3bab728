"""Signing in: one question at a time, and none after the operator declined, until he wants to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.core.signin import Question

CALM = 0.6
"""Seconds without a key after which those that come are meant for what is on screen."""


class SignIn:
    """What a backend asks for a token; `show` asks the operator, and is None before there is a
    console to do it on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._last = clock, 0.0
        self.resting = False
        """No key is taken since a token was given: more of it may be on its way."""
        self.show: Callable[[Question], Awaitable[str]] | None = None
        self.declined = False
        self._asking: asyncio.Future[str] | None = None

    @property
    def asking(self) -> bool:
        """True while the operator is asked; who waited for his answer may have gone."""
        return self._asking is not None and not self._asking.done()

    async def __call__(self, question: Question) -> str:
        """The token, `` for none. Whoever comes while the operator is asked waits for the same
        answer, and what nobody waits for any more is the answer to the next question."""
        if self._asking is None:
            if self.declined or self.show is None:
                return ""
            self._asking = asyncio.ensure_future(self._asked(self.show(question)))
        token = await asyncio.shield(self._asking)
        self._asking, self.declined = None, not token
        return token

    async def _asked(self, answer: Awaitable[str]) -> str:
        self.resting = False
        token = await answer
        self.resting, self._last = bool(token), self._clock()
        return token

    def swallows(self) -> bool:
        """Whether a key that comes now goes nowhere."""
        if self.resting:
            now = self._clock()
            self.resting, self._last = now - self._last < CALM, now
        return self.resting
