"""The operations of Waldur, made from the table that serves them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.openportal.routes import Endpoint
from backend.server.operation import Json, Operation, parameter, parts

TAG = "openportal"
TOKEN: list[Json] = [{"portalToken": []}]
ALWAYS = (401, 403, 405, 408, 413, 429, 431, 500, 503, 504)
DETAIL: Json = {
    "type": "object",
    "required": ["detail"],
    "additionalProperties": False,
    "properties": {"detail": {"type": "string"}},
}
TEXTS: Json = {"type": "array", "items": {"type": "string"}}
FIELDS: Json = {"anyOf": [DETAIL, TEXTS, {"type": "object", "additionalProperties": TEXTS}]}
"""What is wrong, by field where it has one."""
COUNT: Json = {"schema": {"type": "integer"}, "description": "how many there are on all pages"}
LINK: Json = {"schema": {"type": "string"}, "description": "first, prev, next and last page"}


def operations(prefix: str, endpoints: Sequence[Endpoint]) -> Iterator[Operation]:
    """Every call of Waldur below a prefix."""
    for endpoint in endpoints:
        yield _operation(prefix, endpoint)


def _operation(prefix: str, endpoint: Endpoint) -> Operation:
    e = endpoint
    statuses = {*ALWAYS, *e.errors}
    statuses |= {400, 415} if e.takes is not None else set()
    statuses |= {507} if e.method != "GET" else set()
    return Operation(
        method=e.method,
        path=prefix + e.path,
        summary=e.summary,
        tag=TAG,
        security=TOKEN,
        parameters=[
            *parts(e.path),
            *(parameter("query", name, schema) for name, schema in e.query.items()),
        ],
        takes=e.takes,
        needs_body=e.needs_body,
        gives=e.gives,
        ok=e.ok,
        errors={one: "fields400" if one == 400 else f"openportal{one}" for one in statuses},
        headers={"X-Result-Count": COUNT, "Link": LINK} if e.counts else {},
    )
