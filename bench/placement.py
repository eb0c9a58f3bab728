"""`python -m bench.placement`: OpenStack's Placement and `bursar serve` under the same load.

`bench_placement.py` (BURSAR_SHARED, default ../shared) makes providers, puts allocations with one
and with four clients, reads and deletes them: first at one server, then at the other, in turns.
The load generator shares the machine with both, so that only ratios mean something. Each phase
tells requests per second; CPU is what all processes of a server took for all requests.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.core import principals
from backend.core.identity import operator
from backend.embedded import open_embedded
from bench.http import server
from tests import openstack

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
PUT, GET, CPU = "put_conc", "get_alloc_conc", "cpu"
GOALS = {PUT: 10.0, GET: 3.0, CPU: 5.0}
"""How many times as good as the real server; of CPU it takes that part."""
ABSENT = 3


@dataclass(frozen=True, slots=True)
class Target:
    """A server to be measured."""

    url: str
    token: str
    pid: int


def tool() -> Path:
    """The load generator."""
    shared = os.environ.get("BURSAR_SHARED") or ROOT.parent / "shared"
    return Path(shared) / "tools/bench_placement.py"


@contextmanager
def ours(folder: Path) -> Iterator[Target]:
    """`bursar serve` on a new database."""
    database, token = folder / "bench.db", principals.fresh_token()
    backend = open_embedded(database)
    grants, sha256 = [principals.parse_grant("placement:admin")], principals.digest(token)
    backend.database.write(
        lambda tx: principals.add(tx, operator("bench"), "bench", grants, sha256, 0)
    )
    backend.shut()
    serve = ("tui", "serve", "--database", str(database), "--bind", "127.0.0.1:0")
    with server(*serve, "--no-access-log") as found:
        yield Target(f"http://127.0.0.1:{found.port}/placement", token, found.pid)
    database.unlink()


@contextmanager
def real() -> Iterator[Target]:
    """OpenStack's Placement: SQLite, one process, one thread."""
    with openstack.running() as found:
        yield Target(found.url, openstack.ADMIN, found.pid)


def cpu(pid: int) -> float:
    """Seconds that a process and its children have worked."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = (int(told[11]) + int(told[12])) / TICKS
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(cpu(int(child)) for child in children)


def measured(target: Target, options: tuple[str, ...]) -> dict[str, float]:
    """Requests per second by phase, and requests per second of CPU."""
    with tempfile.NamedTemporaryFile("r", suffix=".json") as file:
        before = cpu(target.pid)
        command = [sys.executable, str(tool()), "--url", target.url, "--token", target.token]
        subprocess.run(
            [*command, "--json", file.name, *options], check=True, stdout=subprocess.DEVNULL
        )
        took = cpu(target.pid) - before
        told: dict[str, Any] = json.load(file)
    providers = told.pop("setup_s")["providers"]
    _check(told)
    requests = 3 * providers + sum(phase["n"] for phase in told.values())
    return {**{name: phase["rps"] for name, phase in told.items()}, CPU: requests / took}


def _check(told: Mapping[str, Any]) -> None:
    """Figures of what was refused mean nothing."""
    for name, phase in told.items():
        if any(status not in ("200", "204") for status in phase["status"]):
            raise SystemExit(f"{name} was refused: {phase['status']}")


def compare(rounds: int, options: tuple[str, ...], folder: Path) -> int:
    """Measure both in turn; the exit status says whether the goals hold."""
    found: dict[str, list[dict[str, float]]] = {"real": [], "ours": []}
    with real() as theirs, ours(folder) as mine:
        for _ in range(rounds):
            for name, target in (("real", theirs), ("ours", mine)):
                found[name].append(measured(target, options))
    print(f"{'requests per second':20} {'real':>8} {'ours':>8} {'ratio':>7}")
    missed = 0
    for phase in found["real"][0]:
        old, new = (statistics.median(one[phase] for one in found[name]) for name in found)
        goal = GOALS.get(phase, 0.0)
        missed += new / old < goal
        told = f"  at least {goal:g}" if goal else ""
        print(f"{phase:20} {old:8.1f} {new:8.1f} {new / old:7.1f}{told}")
    return 1 if missed else 0


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--providers", type=int, default=200)
    parser.add_argument("--puts", type=int, default=400)
    parser.add_argument("--gets", type=int, default=400)
    parser.add_argument("--folder", type=Path, help="where the database goes; a disk, not tmpfs")
    options = parser.parse_args()
    if not tool().exists():
        print(f"there is no {tool()}", file=sys.stderr)
        return ABSENT
    counts = (str(options.providers), str(options.puts), str(options.gets))
    load = tuple(
        word
        for pair in zip(("--providers", "--puts", "--gets"), counts, strict=True)
        for word in pair
    )
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        return compare(options.rounds, load, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
