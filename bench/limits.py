"""`python -m bench.limits`: reading effective limits among a million holdings (goal G14).

The whole list sorted by headroom is compared with the same statement run by the bare sqlite3
module in the same round; single reads are reported as multiples of one primary key look-up.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from array import array
from collections.abc import Callable
from pathlib import Path

from backend.core.database import Database, Tx, open_database
from backend.core.journal import Entry
from backend.core.keys import keys_of
from backend.core.listing import Query
from backend.quotas import queries, service, store
from backend.quotas.model import HoldingKey, Limit, Resource, SetLimits
from backend.schema import STEPS

NAMES = ("vm", "cpu", "ram", "disk", "ip")
MEMBERS = 100
PROJECTS = 2000
CHUNK = 20
GATE_USER_MS, GATE_PROJECT_MS, GATE_ALL = 0.2, 1.0, 1.3


def fill(database: Database, projects: int) -> None:
    """Projects of 100 members with five resources each: 505 holdings a project."""

    def resources(tx: Tx) -> None:
        for n, name in enumerate(NAMES, start=1):
            store.save_resource(tx, Resource(n, name, "", "", "s", "", 0, 0, True, True))
        tx.record(Entry("bench", "resources", "quotas"))

    database.write(resources)
    for start in range(0, projects, CHUNK):
        limits = tuple(
            Limit(key, 1000) for p in range(start, start + CHUNK) for key in project_keys(p)
        )

        def sync(tx: Tx, limits: tuple[Limit, ...] = limits) -> None:
            effects = service.persist(tx, SetLimits(limits), "bench", "")
            tx.record(Entry("bench", "quotas.sync", "quotas", effects=effects))

        database.write(sync)
    spread = "UPDATE holding SET usage_max = id % 900, usage_min = id % 900"
    database.write(lambda tx: tx.execute(spread))


def project_keys(number: int) -> list[HoldingKey]:
    """The pool and the members of a project; every user is in two projects."""
    project = f"project:p{number:06}"
    keys = [HoldingKey(project, "", name) for name in NAMES]
    users = (f"user:u{(number * MEMBERS // 2 + n):07}" for n in range(MEMBERS))
    return keys + [HoldingKey(user, project, name) for user in users for name in NAMES]


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """Median wall time of `work`."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def of_user(tx: Tx) -> int:
    """All effective limits of one user, as the pane reads them."""
    keys = list(keys_of(tx, queries.keys_sql(Query(scope="user:u0000500"))))
    return sum(row.effective for row in queries.quota_rows(tx, keys).values())


def of_project(tx: Tx) -> int:
    """All effective limits of one resource's 100 members and of the four others."""
    return sum(row.effective for row in service.project_quotas(tx, "p000007"))


def bare(path: Path) -> Callable[[], object]:
    """The list of all holdings by headroom, with nothing but sqlite3."""
    conn = sqlite3.connect(path)
    sql, params = queries.keys_sql(Query(sort="left"))
    return lambda: array("q", (key for (key,) in conn.execute(sql, params)))


def measured(folder: Path, projects: int, rounds: int) -> dict[str, float]:
    """Fill a database and measure: milliseconds of the reads, `holdings` there were."""
    path = folder / "limits.db"
    made = path.exists()
    database = open_database(path, STEPS)
    if not made:
        fill(database, projects)
    one = "SELECT lim FROM holding WHERE id = 5000"
    found = {
        "holdings": database.read(lambda tx: tx.scalar("SELECT count(*) FROM holding")),
        "one_ms": database.read(lambda tx: milliseconds(lambda: tx.one(one), 200)),
        "user_ms": database.read(lambda tx: milliseconds(lambda: of_user(tx), 200)),
        "project_ms": database.read(lambda tx: milliseconds(lambda: of_project(tx), 50)),
    }
    statement = queries.keys_sql(Query(sort="left"))
    plain = bare(path)
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(milliseconds(plain, 1))
        ours.append(milliseconds(lambda: database.read(lambda tx: keys_of(tx, statement)), 1))
    database.close()
    found["members_ms"] = found["project_ms"] / len(NAMES)
    return found | {"all_ms": statistics.median(ours), "sqlite_ms": statistics.median(theirs)}


def report(found: dict[str, float]) -> int:
    """Print; the exit status says whether the gates hold."""
    one, user, project, every = (found[f"{name}_ms"] for name in ("one", "user", "project", "all"))
    ratio = every / found["sqlite_ms"]
    print(f"{found['holdings']} holdings; one look-up by key {one:.3f} ms")
    print(f"one user, 10 limits       {user:8.3f} ms  {user / one:6.1f} look-ups")
    print(f"one project, 505 limits   {project:8.3f} ms  {project / one:6.1f} look-ups")
    print(f"all, by headroom          {every:8.0f} ms  {ratio:6.2f} x sqlite3")
    gates = (user <= GATE_USER_MS, found["members_ms"] <= GATE_PROJECT_MS, ratio <= GATE_ALL)
    print(f"gates: user {gates[0]}, 100 members {gates[1]}, all {gates[2]}")
    return 0 if all(gates) else 1


def main() -> int:
    """Parse arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="where the disk is")
    parser.add_argument("--projects", type=int, default=PROJECTS)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="bench-") as folder:
        return report(measured(Path(folder), arguments.projects, arguments.rounds))


if __name__ == "__main__":
    raise SystemExit(main())
