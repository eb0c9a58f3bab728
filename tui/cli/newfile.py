"""A database that is not there yet: made on purpose, never by a slip of the fingers."""

from __future__ import annotations

import sys
from pathlib import Path

from backend import contexts
from backend.contexts import Context
from tui.cli.output import narrate, say

ALIKE = 0.6


def agreed(context: Context) -> None:
    """Have somebody agree to a new, empty database where it is a file that is not there.

    Raises Invalid where one has nearly this name or nobody can be asked, and Declined.
    """
    path = context.database
    if not isinstance(path, Path) or path.exists():
        return
    from difflib import get_close_matches

    from tui.cli.asking import Declined, drop_typed, somebody_there

    fills = f"bursar import FILE --database {path} makes one and fills it"
    if close := get_close_matches(path.name, _beside(path), 1, ALIKE):
        hint = f"did you mean {path.with_name(close[0])}? {fills}"
        raise contexts.usage(f"{path} does not exist", hint)
    if not somebody_there():
        raise contexts.usage(f"{path} does not exist", fills)
    say(f"{path} does not exist; {fills}.")
    drop_typed()
    narrate("Make a new, empty database there? [y/N] ")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Declined("nothing was made")


def _beside(path: Path) -> list[str]:
    """The files of the folder with such an ending."""
    return [one.name for one in path.parent.glob(f"*{path.suffix}") if one.is_file()]
