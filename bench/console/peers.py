"""Programs of the like, each in an environment of its own below the bench's folder."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

# posting 2.11.1 crashes at start with tree-sitter 0.26.
WANTED = {"posting": ("posting==2.11.1", "tree-sitter<0.26"), "harlequin": ("harlequin",)}


def none() -> tuple[dict[str, Path], dict[str, str]]:
    """As `installed` when nobody asked for them."""
    return {}, dict.fromkeys(WANTED, "only with --peers")


def installed(place: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """The commands that are there or could be installed, and why the others could not."""
    found, absent = {}, {}
    for name, packages in WANTED.items():
        home = place / "peers" / name
        try:
            found[name] = _command(home, name, packages)
        except (subprocess.CalledProcessError, OSError) as error:
            absent[name] = f"{name} could not be installed: {error}"
    return found, absent


def _command(home: Path, name: str, packages: tuple[str, ...]) -> Path:
    command = home / "bin" / name
    if not command.exists():
        print(f"installing {name} ...", file=sys.stderr)
        venv.create(home, clear=True, with_pip=True)
        pip = [str(home / "bin/python"), "-m", "pip", "install", "-qq"]
        subprocess.run([*pip, "--disable-pip-version-check", *packages], check=True)
    return command
