"""A real OpenStack Placement for tests, and the operators' command: each in an environment of its
own, which is made once and kept between runs."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

SERVER = (
    "openstack-placement==16.0.0",
    "gunicorn==27.0.1",
    "jsonschema==4.26.0",
    "keystonemiddleware==13.0.1",
    "microversion_parse==2.1.0",
    "os-resource-classes==1.1.0",
    "os-traits==3.9.0",
    "oslo.db==18.1.1",
    "oslo.middleware==8.2.0",
    "oslo.policy==6.0.1",
    "Routes==2.5.1",
    "SQLAlchemy==2.1.9",
    "WebOb==1.8.11",
)
COMMAND = ("python-openstackclient==10.5.0", "osc-placement==4.9.1")
ADMIN = "admin"
"""The token that may do everything."""
CONFIGURATION = """[api]
auth_strategy = noauth2
[placement_database]
connection = sqlite:///{database}
"""
PATIENCE = 120

# Found before the tests are kept away from the directories of whoever runs them.
_HOME = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")

# The server lives as long as the pipe to it, so it cannot outlive even a test run that is killed.
KEEP = """
"$@" >"$OS_PLACEMENT_CONFIG_DIR/log" 2>&1 &
read -r _ || true
kill $!
wait $!
rm -rf "$OS_PLACEMENT_CONFIG_DIR"
"""
# SQLite gives errors to concurrent writers of more than one thread.
ONE = ("--workers", "1", "--worker-class", "gthread", "--threads", "1", "--keep-alive", "30")


def environment(pins: Sequence[str], furnish: Callable[[Path], None] | None = None) -> Path:
    """A virtual environment with these packages, made by whichever worker comes first; `furnish`
    adds to a new one."""
    key = [sys.version, sys.base_prefix, *pins]

    def make(home: Path) -> None:
        venv.create(home, with_pip=True)
        pip = [str(home / "bin/python"), "-m", "pip", "install", "-qq"]
        run([*pip, "--disable-pip-version-check", *pins])
        if furnish is not None:
            furnish(home)

    return kept(re.split("[=<>]", pins[0])[0], key, make)


def kept(name: str, key: Sequence[str], make: Callable[[Path], None]) -> Path:
    """A folder that is made once for this key, by whichever worker comes first."""
    digest = hashlib.sha256("\n".join(key).encode()).hexdigest()
    home = _cache() / f"{name}-{digest[:16]}"
    with Path(f"{home}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "whole").exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            make(home)
            (home / "whole").touch()
    return home


def _cache() -> Path:
    """Where environments are kept; beside what else is temporary where there is no home."""
    for place in (_HOME, Path(tempfile.gettempdir())):
        try:
            found = place / f"bursar-tests-{os.getuid()}"
            found.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(found, os.W_OK) and found.stat().st_uid == os.getuid():
            return found
    raise RuntimeError("there is no place for the environments of the tests")


def run(command: Sequence[str | Path]) -> None:
    """Raises RuntimeError with its last words when it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _furnish(home: Path) -> None:
    """Leave a fresh database, which is copied for each server."""
    (home / "placement.conf").write_text(CONFIGURATION.format(database=home / "fresh.sqlite"))
    manage = home / "bin/placement-manage"
    run([manage, "--config-file", home / "placement.conf", "db", "sync"])


@dataclass(frozen=True, slots=True)
class Server:
    """A running Placement; `pid` is the process whose children serve."""

    url: str
    pid: int


@contextmanager
def placement() -> Iterator[str]:
    """The URL of a running Placement with nothing in it."""
    with running() as server:
        yield server.url


@contextmanager
def running() -> Iterator[Server]:
    """A running Placement with nothing in it; it takes one request at a time."""
    home = environment(SERVER, _furnish)
    place = Path(tempfile.mkdtemp(prefix="bursar-placement-"))
    shutil.copy(home / "fresh.sqlite", place / "placement.sqlite")
    written = CONFIGURATION.format(database=place / "placement.sqlite")
    (place / "placement.conf").write_text(written)
    serve = [str(home / "bin/gunicorn"), "--bind", "127.0.0.1:0", *ONE]
    process = subprocess.Popen(
        ["/bin/sh", "-c", KEEP, "sh", *serve, "placement.wsgi.api:application"],
        stdin=subprocess.PIPE,
        env={**os.environ, "OS_PLACEMENT_CONFIG_DIR": str(place)},
        # A Ctrl+C at the test run must reach the fixture's end, not the server.
        start_new_session=True,
    )
    # Leaving the block closes the pipe, which stops the server, and waits for that.
    with process:
        yield Server(_ready(process, place / "log"), process.pid)


def _ready(process: subprocess.Popen[bytes], log: Path) -> str:
    """The URL once it answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        told = log.read_text() if log.exists() else ""
        if found := re.search(r"Listening at: (http://\S+)", told):
            try:
                if httpx.get(found[1], timeout=PATIENCE).status_code == 200:
                    return found[1]
            except httpx.TransportError:
                pass
        time.sleep(0.05)
    raise RuntimeError(f"Placement did not start:\n{log.read_text() if log.exists() else ''}")
