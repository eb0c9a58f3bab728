"""`python -m bench.ledger`: commissions through the service against the raw sqlite3 pattern.

One commission is 6 provisions, issued and accepted in two durable transactions. Rounds of
both are interleaved on the same disk; ratios count, the gate is CPU per commission.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.core.database import Tx, open_database
from backend.core.identity import Actor, Role
from backend.core.journal import Entry
from backend.quotas import service, store
from backend.quotas.ledger import Ledger, Resolve
from backend.quotas.model import (
    HoldingKey,
    IssueCommission,
    Limit,
    Provision,
    Resource,
    SetLimits,
)
from backend.schema import STEPS
from bench.raw import PROJECTS, USERS, Raw

NAMES = ("vm", "cpu", "ram")
GATE = 2.5
SERVICE = Actor("service:cyclades", Role.SERVICE, component="cyclades")


@dataclass
class Cost:
    """Wall and CPU seconds of a number of commissions."""

    wall: float
    cpu: float
    count: int

    @property
    def rate(self) -> float:
        """Commissions per second."""
        return self.count / self.wall

    @property
    def micros(self) -> float:
        """CPU microseconds per commission."""
        return self.cpu / self.count * 1e6


def measure(count: int, work: Callable[[], object]) -> Cost:
    """Run `work`, which does `count` commissions."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu, count)


def fill(tx: Tx) -> None:
    """200 projects of 10 users and three resources, all but unlimited."""
    for n, name in enumerate(NAMES, start=1):
        store.save_resource(tx, Resource(n, name, "", "", "cyclades", "", 0, 0, True, True))
    keys = [
        HoldingKey(holder, source, resource)
        for p in range(PROJECTS)
        for holder, source in [(f"project:p{p}", "")]
        + [(f"user:u{p}-{u}", f"project:p{p}") for u in range(USERS)]
        for resource in NAMES
    ]
    limits = SetLimits(tuple(Limit(key, 10**12) for key in keys))
    effects = service.persist(tx, limits, "bench", "")
    tx.record(Entry("bench", "quotas.sync", "quotas", effects=effects))


def command(rng: random.Random, quantity: int = 1, project: int | None = None) -> IssueCommission:
    """Six provisions: three resources, the member's and the project's."""
    p = rng.randrange(PROJECTS) if project is None else project
    user = rng.randrange(USERS)
    provisions = [
        provision
        for name in NAMES
        for provision in (
            Provision(f"user:u{p}-{user}", f"project:p{p}", name, quantity),
            Provision(f"project:p{p}", "", name, quantity),
        )
    ]
    return IssueCommission(actor=SERVICE, clientkey="cyclades", provisions=provisions, name="boot")


def accept(serial: int) -> Resolve:
    """Accept as the component."""
    return Resolve("service:cyclades", serial, True, "cyclades")


def singly(ledger: Ledger, rng: random.Random, count: int) -> None:
    """One client, one commission after the other."""
    for _ in range(count):
        ledger.resolve(accept(ledger.issue(command(rng))))


async def coalesced(ledger: Ledger, rng: random.Random, count: int, refused: bool) -> None:
    """Batches of 100; with `refused` every tenth asks for too much."""
    for _ in range(count // 100):
        orders = [command(rng, 10**15 if refused and n % 10 == 9 else 1) for n in range(100)]
        answers = await asyncio.gather(
            *(ledger.submit(order) for order in orders), return_exceptions=True
        )
        serials = [answer for answer in answers if isinstance(answer, int)]
        if refused and len(serials) != 90:
            raise SystemExit(f"{100 - len(serials)} of 10 refused")
        await asyncio.gather(*(ledger.submit(accept(serial)) for serial in serials))


@dataclass
class Threads:
    """What 16 clients on threads got."""

    cost: Cost
    done: list[int]
    longest: float


def threaded(ledger: Ledger, clients: int, seconds: float) -> Threads:
    """Clients that go on for a while; commissions of each and the longest wait (ms)."""
    done, longest = [0] * clients, [0.0] * clients
    end = time.perf_counter() + seconds

    def client(n: int) -> None:
        rng = random.Random(n)
        while (begun := time.perf_counter()) < end:
            ledger.resolve(accept(ledger.issue(command(rng))))
            done[n] += 1
            longest[n] = max(longest[n], (time.perf_counter() - begun) * 1000)

    def run() -> None:
        threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    cost = measure(1, run)
    return Threads(Cost(cost.wall, cost.cpu, sum(done)), done, max(longest))


def compare(folder: Path, rounds: int, count: int) -> int:
    """Measure everything; the exit status says whether the gate holds."""
    database = open_database(folder / "bench.db", STEPS)
    database.write(fill)
    ledger, raw, rng = Ledger(database), Raw(folder), random.Random(1)
    singly(ledger, rng, 100)
    raw.many(rng, 100)
    bare, ours, batch, mixed = [], [], [], []
    for _ in range(rounds):
        bare.append(measure(count, lambda: raw.many(rng, count)))
        ours.append(measure(count, lambda: singly(ledger, rng, count)))
        batch.append(measure(count, lambda: asyncio.run(coalesced(ledger, rng, count, False))))
        mixed.append(measure(count, lambda: asyncio.run(coalesced(ledger, rng, count, True))))
    many = threaded(ledger, 16, 4.0)
    database.close()
    return report(bare, ours, batch, mixed, many)


def report(
    bare: Sequence[Cost],
    ours: Sequence[Cost],
    batch: Sequence[Cost],
    mixed: Sequence[Cost],
    many: Threads,
) -> int:
    """Print medians and ratios."""
    unit = statistics.median(cost.micros for cost in bare)
    rate = statistics.median(cost.rate for cost in bare)
    print(f"{'':26} {'c/s':>8} {'x raw':>6} {'CPU us':>8} {'x raw':>6}")
    rows = {"raw sqlite3, one by one": bare, "bursar, one by one": ours}
    rows |= {"bursar, batches of 100": batch, "  with a tenth refused": mixed}
    rows["bursar, 16 threads"] = [many.cost]
    for name, costs in rows.items():
        speed = statistics.median(cost.rate for cost in costs)
        micros = statistics.median(cost.micros for cost in costs)
        print(f"{name:26} {speed:8.0f} {speed / rate:6.2f} {micros:8.0f} {micros / unit:6.2f}")
    print(f"16 threads: slowest/fastest {min(many.done) / max(many.done):.2f}, "
          f"longest wait {many.longest:.0f} ms")  # fmt: skip
    ratio = statistics.median(cost.micros for cost in ours) / unit
    print(f"gate: CPU per commission {ratio:.2f} x raw, at most {GATE}")
    return 0 if ratio <= GATE else 1


def main() -> int:
    """Parse arguments and measure in a folder on the disk in question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="where the disk is")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=1000, help="commissions a round")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="bench-") as folder:
        return compare(Path(folder), arguments.rounds, arguments.count)


if __name__ == "__main__":
    raise SystemExit(main())
