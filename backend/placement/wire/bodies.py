"""The bodies of requests as JSON Schemas, by the second number of the microversion (§4)."""

from __future__ import annotations

from functools import cache
from typing import Any

from backend.placement.model.entities import MOST

Json = dict[str, Any]

WORD = "^[A-Z0-9_]+$"
CUSTOM = "^CUSTOM_[A-Z0-9_]+$"
ANY_UUID = "^[0-9a-fA-F-]{36}$"
GREATEST_RATIO = 3.40282e38

WHOLE: Json = {"type": "integer"}
UUID: Json = {"type": "string", "format": "uuid"}
NAME: Json = {"type": "string", "minLength": 1, "maxLength": 255}
PARENT: Json = {"anyOf": [UUID, {"type": "null"}]}


def _object(required: Json, optional: Json | None = None, **more: Any) -> Json:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def _mapping(pattern: str, of: Json, least: int = 0) -> Json:
    return {
        "type": "object",
        "minProperties": least,
        "patternProperties": {pattern: of},
        "additionalProperties": False,
    }


RESOURCES = _mapping(WORD, {"type": "integer", "minimum": 1}, 1)
SHARE = _object({"resources": RESOURCES}, {"generation": WHOLE})
LISTED = _object({"resource_provider": _object({"uuid": UUID}), "resources": RESOURCES})
MAPPINGS: Json = {
    "type": "object",
    "minProperties": 1,
    "patternProperties": {
        "^.*[a-zA-Z0-9_-]{1,64}.*$": {"type": "array", "minItems": 1, "items": UUID}
    },
}


def claim(minor: int) -> Json:
    """PUT /allocations/{consumer_uuid}."""
    return _claim(minor, 0 if minor >= 28 else 1)


@cache
def _claim(minor: int, least: int) -> Json:
    listed: Json = {"type": "array", "minItems": 1, "items": LISTED}
    required: Json = {"allocations": _mapping(ANY_UUID, SHARE, least) if minor >= 12 else listed}
    if minor >= 8:
        required |= {"project_id": NAME, "user_id": NAME}
    if minor >= 28:
        required["consumer_generation"] = {"type": ["integer", "null"]}
    if minor >= 38:
        required["consumer_type"] = {**NAME, "pattern": WORD}
    return _object(required, {"mappings": MAPPINGS} if minor >= 34 else None)


@cache
def claims(minor: int) -> Json:
    """POST /allocations."""
    return _mapping(ANY_UUID, _claim(minor, 0), 1)


@cache
def reshape(minor: int) -> Json:
    """POST /reshaper."""
    inventories = _mapping(ANY_UUID, INVENTORIES, 1)
    return _object({"inventories": inventories, "allocations": _mapping(ANY_UUID, claim(minor))})


@cache
def provider(minor: int) -> Json:
    """POST /resource_providers."""
    return _provider(minor, {"uuid": UUID})


@cache
def provider_change(minor: int) -> Json:
    """PUT /resource_providers/{uuid}."""
    return _provider(minor, {})


def _provider(minor: int, more: Json) -> Json:
    tree = {"parent_provider_uuid": PARENT} if minor >= 14 else {}
    return _object({"name": {"type": "string", "minLength": 1, "maxLength": 200}}, more | tree)


def _figure(least: int) -> Json:
    return {"type": "integer", "minimum": least, "maximum": MOST}


TOTAL = {"total": _figure(1)}
FIGURES: Json = {
    "reserved": _figure(0),
    **{name: _figure(1) for name in ("min_unit", "max_unit", "step_size")},
    "allocation_ratio": {"type": "number", "maximum": GREATEST_RATIO},
}
GENERATION = {"resource_provider_generation": WHOLE}
STOCK = _object(TOTAL, FIGURES | GENERATION)
INVENTORIES = _object(
    {**GENERATION, "inventories": {"type": "object", "patternProperties": {WORD: STOCK}}}
)


def inventories(minor: int) -> Json:
    """PUT /resource_providers/{uuid}/inventories."""
    return INVENTORIES


@cache
def inventory_change(minor: int) -> Json:
    """PUT /resource_providers/{uuid}/inventories/{resource_class}."""
    return _object(GENERATION | TOTAL, FIGURES)


@cache
def inventory(minor: int) -> Json:
    """POST /resource_providers/{uuid}/inventories."""
    kind = {"resource_class": {"type": "string", "pattern": WORD}}
    return _object(kind | TOTAL, FIGURES | GENERATION)


@cache
def resource_class(minor: int) -> Json:
    """POST /resource_classes, and PUT before 1.7."""
    return _object({"name": {"type": "string", "pattern": CUSTOM, "maxLength": 255}})


@cache
def traits(minor: int) -> Json:
    """PUT /resource_providers/{uuid}/traits."""
    return _object({"traits": {"type": "array", "items": NAME}, **GENERATION})


@cache
def aggregates(minor: int) -> Json:
    """PUT /resource_providers/{uuid}/aggregates."""
    found: Json = {"type": "array", "items": UUID, "uniqueItems": True}
    return _object({"aggregates": found, **GENERATION}) if minor >= 19 else found
