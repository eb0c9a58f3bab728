"""The console on databases of several sizes, the control app and peers, typed the same keys."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.console import terminal

MOVES = "down*20 pagedown*2 hold:up*30@30"
# Without the detail, which else comes whenever a busy machine leaves the cursor at rest.
LIST = f"{terminal.TO_QUOTAS} ~d ~sleep:0.6 ~down"
KEYS = f"{LIST} alone=down*20 ~pagedown*2 held=hold:up*30@30 ~d ~sleep:0.6 ~g ~sleep:0.6 ~down"
KEYS += f" {MOVES} ~sleep:0.6" + " end=G ~sleep:0.6 home=g ~sleep:0.6" * 5
KEYS += " ~1 ~sleep:0.6 tabswitch=2 ~sleep:0.6"
FILTERS = LIST + "".join(
    rf" ~/ echo=text:person000{n} rows=7>person000{n}7\d\d ~esc ~sleep:1.5" for n in range(1, 7)
)
HARLEQUIN = "~sleep:1 ~text:select ~space ~* ~space ~text:from ~space ~text:holding"
HARLEQUIN += f" ~ctrl+j ~sleep:2.5 ~f5 ~sleep:0.5 {MOVES}"


def control() -> dict[str, Any]:
    """The fixed app that goals are measured against."""
    return {
        "cmd": [sys.executable, str(terminal.ROOT / "bench/control_app.py")],
        "until": "proj-a-00005",
        "keys": f"{MOVES} ~2 ~sleep:1 tabswitch=1",
        "quit": "q",
        "size": terminal.SIZE,
        "idle": 3.0,
    }


def consoles(place: Path, databases: Mapping[str, Path], keys: str) -> dict[str, dict[str, Any]]:
    """The console on each database."""
    return {
        name: {**terminal.console(place, path), "keys": keys} for name, path in databases.items()
    }


def peers(place: Path, commands: Mapping[str, Path], database: Path) -> dict[str, dict[str, Any]]:
    """Those programs of the like that are there, each with a home of its own."""
    posting = f'exec {commands.get("posting")} --collection "$HOME"'
    harlequin = f'exec {commands.get("harlequin")} -a sqlite --limit 100000 "{database}"'
    found = {
        "posting": (posting, "Collection", "~sleep:0.5 text:http://127 tab*6", "ctrl+c"),
        "harlequin": (harlequin, "Query Editor", HARLEQUIN, "ctrl+q"),
    }
    return {
        name: {
            "cmd": ["sh", "-c", f'HOME=$(mktemp -d -p "{place}") && export HOME && {command}'],
            "until": until,
            "keys": keys,
            "quit": leave,
            "size": terminal.SIZE,
        }
        for name, (command, until, keys, leave) in found.items()
        if name in commands
    }


def play(targets: Mapping[str, dict[str, Any]], runs: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Run all in turn, so that noise hits all alike: the summary of each, and why one failed."""
    tool = terminal.tool()
    done: dict[str, list[Any]] = {name: [] for name in targets}
    failed: dict[str, str] = {}
    for _ in range(runs):
        for name, target in targets.items():
            if name in failed:
                continue
            print(f"running {name} ...", file=sys.stderr)
            try:
                done[name].append(tool.run_once(tool.Target(name, **target), terminal.options()))
            except tool.TargetFailed as error:
                failed[name] = " ".join(str(error).split())[:200]
    kept = {name: target for name, target in targets.items() if name not in failed}
    return {
        name: tool.summarise(tool.Target(name, **target), done[name])
        for name, target in kept.items()
    }, failed
