"""A line between consoles and a server in one process, on which everything that happens to
requests and answers can happen to them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import suppress
from enum import Enum, auto
from typing import Any

import httpx

from backend.core.errors import ServerFailed
from backend.served import wire

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Fate(Enum):
    """What happens to a request."""

    FINE = auto()
    REFUSED = auto()
    """Nobody listens."""
    LOST = auto()
    """It breaks off before it arrives."""
    UNANSWERED = auto()
    """It arrives, and its answer is lost."""
    TWICE = auto()
    """It arrives twice, and the second answer comes back."""
    BROKEN = auto()
    """It arrives, and the server fails at answering."""
    ASTRAY = auto()
    """It does not arrive: what stands before the server knows no such page just now."""
    LATE = auto()
    """It breaks off for its sender, and arrives all the same, later than what follows."""


def fine(request: httpx.Request) -> Fate:
    """For a line without faults."""
    return Fate.FINE


def _answered(status: int, kind: str, body: bytes) -> httpx.Response:
    stream = httpx.ByteStream(body)
    return httpx.Response(status, headers={"Content-Type": kind}, stream=stream)


class Network(httpx.AsyncBaseTransport):
    """The way to an application, which may be exchanged for another or be down (None)."""

    def __init__(self, app: App | None, fate: Callable[[httpx.Request], Fate] = fine) -> None:
        self.app = app
        self.fate = fate
        self.lateness: Callable[[], float] = lambda: 0.01
        self._tasks: set[asyncio.Task[Any]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, as it comes."""
        fate = self.fate(request)
        if self.app is None or fate is Fate.REFUSED:
            raise httpx.ConnectError("nobody listens", request=request)
        if fate is Fate.LOST:
            raise httpx.ReadError("it broke off", request=request)
        if fate is Fate.LATE:
            self._spawn(self._later(request))
            raise httpx.ReadTimeout("no answer in time", request=request)
        if fate is Fate.ASTRAY:
            return _answered(404, "text/html", b"<h1>404 Not Found</h1>")
        if fate in (Fate.UNANSWERED, Fate.TWICE, Fate.BROKEN):
            answer = await self._answer(request)
            await answer.aread()
            if fate is Fate.UNANSWERED or self.app is None:
                raise httpx.ReadError("it broke off", request=request)
            if fate is Fate.BROKEN:
                told = json.dumps(wire.error_body(ServerFailed("it failed")))
                return _answered(500, "application/json", told.encode())
        return await self._answer(request)

    def crash(self) -> None:
        """The server is gone, with all that it was about to do."""
        self.app = None
        for task in self._tasks:
            task.cancel()

    async def settled(self) -> None:
        """Wait for what is still on its way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _later(self, request: httpx.Request) -> None:
        await asyncio.sleep(self.lateness())
        with suppress(httpx.HTTPError):
            await (await self._answer(request)).aread()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.app is None:
            raise httpx.ConnectError("nobody listens", request=request)
        exchange = Exchange(request)
        exchange.task = self._spawn(self.app(exchange.scope(), exchange.receive, exchange.send))
        try:
            start = await exchange.next()
        except BaseException:
            await exchange.aclose()
            raise
        return httpx.Response(start["status"], headers=start["headers"], stream=exchange)

    def _spawn(self, work: Awaitable[Any]) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(work)
        assert isinstance(task, asyncio.Task)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


class Exchange(httpx.AsyncByteStream):
    """One request and its answer, which may have no end."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._body: bytes | None = request.content
        self.task: asyncio.Task[Any] | None = None

    def scope(self) -> Message:
        """What the application is asked."""
        url = self._request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self._request.method,
            "headers": [(k.lower(), v) for k, v in self._request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 1),
            "root_path": "",
        }

    async def receive(self) -> Message:
        """The body, then silence until the client goes."""
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """The next part of the answer."""
        self._sent.put_nowait(message)

    async def next(self) -> Message:
        """The same for the client. Raises ReadError when the server is gone before it."""
        assert self.task is not None
        coming = asyncio.ensure_future(self._sent.get())
        try:
            await asyncio.wait((coming, self.task), return_when=asyncio.FIRST_COMPLETED)
            if coming.done() or not self._sent.empty():
                return await coming
            raise httpx.ReadError("the server has gone", request=self._request)
        finally:
            coming.cancel()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self.next()
            more = message.get("more_body", False)
            yield message.get("body", b"")

    async def aclose(self) -> None:
        """The client hears no more."""
        self._gone.set()
