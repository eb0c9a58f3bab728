"""How a service is simulated: what a world says of it, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from backend.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Settings:
    """`delay` and `approval` are seconds until something is done and until the other portal's
    staff decide (-1: never); `fails` names operations that fail, `share` the percentage of all
    that do, with `error`; `down` is an outage. `clamp` is the most that is given, -1 for all;
    `usage` the percentage of its limit that a project uses in a month. `rejects` is why the other
    portal refuses, `identifiers` what it calls projects, by short name."""

    delay: int = 1
    approval: int = 0
    fails: tuple[str, ...] = ()
    share: int = 0
    error: str = "The resource backend has failed"
    down: bool = False
    clamp: int = -1
    usage: int = 60
    rejects: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)


def read(text: str) -> Settings:
    """Settings from JSON text. Raises Invalid naming what is wrong."""
    try:
        told = json.loads(text or "{}")
    except ValueError as error:
        raise Invalid(f"the simulator's settings are no JSON: {error}") from error
    if not isinstance(told, dict):
        raise Invalid("the simulator's settings are no JSON object")
    known = {one.name: one for one in fields(Settings)}
    given: dict[str, Any] = {}
    for name, value in told.items():
        if name not in known:
            hint = f"there are {', '.join(known)}"
            raise Invalid(f"the simulator has no setting {name!r}", hint=hint)
        given[name] = _value(name, value)
    return Settings(**given)


def _value(name: str, value: object) -> object:
    wanted = getattr(DEFAULTS, name)
    if isinstance(wanted, tuple) and isinstance(value, list):
        value = tuple(value)
    fits = isinstance(value, bool) == isinstance(wanted, bool)
    kind = dict if isinstance(wanted, Mapping) else type(wanted)
    if not fits or not isinstance(value, kind):
        raise Invalid(f"the simulator's {name} cannot be {value!r}", hint=f"such as {wanted!r}")
    return value


DEFAULTS = Settings()
