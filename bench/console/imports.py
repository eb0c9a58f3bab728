"""Goal G12: what a console with a configuration imports until its first frame, and its CPU."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.console import terminal

HEAVY = re.compile(
    r"httpx|pydantic|sqlalchemy|starlette|uvicorn|typer|pyarrow|psycopg|jwt|pygments\.lexers\.\w+"
)
# These two are the registry of lexers, not lexers.
REGISTRY = {"pygments.lexers._mapping"}
# What details, commands and filters need is imported after the first frame.
LATER = re.compile(
    r"backend\.(projects|quotas)\.(service|model\.(commands|views|entities))"
    r"|backend\.core\.(plan|usecase|filter\.parser)|backend\.notices\.model\.\w+"
    r"|backend\.(contexts\.servers|credentials|keystone|core\.signin)"
    r"|backend\.(allocations|placement|openportal|nico)\.model\.\w+|backend\.backend\.rooms"
    r"|tui\.(dialogs|forms)"
)
OWN = re.compile(r"(tui|backend)(\..*)?")
TEXTUAL = ("textual.app", "textual.widgets._data_table")
ROUNDS = 9
# As a console does it: garbage is collected after the first frame.
TIMED = """
import gc, sys, time
from importlib import import_module
gc.disable()
begun = time.process_time()
for name in sys.argv[1:]:
    import_module(name)
print(time.process_time() - begun)
"""


def imported(place: Path, database: Path) -> dict[str, Any]:
    """Heavy modules, own ones that may come later, and the import CPU (s) of the console and of
    Textual alone: the least of several rounds, which is what noise leaves alone."""
    names = loaded(place, database)
    heavy = sorted(name for name in names if HEAVY.fullmatch(name) and name not in REGISTRY)
    later = sorted(name for name in names if LATER.fullmatch(name))
    own = [name for name in names if OWN.fullmatch(name)]
    rounds = [(cpu(own), cpu(TEXTUAL)) for _ in range(ROUNDS)]
    ours, textual = (min(column) for column in zip(*rounds, strict=True))
    return {
        "heavy": heavy,
        "later": later,
        "own": len(own),
        "cpu_s": ours,
        "textual_cpu_s": textual,
    }


def loaded(place: Path, database: Path) -> list[str]:
    """The modules of a console at its first frame, in order of import."""
    file = place / "imported.txt"
    program = ("-m", "bench.console.imported", str(file))
    with terminal.started(terminal.console(place, database, program)) as run:
        run.finish("ctrl+q")
    return file.read_text(encoding="utf-8").split()


def cpu(names: Iterable[str]) -> float:
    """CPU seconds of importing these in an interpreter of their own."""
    done = subprocess.run(
        [sys.executable, "-c", TIMED, *names],
        cwd=terminal.ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""},  # else each round compiles all anew
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)
