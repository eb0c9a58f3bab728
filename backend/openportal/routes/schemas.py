"""Bodies and parameters of the calls as JSON Schemas, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.openportal.model import MOST, UNLIMITED
from backend.openportal.model.reads import Kind
from backend.openportal.routes.query import FIELD, LARGEST, ORDER, PAGE, PAGE_SIZE, SIZE
from backend.openportal.rules.values import COUNTERPART, DESCRIPTION, NAME
from backend.openportal.store.catalogues import Catalogue
from backend.openportal.wire.bodies import COUNTERPARTS, LONGEST

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
LONG: Json = {"type": "string", "maxLength": LONGEST}
PARAMETERS: Mapping[Kind, Json] = {
    Kind.FLAG: {"type": "boolean"},
    Kind.TODAY: {"type": "boolean"},
    Kind.MINE: {"type": "boolean"},
    Kind.NUMBER: {"type": "integer", "minimum": 0},
    Kind.UUID: {"type": "string", "format": "uuid"},
}


def body(required: tuple[str, ...] = (), /, **properties: Json) -> Json:
    """An object with at least these keys."""
    return {"type": "object", "properties": properties, "required": list(required)}


def changes(*, remote: bool) -> Json:
    """What may be changed of an allocation."""
    counterpart = {"type": ["string", "null"], "maxLength": COUNTERPART}
    return {
        "name": {"type": "string", "minLength": 1, "maxLength": NAME},
        "description": {"type": "string", "maxLength": DESCRIPTION},
        "node_limit": {"type": "integer", "minimum": 0, "maximum": MOST},
        COUNTERPARTS[remote]: counterpart,
    }


def places() -> Json:
    """Where an allocation is made."""
    return {"service_settings": {**TEXT, "format": "uri"}, "project": {**TEXT, "format": "uri"}}


LIMIT = body(("node_limit",), node_limit={"type": "integer", "minimum": UNLIMITED, "maximum": MOST})
FAILURE = body(error_message=LONG, error_traceback=LONG)
FIELDS: Json = {"type": "array", "items": TEXT}
COLUMNS: Mapping[str, Json] = {FIELD: FIELDS}


def filters(catalogue: Catalogue) -> Mapping[str, Json]:
    """All parameters of a list."""
    found: dict[str, Json] = {}
    for name, narrow in catalogue.narrow.items():
        found[name] = PARAMETERS.get(narrow.kind, TEXT)
        if narrow.kind is Kind.CHOICE:
            words = {"type": "string", "enum": list(map(str, narrow.choices))}
            found[name] = {"type": "array", "items": words}
    if catalogue.orders:
        found[ORDER] = {**TEXT, "description": f"{', '.join(catalogue.orders)}; - turns it round"}
    found[PAGE] = {**TEXT, "description": "a number from 1 on, or last"}
    told = f"{PAGE_SIZE} where it is left out, {LARGEST} at most"
    return {**found, SIZE: {"type": "integer", "description": told}, **COLUMNS}
