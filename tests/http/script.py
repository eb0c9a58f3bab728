"""A server that says, octet by octet, what a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from backend.http import Http, Patience

JSON = "Content-Type: application/json"
SHORT = Patience(connect=2, silence=2, total=5, attempts=3, pause=0.001)


def answer(status: str, body: bytes | str = b"", *headers: str) -> bytes:
    """A whole HTTP answer."""
    octets = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(octets)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + octets


def ok(body: str = "{}") -> bytes:
    """A JSON answer."""
    return answer("200 OK", body, JSON)


@dataclass(slots=True)
class Script:
    """Answers in order, the last for ever, and the heads of the requests that came. They go
    out in pieces of so many octets with a pause after each."""

    answers: Sequence[bytes]
    heads: list[str] = field(default_factory=list)
    url: str = ""
    piece: int = 1 << 20
    pause: float = 0.0
    serving: set[asyncio.Task[None]] = field(default_factory=set)

    def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection."""
        self.serving.add(asyncio.get_running_loop().create_task(self.serve(reader, writer)))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        told = self.answers[min(len(self.heads), len(self.answers) - 1)]
        self.heads.append(head)
        with suppress(OSError):
            for at in range(0, len(told), self.piece):
                writer.write(told[at : at + self.piece])
                await writer.drain()
                await asyncio.sleep(self.pause)
            writer.close()
            await writer.wait_closed()


@asynccontextmanager
async def scripted(
    *answers: bytes, piece: int = 1 << 20, pause: float = 0.0
) -> AsyncIterator[Script]:
    """A server on this machine with these answers."""
    script = Script(answers, piece=piece, pause=pause)
    server = await asyncio.start_server(script.begin, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        script.url = f"http://127.0.0.1:{port}/api"
        yield script
        if script.serving:
            await asyncio.wait(script.serving)


@asynccontextmanager
async def client(
    script: Script, *, patience: Patience = SHORT, **options: object
) -> AsyncIterator[Http]:
    """A client of the server."""
    http = Http(script.url, patience=patience, **options)  # type: ignore[arg-type]
    try:
        yield http
    finally:
        await http.close()
