"""Answers in pieces, as ASGI applications."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import aclosing
from typing import Any

DEAF = 30.0
"""Seconds after which a listener that takes nothing is let go."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Pieces:
    """An answer whose end is not known when it begins. It ends with its listener; what fails
    before the first piece is raised, and afterwards it is broken off, so that nobody takes a part
    for the whole."""

    def __init__(self, pieces: AsyncGenerator[bytes, None], headers: Mapping[str, str]) -> None:
        self._pieces = pieces
        told = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **headers}
        self._headers = [(k.lower().encode(), v.encode()) for k, v in told.items()]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Send until the other side goes, or takes nothing. Raises what the pieces raise, and
        TimeoutError."""
        leaving = asyncio.ensure_future(_gone(receive))
        try:
            async with aclosing(self._pieces) as pieces:
                piece = await _next(pieces, leaving)
                await send({"type": "http.response.start", "status": 200, "headers": self._headers})
                while piece:
                    async with asyncio.timeout(DEAF):
                        await send(_body(piece, more=True))
                    piece = await _next(pieces, leaving)
        finally:
            leaving.cancel()
        if not leaving.done():
            await send(_body(b"", more=False))


async def _next(pieces: AsyncGenerator[bytes, None], leaving: asyncio.Future[None]) -> bytes:
    """The next piece, none at the end and when the other side has gone."""
    coming = asyncio.ensure_future(anext(pieces, b""))
    try:
        await asyncio.wait((coming, leaving), return_when=asyncio.FIRST_COMPLETED)
        return coming.result() if coming.done() else b""
    finally:
        if not coming.done():
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


def _body(piece: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": piece, "more_body": more}


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
