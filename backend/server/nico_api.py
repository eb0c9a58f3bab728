"""The operations of NICo, made from the table that serves them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.nico.routes import Endpoint
from backend.server.operation import Json, Operation, parameter, parts

TAG = "nico"
TOKEN: list[Json] = [{"nicoToken": []}]
ALWAYS = (401, 403, 404, 405, 408, 413, 429, 431, 500, 503, 504)
"""404, too: no organisation is called by a new line, say."""
TEXTS: Json = {"type": "object", "additionalProperties": {"type": "string"}}
ERROR: Json = {
    "type": "object",
    "required": ["source", "message", "data"],
    "additionalProperties": False,
    "properties": {
        "source": {"type": "string"},
        "message": {"type": "string"},
        "data": {"anyOf": [TEXTS, {"type": "null"}]},
    },
}
"""The envelope of every error; `data` tells what is wrong by field, or what has a name."""
PAGES: Json = {"schema": {"type": "string"}, "description": "where in the list the page is"}


def operations(prefix: str, endpoints: Sequence[Endpoint]) -> Iterator[Operation]:
    """Every call of NICo below a prefix, which has the organisation among its parts."""
    for endpoint in endpoints:
        yield _operation(prefix, endpoint)


def _operation(prefix: str, endpoint: Endpoint) -> Operation:
    e, path = endpoint, prefix + endpoint.path
    statuses = {*ALWAYS, *e.errors}
    statuses |= {507} if e.method != "GET" else set()
    return Operation(
        method=e.method,
        path=path,
        summary=e.summary,
        tag=TAG,
        security=TOKEN,
        parameters=[
            *parts(path),
            *(parameter("query", name, schema) for name, schema in e.query.items()),
        ],
        takes=e.takes,
        gives=e.gives,
        ok=e.ok,
        errors={one: f"nico{one}" for one in statuses},
        headers={"X-Pagination": PAGES} if e.counts else {},
    )
