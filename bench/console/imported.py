"""`python -m bench.console.imported FILE ...` is the command; FILE tells what it imported until
the first rows were on screen."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

from tui.cli import main
from tui.widgets.listview import RowView

FILE = sys.argv.pop(1)
OPENED = RowView.opened


def opened(view: RowView[Any]) -> None:
    """The rows come with the next frame."""
    OPENED(view)
    view.call_after_refresh(tell)


def tell() -> None:
    """Write the names of all modules."""
    Path(FILE).write_text("\n".join(sys.modules), encoding="utf-8")


cast(Any, RowView).opened = opened
main(sys.argv[1:])
