"""`python -m bench.history`: reading the past among a million holdings and many commissions.

The commissions of two days, one part in ten of them in one project, are written by the ledger
itself under a clock that runs fast. Reads are told in milliseconds and as multiples of one
primary key look-up.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from backend.core.database import Database, Tx, open_database
from backend.core.runtime import Runtime
from backend.quotas import feed, history
from backend.quotas.ledger import Operation, run
from backend.quotas.model import IssueCommission, Provision
from backend.quotas.queries import explain
from backend.schema import STEPS
from bench.ledger import SERVICE, accept
from bench.limits import MEMBERS, NAMES, fill, milliseconds

DAY, STRETCHES, MINUTES = 86_400_000_000, 96, 60
BATCH = 200
BUSY = 7


class Clock:
    """A clock that is put forward."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, tzinfo=UTC)

    def now(self) -> datetime:
        """The time."""
        return self.at


def command(rng: random.Random, projects: int) -> IssueCommission:
    """Three resources of a member and of the project's pool."""
    p = BUSY if rng.random() < 0.1 else rng.randrange(projects)
    source, user = f"project:p{p:06}", f"user:u{p * MEMBERS // 2 + rng.randrange(MEMBERS):07}"
    provisions = [
        provision
        for name in NAMES[:3]
        for provision in (Provision(user, source, name, 1), Provision(source, "", name, 1))
    ]
    return IssueCommission(
        actor=SERVICE, clientkey="cyclades", provisions=provisions, name="boot", force=True
    )


def live(database: Database, clock: Clock, projects: int, count: int) -> None:
    """Issue and accept so many commissions in two days."""
    rng, step = random.Random(1), timedelta(days=2) / (2 * count / BATCH)
    for _ in range(count // BATCH):
        orders: list[Operation] = [command(rng, projects) for _ in range(BATCH)]
        serials = database.write(partial(run, operations=orders))
        clock.at += step
        database.write(partial(run, operations=[accept(serial) for serial in serials]))
        clock.at += step


def keys(database: Database, project: int, pool: bool) -> list[int]:
    """The holdings of a project's pool, or the first of its members that was used."""
    which = "h.holder_id = o.id AND h.source_id = 0" if pool else "h.source_id = o.id"
    sql = f"""SELECT h.id FROM holder o CROSS JOIN holding h WHERE o.name = ? AND {which}
        ORDER BY h.usage_max DESC"""
    found = database.read(lambda tx: tx.all(sql, (f"project:p{project:06}",)))
    return [id for (id,) in (found if pool else found[:1])]


def report(database: Database, projects: int, rounds: int) -> None:
    """One line per read."""
    one = keys(database, projects // 2, pool=False)
    usage = partial(history.usage, span=DAY, count=STRETCHES)
    reads: Sequence[tuple[str, Callable[[Tx], object]]] = (
        ("a look-up", lambda tx: tx.one("SELECT lim FROM holding WHERE id = ?", (one[0],))),
        ("explain a holding", lambda tx: explain(tx, one[0])),
        ("its day", partial(usage, keys=one)),
        ("the day of its pool", partial(usage, keys=keys(database, projects // 2, pool=True))),
        ("of one in the busy project", partial(usage, keys=keys(database, BUSY, pool=False))),
        ("of the busy pool", partial(usage, keys=keys(database, BUSY, pool=True))),
        ("the rates of an hour", lambda tx: history.rates(tx, MINUTES)),
        ("the feed", lambda tx: feed.feed(tx, 200)),
    )
    unit = 0.0
    for name, read in reads:
        took = milliseconds(partial(database.read, read), rounds)
        unit = unit or took
        print(f"{name:<28}{took:>9.2f} ms{took / unit:>9.1f} look-ups")


def main() -> int:
    """Parse arguments and measure in a folder on the disk in question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="where the disk is")
    parser.add_argument("--projects", type=int, default=2000)
    parser.add_argument("--commissions", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    clock = Clock()
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="bench-") as folder:
        runtime = Runtime(clock.now, random.Random(1))
        database = open_database(Path(folder) / "history.db", STEPS, runtime)
        fill(database, arguments.projects)
        live(database, clock, arguments.projects, arguments.commissions)
        report(database, arguments.projects, arguments.rounds)
        database.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
