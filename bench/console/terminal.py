"""Programs in a pseudo terminal, played by `tui_bench.py` (BURSAR_SHARED, default ../shared)."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIZE = "140x40"
PROJECTS = r"lab\d\d\.uni"
"""On screen when the first pane is there."""
COUNTED = r"\d{3}\s+filter"
"""On screen when all ids of the quotas are read."""
TO_QUOTAS = rf"~2>{COUNTED} ~sleep:1"
# Where the last console ended would be where the next one begins.
AFRESH = 'XDG_STATE_HOME=$(mktemp -d -p "$XDG_STATE_HOME") && export XDG_STATE_HOME && exec "$@"'


def path() -> Path:
    """Where the measuring tool should be."""
    return Path(os.environ.get("BURSAR_SHARED") or ROOT.parent / "shared") / "tools/tui_bench.py"


@cache
def tool() -> Any:
    """The measuring tool as a module."""
    spec = importlib.util.spec_from_file_location("tui_bench", path())
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["tui_bench"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def environment(place: Path) -> dict[str, str]:
    """Directories of the bench's own, with a configuration as operators have one."""
    kinds = {f"XDG_{kind}_HOME": place / kind.lower() for kind in ("CONFIG", "STATE", "DATA")}
    for folder in kinds.values():
        (folder / "bursar").mkdir(parents=True, exist_ok=True)
    config = place / "config/bursar/config.toml"
    config.write_text('theme = "bursar-dark"\n', encoding="utf-8")
    return {name: str(folder) for name, folder in kinds.items()} | {"PYTHONPATH": str(ROOT)}


def console(place: Path, database: Path, program: Sequence[str] = ("-m", "tui")) -> dict[str, Any]:
    """The console on a database as a target of the tool."""
    command = [sys.executable, *program, "--database", str(database)]
    return {
        "cmd": ["sh", "-c", AFRESH, "sh", *command],
        "until": PROJECTS,
        "env": environment(place),
        "cwd": str(ROOT),
        "size": SIZE,
        "quit": "ctrl+q",
    }


def options() -> Any:
    """For a machine that is busy with other things."""
    return tool().Options(start_timeout=60, key_timeout=20, max_seconds=300)


@contextmanager
def started(target: dict[str, Any], keys: str = "") -> Iterator[Any]:
    """A target that has started and been typed `keys`, as a run of the tool."""
    run = tool().Run(tool().Target("console", **target), options())
    try:
        run.start()
        run.play(tool().parse_script(keys))
        yield run
    finally:
        run.close()
