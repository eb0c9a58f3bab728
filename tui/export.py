"""Rows of a list as CSV, JSON or JSON lines: a few for the clipboard, all of them for a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.backend import Listing
from backend.core.errors import StorageError
from tui.cli.fields import LISTS
from tui.cli.formats import WRITERS, Rows
from tui.files import writing

PAGE = 500
RAW = "raw"
"""Amounts are written exactly."""

Write = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Wish:
    """Which rows to export, in which format, to which file."""

    what: str
    form: str
    file: str


def as_text(name: str, form: str, rows: Sequence[object]) -> str:
    """A few rows of the list `name` as text."""
    parts: list[str] = []
    writer = _writer(name, form, parts.append)
    writer.page(rows)
    writer.end()
    return "".join(parts)


async def to_file(
    listing: Listing[Any],
    keys: Sequence[int],
    name: str,
    wish: Wish,
    progress: Callable[[int], None],
) -> int:
    """Write the rows of these keys to a new private file, a page at a time; how many there were
    (those gone meanwhile are left out).

    Raises Invalid when the file exists or cannot be made, StorageError when it cannot take all;
    nothing is left then, nor after being cancelled.
    """
    target = str(path_of(wish.file))
    done = 0
    try:
        with writing("./-" if target == "-" else target) as file:
            writer = _writer(name, wish.form, file.write)
            for start in range(0, len(keys), PAGE):
                part = keys[start : start + PAGE]
                found = await listing.rows(part)
                rows = [found[key] for key in part if key in found]
                writer.page(rows)
                done += len(rows)
                progress(start + len(part))
            writer.end()
    except OSError as error:
        raise StorageError(f"{error.strerror}: {wish.file}", hint="nothing was kept") from error
    return done


def path_of(file: str) -> Path:
    """Where a file is that was named by hand."""
    return Path(os.path.expanduser(file))


def _writer(name: str, form: str, out: Write) -> Rows:
    def write(text: str) -> None:
        out(text)

    return WRITERS[form](LISTS[name].fields, RAW, write)
