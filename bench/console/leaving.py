"""Goal G11: how a console ends that is not asked to: by a signal, by a crash."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from bench.console import terminal

CRASHING = (str(terminal.ROOT / "tests/terminal/crash_app.py"),)


def ended(place: Path, database: Path) -> dict[str, Any]:
    """For `term`, `hup` and `crash` the exit status and how much is left switched on."""
    found = {}
    for number, name in ((signal.SIGTERM, "term"), (signal.SIGHUP, "hup")):
        with terminal.started(terminal.console(place, database)) as run:
            os.kill(run.pid, number)
            found[name] = _end(run)
    with terminal.started(terminal.console(place, database, CRASHING)) as run:
        run.write(b"2")
        found["crash"] = _end(run)
    return found


def _end(run: Any) -> dict[str, Any]:
    run.reap(10)
    run.drain(0.2)
    run.replay()
    screen = run.term
    hidden = 25 in screen.ever and 25 not in screen.modes
    left = [mode for mode in screen.modes if mode not in (7, 25)]
    return {"status": run.exit_status, "left": len(left) + hidden + abs(screen.kitty_depth)}
