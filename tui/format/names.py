"""Names made safe and short; every piece of data on its way to the screen passes here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from backend.core.text import display
from tui.format.glyphs import UNICODE, Glyphs

if TYPE_CHECKING:
    from backend.quotas.model import QuotaRow

_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def shorten(value: object, cells: int, glyphs: Glyphs = UNICODE) -> str:
    """At most `cells` cells, cut in the middle: `hpc-cl…2026`."""
    text = display(value)
    if cell_len(text) <= cells:
        return text
    if cells < 3:
        return _head(text, cells)
    tail = (cells - 1) // 2
    return _head(text, cells - 1 - tail) + glyphs.ellipsis + _tail(text, tail)


def cut(value: object, cells: int, glyphs: Glyphs = UNICODE) -> str:
    """At most `cells` cells, cut at the end."""
    text = display(value)
    if cell_len(text) <= cells:
        return text
    return _head(text, max(0, cells - 1)) + glyphs.ellipsis[: max(0, cells)]


def gist(value: object, cells: int, glyphs: Glyphs = UNICODE) -> str:
    """At most `cells` cells of something said: its end is kept, which is what helps, unless that
    leaves the beginning too little."""
    text = display(value)
    if cell_len(text) <= cells:
        return text
    for sign in _TURNS[:1] if text.endswith(")") else _TURNS:
        before, found, after = text.rpartition(sign)
        end = f"{glyphs.ellipsis} {sign.strip() if sign.startswith(' ') else ''}{after}"
        if found and cell_len(end) <= cells * 3 // 5:
            return _head(before, cells - cell_len(end)) + end
    return cut(text, cells, glyphs)


_TURNS = (" (", "; ", ", ")
"""What a remedy follows, the surest first."""


def fit(value: object, cells: int, glyphs: Glyphs = UNICODE, *, right: bool = False) -> str:
    """Exactly `cells` cells: shortened in the middle or padded."""
    text = shorten(value, cells, glyphs)
    gap = " " * (cells - cell_len(text))
    return gap + text if right else text + gap


def person(value: str) -> str:
    """The local part of an e-mail address, else the label itself; `ada +2` of one and more."""
    return _address(value, lambda local, host: local)


def brief_person(value: str) -> str:
    """`ada@uni` of `ada@uni.example`."""
    return _address(value, lambda local, host: f"{local}@{host.partition('.')[0]}")


def place(value: str) -> str:
    """A project's label; base projects are named by a uuid, which tells nobody anything."""
    return "(base)" if value.startswith("system:") else display(value)


def project(row: QuotaRow) -> str:
    """The project's label; a person's base project is named by his uuid, which tells nobody
    anything."""
    return "(base)" if row.project_id == row.holder_id else display(row.project)


def identifier(value: str) -> str:
    """A uuid as `6a0d...41c2`."""
    return display(value if len(value) <= 12 else f"{value[:4]}...{value[-4:]}")


def brief(text: str) -> str:
    """A text with the uuids in it as `identifier` has them."""
    return _UUID.sub(lambda found: identifier(found[0]), text)


def _address(value: str, short: Callable[[str, str], str]) -> str:
    address, _, more = value.partition(" ")
    local, at, host = address.partition("@")
    if not (at and local and host):
        return display(value)
    return display(f"{short(local, host)} {more}" if more else short(local, host))


def _head(text: str, cells: int) -> str:
    """The longest start within `cells`; `set_cell_size` pads where a wide sign is cut."""
    return set_cell_size(text, cells).rstrip(" ") if cells > 0 else ""


def _tail(text: str, cells: int) -> str:
    kept = ""
    for char in reversed(text):
        if cell_len(char + kept) > cells:
            break
        kept = char + kept
    return kept
