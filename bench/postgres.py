"""`python -m bench.postgres`: commissions on PostgreSQL against locking row by row.

One commission is 6 provisions, issued and accepted in two durable transactions. 64 clients in one
process, on one hot project and on 200, in rounds that are interleaved on one server, which fsyncs;
ratios count, the gate is the hot project. The rows of two processes tell what sharing costs.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import statistics
import time
from collections.abc import Callable

from backend.core.database import Database, open_database
from backend.quotas.ledger import Ledger
from backend.schema import STEPS
from bench.ledger import accept, command, fill
from bench.rowwise import Rowwise
from tests.postgres import server

CLIENTS, HOT = 64, 7
GATE = 5.0
SETTINGS = "-c listen_addresses='' -c max_connections=200 -c shared_buffers=128MB"

Work = Callable[[int | None, int], None]


async def clients(ledger: Ledger, project: int | None, each: int, seed: int = 0) -> None:
    """64 clients who wait for each answer."""

    async def one(n: int) -> None:
        rng = random.Random(n + seed)
        for _ in range(each):
            serial = await ledger.submit(command(rng, project=project))
            await ledger.submit(accept(serial))

    await asyncio.gather(*(one(n) for n in range(CLIENTS)))


def rate(work: Work, project: int | None, each: int) -> float:
    """Commissions a second."""
    begun = time.perf_counter()
    work(project, each)
    return CLIENTS * each / (time.perf_counter() - begun)


def process(url: str, project: int | None, each: int, seed: int) -> float:
    """Clients in a process of their own: seconds that they took."""
    database = open_database(url, STEPS)
    ledger = Ledger(database)
    asyncio.run(clients(ledger, project, each // 2, seed))
    begun = time.perf_counter()
    asyncio.run(clients(ledger, project, each, seed))
    taken = time.perf_counter() - begun
    database.close()
    return taken


def shared(url: str, project: int | None, each: int) -> float:
    """Commissions a second of two processes together."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        given = [(url, project, each, seed) for seed in (1000, 2000)]
        taken = pool.starmap(process, given, chunksize=1)
    return sum(CLIENTS * each / one for one in taken)


def compare(database: Database, url: str, other: Rowwise, rounds: int, each: int) -> int:
    """Measure everything; the exit status says whether the gate holds."""
    ledger = Ledger(database)

    def ours(project: int | None, each: int) -> None:
        asyncio.run(clients(ledger, project, each))

    ours(None, each)  # names are known, as where it runs for long
    other.work(None, 1)
    ratios: list[float] = []
    print(f"{'64 clients, commissions/s':28} {'row by row':>10} {'bursar':>8} {'ratio':>6}")
    for name, project in (("one hot project", HOT), ("200 projects", None)):
        theirs, own = [], []
        for _ in range(rounds):
            theirs.append(rate(other.work, project, max(1, each // 8)))
            own.append(rate(ours, project, each))
        bare, mine = statistics.median(theirs), statistics.median(own)
        ratios.append(mine / bare)
        print(f"{name:28} {bare:10.0f} {mine:8.0f} {mine / bare:6.1f}")
        together = shared(url, project, each)
        print(f"{'  two processes of 64':28} {'':10} {together:8.0f} {together / bare:6.1f}")
    print(f"gate: one hot project {ratios[0]:.1f} x row by row, at least {GATE:g}")
    return 0 if ratios[0] >= GATE else 1


def main() -> int:
    """Parse arguments and measure on a server that is thrown away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--each", type=int, default=40, help="commissions of a client and round")
    arguments = parser.parse_args()
    with server(SETTINGS) as started, started.database() as url, started.database() as bare:
        database, other = open_database(url, STEPS), Rowwise(bare, CLIENTS)
        database.write(fill)
        try:
            return compare(database, url, other, arguments.rounds, arguments.each)
        finally:
            other.close()
            database.close()


if __name__ == "__main__":
    raise SystemExit(main())
