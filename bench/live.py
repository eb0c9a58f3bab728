"""`python -m bench.live`: how soon a commission is heard of by everybody, and what that costs.

15 listeners follow one `bursar serve`, by events and by long polling in turn, while commissions
are issued over HTTP one after the other. A delay is the time from sending a commission until the
last listener has heard of it; the listeners share the machine with the server.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from backend.core.database import Database
from backend.core.identity import Role, operator
from backend.core.principals import Grant, add, digest
from backend.embedded import open_embedded
from backend.served.wire import PREFIX
from backend.world import load
from bench.http import Connection, Server, issue, server, world

LISTENERS = 15
COMMISSIONS = 150
APART = 0.02
SETTLED = 1.0
PATIENCE = 30.0
TOKEN = "bench-console"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Crowd:
    """When the journal's numbers were heard of by how many."""

    heard: dict[int, float] = field(default_factory=dict)
    count: dict[int, int] = field(default_factory=dict)
    heads: dict[int, int] = field(default_factory=dict)

    def hear(self, who: int, head: int) -> None:
        """A listener knows the journal up to here."""
        now = time.perf_counter()
        for seq in range(self.heads.get(who, head) + 1, head + 1):
            self.count[seq] = self.count.get(seq, 0) + 1
            if self.count[seq] == LISTENERS:
                self.heard[seq] = now
        self.heads[who] = max(head, self.heads.get(who, head))


Listen = Callable[[httpx.AsyncClient, int, Crowd], Awaitable[None]]


async def by_events(client: httpx.AsyncClient, who: int, crowd: Crowd) -> None:
    """Follow the stream."""
    async with client.stream("GET", f"{PREFIX}/events") as reply:
        async for line in reply.aiter_lines():
            if line.startswith("id:"):
                crowd.hear(who, int(line[3:]))


async def by_polling(client: httpx.AsyncClient, who: int, crowd: Crowd) -> None:
    """Ask for news again and again; the server answers when there is some."""
    head = 0
    while True:
        asked = {"after": head, "wait": 20}
        head = (await client.get(f"{PREFIX}/head", params=asked)).json()["seq"]
        crowd.hear(who, head)


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds from sending to the last listener, and the server's CPU for a commission."""

    p50: float
    p99: float
    cpu: float


async def measure(place: Server, listen: Listen) -> Figures:
    """One round of one way of listening."""
    crowd, rng = Crowd(), random.Random(1)
    url, limits = f"http://127.0.0.1:{place.port}", httpx.Timeout(None)
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=limits) as client:
        tasks = [asyncio.ensure_future(listen(client, n, crowd)) for n in range(LISTENERS)]
        await _until(lambda: len(crowd.heads) == LISTENERS)
        await asyncio.sleep(SETTLED)
        first, sent, before = max(crowd.heads.values()) + 1, {}, cpu(place.pid)
        connection = Connection(*await asyncio.open_connection("127.0.0.1", place.port))
        for n in range(COMMISSIONS):
            sent[first + n] = time.perf_counter()
            await connection.post("/commissions", issue(rng))
            await asyncio.sleep(APART)
        await _until(lambda: sent.keys() <= crowd.heard.keys())
        spent = cpu(place.pid) - before
        connection.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    delays = sorted(1000 * (crowd.heard[seq] - at) for seq, at in sent.items())
    return Figures(delays[len(delays) // 2], delays[len(delays) * 99 // 100], spent / COMMISSIONS)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


def cpu(pid: int) -> float:
    """Milliseconds of CPU that a process has used."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(told[11]) + int(told[12])) / TICKS


def admit(database: Database) -> None:
    """Let the listeners in."""
    grants, sha256 = [Grant("bursar", Role.VIEWER)], digest(TOKEN)
    database.write(lambda tx: add(tx, operator("bench"), "bench", grants, sha256, 0))


def compare(database: Path, rounds: int) -> None:
    """Measure both ways in turn and print them."""
    backend = open_embedded(database)
    load(backend.database, world())
    admit(backend.database)
    backend.shut()
    ways: dict[str, Listen] = {"events": by_events, "long polling": by_polling}
    found: dict[str, list[Figures]] = {name: [] for name in ways}
    command = ("tui", "serve", "--database", str(database), "--bind", "127.0.0.1:0")
    with server(*command, "--no-access-log") as place:
        for _ in range(rounds):
            for name, listen in ways.items():
                found[name].append(asyncio.run(measure(place, listen)))
    print(f"{LISTENERS} listeners   {'p50 ms':>8} {'p99 ms':>8} {'CPU ms of a commission':>24}")
    for name, figures in found.items():
        p50, p99, spent = (
            statistics.median(getattr(one, what) for one in figures)
            for what in ("p50", "p99", "cpu")
        )
        print(f"{name:14} {p50:8.1f} {p99:8.1f} {spent:24.2f}")


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the database goes; a disk, not tmpfs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        compare(Path(folder) / "bench.db", options.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
