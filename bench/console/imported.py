"""`python -m bench.console.imported FILE ...` is the command; FILE tells what it imported."""

from __future__ import annotations

import atexit
import sys
from pathlib import Path

from tui.cli import main


def tell() -> None:
    """Write the names of all modules."""
    Path(FILE).write_text("\n".join(sys.modules), encoding="utf-8")


FILE = sys.argv.pop(1)
atexit.register(tell)
main(sys.argv[1:])
