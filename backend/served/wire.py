"""The port's own dataclasses as JSON and back, exactly; commands by the name of their class.

`encode`/`to_json` and `request`/`reply` are inverse for every type that the port names. Fields and
classes that are not known are refused. Errors have one envelope and come back as what they were.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, core_schema, to_jsonable_python

from backend.backend import Connection
from backend.core import errors
from backend.core.errors import BadReply, BursarError, Invalid, PreviewStale, Unreachable
from backend.core.listing import FieldSpec
from backend.core.plan import Command, Plan
from backend.core.text import UNSTORABLE, display
from backend.core.version import VERSION
from backend.decode import parse_json, path_text
from backend.http import Reply
from backend.nico.model import commands as nico_commands
from backend.openportal.model import commands as portal_commands
from backend.placement.model import commands as placement_commands
from backend.projects.model import commands as project_commands
from backend.quotas.model import commands as quota_commands

T = TypeVar("T")

PREFIX = "/bursar/v1"
VERSION_HEADER = "Bursar-Version"
KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 128


COMMANDS: Mapping[str, type[Command]] = {
    name: kind
    for room in (
        project_commands,
        quota_commands,
        placement_commands,
        portal_commands,
        nico_commands,
    )
    for name, kind in vars(room).items()
    if isinstance(kind, type) and issubclass(kind, Command) and not kind.__subclasses__()
}
"""The commands of all rooms: the classes that nothing is derived from."""
ERRORS: Mapping[str, type[BursarError]] = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, BursarError)
}
ELSEWHERE = frozenset({400, 404, 405, 409, 410, 422})
"""Statuses that bursar explains; whoever does not is not bursar."""
MOST_VALUES = 25_000
"""In a request: the most rows that can be asked for, or marked, and what is around them."""
MOST_FAULTS = 100
"""Each that pydantic describes takes its time."""
INT64 = range(-(2**63), 2**63)
_SUSPICIOUS = re.compile(rb"[0-9]{19}|NaN|Infinity|\\u0000")
"""What may stand in a body that cannot be stored or shown; most have none of it."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a server is, who one is there, and what its lists can be filtered by."""

    connection: Connection
    fields: Mapping[str, tuple[FieldSpec, ...]]


@dataclass(frozen=True, slots=True)
class Preview:
    """The body of `plan`."""

    command: Command


@dataclass(frozen=True, slots=True)
class Order:
    """The body of `apply`: what to do, as it was previewed, and why. Nobody else may order what
    was `previewed_for` somebody, `` for whoever presents the token. It `takes_back` an entry of
    the journal, 0 for none."""

    command: Command
    fingerprint: str
    reason: str
    previewed_for: str = ""
    takes_back: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """The last journal entry's number; what an event says."""

    seq: int


def encode(kind: Any, value: Any) -> Any:
    """A value as what `json.dumps` takes. Raises Invalid for what JSON or a database cannot
    hold: half surrogate pairs, NUL, integers beyond 64 bits."""
    told = _adapter(kind).dump_python((value,), mode="json")[0]
    _check(told)
    return told


def to_json(kind: Any, value: Any) -> bytes:
    """A value as JSON."""
    return _adapter(kind).dump_json((value,))[1:-1]


def request(kind: type[T], body: bytes) -> T:
    """What a client sent. Raises Invalid about the first fault; a body that is big for what it
    may say costs no more than one that is not."""
    value = parse_json(body)
    if not _is_small(value):
        raise Invalid(f"the body has more than {MOST_VALUES} values", hint="ask for less at once")
    _check(value)
    found: T = _validated(kind, body)
    return found


def reply(kind: Any, answer: Reply) -> Any:
    """What a server answered. Raises BadReply, which names both versions when they differ."""
    try:
        if _SUSPICIOUS.search(answer.body):
            _check(parse_json(answer.body))
        return _validated(kind, answer.body)
    except Invalid as error:
        bad = answer.bad(error.message)
        raise BadReply(bad.message, hint=mismatch(answer) or bad.hint, data=bad.data) from None


def mismatch(answer: Reply) -> str:
    """That the server is another bursar than this, `` when it is the same."""
    theirs = display(answer.headers.get(VERSION_HEADER.lower(), ""), limit=20)
    if theirs == VERSION:
        return ""
    if not theirs:
        return "is the URL in the configuration that of a bursar server?"
    return f"the server is bursar {theirs}, this is {VERSION}: use the same version"


def error_body(error: BursarError) -> Mapping[str, object]:
    """The envelope of an error; a stale preview carries the new one."""
    data: object = to_jsonable_python(dict(error.data), fallback=str, inf_nan_mode="null")
    if isinstance(error, PreviewStale):
        data = {"plan": encode(Plan, error.plan)}
    told = {"code": error.code, "title": error.title, "message": error.message}
    return {"error": {**told, "hint": error.hint, "data": data}}


def failure(answer: Reply) -> BursarError | None:
    """The error in an answer, None when its status says all."""
    try:
        body = answer.json()
    except BadReply:
        return _astray(answer)
    told = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(told, Mapping) or not isinstance(told.get("code"), str):
        return _astray(answer)
    kind = ERRORS.get(told["code"])
    if kind is None:
        return None
    data = told.get("data")
    data = data if isinstance(data, Mapping) else {}
    if issubclass(kind, PreviewStale):
        return _stale(answer, data)
    message, hint = (str(told.get(name) or "") for name in ("message", "hint"))
    return kind(message or kind.title, hint=hint, data=data)


def _astray(answer: Reply) -> BursarError | None:
    """What answers in a server's stead: it did nothing, and knows nothing of what was done."""
    if answer.status not in ELSEWHERE:
        return None
    told = f"{answer.place}: something else than bursar answers there: {answer.status}"
    return Unreachable(f"{told} {answer.told}".strip(), hint="is the URL the right one?")


def _stale(answer: Reply, data: Mapping[str, object]) -> BursarError:
    import json

    try:
        return PreviewStale(_validated(Plan, json.dumps(data.get("plan")).encode()))
    except Invalid as error:
        return answer.bad(error.message)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """The codec of a type, made on first use. In a tuple: pydantic takes no configuration
    for a dataclass that is not its own, but for what is around it."""
    return TypeAdapter(cast(Any, tuple[kind]), config=ConfigDict(extra="forbid"))


def _validated(kind: Any, body: bytes) -> Any:
    try:
        return _adapter(kind).validate_json(b"[" + body + b"]", strict=True)[0]
    except ValidationError as error:
        raise _invalid(error) from None


def _is_small(value: Any) -> bool:
    """Whether a JSON value has at most `MOST_VALUES` in it."""
    left, waiting = MOST_VALUES, [value]
    while waiting and left >= 0:
        one = waiting.pop()
        if isinstance(one, Mapping | list):
            left -= len(one)
            waiting += one.values() if isinstance(one, Mapping) else one
    return left >= 0


def _invalid(error: ValidationError) -> Invalid:
    if error.error_count() > MOST_FAULTS:
        told = f"the body has {error.error_count()} faults"
        return Invalid(told, hint="send less of it, to be told which")
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = path_text([step for step in first["loc"][1:] if step != "[key]"])
    where = path or "the body"
    if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        message = f"{where} is not a known field"
    else:
        message = f"{where}: {display(first['msg'])}"
    return Invalid(message, hint="are both sides the same bursar?", data={"path": path})


def _check(value: Any) -> None:
    """Refuse what cannot be stored or shown, wherever it stands in a JSON value."""
    if isinstance(value, str):
        if UNSTORABLE.search(value):
            raise Invalid("a text holds NUL or half a surrogate pair", hint="remove it")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _check(key)
            _check(item)
    elif isinstance(value, Sequence):
        for item in value:
            _check(item)
    elif isinstance(value, int):
        if value not in INT64:
            raise Invalid("a number is no 64-bit integer", hint="give a smaller one")
    elif isinstance(value, float) and not math.isfinite(value):
        raise Invalid(f"{value} is not a number", hint="give one")


def _one_of(value: object) -> str | None:
    """The class that an object like `{"ApproveApplication": {...}}` names."""
    if isinstance(value, Mapping) and len(value) == 1:
        return str(next(iter(value)))
    return None


def _command_schema(source: Any, handler: Any) -> CoreSchema:
    """How pydantic reads and writes a command of whichever class."""
    if source is not Command:
        return cast(CoreSchema, handler(source))
    choices: dict[Any, CoreSchema] = {}
    for name, kind in COMMANDS.items():
        field = core_schema.typed_dict_field(handler.generate_schema(kind))
        tagged = core_schema.typed_dict_schema({name: field}, total=True)
        choices[name] = core_schema.no_info_after_validator_function(_untagged, tagged)
    return core_schema.tagged_union_schema(
        choices,
        _one_of,
        custom_error_type="command",
        custom_error_message="not one of the commands that are known here",
        serialization=core_schema.plain_serializer_function_ser_schema(_tagged),
    )


def _untagged(value: dict[str, Any]) -> Any:
    return next(iter(value.values()))


def _tagged(command: Command) -> dict[str, Any]:
    kind: Any = type(command)
    return {kind.__name__: _adapter(kind).dump_python((command,), mode="json")[0]}


# The core names commands by their base class and knows no pydantic, so the hook is hung on here.
setattr(  # noqa: B010
    Command,
    "__get_pydantic_core_schema__",
    classmethod(lambda cls, source, handler: _command_schema(source, handler)),
)
