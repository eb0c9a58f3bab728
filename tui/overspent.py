"""How many project codes are over their limit: all are added up for that, so not at each change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from backend.backend import OPENPORTAL, Backend
from backend.core.listing import Query

REST = 9
"""Times as long as counting takes pass before it is done again."""


class Overspent:
    """The count; `wake` is called when one that was put off is due."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._count, self._due = 0, 0.0
        self._later: asyncio.TimerHandle | None = None

    async def count(self, backend: Backend) -> int:
        """As it is now, or as it was lately. Raises BursarError."""
        if OPENPORTAL not in backend.connection.systems:
            return 0
        loop = asyncio.get_running_loop()
        began = loop.time()
        if began >= self._due:
            self._count = len(await backend.openportal.codes.keys(Query("over")))
            self._due = loop.time() + REST * (loop.time() - began)
        elif self._later is None:
            self._later = loop.call_at(self._due, self._again)
        return self._count

    def _again(self) -> None:
        self._later = None
        self._wake()
