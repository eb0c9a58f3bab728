"""What a console remembers of a context until the next time: the last pane, filters, orders,
saved views and typed lines. Kept in a private file of the state directory; without Textual."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from backend.core import filter as language
from backend.core.errors import Invalid
from backend.core.listing import Query
from tui import files
from tui.history import Place
from tui.messages import WARN
from tui.panes import HOMES
from tui.session import LINES_KEPT, Session

VERSION = 1
LARGEST = 1_000_000
"""Bytes; a larger file is none of ours."""
VIEWS_KEPT = 100
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


def path_for(folder: Path, context: str, place: str) -> Path:
    """The file for a context; two databases never share one."""
    digest = hashlib.sha256(f"{context}\0{place}".encode()).hexdigest()[:12]
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in context)[:40]
    return folder / "contexts" / f"{safe}-{digest}.json"


def recall(session: Session, path: Path) -> None:
    """Have the session go on where the last one ended; what cannot be read is left out."""
    try:
        _recall(session, _read(path))
    except FileNotFoundError:
        return
    except UNREADABLE as error:
        session.tell(f"{path.name} is not used: {error}; the console begins as new", WARN)


def keep(session: Session, path: Path) -> None:
    """Remember a session; views that another console saved meanwhile stay. Raises OSError."""
    here = session.history.here
    data = {
        "version": VERSION,
        "pane": here.list if here else "",
        "units": session.units,
        "lists": {name: _plain(state.query) for name, state in session.lists.items()},
        "views": _views(session, path),
        "typed": session.typed,
    }
    files.replace(path, json.dumps(data, ensure_ascii=True).encode())
    session.views_known = dict(session.views)


def _read(path: Path) -> dict[str, Any]:
    """What is kept there. Raises one of `UNREADABLE`."""
    if path.stat().st_size > LARGEST:
        raise ValueError("it is too large")
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if data["version"] != VERSION:
        raise ValueError("another version wrote it")
    return data


def _views(session: Session, path: Path) -> dict[str, Any]:
    """The views in the file, with what was saved and forgotten here since it was looked at."""
    own = {name: [one.list, _plain(one.query)] for name, one in session.views.items()}
    try:
        views = dict(_read(path)["views"])
    except UNREADABLE:
        return own
    for name in {*session.views, *session.views_known}:
        if session.views.get(name) != session.views_known.get(name):
            views.pop(name, None)
            if name in own:
                views[name] = own[name]
    return views


def _recall(session: Session, data: Mapping[str, Any]) -> None:
    for name, kept in data["lists"].items():
        if name in HOMES and (query := _query(session, name, kept)):
            session.list_state(name).query = query
    for name, (list, kept) in [*data["views"].items()][:VIEWS_KEPT]:
        if list in HOMES and (query := _query(session, list, kept)):
            session.views[str(name)] = Place(list, query)
    session.views_known = dict(session.views)
    for where, lines in data["typed"].items():
        session.typed[str(where)] = [str(one) for one in lines][-LINES_KEPT:]
    if data["pane"] in HOMES:
        session.begins = HOMES[data["pane"]]


def _plain(query: Query) -> dict[str, object]:
    return asdict(replace(query, marked=()))


def _query(session: Session, list: str, kept: Mapping[str, Any]) -> Query | None:
    """What was listed, unless its filter is not understood any more."""
    text, view, scope, sort = (str(kept[name]) for name in ("text", "view", "scope", "sort"))
    fields = session.listing(list).fields
    try:
        language.parse(text, fields)
    except Invalid:
        if fields:  # a server that has not answered yet will judge it
            return None
    return Query(text, view, scope, sort, bool(kept["descending"]))
