"""`python -m bench.console`: all goals of a console on a million holdings, in one table.

Beside it run a fixed control app and, with --peers, programs of the like. --gates measures only
what noise cannot change; the exit status tells whether all of that holds, and is 3 when the
measuring tool is not there (BURSAR_SHARED, default ../shared).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import limits
from bench.console import goals, idle, imports, leaving, live, loop, peers, suite, terminal, world
from bench.console.goals import GOALS, OK, Goal


@contextmanager
def folder(wanted: Path | None) -> Iterator[Path]:
    """Where everything is kept, or a place that is cleaned up."""
    if wanted is not None:
        wanted.mkdir(parents=True, exist_ok=True)
        yield wanted.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as own:
        yield Path(own)


class Measured:
    """Figures by name, and why some are absent."""

    def __init__(self) -> None:
        self.figures: dict[str, Any] = {}
        self.absent: dict[str, str] = {}

    def take(self, name: str, driver: Callable[..., dict[str, Any]], *given: object) -> None:
        """What a driver returns, unless a program did not do what it was typed."""
        print(f"measuring {name} ...", file=sys.stderr)
        try:
            self.figures[name] = driver(*given)
        except terminal.tool().TargetFailed as error:
            self.absent[name] = " ".join(str(error).split())[:200]

    def play(self, targets: dict[str, dict[str, Any]], runs: int) -> None:
        """What programs do."""
        summaries, failed = suite.play(targets, runs)
        self.figures |= summaries
        self.absent |= failed


def gates(place: Path, found: Measured) -> None:
    """What the hard goals need."""
    big, small = (world.made(place, size) for size in (world.BIG, world.SMALL))
    found.take("idle", idle.watched, place, big)
    targets = {"control": suite.control()}
    found.play(targets | suite.consoles(place, {"big": big, "small": small}, suite.KEYS), 1)
    found.take("leaving", leaving.ended, place, small)
    found.take("imports", imports.imported, place, small)


def everything(place: Path, found: Measured, runs: int, with_peers: bool) -> None:
    """What all goals need."""
    big, middle, small = (
        world.made(place, size) for size in (world.BIG, world.MIDDLE, world.SMALL)
    )
    commands, found.absent = peers.installed(place) if with_peers else peers.none()
    found.take("idle", idle.watched, place, big)
    targets = {"control": suite.control()} | suite.peers(place, commands, big)
    targets |= suite.consoles(place, {"big": big, "small": small}, suite.KEYS)
    targets |= suite.consoles(place, {"filtered": big, "middle": middle}, suite.FILTERS)
    found.play(targets, runs)
    programs = [found.figures[name] for name in targets if name in found.figures]
    print(terminal.tool().report(programs), end="\n\n")
    found.take("leaving", leaving.ended, place, small)
    found.take("imports", imports.imported, place, small)
    found.take("live", live.followed, place, big)
    found.take("loop", loop.gaps, big, runs)
    found.take("limits", limits.measured, place, limits.PROJECTS, runs)


def report(found: Measured, wanted: tuple[Goal, ...]) -> int:
    """Print the table and name what is broken; the exit status."""
    verdicts = goals.judged(wanted, found.figures, found.absent)
    print(*goals.table(verdicts), sep="\n")
    broken = [one for one in verdicts if one.goal.hard and one.outcome != OK]
    for one in broken:
        why = one.why or f"{one.reached}, wanted {one.bound}"
        print(f"{one.goal.id} {one.goal.what}: {why}", file=sys.stderr)
    return 1 if broken else 0


def main() -> int:
    """Measure and report; the exit status says whether the gates hold."""
    parser = argparse.ArgumentParser(prog="python -m bench.console", description=__doc__)
    parser.add_argument("--gates", action="store_true", help="only what gates changes")
    parser.add_argument("--peers", action="store_true", help="install and measure peers, too")
    parser.add_argument("--keep", type=Path, help="keep databases and peers in this folder")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    arguments = parser.parse_args()
    if not terminal.path().is_file():
        print(f"{terminal.path()} is not there: nothing was measured", file=sys.stderr)
        return 3
    found = Measured()
    with folder(arguments.keep) as place:
        if arguments.gates:
            gates(place, found)
        else:
            everything(place, found, arguments.runs, arguments.peers)
    if arguments.json:
        arguments.json.write_text(json.dumps(found.figures, indent=1), encoding="utf-8")
    return report(found, tuple(goal for goal in GOALS if goal.hard or not arguments.gates))


if __name__ == "__main__":
    raise SystemExit(main())
