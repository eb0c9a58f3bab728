"""What a server offers as an OpenAPI document, made from the tables that serve it and the types
that read and write the bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from pydantic import TypeAdapter

from backend.core.version import VERSION
from backend.nico.routes import Endpoint as NicoEndpoint
from backend.openportal.routes import Endpoint as PortalEndpoint
from backend.placement.routes import Endpoint as CloudEndpoint
from backend.quotas.routes.dialect import FAULTS, Access, Endpoint
from backend.server import console_api, nico_api, openportal_api, placement_api
from backend.server.operation import TEXT, Json, Operation, parameter, whole

REFERENCE = "#/components/schemas/{model}"
SECURITY: Mapping[Access, list[Json]] = {
    Access.NOBODY: [],
    Access.USER: [{"userToken": []}],
    Access.WRITER: [{"userToken": []}],
    Access.COMPONENT: [{"componentToken": []}],
}
SCHEMES: Json = {
    "userToken": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
    "componentToken": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
    "placementToken": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
    "portalToken": {"type": "apiKey", "in": "header", "name": "Authorization"},
    "nicoToken": {"type": "http", "scheme": "bearer"},
    "consoleToken": {"type": "http", "scheme": "bearer"},
}
ALWAYS = (400, 405, 408, 413, 431, 500, 503, 504)
SIGNED_IN = (401, 429)
WRITERS = (403,)
NUMBERS = frozenset({"serial", "id"})

Mode = Literal["validation", "serialization"]
Schemas = Mapping[tuple[int, Mode], Json]


def document(
    places: Mapping[str, Sequence[Endpoint]],
    clouds: Mapping[str, Sequence[CloudEndpoint]],
    portals: Mapping[str, Sequence[PortalEndpoint]],
    nicos: Mapping[str, Sequence[NicoEndpoint]],
) -> Json:
    """The document; `places` has the endpoints of Astakos by their prefix, `clouds` those of
    Placement, `portals` those of Waldur, `nicos` those of NICo."""
    operations = [astakos(prefix, one) for prefix, ones in places.items() for one in ones]
    for prefix, ones in clouds.items():
        operations += placement_api.operations(prefix, ones)
    for root, calls in portals.items():
        operations += openportal_api.operations(root, calls)
    for base, those in nicos.items():
        operations += nico_api.operations(base, those)
    return _Document([*operations, *console_api.operations()]).told()


def astakos(prefix: str, endpoint: Endpoint) -> Operation:
    """A call of Astakos as an operation."""
    e = endpoint
    names = [part[1:-1] for part in e.path.split("/") if part.startswith("{")]
    statuses = {*ALWAYS, *e.errors}
    statuses |= set(SIGNED_IN) if e.access is not Access.NOBODY else {429} & {*e.errors}
    statuses |= {507} if e.method != "GET" else set()
    statuses |= set(WRITERS) if e.access is Access.WRITER else set()
    if 401 in e.errors:
        statuses |= set(SIGNED_IN)
    return Operation(
        method=e.method,
        path=prefix + e.path,
        summary=e.summary,
        tag="astakos",
        security=SECURITY[e.access],
        parameters=[
            *(_parameter("path", name, "") for name in names),
            *(_parameter("query", name, told) for name, told in e.query.items()),
            *(_parameter("header", name, told) for name, told in e.headers.items()),
        ],
        takes=e.takes,
        needs_body=e.needs_body,
        gives=e.gives,
        ok=e.ok,
        errors={status: f"fault{status}" for status in statuses - {*e.bare}},
        bare=e.bare,
        type="application/json",
    )


def _parameter(place: str, name: str, told: str) -> Json:
    number = place == "path" and name in NUMBERS
    kind = whole(0) if number or name == "Bursar-Expires-In" else TEXT
    return parameter(place, name, kind, told)


def fault(status: int) -> Json:
    """The envelope of one of Astakos' faults."""
    name = FAULTS.get(status, "internalServerError")
    told: dict[str, Json] = {"message": {"type": "string"}, "code": {"const": status}}
    details = {"details": {"type": "string"}}
    inner: Json = {"type": "object", "required": ["message", "code"]}
    if status in (404, 413):  # refused commissions tell their data instead
        inner = {**inner, "properties": {**told, **details, "data": {"type": "object"}}}
        inner = {**inner, "oneOf": [{"required": ["details"]}, {"required": ["data"]}]}
    else:
        inner = {**inner, "required": ["message", "code", "details"]}
        inner = {**inner, "properties": {**told, **details}}
    inner = {**inner, "additionalProperties": False}
    return {
        "type": "object",
        "required": [name],
        "additionalProperties": False,
        "properties": {name: inner},
    }


ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "title", "message", "hint", "data"],
            "additionalProperties": False,
            "properties": {
                **{name: {"type": "string"} for name in ("code", "title", "message", "hint")},
                "data": {"type": "object"},
            },
        }
    },
}


ENVELOPES: Mapping[str, Json] = {
    "error": ERROR,
    "nico": nico_api.ERROR,
    "placement": placement_api.ERROR,
    "openportal": openportal_api.DETAIL,
    "fields": openportal_api.FIELDS,
}
PAGE = "openportal404"
"""Said as a page, too: of paths that lead nowhere."""


@dataclass
class _Document:
    """The operations, and the schemas that they share."""

    operations: list[Operation]
    schemas: Schemas = field(default_factory=dict)
    definitions: dict[str, Json] = field(default_factory=dict)

    def told(self) -> Json:
        """The whole document."""
        self._describe()
        paths: dict[str, dict[str, Json]] = {}
        for one in self.operations:
            paths.setdefault(one.path, {})[one.method.lower()] = self._operation(one)
        faults = sorted({name for one in self.operations for name in one.errors.values()})
        responses = {name: _refusal(name) for name in faults}
        return {
            "openapi": "3.1.0",
            "info": {"title": "bursar", "version": VERSION, "license": {"name": "Apache-2.0"}},
            "paths": paths,
            "components": {
                "schemas": self.definitions,
                "responses": responses,
                "securitySchemes": SCHEMES,
            },
        }

    def _describe(self) -> None:
        """Have pydantic describe every type once."""
        inputs = {(id(kind), mode): (id(kind), mode, adapter(kind)) for kind, mode in self._types()}
        found, shared = TypeAdapter.json_schemas(inputs.values(), ref_template=REFERENCE)
        self.schemas = found
        self.definitions = {name: exact(name, one) for name, one in shared["$defs"].items()}

    def _types(self) -> Iterator[tuple[Any, Mode]]:
        for one in self.operations:
            if one.takes is not None and not isinstance(one.takes, dict):
                yield one.takes, "validation"
            if one.gives is not None and not isinstance(one.gives, dict):
                yield one.gives, "serialization"

    def _schema(self, kind: Any, mode: Mode) -> Json:
        return kind if isinstance(kind, dict) else self.schemas[id(kind), mode]

    def _operation(self, one: Operation) -> Json:
        ok: Json = {"description": one.summary}
        if one.gives is not None:
            schema = self._schema(one.gives, "serialization")
            ok = {**ok, "content": {one.type: {"schema": schema}}}
        if one.headers:
            ok = {**ok, "headers": one.headers}
        responses = {str(one.ok): ok}
        responses |= {str(status): {"description": "No body"} for status in one.bare}
        for status, name in sorted(one.errors.items()):
            responses[str(status)] = {"$ref": f"#/components/responses/{name}"}
        found: dict[str, Any] = {
            "operationId": one.id,
            "summary": one.summary,
            "tags": [one.tag],
            "security": one.security,
            "responses": responses,
        }
        if one.parameters:
            found["parameters"] = one.parameters
        if one.takes is not None:
            content = {"application/json": {"schema": self._schema(one.takes, "validation")}}
            found["requestBody"] = {"required": one.needs_body, "content": content}
        return found


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """What describes a type."""
    return TypeAdapter(kind)


def exact(name: str, schema: Json) -> Json:
    """What is written has no other keys, and so has what the console's port reads; Astakos' own
    bodies may have more."""
    if "properties" not in schema or "additionalProperties" in schema or name.endswith("Body"):
        return schema
    return {**schema, "additionalProperties": False}


def _refusal(name: str) -> Json:
    """A response by its name: `fault404` in Astakos' envelope, `placement404` in Placement's,
    `openportal404` and `fields400` in Waldur's, `nico404` in NICo's, `error404` in bursar's."""
    status = int(name[-3:])
    schema = fault(status) if name.startswith("fault") else ENVELOPES[name[:-3]]
    found: dict[str, Any] = {
        "description": FAULTS.get(status, "refused"),
        "content": {"application/json": {"schema": schema}},
    }
    if name == PAGE:
        found["content"] |= {"text/html": {"schema": {"type": "string"}}}
    headers = {405: "Allow", 429: "Retry-After", 503: "Retry-After"}
    if status in headers:
        found["headers"] = {headers[status]: {"schema": {"type": "string"}}}
    return found
