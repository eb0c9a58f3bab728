"""The console with a fault put into it: the first key it is given brings it down."""

from __future__ import annotations

import sys

from tui import cli
from tui.app import BursarApp


def fail(self: BursarApp, pane: str) -> None:
    """Stands in for changing the pane."""
    raise RuntimeError(f"no pane {pane}")


BursarApp.action_pane = fail  # type: ignore[method-assign]
cli.main(sys.argv[1:])
