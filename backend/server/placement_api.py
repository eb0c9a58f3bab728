"""The operations of Placement, made from the table that serves them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.placement.routes import LATEST, Access, Endpoint
from backend.server.operation import TEXT, Json, Operation, parameter, parts

TAG = "placement"
TOKEN: list[Json] = [{"placementToken": []}]
ALWAYS = (400, 405, 406, 408, 413, 431, 500, 503, 504)
SIGNED_IN = (401, 403, 404, 429)
VERSION: Json = {
    "in": "header",
    "name": "OpenStack-API-Version",
    "required": False,
    "description": "placement 1.0 to 1.39; 1.0 where it is left out",
    "schema": {"type": "string", "pattern": "^placement (1\\.([0-9]|[12][0-9]|3[0-9])|latest)$"},
}
ERROR: Json = {
    "type": "object",
    "required": ["errors"],
    "additionalProperties": False,
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["status", "title", "detail", "request_id"],
                "additionalProperties": False,
                "properties": {
                    "status": {"type": "integer"},
                    "title": {"type": "string"},
                    "detail": {"type": "string"},
                    "request_id": {"type": "string"},
                    "code": {"type": "string", "pattern": "^placement\\."},
                    "max_version": {"type": "string"},
                    "min_version": {"type": "string"},
                },
            },
        }
    },
}
"""The envelope of every error; `code` comes with 1.23."""


def operations(prefix: str, endpoints: Sequence[Endpoint]) -> Iterator[Operation]:
    """Every call of Placement below a prefix."""
    return (_operation(prefix, endpoint) for endpoint in endpoints)


def _operation(prefix: str, endpoint: Endpoint) -> Operation:
    e = endpoint
    public = e.access is Access.ANYBODY
    return Operation(
        method=e.method,
        path=prefix + e.path.rstrip("/"),
        summary=f"{e.summary}{f' (from 1.{e.since})' if e.since else ''}",
        tag=TAG,
        security=[] if public else TOKEN,
        parameters=[
            VERSION,
            *parts(e.path),
            *(parameter("query", name, TEXT, told) for name, told in e.query.items()),
        ],
        takes=_takes(e),
        needs_body=e.until == LATEST,
        gives=e.gives,
        ok=e.ok[0],
        errors={status: f"placement{status}" for status in _statuses(e, public)},
        bare=e.ok[1:],
    )


def _takes(endpoint: Endpoint) -> Json | None:
    """The body at any of its microversions, the newest first."""
    if endpoint.takes is None:
        return None
    found: list[Json] = []
    for minor in range(endpoint.until, endpoint.since - 1, -1):
        schema = endpoint.takes(minor)
        if schema not in found:
            found.append(schema)
    return found[0] if len(found) == 1 else {"anyOf": found}


def _statuses(endpoint: Endpoint, public: bool) -> set[int]:
    found = {*ALWAYS, *endpoint.errors} | (set() if public else {*SIGNED_IN})
    if endpoint.takes is not None:
        found.add(415)
    return found | ({507} if endpoint.method != "GET" else set())
