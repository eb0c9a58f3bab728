"""A server that stands in front of another one and is as nasty as the world is, when it is told.

It runs beside everything else, on a thread of its own, so that who talks to it is never held up.
"""

from __future__ import annotations

import asyncio
import gzip
import random
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

JSON = "Content-Type: application/json"
HELLO = b"\x16"
LOGIN = "<html><title>Sign in\x1b]0;owned\x07\x1b[2J</title></html>"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    octets: bytes

    @property
    def is_events(self) -> bool:
        """Whether an answer without an end is wanted."""
        return self.path.partition("?")[0].endswith("/events")

    @property
    def token(self) -> str:
        """What was sent to sign in."""
        sent = self.headers.get("authorization", "").removeprefix("Bearer ")
        return sent or self.headers.get("x-auth-token", "")


Fault = Callable[["Nasty", Request, asyncio.StreamWriter], Awaitable[None]]


def answer(status: str, body: bytes | str = b"", *headers: str) -> bytes:
    """A whole HTTP answer."""
    octets = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(octets)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + octets


def saying(octets: bytes) -> Fault:
    """Always the same answer."""

    async def fault(nasty: Nasty, request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(octets)

    return fault


async def reset(nasty: Nasty, request: Request, writer: asyncio.StreamWriter) -> None:
    """The beginning of an answer, and the connection is gone."""
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n{JSON}\r\n\r\n{{".encode())
    await writer.drain()
    await asyncio.sleep(0.01)
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def drip(nasty: Nasty, request: Request, writer: asyncio.StreamWriter) -> None:
    """An octet a second, never silent for long and never done."""
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n{JSON}\r\n\r\n".encode())
    for _ in range(9999):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(1)


async def endless(nasty: Nasty, request: Request, writer: asyncio.StreamWriter) -> None:
    """As fast as it goes, without an end."""
    writer.write(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{JSON}\r\n\r\n".encode())
    while True:
        writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        await writer.drain()


async def bomb(nasty: Nasty, request: Request, writer: asyncio.StreamWriter) -> None:
    """64 MiB in 64 KiB."""
    writer.write(packed())


@cache
def packed() -> bytes:
    """That answer, which takes long to make."""
    return answer("200 OK", gzip.compress(bytes(64 << 20), 9), JSON, "Content-Encoding: gzip")


async def gone(nasty: Nasty, request: Request, writer: asyncio.StreamWriter) -> None:
    """What was asked is done, and nobody hears of it."""
    await nasty.passed(request, None)
    writer.transport.abort()


async def twice(nasty: Nasty, request: Request, writer: asyncio.StreamWriter) -> None:
    """The right answer, and once more behind it on a connection that is left open."""
    octets = await nasty.passed(request, None)
    open_still = octets.replace(b"connection: close\r\n", b"", 1)
    writer.write(open_still + open_still)
    await writer.drain()
    await asyncio.sleep(0.2)


def late(seconds: float) -> Fault:
    """The right answer as it was when it was asked for, later."""

    async def fault(nasty: Nasty, request: Request, writer: asyncio.StreamWriter) -> None:
        octets = await nasty.passed(request, None)
        await asyncio.sleep(seconds)
        writer.write(octets)

    return fault


def junk() -> bytes:
    """Nothing of HTTP."""
    return random.Random(1).randbytes(300)


def to(url: str) -> bytes:
    """A redirection."""
    return answer("307 Temporary Redirect", "", f"Location: {url}/bursar/v1/badges")


@dataclass(slots=True)
class Nasty:
    """Passes on what comes to `upstream`, except requests that `hit` says, which `fault`
    answers; `seen` are all that came."""

    upstream: str
    tls: ssl.SSLContext | None = None
    secure: bool = False
    """Whether its URL says so, whatever it speaks."""
    fault: Fault | None = None
    hit: Callable[[Request], bool] = lambda request: True
    seen: list[Request] = field(default_factory=list)
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _server: asyncio.Server | None = None
    _open: set[asyncio.Task[None]] = field(default_factory=set)
    _transports: list[asyncio.WriteTransport] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{'https' if self.tls or self.secure else 'http'}://127.0.0.1:{self.port}"

    @property
    def tokens(self) -> set[str]:
        """All that were sent here."""
        return {one.token for one in self.seen} - {""}

    # From any thread

    def begin(self) -> None:
        """Listen, at the same port as before."""
        self._do(self._begin())

    def refuse(self) -> None:
        """Listen no more, and let go of whoever is connected."""
        self._do(self._refuse())

    def cut(self) -> None:
        """Let go of whoever is connected."""
        self._do(self._cut())

    def turn(self, fault: Fault | None, hit: Callable[[Request], bool] | None = None) -> None:
        """Be nasty in this way from now on; open connections are cut."""
        self.fault, self.hit = fault, hit or (lambda request: True)
        self.cut()

    def _do(self, what: Awaitable[None]) -> None:
        async def doing() -> None:
            await what

        asyncio.run_coroutine_threadsafe(doing(), self._loop).result(10)

    async def _begin(self) -> None:
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", self.port, ssl=self.tls
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._cut()

    async def _cut(self) -> None:
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open, timeout=5)

    async def _settle(self) -> None:
        """End the handshakes, too, which are asyncio's own tasks and no connections yet, and
        what waits for a peer to agree to the end of TLS."""
        for transport in self._transports:
            transport.abort()
        others = {one for one in asyncio.all_tasks() if one is not asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=5)
        await asyncio.sleep(0.05)  # what was closed says so in later turns of the loop

    # One connection

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._transports.append(writer.transport)
        task = self._loop.create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError, asyncio.CancelledError, asyncio.LimitOverrunError):
            request = await _read(reader)
            if request is None:
                writer.write(answer("400 Bad Request"))
                await writer.drain()
                writer.close()
                return
            self.seen.append(request)
            if self.fault is not None and self.hit(request):
                await self.fault(self, request, writer)
            else:
                await self.passed(request, writer)
            await writer.drain()
        writer.close()

    async def passed(self, request: Request, writer: asyncio.StreamWriter | None) -> bytes:
        """The answer of the server behind, written on as it comes if somebody is to have it."""
        host = urlsplit(self.upstream)
        reader, out = await asyncio.open_connection(host.hostname, host.port)
        heard = bytearray()
        try:
            out.write(request.octets)
            while octets := await reader.read(1 << 16):
                heard += octets
                if writer is not None:
                    writer.write(octets)
                    await writer.drain()
        finally:
            out.close()
        return bytes(heard)


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """One request, which is the last of its connection; None for what begins like TLS."""
    if (octet := await reader.readexactly(1)) == HELLO:
        return None
    head = octet + await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    kept = [line for line in lines if not line.lower().startswith("connection:")]
    octets = "\r\n".join([first, "Connection: close", *kept]).encode("latin-1") + body
    return Request(method, path, headers, octets)


@contextmanager
def nasty(upstream: str, *, tls: ssl.SSLContext | None = None) -> Iterator[Nasty]:
    """One in front of a server, which behaves until it is told not to."""
    found = Nasty(upstream, tls)
    thread = threading.Thread(target=found._loop.run_forever, name="nasty", daemon=True)
    thread.start()
    found.begin()
    try:
        yield found
    finally:
        found.refuse()
        found._do(found._settle())
        found._loop.call_soon_threadsafe(found._loop.stop)
        thread.join(10)
        found._loop.close()


SHAPES: Sequence[str] = ("[]", "null", '"x"', "{}", '{"seq": "x"}', "[[1], {}]")
"""JSON that nobody asked for."""

ANSWERS: Mapping[str, bytes] = {
    "nothing": b"",
    "garbage": junk(),
    "500": answer("500 Internal Server Error", "<h1>oops</h1>", "Content-Type: text/html"),
    "502": answer("502 Bad Gateway"),
    "503": answer("503 Service Unavailable", '{"error": {"message": "later"}}', JSON),
    "429": answer("429 Too Many Requests", "", "Retry-After: 3600"),
    "408": answer("408 Request Timeout"),
    "403": answer("403 Forbidden", '{"forbidden": {"message": "not you"}}', JSON),
    "410": answer("410 Gone"),
    "login page": answer("200 OK", LOGIN, "Content-Type: text/html; charset=utf-8"),
    "NaN": answer("200 OK", '{"waiting": NaN, "over": 1e400}', JSON),
    "twice": answer("200 OK", '{"a": 1, "a": 2}', JSON),
    "not utf-8": answer("200 OK", b'"\xff\xfe"', JSON),
    "deep": answer("200 OK", "[" * 100_000, JSON),
    "loop": answer("301 Moved Permanently", "", "Location: /bursar/v1/badges"),
    **{f"shape {shape}": answer("200 OK", shape, JSON) for shape in SHAPES},
}
"""What may come in place of an answer, by what it is."""

FAULTS: Mapping[str, Fault] = {
    **{name: saying(octets) for name, octets in ANSWERS.items()},
    "bomb": bomb,
    "reset": reset,
    "endless": endless,
    "drip": drip,
}
