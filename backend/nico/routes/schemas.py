"""Bodies and parameters of the calls as JSON Schemas, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.nico.model import Kind, Mode, Routing
from backend.nico.model.reads import Form
from backend.nico.routes.query import (
    LARGEST,
    NUMBER,
    ORDER,
    PAGE_SIZE,
    RELATION,
    SIZE,
    TEXT,
    orders,
)
from backend.nico.rules.values import LEAST_NAME, LONGEST, MOST_NAME
from backend.nico.store.catalogues import Catalogue, Narrow

Json = dict[str, Any]

WORDS: Json = {"type": "string"}
FLAG: Json = {"type": "boolean"}
UUID: Json = {"type": "string", "format": "uuid"}
NAME: Json = {"type": "string", "minLength": LEAST_NAME, "maxLength": MOST_NAME}
TEXT_OR_NULL: Json = {"type": ["string", "null"]}
FORMS: Mapping[Form, Json] = {
    Form.UUID: UUID,
    Form.KNOWN: UUID,
    Form.NUMBER: {"type": "integer"},
    Form.FLAG: FLAG,
}


def body(required: tuple[str, ...] = (), /, **properties: Json) -> Json:
    """An object with at least these keys."""
    return {"type": "object", "properties": properties, "required": list(required)}


def word(*choices: str) -> Json:
    """One of a few words."""
    return {"type": "string", "enum": list(map(str, choices))}


HEAD: Mapping[str, Json] = {"name": NAME, "description": TEXT_OR_NULL, "siteId": UUID}
VALUE: Json = {"type": "integer", "minimum": 1}
CONSTRAINT = body(
    ("resourceType", "resourceTypeId", "constraintType", "constraintValue"),
    resourceType=word(*Kind),
    resourceTypeId=UUID,
    constraintType=word(*Mode),
    constraintValue=VALUE,
)
ALLOCATION = body(
    ("name", "tenantId", "siteId", "allocationConstraints"),
    **HEAD,
    tenantId=UUID,
    allocationConstraints={"type": "array", "items": CONSTRAINT, "minItems": 1, "maxItems": 1},
)
CHANGES = body(name={**NAME, "type": ["string", "null"]}, description=TEXT_OR_NULL)
SETTING = body(("constraintValue",), constraintValue=VALUE)
BLOCK = body(
    ("name", "siteId", "routingType", "prefix", "prefixLength"),
    **HEAD,
    routingType=word(*Routing),
    prefix=WORDS,
    prefixLength={**VALUE, "maximum": LONGEST},
)
TYPE = body(("name", "siteId"), **HEAD)
MACHINES = body(("machineIds",), machineIds={"type": "array", "items": WORDS, "minItems": 1})


def relations(catalogue: Catalogue) -> Mapping[str, Json]:
    """The parameter of what is to be told with something."""
    known = catalogue.relations
    return {RELATION: {"type": "array", "items": word(*known)}} if known else {}


def filters(catalogue: Catalogue) -> Mapping[str, Json]:
    """All parameters of a list."""
    found: dict[str, Json] = {
        name: _filter(narrow)
        for name, narrow in catalogue.narrow.items()
        if narrow.form is not Form.INNER
    }
    found[TEXT] = {**WORDS, "description": "some of a name, a description or a status"}
    found[NUMBER] = {"type": "integer", "minimum": 1, "default": 1}
    found[PAGE_SIZE] = {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": SIZE}
    found[ORDER] = word(*orders(catalogue))
    return {**found, **relations(catalogue)}


def _filter(narrow: Narrow) -> Json:
    items = word(*narrow.choices) if narrow.choices else FORMS.get(narrow.form, WORDS)
    return items if narrow.form is Form.FLAG else {"type": "array", "items": items}
