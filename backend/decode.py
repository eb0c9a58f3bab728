"""Strict reading of JSON from outside: every refusal names path, value and remedy.

Used by the rooms' `wire` modules and by world files; the one place that knows pydantic's errors.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NoReturn, TypeVar, Union, cast, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    Strict,
    TypeAdapter,
    ValidationError,
)

from backend.core.errors import Invalid
from backend.core.runtime import micros
from backend.core.text import UNSTORABLE, display

T = TypeVar("T")
Path = Sequence[str | int]

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
SECRETS = frozenset({"token", "password"})
VALUE_CHARS = 60

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_NUMBER = re.compile(r"-?\d+")


class Refused(ValueError):
    """A value that a check of ours refuses; pydantic adds the path."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def text(value: str) -> str:
    """Any text but NUL and lone surrogates, which no database can store."""
    found = UNSTORABLE.search(value)
    if found:
        name = "NUL" if found.group() == "\0" else "half a surrogate pair"
        raise Refused(f"contains {name} at position {found.start()}", "remove this character")
    return value


def instant(value: object) -> int:
    """ISO 8601 text with an offset to microseconds since the epoch (Q14)."""
    hint = "write it like 2027-03-31T12:00:00+00:00"
    if not isinstance(value, str):
        raise Refused("is not a date", hint)
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is not None:
            return micros(found.astimezone(UTC))
    except (ValueError, OverflowError):
        raise Refused("is not an ISO 8601 date", hint) from None
    raise Refused("has no offset from UTC", hint)


def foreign(value: str) -> str:
    """A text of another system, whatever is in it; what no database can store is marked."""
    return UNSTORABLE.sub("\ufffd", value)


def moment_told(value: object) -> int:
    """`instant` as other systems write it, who mean UTC where they name no offset."""
    if isinstance(value, str):
        with suppress(ValueError, OverflowError):
            found = datetime.fromisoformat(value)
            return micros(found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC))
    return instant(value)


def written(value: object) -> object:
    """A text of another system: None is none, a number is as it is written."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) else value


def whole(value: object) -> object:
    """A whole number that may be written as a text or a decimal, in what is checked next."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and _NUMBER.fullmatch(value.strip()) else value


_Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Flag = Annotated[bool, Strict()]
Text = Annotated[str, Strict(), AfterValidator(text)]
Whole = Annotated[int, Strict(), Field(ge=INT64_MIN, le=INT64_MAX)]
Amount = Annotated[int, Strict(), Field(ge=0, le=INT64_MAX)]
Instant = Annotated[int, PlainValidator(instant, json_schema_input_type=_Moment)]
Finite = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Foreign = Annotated[str, Strict(), AfterValidator(foreign)]
Many = Annotated[list[T], Field(fail_fast=True)]
"""A list of anybody's, who may send a megabyte of faults: the first one will do."""
Told = Annotated[int, PlainValidator(moment_told, json_schema_input_type=_Moment)]
Words = Annotated[Foreign, BeforeValidator(written)]
"""A text; null is none."""
Count = Annotated[Whole | None, BeforeValidator(whole)]


class Body(BaseModel):
    """A JSON object whose unknown keys are ignored, as the dialects do."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Exact(BaseModel):
    """A JSON object whose unknown keys are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """The validator of a type, built on first use."""
    return TypeAdapter(kind)


def decode(kind: type[T], value: object, at: Path = ()) -> T:
    """`value` as `kind`. Raises Invalid about the first fault, its path beginning with `at`."""
    try:
        result: T = _adapter(cast(Any, kind)).validate_python(value)
    except ValidationError as error:
        raise _invalid(error, kind, at) from None
    return result


def path_text(path: Path) -> str:
    """A path as one would write it: `projects[3].resources["cyclades.vm"]`."""
    told = ""
    for step in path:
        if isinstance(step, int):
            told += f"[{step}]"
        elif _PLAIN_KEY.match(step):
            told += f".{step}" if told else step
        else:
            told += f"[{_shown(step)}]"
    return told


def refuse(path: Path, value: object, message: str, hint: str) -> NoReturn:
    """Raise Invalid for a value at a path."""
    raise fault(path, value, message, hint)


def fault(path: Path, value: object, message: str, hint: str) -> Invalid:
    """The Invalid for a value at a path; secrets are not shown."""
    where = path_text(path) or "the body"
    shown = "" if path and path[-1] in SECRETS else f" {_shown(value)}"
    return Invalid(f"{where}:{shown} {message}", hint=hint, data={"path": path_text(path)})


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint that names the likeliest valid name."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, 1, 0.5)
    if close:
        return f"did you mean {_shown(close[0])}?"
    return f"valid names are {', '.join(names)}" if names else "remove it"


def _shown(value: object) -> str:
    try:
        told = json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return "…"
    return display(told if len(told) <= VALUE_CHARS else told[:VALUE_CHARS] + "…")


def _invalid(error: ValidationError, kind: Any, at: Path) -> Invalid:
    first = _telling(error.errors(include_url=False))
    loc: Path = first["loc"]
    path = (*at, *loc)
    if first["type"] == "missing":
        where = path_text(path)
        return Invalid(f"{where} is missing", hint=f"add {_shown(loc[-1])}", data={"path": where})
    if first["type"] == "extra_forbidden":
        where = path_text(path)
        hint = nearest(str(loc[-1]), _keys_at(kind, loc[:-1]))
        return Invalid(f"{where} is not a known key", hint=hint, data={"path": where})
    message, hint = _explained(first)
    return fault(path, first["input"], message, hint)


def _telling(errors: Sequence[Any]) -> Any:
    """The first error; a misspelt key says more than the missing one it stands for."""
    first = errors[0]
    if first["type"] != "missing":
        return first
    beside = (
        e for e in errors if e["type"] == "extra_forbidden" and e["loc"][:-1] == first["loc"][:-1]
    )
    return next(beside, first)


_FAULTS: Mapping[str, tuple[str, str]] = {
    "int_type": ("is not a whole number", "give a whole number without quotes"),
    "int_from_float": ("is not a whole number", "give a whole number without a fraction"),
    "float_type": ("is not a number", "give a number without quotes"),
    "finite_number": ("is no finite number", "give a number"),
    "bool_type": ("is neither true nor false", "give true or false without quotes"),
    "string_type": ("is not text", "put it in double quotes"),
    "string_unicode": ("is not proper text", "remove half surrogate pairs"),
    "too_short": ("is empty", "give a name"),
    "string_too_short": ("is empty", "give a name"),
    "list_type": ("is not a list", "put it in [ ]"),
    "dict_type": ("is not an object", "give an object in { }"),
    "model_type": ("is not an object", "give an object in { }"),
    "model_attributes_type": ("is not an object", "give an object in { }"),
}

_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than_equal": ("least", "small"),
    "less_than_equal": ("most", "large"),
}


def _explained(error: Mapping[str, Any]) -> tuple[str, str]:
    """Message and hint for one of pydantic's errors."""
    context: Mapping[str, Any] = error.get("ctx", {})
    ours = context.get("error")
    if isinstance(ours, Refused):
        return ours.message, ours.hint
    if error["type"] in _BOUNDS:
        bound, word = _BOUNDS[error["type"]]
        return f"is too {word}", f"the {bound} is {next(iter(context.values()))}"
    if error["type"] == "string_pattern_mismatch":
        return "has not the right form", f"it must match {context['pattern']}"
    if error["type"] == "literal_error":
        return "is not one of the possible values", f"possible are {context['expected']}"
    return _FAULTS.get(error["type"], (f"is refused: {error['msg']}", "correct it"))


def _keys_at(kind: Any, loc: Path) -> list[str]:
    """The keys that the object at `loc` below `kind` may have."""
    for step in loc:
        kind = _inside(_bare(kind), step)
    return list(_fields(_bare(kind)))


def _bare(kind: Any) -> Any:
    """A type without annotations and without its `None`."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return _bare(next(part for part in get_args(kind) if part is not NoneType))
    return kind


def _inside(kind: Any, step: str | int) -> Any:
    """What is at a step of an object, a list or a mapping."""
    if get_origin(kind) in (list, dict):
        return get_args(kind)[-1]
    return _fields(kind).get(str(step))


def _fields(kind: Any) -> dict[str, Any]:
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    fields = kind.model_fields
    return {field.alias or name: field.annotation for name, field in fields.items()}


def parse_json(source: str | bytes, name: str = "the body") -> Any:
    """JSON text to values. Raises Invalid with line and column, also for keys given twice."""
    twice: list[tuple[dict[str, Any], str]] = []

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice.append((found, _repeated(key for key, _ in pairs)))
        return found

    try:
        told = source.decode() if isinstance(source, bytes) else source
        value = json.loads(
            told.removeprefix("\ufeff"), object_pairs_hook=collect, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        raise Invalid(
            f"{name} is not JSON: {error.msg} at line {error.lineno} column {error.colno}",
            hint="correct the text there",
            data={"line": error.lineno, "column": error.colno},
        ) from None
    except UnicodeDecodeError as error:
        message = f"{name} is not UTF-8: byte {error.start} cannot be read"
        raise Invalid(message, hint="save it as UTF-8") from None
    except RecursionError:
        raise Invalid(f"{name} is nested too deeply", hint="flatten it") from None
    except ValueError as error:
        message = f"{name} has a number that cannot be read: {error}"
        raise Invalid(message, hint="use 64-bit integers") from None
    if twice:
        holder, key = twice[0]
        refuse((*(_find(value, holder) or ()), key), key, "is given twice", "keep one of the two")
    return value


def _repeated(keys: Iterable[str]) -> str:
    """The first key that was there before; objects of strangers may have very many."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    raise AssertionError("there is one")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _find(value: Any, wanted: object) -> tuple[str | int, ...] | None:
    """The path of an object inside a value."""
    if value is wanted:
        return ()
    parts: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for step, part in parts:
        below = _find(part, wanted)
        if below is not None:
            return step, *below
    return None
