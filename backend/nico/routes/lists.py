"""What all lists and their rows have in common: paging, filters, relations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from starlette.responses import Response

from backend.core.database import Tx
from backend.nico.model.reads import Sight
from backend.nico.routes import query
from backend.nico.routes.dialect import Call, Handler, answer
from backend.nico.rules.roles import Roles
from backend.nico.service import api
from backend.nico.wire.encode import Json, Relations, pages

T = TypeVar("T")
Encode = Callable[[T, Relations], Json]
More = Callable[[Tx, Sight, Sequence[T]], Sequence[T]]
"""What is read with rows when it is asked for."""


def same(tx: Tx, sees: Sight, rows: Sequence[T]) -> Sequence[T]:
    """Nothing more."""
    return rows


def listed(what: api.List[T], encode: Encode[T]) -> Handler:
    """GET of a list."""

    async def handler(call: Call) -> Response:
        return await page(call, what, encode)

    return handler


async def page(
    call: Call,
    what: api.List[T],
    encode: Encode[T],
    more: More[T] = same,
    *,
    inner: Callable[[Tx, Sight], Mapping[str, Sequence[object]]] | None = None,
    wanted: Roles = api.READERS,
) -> Response:
    """A page of a list, as far as it is seen with one of the roles; `inner` says what narrows it
    besides its parameters."""
    api.require(call.caller.roles, wanted)
    asked = query.asked(call.request.query_params, what.catalogue)

    def read(tx: Tx) -> api.Page[T]:
        sees = api.sight(tx, call.reader, wanted)
        also = inner(tx, sees) if inner else {}
        narrowed = replace(asked.wanted, values={**asked.wanted.values, **also})
        found = api.page(tx, sees, what, narrowed, asked.span)
        return replace(found, rows=more(tx, sees, found.rows))

    found = await call.read(read)
    told = [encode(row, asked.relations) for row in found.rows]
    header = pages(asked.number, asked.size, found.count, asked.order)
    return answer(told, headers={"X-Pagination": header})


async def row(
    call: Call,
    name: str,
    what: api.List[T],
    *others: api.List[T],
    encode: Encode[T],
    more: More[T] = same,
) -> Response:
    """One row by the id in the path that has this name."""
    api.require(call.caller.roles, api.READERS)
    uuid = call.uuid(name)
    relations = query.relations(call.request.query_params, what.catalogue)

    def read(tx: Tx) -> T:
        sees = api.sight(tx, call.reader)
        return more(tx, sees, [api.one(tx, sees, what, *others, uuid=uuid)])[0]

    return answer(encode(await call.read(read), relations))
