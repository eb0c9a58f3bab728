"""As much of JSON Schema as Placement's bodies need, told in a sentence instead of a dump."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NoReturn

from backend.core.errors import Invalid
from backend.core.text import UNSTORABLE, display

Json = Mapping[str, Any]
At = tuple[str | int, ...]

SHOWN = 60
KINDS: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "null": type(None),
}
_UUID = re.compile("[0-9a-f]{32}")
_CLUTTER = re.compile("urn:|uuid:|[-{}]")


def uuid_of(text: str) -> str:
    """A uuid in lower case and with dashes, however it is written; `` for what is none."""
    digits = _CLUTTER.sub("", text).lower()
    if not _UUID.fullmatch(digits):
        return ""
    cuts = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
    return "-".join(digits[begin:end] for begin, end in cuts)


def check(schema: Json, value: Any, at: At = ()) -> None:
    """Raises Invalid about the first thing that a schema does not allow."""
    if "anyOf" in schema:
        _check_any(schema["anyOf"], value, at)
        return
    kinds = schema.get("type", ())
    told = (kinds,) if isinstance(kinds, str) else kinds
    if told and not any(_is(value, kind) for kind in told):
        _refuse(f"is not of type {' or '.join(told)}", value, at)
    if isinstance(value, str):
        _check_text(schema, value, at)
    elif isinstance(value, dict):
        _check_object(schema, value, at)
    elif isinstance(value, list):
        _check_list(schema, value, at)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        _check_number(schema, value, at)


def _check_any(schemas: Sequence[Json], value: Any, at: At) -> None:
    for schema in schemas[:-1]:
        try:
            check(schema, value, at)
        except Invalid:
            continue
        return
    check(schemas[-1], value, at)


def _is(value: Any, kind: str) -> bool:
    if kind == "integer":  # 5.0 is one, true is none
        return type(value) is int or (type(value) is float and value.is_integer())
    return isinstance(value, KINDS[kind]) and not (kind == "number" and isinstance(value, bool))


def _check_text(schema: Json, value: str, at: At) -> None:
    if UNSTORABLE.search(value):
        _refuse("has a character that cannot be kept", value, at)
    if len(value) < schema.get("minLength", 0):
        _refuse("is too short", value, at)
    if len(value) > schema.get("maxLength", len(value)):
        _refuse("is too long", value, at)
    if schema.get("format") == "uuid" and not uuid_of(value):
        _refuse("is not a 'uuid'", value, at)
    if "pattern" in schema and not _pattern(schema["pattern"]).match(value):
        _refuse(f"does not match '{schema['pattern']}'", value, at)


def _check_object(schema: Json, value: Mapping[str, Any], at: At) -> None:
    for name in schema.get("required", ()):
        if name not in value:
            raise _invalid(f"'{name}' is a required property{_where(at)}")
    if len(value) < schema.get("minProperties", 0):
        _refuse("does not have enough properties", value, at)
    for name, inner in value.items():
        found = _of(schema, name)
        if found is not None:
            check(found, inner, (*at, name))
        elif schema.get("additionalProperties") is False:
            raise _invalid(f"'{display(name)[:SHOWN]}' was unexpected{_where(at)}")
        elif UNSTORABLE.search(name):
            _refuse("has a character that cannot be kept", name, at)


def _of(schema: Json, name: str) -> Json | None:
    """The schema of a property."""
    found: Json | None = schema.get("properties", {}).get(name)
    if found is None:
        for pattern, inner in schema.get("patternProperties", {}).items():
            if _pattern(pattern).match(name):
                found = inner
    return found


def _check_list(schema: Json, value: Sequence[Any], at: At) -> None:
    if len(value) < schema.get("minItems", 0):
        _refuse("is too short", value, at)
    if "items" in schema:
        for n, inner in enumerate(value):
            check(schema["items"], inner, (*at, n))
    if schema.get("uniqueItems") and len(set(value)) < len(value):
        _refuse("has non-unique elements", value, at)


def _check_number(schema: Json, value: float, at: At) -> None:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and value < least:
        _refuse(f"is less than the minimum of {least}", value, at)
    if most is not None and value > most:
        _refuse(f"is greater than the maximum of {most}", value, at)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of a schema, whose $ is the end and not a line's."""
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))


def _refuse(told: str, value: Any, at: At) -> NoReturn:
    try:
        shown = repr(value)[: SHOWN + 1]
    except ValueError:  # an int with more digits than Python writes
        shown = "a number"
    cut = shown if len(shown) <= SHOWN else shown[:SHOWN] + "…"
    raise _invalid(f"{display(cut)} {told}{_where(at)}")


def _where(at: At) -> str:
    return f" ({'.'.join(display(str(step))[:SHOWN] for step in at)})" if at else ""


def _invalid(told: str) -> Invalid:
    return Invalid(f"JSON does not validate: {told}")
