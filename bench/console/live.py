"""Goal G8: what another process commits, on the screen of a console that looks at it or not."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.console import terminal

VISIBLE = range(6)
HIDDEN = range(100_000, 100_003)
"""Persons whose rows are in the list and on screen, and in the list but far below."""
KEYS = f"{terminal.TO_QUOTAS} ~/ ~text:person0 ~enter ~sleep:3"
ROSE = re.compile(r"\bvm\s+\+\s*\d")
"""On screen when a row with more usage than before is."""
FADED = 6.0
"""Seconds until marks of earlier changes have gone."""
PATIENCE = 5.0
SETTLED = 0.4


def followed(place: Path, database: Path) -> dict[str, Any]:
    """`seen`: p95 milliseconds from commit to screen, most frames and bytes of one change;
    `unseen`: bytes of a change off screen, and lines that changed below the first, which tells
    when data was read."""
    with committer(database) as other, terminal.started(
        terminal.console(place, database), KEYS
    ) as run:  # fmt: skip
        seen = [_seen(run, other, number) for number in VISIBLE]
        run.drain(FADED)
        unseen = [_unseen(run, other, number) for number in HIDDEN]
        run.finish("ctrl+q")
    return {
        "seen": {
            "p95_ms": terminal.tool().quantile([one["ms"] for one in seen], 0.95),
            "p50_ms": statistics.median(one["ms"] for one in seen),
            "frames": max(one["frames"] for one in seen),
            "bytes": max(one["bytes"] for one in seen),
        },
        "unseen": {name: max(one[name] for one in unseen) for name in ("frames", "bytes", "lines")},
    }


@contextmanager
def committer(database: Path) -> Iterator[subprocess.Popen[str]]:
    """The other process."""
    command = [sys.executable, "-m", "bench.console.committer", str(database)]
    with subprocess.Popen(
        command, cwd=terminal.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        try:
            _answer(other)
            yield other
        finally:
            assert other.stdin is not None
            other.stdin.close()


def _seen(run: Any, other: subprocess.Popen[str], number: int) -> dict[str, float]:
    """One change of a row on screen."""
    run.drain(FADED)
    run.replay()
    before = run.total, run.term.frames
    _tell(other, number)
    end, at = time.monotonic() + PATIENCE, None
    while at is None and time.monotonic() < end:
        run.pump(0.02)
        at = run.replay(ROSE)[2]
    if at is None:
        raise terminal.tool().TargetFailed(f"a change of person{number:07} is not on screen")
    run.drain(SETTLED)
    run.replay()
    done = float(_answer(other))
    ms = (at - done) * 1000
    return {"ms": ms, "bytes": run.total - before[0], "frames": run.term.frames - before[1]}


def _unseen(run: Any, other: subprocess.Popen[str], number: int) -> dict[str, float]:
    """One change of a row that is not on screen."""
    run.replay()
    before, lines = (run.total, run.term.frames), run.term.screen.text().split("\n")
    _tell(other, number)
    run.drain(2)
    run.replay()
    _answer(other)
    after = run.term.screen.text().split("\n")
    changed = sum(old != new for old, new in zip(lines[1:], after[1:], strict=True))
    return {
        "lines": changed,
        "bytes": run.total - before[0],
        "frames": run.term.frames - before[1],
    }


def _tell(other: subprocess.Popen[str], number: int) -> None:
    assert other.stdin is not None
    other.stdin.write(f"{number}\n")
    other.stdin.flush()


def _answer(other: subprocess.Popen[str]) -> str:
    assert other.stdout is not None
    return other.stdout.readline()
