"""What every request passes first and every answer last: bounds, counting, the access log."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.core.errors import (
    BursarError,
    HeadersTooLarge,
    OutcomeUnknown,
    Overloaded,
    ServerFailed,
    TooLarge,
    TooSlow,
)
from backend.server.access_log import Writer, line
from backend.server.guard import WHO
from backend.server.metrics import Metrics
from backend.server.settings import ServerSettings

Envelope = Callable[[BursarError], Response]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
METHODS = SAFE | {"DELETE", "PATCH", "POST", "PUT"}
"""Those that are counted by name: anybody can make up more."""
SECRET = "/tokens/"  # noqa: S105
"""What follows this in a path is a token."""
CLOSE = (b"connection", b"close")
EVENTS = b"text/event-stream"
GONE = 499
"""What is noted of a request whose sender did not wait."""
DRAINED = 8
"""How many times the longest body is read of one that is refused."""
PARTING = 1.0
"""Seconds for the end of a stream to be taken."""

log = logging.getLogger("bursar.server")


class Edge:
    """An application within bounds; `envelopes` are dialects' by the prefix of their paths."""

    def __init__(
        self,
        app: ASGIApp,
        settings: ServerSettings,
        metrics: Metrics,
        envelopes: Mapping[str, Envelope],
        usual: Envelope,
        address: Callable[[HTTPConnection], str],
        write: Writer | None,
    ) -> None:
        self.app, self.settings, self.metrics = app, settings, metrics
        self._envelopes, self._usual = envelopes, usual
        self._address, self._write = address, write
        self.closing = False
        self.strangers = 0
        """Whose bodies are waited for without knowing who they are."""
        self._streams: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.settings.behind_proxy:
            _believe_proxy(scope)
        exchange = Exchange(self, scope, receive, send)
        self.metrics.in_flight += 1
        try:
            await exchange.run()
        finally:
            self.metrics.in_flight -= 1
            self._tell(scope, exchange)

    def close(self) -> None:
        """Take nothing more, and end the streams."""
        self.closing = True
        for task in self._streams:
            task.cancel()

    def streaming(self, task: asyncio.Task[Any], begun: bool) -> None:
        """A request becomes a stream, or ends as one."""
        (self._streams.add if begun else self._streams.discard)(task)
        self.metrics.streams = len(self._streams)

    def envelope(self, path: str) -> Envelope:
        """How errors below this path are told."""
        for prefix, found in self._envelopes.items():
            if path.startswith(prefix):
                return found
        return self._usual

    def _tell(self, scope: Scope, exchange: Exchange) -> None:
        found = scope.get("route")
        root = scope.get("root_path", "") if found else ""
        route = f"{root}{found.path}" if found else "unknown"
        seconds = time.perf_counter() - exchange.began
        known = exchange.status != 405 and scope["method"] in METHODS
        method = scope["method"] if known else "other"
        self.metrics.answered(route, method, exchange.status, seconds)
        if self._write is not None:
            path: str = scope["path"]
            self._write(
                line(
                    method=scope["method"],
                    path=route if SECRET in path else path,
                    route=route,
                    status=exchange.status,
                    octets=exchange.octets,
                    seconds=seconds,
                    address=self._address(HTTPConnection(scope)),
                    who=scope.get(WHO, ""),
                )
            )


class Exchange:
    """One request and its answer."""

    def __init__(self, edge: Edge, scope: Scope, receive: Receive, send: Send) -> None:
        self._edge, self._scope = edge, scope
        self._receive, self._send = receive, send
        self._settings = edge.settings
        self.began = time.perf_counter()
        self.status = 0
        self.octets = 0
        self._read = 0
        self._arrived = False
        self._ended = False
        self._is_stream = False
        self._refused: BursarError | None = None
        self._task: asyncio.Task[Any] | None = asyncio.current_task()
        self._clock = asyncio.get_running_loop().time
        self._life = self._clock() + self._settings.stream
        self._timeout = asyncio.timeout(self._settings.request)

    async def run(self) -> None:
        """Answer, whatever happens."""
        try:
            self._check()
            async with self._timeout:
                await self._edge.app(self._scope, self.receive, self.send)
            if self._refused is not None:  # whoever sends in a task of his own has not heard it
                raise self._refused
        except TimeoutError:
            await (self._end() if self._is_stream else self._fail(self._late()))
        except ClientDisconnect:
            self.status = self.status or GONE
        except asyncio.CancelledError:
            if not (self._is_stream and self._edge.closing):
                raise
            await self._end()
        except BursarError as error:
            await self._fail(error)
        except Exception as error:
            if self._refused is None:
                log.error("a request failed", exc_info=error)
            broken = ServerFailed("the server failed", hint="its log says more")
            await self._fail(self._refused or broken)
        finally:
            if self._is_stream and self._task:
                self._edge.streaming(self._task, False)

    def _check(self) -> None:
        """Raise what is refused before anything is read."""
        settings = self._settings
        metrics = self._edge.metrics
        if self._edge.closing or metrics.in_flight - metrics.streams > settings.concurrency:
            why = "ends" if self._edge.closing else "has too much to do"
            raise Overloaded(f"the server {why}", hint="try again", data={"retry_after": 1})
        headers = self._scope["headers"]
        if sum(len(name) + len(value) + 4 for name, value in headers) > settings.headers:
            raise HeadersTooLarge(f"the headers exceed {settings.headers} bytes")
        length = next((value for name, value in headers if name == b"content-length"), b"0")
        self._arrived = length == b"0" and all(name != b"transfer-encoding" for name, _ in headers)
        if not length.isdigit() or len(length) > 18 or int(length) > settings.body:
            raise self._too_large()

    def _too_large(self) -> TooLarge:
        most = self._settings.body
        return TooLarge(f"the body exceeds {most} bytes", hint="send less at once")

    def _late(self) -> BursarError:
        if not self._arrived:
            return TooSlow("the request did not arrive in time", hint="send it again")
        if self._scope["method"] in SAFE:
            told = "this took too long and was given up"
            return Overloaded(told, hint="ask for less", data={"retry_after": 5})
        return OutcomeUnknown(
            "this took too long; it may still be done", hint="look before retrying"
        )

    async def receive(self) -> Message:
        """The next part of the request, while it is not too big nor too slow."""
        if self._arrived:
            return await self._receive()
        message = await self._part()
        if self._read > self._settings.body:
            raise self._too_large()
        return message

    async def _part(self) -> Message:
        with self._place():
            return await self._next_part()

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Room to wait for a body in: those who are not known have little of it, so that they
        take nobody else's. Raises Overloaded."""
        edge = self._edge
        if WHO in self._scope:
            yield
            return
        if edge.strangers >= self._settings.strangers:
            told = "too many who are not signed in are sending"
            raise Overloaded(told, hint="try again", data={"retry_after": 1})
        edge.strangers += 1
        try:
            yield
        finally:
            edge.strangers -= 1

    async def _next_part(self) -> Message:
        left = self.began + self._settings.arrival - time.perf_counter()
        try:
            async with asyncio.timeout(max(0.0, left)):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow("the body did not arrive in time", hint="send it again") from None
        self._read += len(message.get("body", b""))
        self._arrived = not message.get("more_body", False)
        return message

    async def _drain(self) -> None:
        """Take the rest of a request that is answered already: most clients read nothing before
        they have sent everything, and would hear of a reset only."""
        if not self._read and any(name == b"expect" for name, _ in self._scope["headers"]):
            return  # that one does wait for a word
        with suppress(TooSlow, Overloaded):
            while not self._arrived and self._read <= DRAINED * self._settings.body:
                await self._part()

    async def send(self, message: Message) -> None:
        """The next part of the answer."""
        if message["type"] == "http.response.start":
            self._become(message)
            self.status = message["status"]
            await self._drain()
            if not self._arrived:
                message["headers"] = [*message["headers"], CLOSE]
        else:
            self.octets += len(message.get("body", b""))
            self._ended = not message.get("more_body", False)
            if not (self._ended or self._is_stream):
                self._go_on()
        await self._send(message)

    def _go_on(self) -> None:
        """A long answer is not late while somebody takes its pieces."""
        self._timeout.reschedule(min(self._clock() + self._settings.request, self._life))

    def _become(self, message: Message) -> None:
        kind = next((v for k, v in message["headers"] if k == b"content-type"), b"")
        if kind.startswith(EVENTS):
            if self._edge.metrics.streams >= self._settings.streams:
                told = "too many streams are open"
                self._refused = Overloaded(told, hint="try again", data={"retry_after": 30})
                raise self._refused
            self._is_stream = True
            self._timeout.reschedule(self._life)
            if self._task is not None:
                self._edge.streaming(self._task, True)

    async def _fail(self, error: BursarError) -> None:
        """Tell an error, unless an answer has begun: then break it off, so that it is not
        taken for whole."""
        if self.status:
            if not self._ended:
                raise error
            return
        response = self._edge.envelope(self._scope["path"])(error)
        if self._scope["method"] == "HEAD":
            response.body = b""
        await response(self._scope, self._receive, self.send)

    async def _end(self) -> None:
        """End a stream; whoever takes nothing is not waited for."""
        if not self._ended:
            with suppress(TimeoutError):
                async with asyncio.timeout(PARTING):
                    await self.send({"type": "http.response.body", "body": b"", "more_body": False})


def _believe_proxy(scope: Scope) -> None:
    """Take the scheme that the proxy was asked with."""
    told = [value for name, value in scope["headers"] if name == b"x-forwarded-proto"]
    scheme = told[-1].rpartition(b",")[2].strip().lower() if told else b""
    if scheme in (b"http", b"https"):
        scope["scheme"] = scheme.decode()
