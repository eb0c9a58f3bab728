"""Bodies of requests: what has the wrong JSON type refuses all of it, what has a wrong value is
told field by field (spec nico §2.2). Unknown keys are ignored, null is as good as nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from backend.core.errors import Invalid
from backend.core.text import UNSTORABLE
from backend.nico.model import Kind, Mode, Routing
from backend.nico.rules import values
from backend.nico.rules.values import Faults

S = TypeVar("S", bound=StrEnum)

MISSING = "is required"
ONE = "must be exactly one"
INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class NewAllocation:
    """What an allocation is to be."""

    name: str
    description: str | None
    tenant: str
    site: str
    kind: Kind
    resource: str
    mode: Mode
    value: int


@dataclass(frozen=True, slots=True)
class NewBlock:
    """What address space is to be."""

    name: str
    description: str | None
    site: str
    routing: Routing
    prefix: str
    length: int


@dataclass(frozen=True, slots=True)
class NewType:
    """What an instance type is to be."""

    name: str
    description: str | None
    site: str


class Fields:
    """An object of a request and what is wrong with its values."""

    def __init__(self, body: object) -> None:
        self._told = _object(body)
        self.faults: Faults = {}

    def text(self, name: str) -> str | None:
        """A text, None for none."""
        value = self._told.get(name)
        if value is not None and not isinstance(value, str):
            raise _wrong(name, "text")
        if value is not None and UNSTORABLE.search(value):
            self.faults[name] = "has a character that cannot be kept"
            return None
        return value

    def needed(self, name: str) -> str:
        """A text that has to be there."""
        value = self.text(name)
        if not value:
            self.faults.setdefault(name, MISSING)
        return value or ""

    def name(self) -> str:
        """A name that has to be there."""
        value = self.needed("name")
        self.faults |= values.name(value) if value else {}
        return value

    def uuid(self, name: str) -> str:
        """An id that has to be there."""
        value = self.needed(name)
        self.faults |= values.identifier(name, value) if value else {}
        return values.plain(value)

    def number(self, name: str) -> int:
        """A whole number; 0 is as good as none."""
        value = self._told.get(name)
        if value is None:
            value = 0
        if isinstance(value, bool) or not isinstance(value, int) or value not in INT64:
            raise _wrong(name, "a whole number")
        if value == 0:
            self.faults.setdefault(name, MISSING)
        return value

    def word(self, name: str, choices: type[S]) -> S:
        """One of a few words; the first one stands for what is wrong."""
        value = self.needed(name)
        if value in list(choices):
            return choices(value)
        if value:
            self.faults[name] = f"must be one of {', '.join(choices)}"
        return next(iter(choices))

    def objects(self, name: str) -> list[Mapping[str, Any]]:
        """Objects, none for null."""
        return [_object(one, name) for one in self._list(name)]

    def texts(self, name: str) -> list[str]:
        """Texts of which there has to be one."""
        found = self._list(name)
        if any(not isinstance(one, str) for one in found):
            raise _wrong(name, "a list of texts")
        if not found:
            self.faults[name] = MISSING
        return found

    def _list(self, name: str) -> list[Any]:
        value = self._told.get(name)
        if value is not None and not isinstance(value, list):
            raise _wrong(name, "a list")
        return value or []


def new_allocation(body: object) -> NewAllocation:
    """What POST of an allocation says. Raises Invalid with all faults."""
    told = Fields(body)
    head = (told.name(), told.text("description"), told.uuid("tenantId"), told.uuid("siteId"))
    constraints = [_constraint(one) for one in told.objects("allocationConstraints")]
    if len(constraints) != 1:
        values.refuse(told.faults | {"allocationConstraints": ONE})
    (about, faults), *_ = constraints
    values.refuse(told.faults | faults)
    return NewAllocation(*head, *about)


def _constraint(body: Mapping[str, Any]) -> tuple[tuple[Kind, str, Mode, int], Faults]:
    """What a constraint says, and what is wrong with it."""
    one = Fields(body)
    kind, resource = one.word("resourceType", Kind), one.uuid("resourceTypeId")
    mode, value = one.word("constraintType", Mode), one.number("constraintValue")
    return (kind, resource, mode, value), one.faults | (values.amount(kind, value) if value else {})


def changes(body: object) -> tuple[str | None, str | None]:
    """Name and description that PATCH of an allocation says, None for what stays. Raises
    Invalid."""
    told = Fields(body)
    name, description = told.text("name"), told.text("description")
    values.refuse(told.faults | values.name(name))
    return name, description


def value(body: object) -> int:
    """What PATCH of a constraint says. Raises Invalid."""
    told = Fields(body)
    found = told.number("constraintValue")
    values.refuse(told.faults)
    return found


def new_block(body: object) -> NewBlock:
    """What POST of address space says. Raises Invalid with all faults."""
    told = Fields(body)
    head = (told.name(), told.text("description"), told.uuid("siteId"))
    routing, prefix = told.word("routingType", Routing), told.needed("prefix")
    found = NewBlock(*head, routing, prefix, told.number("prefixLength"))
    values.refuse(told.faults)
    return found


def new_type(body: object) -> NewType:
    """What POST of an instance type says. Raises Invalid with all faults."""
    told = Fields(body)
    found = NewType(told.name(), told.text("description"), told.uuid("siteId"))
    values.refuse(told.faults)
    return found


def machine_ids(body: object) -> tuple[str, ...]:
    """What POST of machines of a type says. Raises Invalid."""
    told = Fields(body)
    found = told.texts("machineIds")
    values.refuse(told.faults)
    return tuple(found)


def _object(value: object, name: str = "the body") -> Mapping[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise _wrong(name, "an object")
    return value or {}


def _wrong(name: str, wanted: str) -> Invalid:
    return Invalid(f"{name} is not {wanted}", hint=f"send {wanted}")
