"""What all lists and their rows have in common: paging, filters, the columns asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.responses import Response

from backend.core.database import Tx
from backend.openportal.routes.dialect import Call, Handler, answer
from backend.openportal.routes.query import Paging, fields, wanted
from backend.openportal.service import api
from backend.openportal.wire.encode import Json, Link
from backend.openportal.wire.links import plain

T = TypeVar("T")
Encode = Callable[[T, Link], Json]


def listed(what: api.List[T], encode: Encode[T]) -> Handler:
    """GET of a list, and HEAD, which only counts."""

    async def handler(call: Call) -> Response:
        return await page(call, what, encode)

    return handler


async def page(call: Call, what: api.List[T], encode: Encode[T]) -> Response:
    """A page of a list, which is written where it is read: beside the event loop."""
    paging = Paging(call.request, call.base + call.endpoint.path)
    link, actor = call.link(), call.actor

    def read(tx: Tx) -> Response:
        asked = wanted(call.request, what.catalogue, tx.now)
        counting = call.request.method == "HEAD"
        span = paging.nothing if counting else paging.span
        found = api.page(tx, call.desk.counts, actor, what, asked, span)
        told = [columns(call, encode(row, link)) for row in found.rows]
        return answer(told, headers=paging.headers(found.count))

    return await call.read(read)


def columns(call: Call, told: Json) -> Json:
    """What is asked for of a row."""
    asked = fields(call.request, list(told))
    return told if len(asked) == len(told) else {k: v for k, v in told.items() if k in asked}


def shown(call: Call, row: T, encode: Encode[T]) -> Response:
    """One row."""
    return answer(columns(call, encode(row, call.link())))


def retrieved(what: api.List[T], encode: Encode[T], part: str = "uuid") -> Handler:
    """GET of one row by what is in the path."""

    async def handler(call: Call) -> Response:
        key = key_of(call, part)
        return shown(call, await call.read(lambda tx: api.one(tx, call.actor, what, key)), encode)

    return handler


def key_of(call: Call, part: str) -> Any:
    """A uuid as it is kept, or the number of a row; what is neither names nothing."""
    told = call.part(part)
    if part == "id":
        return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else 0
    return plain(told)
