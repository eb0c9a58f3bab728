"""Copying: short texts to the terminal (OSC 52), long ones to a private file."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

from textual.app import App

from backend.core.plan import WireRequest
from backend.core.text import display
from tui.messages import BAD, WARN
from tui.session import Session

LARGEST = 74_994
"""Bytes after encoding that terminals take by OSC 52."""
QUOTED = 60

Copies = Sequence[tuple[str, str]]
"""What can be copied: (words, text)."""


def encoded_size(text: str) -> int:
    """Bytes of a text on its way to the terminal."""
    return -(-len(text.encode()) // 3) * 4


def copy(app: App[Any], session: Session, text: str) -> None:
    """Send a text to the terminal, or keep it in a file when no terminal would take it; nobody
    can know whether it arrived."""
    safe = display(text, limit=sys.maxsize, multiline=True)
    if encoded_size(safe) <= LARGEST:
        app.copy_to_clipboard(safe)
        session.tell(f"sent to the terminal's clipboard: {_told(safe)}")
        return
    try:
        place = kept(safe)
    except OSError as error:
        session.tell(f"too long for the clipboard, and no file: {error.strerror}", BAD)
    else:
        session.tell(f"too long for the clipboard; it is in {place}", WARN)


def _told(text: str) -> str:
    """Its first line, as many whole words as are told, and how many lines follow."""
    first, *more = text.split("\n")
    if len(first) > QUOTED:
        first = f"{first[:QUOTED].rpartition(' ')[0] or first[:QUOTED]} ..."
    lines = f"{len(more):,} more line{'s' if len(more) > 1 else ''}"
    return f"{first} (and {lines})" if more else first


def kept(text: str) -> str:
    """Write a text to a new file that only its owner can read; where it is. Raises OSError."""
    handle, place = tempfile.mkstemp(prefix="bursar-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return place


def of_row(name: str, id: str, row: object) -> Copies:
    """What a row of the list `name` can be copied as."""
    from tui.export import as_text

    words = [("row as CSV", "csv"), ("row as JSON", "jsonl")]
    return [
        ("id", id),
        *((said, as_text(name, form, [row]).rstrip("\n")) for said, form in words),
    ]


def of_rows(name: str, rows: Sequence[object]) -> Copies:
    """What several rows of the list `name` can be copied as."""
    from tui.export import as_text

    words = [("CSV", "csv"), ("JSON lines", "jsonl")]
    return [
        (f"{len(rows):,} marked rows as {said}", as_text(name, form, rows).rstrip("\n"))
        for said, form in words
    ]


def of_request(request: WireRequest) -> Copies:
    """What a request can be copied as; never with a token."""
    from tui.format.requests import COMMAND, body_json, curl

    if request.method == COMMAND:
        return [("request as a command", curl(request))]
    return [("request as curl, no token", curl(request)),
            ("request body as JSON", body_json(request.body))]  # fmt: skip


def offer(app: App[Any], session: Session, copies: Copies) -> None:
    """Let the operator choose what to copy."""
    from tui.widgets.choice import Choice

    def chosen(number: str | None) -> None:
        if number is not None:
            copy(app, session, copies[int(number)][1])

    app.push_screen(Choice("Copy", [(str(n), c[0]) for n, c in enumerate(copies)]), chosen)
