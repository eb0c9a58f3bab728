"""How lists and their rows stand in the table of calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backend.openportal.routes import lists, schemas
from backend.openportal.routes.dialect import Endpoint, Handler
from backend.openportal.service import api


def listing(path: str, what: api.List[Any], handler: Handler, gives: Any, summary: str) -> Endpoint:
    """A list."""
    query = schemas.filters(what.catalogue)
    return Endpoint(
        "GET",
        path,
        handler,
        summary,
        gives=list[gives],
        errors=(400, 404),
        query=query,
        counts=True,
    )


def row(path: str, handler: Handler, gives: Any, summary: str) -> Endpoint:
    """A row of a list."""
    return Endpoint(
        "GET", path, handler, summary, gives=gives, query=schemas.COLUMNS, errors=(404,)
    )


def both(
    path: str,
    what: api.List[Any],
    encoded: lists.Encode[Any],
    gives: Any,
    names: tuple[str, str],
    key: str = "uuid",
) -> Iterator[Endpoint]:
    """A list and its rows, by the names of many and of one."""
    yield listing(path, what, lists.listed(what, encoded), gives, names[0])
    yield row(f"{path}{{{key}}}/", lists.retrieved(what, encoded, key), gives, names[1])
