"""`python -m bench.filters`: what filters cost among a million holdings.

For each filter the first page and the whole order, as a multiple of the unfiltered order read
in the same round; then how long it takes until an overtaken filter has let its reader go.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from backend.core.database import Database, Tx, open_database
from backend.core.keys import first_keys, keys_of
from backend.core.listing import Query
from backend.quotas import queries
from backend.schema import STEPS
from bench.limits import fill

PAGE = 64
FILTERS = (
    "", "u00005", "u0000500", "u00005 vm", "~u05", "nothing-like-it", "!u00005",
    "holder:u00005", "holder=u0000500", "project:p0007", "resource:vm", "holder:u00005 resource:vm",
    "used>=800", "limit=inf", "left<100", "eff<100", "share>=89%", "over", "full", "odd",
    "pending", "bound", "base", "state:over|full", "left<100 resource:vm",
)  # fmt: skip


def whole(tx: Tx, text: str, sort: str = "") -> int:
    """The number of keys in the whole order."""
    return len(keys_of(tx, queries.keys_sql(Query(text, sort=sort))))


def took(database: Database, read: Callable[[Tx], object]) -> float:
    """Milliseconds of a read."""
    begun = time.perf_counter()
    database.read(read)
    return (time.perf_counter() - begun) * 1000


def measure(database: Database, rounds: int) -> None:
    """One line per filter."""
    print(f"{'filter':<28}{'rows':>9}{'page':>10}{'all':>10}")
    for text in FILTERS:
        reads: tuple[Callable[[Tx], object], ...] = (
            partial(whole, text=""),
            partial(first_keys, statement=queries.keys_sql(Query(text)), limit=PAGE),
            partial(whole, text=text),
        )
        times = [[took(database, read) for read in reads] for _ in range(rounds)]
        base, page, every = (statistics.median(column) for column in zip(*times, strict=True))
        rows = database.read(partial(whole, text=text))
        told = f"{rows:>9,}{page:>8.1f}ms{every:>8.0f}ms{every / base:>7.2f} x none"
        print(f"{text or '(none)':<28}{told}")


async def stopped(database: Database) -> float:
    """Milliseconds from overtaking a filter until its reader is free."""
    begun, ended = threading.Event(), threading.Event()

    def overtaken(tx: Tx) -> int:
        begun.set()
        try:
            return whole(tx, "left<100", "left")
        finally:
            ended.set()

    read = asyncio.ensure_future(database.aread(overtaken))
    await asyncio.to_thread(begun.wait)
    await asyncio.sleep(0.1)
    at = time.perf_counter()
    read.cancel()
    await asyncio.sleep(0)
    ended.wait()
    return (time.perf_counter() - at) * 1000


def main() -> int:
    """Parse arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="where the disk is")
    parser.add_argument("--projects", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a database made before, or to be made")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="bench-") as folder:
        path = arguments.keep or Path(folder) / "filters.db"
        made = path.exists()
        database = open_database(path, STEPS)
        if not made:
            fill(database, arguments.projects)
        measure(database, arguments.rounds)
        times = [asyncio.run(stopped(database)) for _ in range(arguments.rounds)]
        print(f"an overtaken filter lets go after {statistics.median(times):.2f} ms")
        database.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
