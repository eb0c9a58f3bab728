"""What may be written in a field (spec nico §1, §2.2), and how refusals are told.

Errors carry a `rule` (`fields`, `capacity`, `space`, `in_use`, `name_taken`, `no_provider`,
`foreign`, `unknown`, `kind`) and, where the API's body has `data`, that as `fields`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from backend.core.errors import BursarError, Conflict, Invalid
from backend.nico.model import Kind

LEAST_NAME, MOST_NAME = 2, 256
LONGEST = 128
"""The prefix length that no address goes beyond."""


Faults = dict[str, str]
"""What is wrong, by field, as the API's `data` tells it."""
E = TypeVar("E", bound=BursarError)


def refusal(
    kind: type[E], rule: str, told: str, hint: str = "", fields: Mapping[str, str] | None = None
) -> E:
    """An error of a rule; `fields` become the `data` of the API's body."""
    data: dict[str, object] = {"rule": rule} | ({"fields": dict(fields)} if fields else {})
    return kind(told, hint=hint, data=data)


def refuse(faults: Mapping[str, str]) -> None:
    """Raises Invalid with all faults, if there are any."""
    if faults:
        told = "; ".join(f"{field}: {text}" for field, text in faults.items())
        raise refusal(Invalid, "fields", told, fields=faults)


def name_taken(name: str, uuid: str) -> Conflict:
    """What refuses a second one of a name."""
    told, hint = f"{name!r} is taken", "choose another name"
    return refusal(Conflict, "name_taken", told, hint, {"id": uuid})


def plain(uuid: str) -> str:
    """A uuid as it is stored; what is none stays as it is."""
    try:
        return str(UUID(uuid))
    except ValueError:
        return uuid


def identifier(field: str, value: str) -> Faults:
    """Ids are uuids."""
    try:
        UUID(value)
    except ValueError:
        return {field: "must be a valid UUID"}
    return {}


def name(value: str | None) -> Faults:
    """A name has 2 to 256 bytes and no blanks around it."""
    if value is None:
        return {}
    if value != value.strip():
        return {"name": "must not begin or end with blanks"}
    if not LEAST_NAME <= len(value.encode(errors="surrogatepass")) <= MOST_NAME:
        return {"name": f"must have {LEAST_NAME} to {MOST_NAME} bytes"}
    return {}


def amount(kind: Kind, value: int) -> Faults:
    """Machines are 1 or more, prefix lengths up to 128; how long depends on the block, too."""
    if value < 1:
        return {"constraintValue": "must be 1 or more"}
    if kind is Kind.ADDRESSES and value > LONGEST:
        return {"constraintValue": f"must be at most {LONGEST}"}
    return {}


def length(value: int, bits: int) -> Faults:
    """A prefix length is no longer than an address."""
    return {} if value <= bits else {"constraintValue": f"must be at most {bits}"}
