"""Server-Sent Events over the journal: one watcher of the backend for all who listen.

An event says how far the journal is, so a listener that is slow or was away needs the last one
only: nothing is queued for anybody. Its `id` is the entry's number; `reset` tells a listener that
knows of later entries than there are to read everything again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

from backend.backend import Backend
from backend.core.errors import BursarError
from backend.core.listing import Query

BEAT = 10.0
"""Seconds between two signs of life."""
GAP = 0.02
"""Seconds between two events at least: many changes are told together."""
DEAF = 30.0
"""Seconds after which a listener that takes nothing is let go."""
RETRY = 1000
"""Milliseconds after which a plain client comes back."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


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


class Stream:
    """An endless answer, as an ASGI application; it ends with its listener."""

    def __init__(self, texts: AsyncGenerator[str], headers: dict[str, str]) -> None:
        told = {
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
            **headers,
        }
        self._texts = texts
        self._headers = [(k.lower().encode(), v.encode()) for k, v in told.items()]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Send until the other side goes, or takes nothing."""
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        leaving = asyncio.ensure_future(_gone(receive))
        try:
            async with aclosing(self._texts) as texts:
                with suppress(BursarError):  # the listener comes back and hears why
                    while text := await _next(texts, leaving):
                        async with asyncio.timeout(DEAF):
                            await send(_body(text, more=True))
        finally:
            leaving.cancel()
        if not leaving.done():
            await send(_body("", more=False))


async def _next(texts: AsyncGenerator[str], leaving: asyncio.Future[None]) -> str:
    """The next text, `` when the other side has gone."""
    coming = asyncio.ensure_future(anext(texts))
    try:
        await asyncio.wait((coming, leaving), return_when=asyncio.FIRST_COMPLETED)
        return coming.result() if coming.done() else ""
    finally:
        if not coming.done():
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


def _body(text: str, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": text.encode(), "more_body": more}


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
