"""Servers for tests: the application in this process, and `bursar serve` in one of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from backend.core.runtime import Runtime
from backend.embedded import EmbeddedBackend, open_embedded
from backend.server.app import Application, create_app
from backend.server.settings import ServerSettings
from backend.world import load
from tests import replay
from tests.places import Place, keep

QUIET = ServerSettings()
ACCOUNT = "/astakos/account/v1.0"
IN_PROCESS = "http://bursar.test"
PATIENCE = 60


def recorded_backend(place: Path | str, runtime: Runtime | None = None) -> EmbeddedBackend:
    """A new database with the world of the recordings, tokens included."""
    if runtime is None and isinstance(place, Path) and not place.exists():
        keep(place, _recorded())
        return open_embedded(place)
    backend = open_embedded(place, runtime=runtime)
    load(backend.database, replay.world())
    return backend


@cache
def _recorded() -> bytes:
    """A process loads that world once and copies it."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "world.db"
        recorded_backend(str(place)).shut()
        return place.read_bytes()


@contextmanager
def application(
    place: Place, settings: ServerSettings = QUIET, runtime: Runtime | None = None
) -> Iterator[Application]:
    """A server of the recorded world, in this process."""
    backend = recorded_backend(place, runtime)
    try:
        yield create_app(backend, settings)
    finally:
        backend.shut()


def client(app: Application, address: str = "127.0.0.1", **given: Any) -> httpx.AsyncClient:
    """A client that reaches the application without a socket."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url=IN_PROCESS, **given)


def token(who: str) -> dict[str, str]:
    """The header with the token of a user's alias or `service:NAME` in the recorded world."""
    world = replay.world()
    named = {user["alias"]: user["token"] for user in world["users"]}
    named |= {"service:" + service["name"]: service["token"] for service in world["services"]}
    return {"X-Auth-Token": named[who]}


@dataclass(frozen=True, slots=True)
class Served:
    """`bursar serve` in a process of its own; `url` is what it said."""

    url: str
    process: subprocess.Popen[str]

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to end; its exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(
    database: Path | str,
    *options: str,
    bind: str = "127.0.0.1:0",
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[Served]:
    """Serve an existing database on a free port, until the block ends.

    The access log goes to `log`, or nowhere.
    """
    where = () if "--unix" in options else ("--bind", bind)
    command = [sys.executable, "-m", "tui", "serve", "--database", str(database), *where, *options]
    with started(command, environment, log) as served:
        yield served


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[Served]:
    """The same with a command that serves."""
    with (log or Path(os.devnull)).open("w") as errors:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        try:
            yield Served(_url(process), process)
        finally:
            if process.poll() is None:
                process.terminate()
            process.communicate(timeout=PATIENCE)


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("listening on "), f"the server said {line!r}"
    return line.removeprefix("listening on ").strip()
