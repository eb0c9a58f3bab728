"""A server in a process of its own: sockets, TLS, signals, the end."""

from __future__ import annotations

import asyncio
import errno
import os
import pwd
import resource
import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from backend.core.errors import Conflict, Invalid
from backend.server.app import Application
from backend.server.guard import PEER
from backend.server.settings import ServerSettings

PEER_CREDENTIALS = "3i"
DEAF = 60_000
"""Milliseconds after which the system gives up a connection that takes nothing of an answer."""
FILES = 256
"""Files that are open besides connections, at most."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens: a host and port, or a Unix socket; with TLS from these files."""

    host: str = "127.0.0.1"
    port: int = 8470
    path: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def url(self, port: int) -> str:
        """What clients are told."""
        if self.path is not None:
            return f"unix:{self.path}"
        scheme = "https" if self.certificate else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{port}"


class Protocol(H11Protocol):
    """HTTP/1.1 within bounds, and who is at the other end of a Unix socket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As ever, unless there are too many."""
        super().connection_made(transport)
        settings: ServerSettings = self.config.app.settings  # type: ignore[union-attr]
        if len(self.connections) > settings.connections:
            transport.abort()
            return
        user = _peer(transport.get_extra_info("socket"))
        if user:
            self.client = (f"{PEER}{user}", 0)
        # Whoever never sends a whole request is not waited for.
        self.timeout_keep_alive_task = self.loop.call_later(
            settings.arrival, self.timeout_keep_alive_handler
        )

    def data_received(self, data: bytes) -> None:
        """As ever, but only a whole request keeps the connection from being given up."""
        self.conn.receive_data(data)
        self.handle_events()


def _peer(sock: Any) -> str:
    """The OS user at the other end of a Unix socket, `` for other sockets."""
    if sock is None or sock.family != socket.AF_UNIX or not hasattr(socket, "SO_PEERCRED"):
        return ""
    size = struct.calcsize(PEER_CREDENTIALS)
    told = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    _, uid, _ = struct.unpack(PEER_CREDENTIALS, told)
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


class Server(uvicorn.Server):
    """uvicorn that ends streams when it is told to end, and then ends well."""

    def __init__(self, config: uvicorn.Config, app: Application) -> None:
        super().__init__(config)
        self._app = app
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Until a signal says otherwise; what it says is done with then."""
        self._loop = asyncio.get_running_loop()
        with suppress(KeyboardInterrupt):
            await super().serve(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take nothing more; who is being answered gets his answer."""
        super().handle_exit(sig, frame)
        self._captured_signals.clear()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._app.edge.close)


def serve(app: Application, address: Address, listening: Callable[[str], None]) -> None:
    """Answer until SIGTERM or Ctrl-C. `listening` hears the URL once connections are taken.

    Raises Invalid about TLS files and addresses that cannot be had, Conflict about one that
    another has.
    """
    settings = app.settings
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=int(settings.idle),
        timeout_graceful_shutdown=int(settings.drain),
        h11_max_incomplete_event_size=2 * settings.headers,
        ssl_context_factory=(lambda config, usual: _tls(address)) if address.certificate else None,
    )
    if address.certificate:
        _tls(address)
    _allow_files(settings.connections)
    sock = _bound(address)
    own = _identity(address.path)
    try:
        listening(address.url(sock.getsockname()[1] if address.path is None else 0))
        Server(config, app).run(sockets=[sock])
    finally:
        sock.close()
        if address.path is not None and _identity(address.path) == own:
            address.path.unlink(missing_ok=True)


def _identity(path: Path | None) -> tuple[int, int]:
    """Which file this is: another server may have made its own in the place of ours."""
    try:
        found = path.lstat() if path is not None else None
    except FileNotFoundError:
        found = None
    return (found.st_dev, found.st_ino) if found else (0, 0)


def _allow_files(connections: int) -> None:
    """Have the system let us open as many connections as are meant to be had, if it can be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _tls(address: Address) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(str(address.certificate), address.key)
    except (OSError, ssl.SSLError) as error:
        raise Invalid(
            f"the TLS files cannot be used: {error}", hint="give the certificate chain and its key"
        ) from error
    return context


def _bound(address: Address) -> socket.socket:
    """A listening socket. Raises Conflict, Invalid."""
    try:
        if address.path is not None:
            return _unix(address.path)
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        sock = socket.create_server((address.host, address.port), family=family, backlog=1024)
        # asyncio does so only for sockets of its own; heads and bodies are written one by one.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAF)
        return sock
    except OSError as error:
        where = address.path or f"{address.host}:{address.port}"
        why = str(error.strerror).partition(" (while ")[0]  # asyncio names the place once more
        told = f"cannot listen on {where}: {why}"
        if error.errno == errno.EADDRINUSE:
            raise Conflict(told, hint="choose another, or end the server that has it") from error
        raise Invalid(told, hint="choose another") from error


def _unix(path: Path) -> socket.socket:
    """A socket that nobody else may open; what a dead server left is taken away."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket() and sock.connect_ex(str(path)) != 0:
            path.unlink()
            sock.close()
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            sock.bind(str(path))
        finally:
            os.umask(before)
        sock.listen(1024)
    except BaseException:
        sock.close()
        raise
    return sock
