"""Server-Sent Events over the journal: one watcher of the backend for all who listen.

An event says how far the journal is, so a listener that is slow or was away needs the last one
only: nothing is queued for anybody. Its `id` is the entry's number; `reset` tells a listener that
knows of later entries than there are to read everything again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress

from backend.backend import Backend
from backend.core.errors import BursarError
from backend.core.listing import Query
from backend.served.streams import Pieces

BEAT = 10.0
"""Seconds between two signs of life."""
GAP = 0.02
"""Seconds between two events at least: many changes are told together."""
RETRY = 1000
"""Milliseconds after which a plain client comes back."""


class Hub:
    """Everybody who listens in one event loop."""

    def __init__(self) -> None:
        self.head = 0
        self._listeners: set[asyncio.Event] = set()
        self._forget: Callable[[], None] | None = None

    @asynccontextmanager
    async def listening(self, backend: Backend) -> AsyncIterator[asyncio.Event]:
        """An event that is set after every change; `head` is up to date from here on."""
        woken = asyncio.Event()
        self._listeners.add(woken)
        try:
            if self._forget is None:
                self.head = 0
                self._forget = backend.watch(self._teller())
            for newest in await backend.journal.listing.page(Query(), 1):
                self.head = max(self.head, newest.key)
            yield woken
        finally:
            self._listeners.discard(woken)
            if not self._listeners and self._forget is not None:
                forget, self._forget = self._forget, None
                forget()

    def _teller(self) -> Callable[[int], None]:
        loop = asyncio.get_running_loop()

        def heard(head: int) -> None:
            with suppress(RuntimeError):  # the loop has been closed meanwhile
                loop.call_soon_threadsafe(self._tell, head)

        return heard

    def _tell(self, head: int) -> None:
        self.head = max(self.head, head)
        for woken in self._listeners:
            woken.set()


async def later(hub: Hub, backend: Backend, after: int, wait: float) -> int:
    """The head once it is not `after` any more or something else changed; after `wait` seconds
    at the latest. For those whom no events reach."""
    async with hub.listening(backend) as woken:
        if hub.head == after:
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), wait)
        return hub.head


async def events(hub: Hub, backend: Backend, after: int | None, beat: float) -> AsyncGenerator[str]:
    """The stream for somebody who knows the journal up to `after`, None for not at all."""
    yield f"retry: {RETRY}\n\n"
    async with hub.listening(backend) as woken:
        if after is not None and after > hub.head:
            yield _event("reset", hub.head)
        elif after != hub.head:
            yield _event("change", hub.head)
        while True:
            try:
                await asyncio.wait_for(woken.wait(), beat)
            except TimeoutError:
                yield ": beat\n\n"
            else:
                woken.clear()
                yield _event("change", hub.head)
                await asyncio.sleep(GAP)


def _event(name: str, head: int) -> str:
    return f'id: {head}\nevent: {name}\ndata: {{"seq":{head}}}\n\n'


class Stream(Pieces):
    """Such a stream as an answer without an end."""

    def __init__(self, texts: AsyncGenerator[str], headers: Mapping[str, str]) -> None:
        kind = {"Content-Type": "text/event-stream; charset=utf-8"}
        super().__init__(_octets(texts), {**kind, **headers})


async def _octets(texts: AsyncGenerator[str]) -> AsyncGenerator[bytes, None]:
    with suppress(BursarError):  # the listener comes back and hears why
        async with aclosing(texts):
            async for text in texts:
                yield text.encode()
