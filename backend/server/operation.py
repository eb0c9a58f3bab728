"""One operation of the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]

INT64_MAX = 2**63 - 1
TEXT: Json = {"type": "string"}


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked and answered. `takes` and `gives` are types or JSON Schemas (dicts), None for
    no body; `errors` names a shared response by status, `bare` has statuses without a body;
    `headers` come with what is well."""

    method: str
    path: str
    summary: str
    tag: str
    security: Sequence[Json]
    errors: Mapping[int, str]
    parameters: Sequence[Json] = ()
    takes: Any = None
    needs_body: bool = True
    gives: Any = None
    ok: int = 200
    bare: Sequence[int] = field(default=())
    type: str = "application/json"
    headers: Json = field(default_factory=dict)

    @property
    def id(self) -> str:
        """A name that programs can use."""
        words = re.findall(r"[A-Za-z0-9]+", f"{self.method.lower()} {self.path}")
        return "_".join(words)


def parameter(place: str, name: str, schema: Json, told: str = "") -> Json:
    """A parameter in the path, where it is needed, the query or a header; `told` describes it."""
    found: Json = {"in": place, "name": name, "required": place == "path", "schema": schema}
    return {**found, "description": told} if told else found


def parts(path: str) -> Sequence[Json]:
    """The parameters of a path, which are texts."""
    names = re.findall(r"{([^/{}]+)}", path)
    return [parameter("path", name, TEXT) for name in names]


def whole(least: int) -> Json:
    """A 64-bit integer of at least this."""
    return {"type": "integer", "minimum": least, "maximum": INT64_MAX}
