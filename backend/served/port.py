"""What of the port is served, read from the port itself: whoever adds a read there serves it."""

from __future__ import annotations

import inspect
import re
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from backend.backend.rooms import Across, Journal, Nico, OpenPortal, Placement, Projects, Quotas
from backend.core.errors import Invalid
from backend.core.listing import Listing, Query

T = TypeVar("T")
ROOMS: Mapping[str, type] = {
    "projects": Projects,
    "quotas": Quotas,
    "placement": Placement,
    "openportal": OpenPortal,
    "nico": Nico,
    "journal": Journal,
}
_WHOLE = re.compile("-?[0-9]{1,19}")


Named = dict[str, list[str]]
"""The body of a read whose parameters are lists of texts."""


@dataclass(frozen=True, slots=True)
class Page:
    """The body of a list's `page`."""

    query: Query
    limit: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """The body of a list's `rows`."""

    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A read of a room: its parameters (whole numbers, texts, or lists of either) and what it
    gives."""

    room: str
    name: str
    parameters: Mapping[str, Any]
    result: Any

    @property
    def asks(self) -> bool:
        """True when its parameters travel in a body: lists of texts are long."""
        return Sequence[str] in self.parameters.values()


@cache
def reads() -> Mapping[str, Read]:
    """Every detail, by `room/name`."""
    found = {}
    for room, kind in ROOMS.items():
        for name, member in inspect.getmembers(kind, inspect.iscoroutinefunction):
            hints = get_type_hints(member)
            found[f"{room}/{name}"] = Read(room, name, hints, hints.pop("return"))
    return found


@cache
def listings() -> Mapping[str, type]:
    """The type of the rows of every list, by `room/name`, or `name` where it is of no room."""
    found = {}
    for room, kind in {"": Across, **ROOMS}.items():
        for name, member in inspect.getmembers(kind, lambda one: isinstance(one, property)):
            result = get_type_hints(member.fget)["return"]
            if get_origin(result) is Listing:
                (found[f"{room}/{name}".lstrip("/")],) = get_args(result)
    return found


def arguments(read: Read, given: Mapping[str, str]) -> dict[str, Any]:
    """The values of a query string. Raises Invalid for missing, unknown and wrong ones."""
    found: dict[str, Any] = {}
    for name, text in _complete(read, given).items():
        kind = read.parameters[name]
        if kind is str:
            found[name] = text
        elif kind is int:
            found[name] = _whole(name, text)
        else:
            found[name] = [_whole(name, part) for part in text.split(",") if part]
    return found


def texts(read: Read, given: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """The values of a body. Raises Invalid for missing and unknown ones."""
    return _complete(read, given)


def _complete(read: Read, given: Mapping[str, T]) -> Mapping[str, T]:
    known = ", ".join(read.parameters) or "none"
    for name in sorted(set(given) - set(read.parameters)):
        raise Invalid(f"{name!r} is no parameter of this", hint=f"known: {known}")
    for name in read.parameters:
        if name not in given:
            raise Invalid(f"{name} is missing", hint=f"it takes: {known}")
    return given


def parameters(values: Mapping[str, int | str | Sequence[int]]) -> dict[str, str]:
    """Values as a query string has them, the inverse of `arguments`."""
    return {
        name: str(value) if isinstance(value, int | str) else ",".join(map(str, value))
        for name, value in values.items()
    }


def _whole(name: str, text: str) -> int:
    if not _WHOLE.fullmatch(text) or not -(2**63) <= int(text) < 2**63:
        raise Invalid(f"{name}: {text[:40]!r} is no 64-bit integer", hint="give a whole number")
    return int(text)


def to_octets(keys: array[int]) -> bytes:
    """Keys as little-endian 64-bit integers."""
    return _little_endian(keys).tobytes()


def from_octets(octets: bytes) -> array[int]:
    """The inverse of `to_octets`. Raises Invalid."""
    if len(octets) % 8:
        raise Invalid(f"{len(octets)} octets are no whole number of keys")
    keys = array("q")
    keys.frombytes(octets)
    return _little_endian(keys)


def _little_endian(keys: array[int]) -> array[int]:
    if sys.byteorder == "big":
        keys = keys[:]
        keys.byteswap()
    return keys
