"""The server's side: routes below `/bursar/v1` over any backend. They know nothing of tokens:
`backend_for` gives the backend as the caller may see it, whose actor answers for every command."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from backend.acting import Repeatable
from backend.backend import Backend, Badges
from backend.core.errors import BursarError, Invalid, NotAllowed, Overloaded
from backend.core.identity import Actor, Role
from backend.core.listing import Listing, Query
from backend.core.once import Once
from backend.core.outward import outward
from backend.core.plan import Plan, Receipt
from backend.core.version import VERSION
from backend.served import port, wire
from backend.served.events import BEAT, Hub, Stream, events, later
from backend.served.port import Named, Page, Read, Wanted
from backend.served.streams import Pieces
from backend.served.wire import (
    KEY_HEADER,
    LONGEST_KEY,
    VERSION_HEADER,
    Head,
    Introduction,
    Order,
    Preview,
)

BackendFor = Callable[[Request], Awaitable[Repeatable]]
Handler = Callable[[Repeatable, Request], Awaitable[Any]]

MOST = 10_000
"""Rows, keys of rows, minutes and stretches at a time."""
BOUNDED = frozenset({"limit", "minutes", "count"})
LONGEST_WAIT = 30
WORLDS = 2
"""World files that are written at a time: each keeps a thread and a snapshot busy."""
CLIENT_GONE = 499
ANYBODY = Actor("", Role.VIEWER)
"""Whose an order is for its digest: a key is known by its sender's name, whatever his role."""
HEADERS = {VERSION_HEADER: VERSION, "Cache-Control": "no-store"}


def routes(backend_for: BackendFor, *, beat: float = BEAT) -> list[BaseRoute]:
    """The routes, to be mounted at `wire.PREFIX`; a sign of life every `beat` seconds."""
    hub = Hub()
    table: dict[tuple[str, str], Handler] = {
        ("GET", "connection"): _connection,
        ("GET", "badges"): _badges,
        ("POST", "plan"): _plan,
        ("POST", "apply"): _apply,
        ("GET", "head"): partial(_head, hub),
        ("GET", "events"): partial(_events, hub, beat),
        ("GET", "world"): partial(_world, asyncio.Semaphore(WORLDS)),
    }
    for name, read in port.reads().items():
        if read.asks:
            table["POST", name] = partial(_search, read)
        else:
            table["GET", name] = partial(_read, read)
    for name, rows in port.listings().items():
        table["POST", f"{name}/page"] = partial(_page, name, rows)
        table["POST", f"{name}/keys"] = partial(_keys, name)
        table["POST", f"{name}/count"] = partial(_count, name)
        table["POST", f"{name}/rows"] = partial(_rows, name, rows)
    return [
        Route(f"/{path}", _endpoint(backend_for, handler), methods=[method])
        for (method, path), handler in table.items()
    ]


def refusal(error: BursarError) -> Response:
    """An error in bursar's envelope."""
    error = outward(error)
    wait = error.data.get("retry_after")
    headers = HEADERS if wait is None else {**HEADERS, "Retry-After": str(wait)}
    return JSONResponse(wire.error_body(error), error.status, headers)


def _endpoint(
    backend_for: BackendFor, handler: Handler
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            backend = await backend_for(request)  # first: strangers' bodies are not waited for
            await request.body()
            found: Response = await handler(backend, request)
        except BursarError as error:
            return refusal(error)
        return found

    return endpoint


def _answer(kind: Any, value: Any) -> Response:
    return Response(wire.to_json(kind, value), 200, HEADERS, "application/json")


async def _while_heard(request: Request, work: Awaitable[Any]) -> Any:
    """The outcome of a read; it is stopped when nobody waits for it any more."""
    reading, leaving = asyncio.ensure_future(work), asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait((reading, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            raise _Gone("the client has gone")
        return reading.result()
    finally:
        leaving.cancel()
        reading.cancel()


class _Gone(BursarError):
    """Nobody hears this."""

    code, status = "client-gone", CLIENT_GONE


async def _connection(backend: Repeatable, request: Request) -> Response:
    """Where the database is concerns nobody outside."""
    fields = {name: tuple(_listing(name, backend).fields) for name in port.listings()}
    told = Introduction(
        replace(backend.connection, kind="bursar", place="", address=await _address(backend)),
        fields,
    )
    return _answer(Introduction, told)


async def _address(backend: Repeatable) -> str:
    uuid = backend.connection.actor.uuid
    return (await backend.projects.find_person(uuid)).email if uuid else ""


async def _badges(backend: Repeatable, request: Request) -> Response:
    return _answer(Badges, await backend.badges())


async def _plan(backend: Repeatable, request: Request) -> Response:
    asked = wire.request(Preview, await request.body())
    command = replace(asked.command, actor=backend.connection.actor)
    return _answer(Plan, await backend.plan(command))


async def _apply(backend: Repeatable, request: Request) -> Response:
    """A client that goes away meanwhile stops nothing: it asks again with its key."""
    asked = wire.request(Order, await request.body())
    command = replace(asked.command, actor=backend.connection.actor)
    if asked.previewed_for not in ("", command.actor.name):
        raise NotAllowed(
            f"this was previewed for {asked.previewed_for}, the token is {command.actor.name}'s",
            hint="look at a preview of your own",
        )
    once = _once(request, replace(asked, command=replace(command, actor=ANYBODY)))
    told = (command, asked.fingerprint, asked.reason, once, asked.takes_back)
    doing = asyncio.ensure_future(backend.carry_out(*told))
    doing.add_done_callback(_outcome_noticed)
    return _answer(Receipt, await asyncio.shield(doing))


def _outcome_noticed(doing: asyncio.Future[Receipt]) -> None:
    """A refusal that nobody waits for any more is no failure of the server."""
    if not doing.cancelled():
        doing.exception()


def _once(request: Request, order: Order) -> Once:
    key = request.headers.get(KEY_HEADER, "")
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        hint = f"make one of at most {LONGEST_KEY} printable characters, such as a uuid"
        raise Invalid(f"{KEY_HEADER} is missing or no key", hint=hint)
    return Once(key, hashlib.sha256(wire.to_json(Order, order)).hexdigest())


async def _read(read: Read, backend: Repeatable, request: Request) -> Response:
    values = port.arguments(read, request.query_params)
    for name in BOUNDED & values.keys():
        _bounded(name, values[name])
    work = getattr(getattr(backend, read.room), read.name)(**values)
    return _answer(read.result, await _while_heard(request, work))


async def _search(read: Read, backend: Repeatable, request: Request) -> Response:
    asked = wire.request(Named, await request.body())
    values = port.texts(read, asked)
    work = getattr(getattr(backend, read.room), read.name)(**values)
    return _answer(read.result, await _while_heard(request, work))


def _listing(name: str, backend: Backend) -> Listing[Any]:
    found: Listing[Any] = attrgetter(name.replace("/", "."))(backend)
    return found


async def _page(name: str, rows: type, backend: Repeatable, request: Request) -> Response:
    asked = wire.request(Page, await request.body())
    _bounded("limit", asked.limit)
    work = _listing(name, backend).page(asked.query, asked.limit)
    return _answer(list[rows], await _while_heard(request, work))  # type: ignore[valid-type]


async def _keys(name: str, backend: Repeatable, request: Request) -> Response:
    asked = wire.request(Query, await request.body())
    keys = await _while_heard(request, _listing(name, backend).keys(asked))
    return Response(port.to_octets(keys), 200, HEADERS, "application/octet-stream")


async def _count(name: str, backend: Repeatable, request: Request) -> Response:
    asked = wire.request(Query, await request.body())
    return _answer(int, await _while_heard(request, _listing(name, backend).count(asked)))


async def _rows(name: str, rows: type, backend: Repeatable, request: Request) -> Response:
    asked = wire.request(Wanted, await request.body())
    _bounded("keys", len(asked.keys))
    found = await _while_heard(request, _listing(name, backend).rows(asked.keys))
    return _answer(Mapping[int, rows], found)  # type: ignore[valid-type]


async def _head(hub: Hub, backend: Repeatable, request: Request) -> Response:
    after, wait = _number(request, "after"), _number(request, "wait") or 0
    work = later(hub, backend, -1 if after is None else after, min(wait, LONGEST_WAIT))
    return _answer(Head, Head(await _while_heard(request, work)))


async def _events(hub: Hub, beat: float, backend: Repeatable, request: Request) -> Any:
    last = request.headers.get("last-event-id", "")
    after = int(last) if last.isdecimal() and len(last) < 19 else _number(request, "after")
    return Stream(events(hub, backend, after, beat), HEADERS)


async def _world(place: asyncio.Semaphore, backend: Repeatable, request: Request) -> Any:
    pieces = backend.world()
    if place.locked():
        told = "world files are being written for others"
        raise Overloaded(told, hint="try again", data={"retry_after": 10})
    return Pieces(_within(place, pieces), {**HEADERS, "Content-Type": "application/json"})


async def _within(
    place: asyncio.Semaphore, pieces: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    async with place, aclosing(pieces):
        async for piece in pieces:
            yield piece


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > 18:
        raise Invalid(f"{name}: {text[:40]!r} is no number of an entry", hint="give a whole number")
    return int(text)


def _bounded(name: str, value: int) -> None:
    if not 0 <= value <= MOST:
        raise Invalid(f"{name}: {value} is not between 0 and {MOST}", hint="ask for less")
