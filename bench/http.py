"""`python -m bench.http`: commissions over HTTP against a bare Starlette that echoes the bodies.

One commission is 6 provisions, issued and accepted in two requests, both durable. 16 connections
send one request after the other to `bursar serve` and to `bench.echo` in turn; the load
generator shares the machine with both. The ratio of requests per second is the gate.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.embedded import open_embedded
from backend.world import load

CONNECTIONS = 16
GATE = 0.25
USERS = 200
RESOURCES = ("cyclades.vm", "cyclades.cpu", "cyclades.ram")
TOKEN = "bench-token"
ROOT = "/astakos/account/v1.0"
UNLIMITED = 2**63 - 1


def uuid(n: int) -> str:
    """The user of this number."""
    return f"{n:08x}-0000-4000-8000-{n:012x}"


def world() -> dict[str, object]:
    """Users with system projects without limits."""
    resources = [
        {"name": name, "service": "cyclades", "system_default": UNLIMITED, "project_default": 0}
        for name in RESOURCES
    ]
    users = [
        {"uuid": uuid(n), "email": f"u{n}@bench.test", "state": "active"} for n in range(USERS)
    ]
    services = [{"name": "cyclades", "token": TOKEN}]
    return {"services": services, "resources": resources, "users": users}


def issue(rng: random.Random) -> bytes:
    """A body with 6 provisions."""
    user = uuid(rng.randrange(USERS))
    provisions = [
        {"holder": holder, "source": source, "resource": name, "quantity": 1}
        for name in RESOURCES
        for holder, source in ((f"user:{user}", f"project:{user}"), (f"project:{user}", None))
    ]
    return json.dumps({"provisions": provisions, "name": "boot"}).encode()


ACCEPT = b'{"accept": ""}'


class Connection:
    """A connection that is kept, with as little HTTP as will do."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def post(self, path: str, body: bytes) -> tuple[bytes, bytes]:
        """The status and body of the answer."""
        head = (
            f"POST {ROOT}{path} HTTP/1.1\r\nHost: bench\r\nX-Auth-Token: {TOKEN}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        told = await self._reader.readuntil(b"\r\n\r\n")
        length = int(told.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        return told[9:12], await self._reader.readexactly(length)

    def close(self) -> None:
        """Let go."""
        self._writer.close()


async def client(port: int, seed: int, end: float) -> int:
    """Commissions one after the other until `end`; how many requests were answered."""
    connection = Connection(*await asyncio.open_connection("127.0.0.1", port))
    rng, done = random.Random(seed), 0
    while time.perf_counter() < end:
        status, body = await connection.post("/commissions", issue(rng))
        serial = json.loads(body).get("serial", 1)
        accepted, _ = await connection.post(f"/commissions/{serial}/action", ACCEPT)
        if status not in (b"200", b"201") or accepted != b"200":
            raise SystemExit(f"the server answered {status!r}, {accepted!r}: {body[:200]!r}")
        done += 2
    connection.close()
    return done


def rate(port: int, seconds: float) -> float:
    """Requests per second of all connections."""

    async def run() -> float:
        begun = time.perf_counter()
        clients = (client(port, n, begun + seconds) for n in range(CONNECTIONS))
        done = sum(await asyncio.gather(*clients))
        return done / (time.perf_counter() - begun)

    return asyncio.run(run())


@dataclass(frozen=True, slots=True)
class Server:
    """A server in a process of its own."""

    port: int
    pid: int


@contextmanager
def server(*command: str) -> Iterator[Server]:
    """Such a server, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield Server(int(process.stdout.readline().rpartition(":")[2]), process.pid)
    finally:
        process.terminate()
        process.communicate()


def compare(database: Path, rounds: int, seconds: float) -> int:
    """Measure both in turn; the exit status says whether the gate holds."""
    backend = open_embedded(database)
    load(backend.database, world())
    backend.shut()
    ours, bare = [], []
    serve = ("tui", "serve", "--database", str(database), "--bind", "127.0.0.1:0")
    with server(*serve, "--no-access-log") as bursar, server("bench.echo") as echo:
        for each in (bursar, echo):
            rate(each.port, 0.5)
        for _ in range(rounds):
            bare.append(rate(echo.port, seconds))
            ours.append(rate(bursar.port, seconds))
    ratio = statistics.median(ours) / statistics.median(bare)
    print(f"{'':28} {'requests/s':>10}")
    print(f"{'bare Starlette, echo':28} {statistics.median(bare):10.0f}")
    print(f"{'bursar, issue and accept':28} {statistics.median(ours):10.0f}")
    print(f"gate: {ratio:.2f} of the echo's requests per second, at least {GATE}")
    return 0 if ratio >= GATE else 1


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--folder", type=Path, help="where the database goes; a disk, not tmpfs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        return compare(Path(folder) / "bench.db", options.rounds, options.seconds)


if __name__ == "__main__":
    sys.exit(main())
