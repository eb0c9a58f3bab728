"""Several requests together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from backend.core.errors import NotFound

T = TypeVar("T")

AT_ONCE = 4
"""Requests under way together at most."""


async def each(ask: Callable[[str], Awaitable[T]], keys: Iterable[str]) -> dict[str, T | None]:
    """Answers by key, a few at a time; None for what is not there."""
    waiting = list(dict.fromkeys(keys))
    found: dict[str, T | None] = dict.fromkeys(waiting)
    waiting.reverse()

    async def work() -> None:
        while waiting:
            key = waiting.pop()
            with suppress(NotFound):
                found[key] = await ask(key)

    tasks = [asyncio.ensure_future(work()) for _ in range(min(AT_ONCE, len(waiting)))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return found
