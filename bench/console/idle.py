"""Goal G7: what a console sends and burns while nobody types and nothing changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.console import terminal

SECONDS = 6.0
KEYS = {
    "commissions": "~5>overdue ~sleep:1",
    "projects": "~sleep:1",
    "quotas": terminal.TO_QUOTAS,
}


def watched(place: Path, database: Path) -> dict[str, Any]:
    """Bytes and wake-ups per second, CPU per cent, by pane."""
    found = {}
    for pane, keys in KEYS.items():
        with terminal.started(terminal.console(place, database), keys) as run:
            found[pane] = run.idle(SECONDS)
            run.finish("ctrl+q")
    return found
