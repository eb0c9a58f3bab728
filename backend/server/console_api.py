"""The operations below /bursar: the console's port, and what watches a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backend.backend import Badges
from backend.core.listing import Query
from backend.core.plan import Plan, Receipt
from backend.served import port
from backend.served.port import Named, Page, Read, Wanted
from backend.served.wire import KEY_HEADER, LONGEST_KEY, PREFIX, Head, Introduction, Order, Preview
from backend.server.operation import INT64_MAX, TEXT, Json, Operation, parameter, whole

TOKEN: list[Json] = [{"consoleToken": []}]
ALWAYS = (400, 401, 403, 404, 405, 408, 413, 429, 431, 500, 503, 504)
WRITES = (409, 507)
OCTETS = "application/octet-stream"
EVENTS = "text/event-stream"
KEY: Json = {
    "in": "header",
    "name": KEY_HEADER,
    "required": True,
    "description": "the same key again answers the same receipt",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
}
EVENT: Json = {
    "type": "object",
    "required": ["event", "data", "id"],
    "properties": {"event": {"enum": ["change", "reset"]}, "data": TEXT, "id": TEXT},
}
STATUS: Json = {
    "type": "object",
    "required": ["status", "seq"],
    "additionalProperties": False,
    "properties": {"status": {"const": "ok"}, "seq": whole(0)},
}


def operations() -> Iterator[Operation]:
    """Every operation below /bursar."""
    yield _watching("health", "Whether the database answers", STATUS)
    yield _watching("metrics", "Figures for Prometheus", TEXT, "text/plain")
    yield _watching("openapi.json", "This document", {"type": "object"})
    yield _port(
        "GET", "connection", "Who one is there, and what lists are filtered by", Introduction
    )
    yield _port("GET", "badges", "Counts that wait for somebody", Badges)
    yield _port("POST", "plan", "What a command would do", Plan, takes=Preview, more=WRITES)
    yield _port(
        "POST",
        "apply",
        "Do what was previewed",
        Receipt,
        takes=Order,
        more=WRITES,
        parameters=(KEY,),
    )
    after, wait = (
        parameter("query", "after", whole(0)),
        parameter("query", "wait", {**whole(0), "maximum": 30}),
    )
    yield _port(
        "GET", "head", "The last journal entry, once it is another", Head, parameters=(after, wait)
    )
    yield _port("GET", "events", "Server-Sent Events", EVENT, parameters=(after,), type=EVENTS)
    yield _port("GET", "world", "All there is as a world file, for admins", {"type": "object"})
    for name, read in port.reads().items():
        if read.asks:
            yield _port("POST", name, _told(read), read.result, takes=Named)
            continue
        parameters = tuple(_argument(*one) for one in read.parameters.items())
        yield _port("GET", name, _told(read), read.result, parameters=parameters)
    for name, rows in port.listings().items():
        yield from _list(name, rows)


def _list(name: str, rows: Any) -> Iterator[Operation]:
    yield _port("POST", f"{name}/page", "The first rows", list[rows], takes=Page)
    told = "All keys as 64-bit integers, little-endian"
    yield _port("POST", f"{name}/keys", told, TEXT, takes=Query, type=OCTETS)
    yield _port("POST", f"{name}/count", "How many keys there are", int, takes=Query)
    yield _port("POST", f"{name}/rows", "Rows by key", dict[int, rows], takes=Wanted)


def _told(read: Read) -> str:
    return f"{read.room}: {read.name.replace('_', ' ')}"


def _watching(name: str, summary: str, gives: Json, type: str = "application/json") -> Operation:
    errors = {status: f"error{status}" for status in (405, 408, 413, 431, 500, 503)}
    return Operation(
        "GET", f"/bursar/{name}", summary, "bursar", [], errors, gives=gives, type=type
    )


def _port(
    method: str,
    name: str,
    summary: str,
    gives: Any,
    *,
    takes: Any = None,
    more: tuple[int, ...] = (),
    parameters: tuple[Json, ...] = (),
    type: str = "application/json",
) -> Operation:
    errors = {status: f"error{status}" for status in (*ALWAYS, *more)}
    return Operation(
        method,
        f"{PREFIX}/{name}",
        summary,
        "console",
        TOKEN,
        errors,
        parameters=parameters,
        takes=takes,
        gives=gives,
        type=type,
    )


def _argument(name: str, kind: Any) -> Json:
    """A parameter of a read; lists stand with commas between their numbers."""
    if kind is str:
        schema: Json = TEXT
    elif kind is int:
        schema = {"type": "integer", "minimum": -INT64_MAX - 1, "maximum": INT64_MAX}
    else:
        schema = {"type": "string", "pattern": "^(-?[0-9]{1,18}(,-?[0-9]{1,18})*)?$"}
    return {**parameter("query", name, schema), "required": True}
