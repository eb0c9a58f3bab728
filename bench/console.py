"""`python -m bench.console`: the console measured from outside, beside a fixed control app.

Goals G1 (cold start), G5 (size does not matter) and G12 (imports): runs are interleaved, wall
figures are reported, ratios decide. Needs `tui_bench.py` (BURSAR_SHARED, default ../shared).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.core.runtime import system_runtime
from backend.demo import generate
from backend.embedded import open_embedded
from backend.world import load

ROOT = Path(__file__).resolve().parent.parent
BIG_SCALE = 74
ROW = "cyclades\\."
GOALS = (
    "small.start.ready_ms <= 1.15 * control.start.ready_ms",
    "big.start.ready_ms <= 1.15 * control.start.ready_ms",
    "big.start.ready_ms <= 1.1 * small.start.ready_ms",
    "big.by_key.down.p50_ms <= 1.25 * small.by_key.down.p50_ms",
    "big.by_key.pagedown.p50_ms <= 1.25 * small.by_key.pagedown.p50_ms",
    "big.mem.peak_mib <= small.mem.peak_mib + 20",
    "big.by_key.down.p95_ms <= 0.8 * control.by_key.down.p95_ms",
    "big.idle.bytes_s == 0",
)


def tool() -> Path:
    """The measuring tool. Exits when it is not there."""
    path = Path(os.environ.get("BURSAR_SHARED") or ROOT.parent / "shared") / "tools/tui_bench.py"
    if not path.is_file():
        raise SystemExit(f"{path} is not there: set BURSAR_SHARED to the folder that holds tools/")
    return path


def world(path: Path, scale: int) -> int:
    """A demo world in a file, made once; the number of its holdings."""
    backend = open_embedded(path)
    try:
        if backend.connection.empty:
            print(f"building {path.name} ...", file=sys.stderr)
            load(backend.database, generate(1, system_runtime().now(), scale))
        count = "SELECT count(*) FROM holding"
        return int(backend.database.read(lambda tx: tx.scalar(count)))
    finally:
        backend.database.close()


def suite(small: Path, big: Path, runs: int) -> dict[str, object]:
    """The targets: the control app, and the console on both worlds, in the Quotas pane."""
    keys = "down*20 pagedown*5 hold:up*30@30 ~1 sleep:0.6 tabswitch=2 sleep:1 end=G home=g"

    def console(name: str, path: Path) -> dict[str, object]:
        return {
            "name": name,
            "cmd": [sys.executable, "-m", "tui", "--database", str(path)],
            "until": r"\d of \d|shown|Active",
            "keys": f"~2>{ROW} ~sleep:3 {keys}",
            "quit": "ctrl+q",
        }

    control = {
        "name": "control",
        "cmd": [sys.executable, str(ROOT / "bench/control_app.py")],
        "until": "proj-a-00005",
        "keys": "down*20 pagedown*5 hold:up*30@30",
        "quit": "q",
    }
    targets = [control, console("small", small), console("big", big)]
    return {
        "defaults": {"size": "140x40", "idle": 3, "runs": runs, "cwd": str(ROOT)},
        "targets": targets,
        "assert": list(GOALS),
    }


@contextmanager
def folder(wanted: Path | None) -> Iterator[Path]:
    """Where the worlds are kept, or a place that is cleaned up."""
    if wanted is not None:
        wanted.mkdir(parents=True, exist_ok=True)
        yield wanted
        return
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix="bench-") as own:
        yield Path(own)


def main() -> int:
    """Build the worlds, run the suite; the exit status says whether the goals hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="keep the worlds in this folder")
    parser.add_argument("--scale", type=int, default=BIG_SCALE, help="size of the big world")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with folder(arguments.keep) as place:
        small, big = place / "small.db", place / "big.db"
        print(f"small: {world(small, 1)} holdings, big: {world(big, arguments.scale)} holdings")
        plan = place / "suite.json"
        plan.write_text(json.dumps(suite(small, big, arguments.runs)), encoding="utf-8")
        command = [sys.executable, str(tool()), "--suite", str(plan)]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
