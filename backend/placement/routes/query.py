"""What stands behind the question mark (spec placement §3.3, §4.8, §4.9)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from backend.core.errors import Invalid
from backend.core.text import UNSTORABLE
from backend.placement.model import ProviderFilter
from backend.placement.routes.dialect import Call
from backend.placement.wire.schema import uuid_of

LONGEST = 255
KIND = re.compile(r"[A-Z0-9_]+|all.*|unknown")
SINCE: Mapping[str, int] = {
    "name": 0,
    "uuid": 0,
    "member_of": 3,
    "resources": 4,
    "in_tree": 14,
    "required": 18,
}
_DIGITS = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of a request in their order."""

    pairs: tuple[tuple[str, str], ...]

    def last(self, name: str) -> str | None:
        """The value of a parameter; of several the last one counts."""
        return next((value for key, value in reversed(self.pairs) if key == name), None)

    def every(self, name: str) -> list[str]:
        """All values of a parameter."""
        return [value for key, value in self.pairs if key == name]


def query_of(call: Call, known: Iterable[str]) -> Query:
    """The parameters of a call. Raises Invalid on others than those known."""
    try:
        pairs = _pairs(call, "strict")
    except ValueError as error:
        raise refused(str(error)) from None
    for key, value in pairs:
        if key not in known:
            raise refused(f"'{key}' was unexpected")
        if UNSTORABLE.search(value):
            raise refused(f"'{key}' has a character that cannot be kept")
    return Query(tuple(pairs))


def _pairs(call: Call, errors: str) -> list[tuple[str, str]]:
    told: bytes = call.request.scope["query_string"]
    return parse_qsl(told.decode("latin-1"), keep_blank_values=True, errors=errors)


def project_of(call: Call) -> str:
    """The project that is asked about, before anything else is looked at."""
    return Query(tuple(_pairs(call, "replace"))).last("project_id") or ""


def refused(told: str) -> Invalid:
    """What is said of parameters that cannot be."""
    return Invalid(f"Invalid query string parameters: {told}")


@dataclass(frozen=True, slots=True)
class Usages:
    """Whose usages are asked for; `kind` `` for each type of consumers by itself."""

    project: str
    user: str
    kind: str


def usages(call: Call) -> Usages:
    """The parameters of GET /usages. Raises Invalid."""
    known = {"project_id", "user_id"} | ({"consumer_type"} if call.minor >= 38 else set())
    query = query_of(call, known)
    if query.last("project_id") is None:
        raise refused("'project_id' is a required property")
    for name in known:
        value = query.last(name)
        if value is not None and not 0 < len(value) <= LONGEST:
            raise refused(f"'{name}' has 1 to {LONGEST} characters")
    kind = query.last("consumer_type")
    if kind is not None and not KIND.fullmatch(kind):
        raise refused(f"'{kind}' is no consumer type")
    return Usages(query.last("project_id") or "", query.last("user_id") or "", kind or "")


def provider_filter(call: Call) -> ProviderFilter | None:
    """Which providers GET /resource_providers lists, None for none. Raises Invalid."""
    minor = call.minor
    query = query_of(call, {name for name, since in SINCE.items() if minor >= since})
    for name in ("uuid", "in_tree"):
        value = query.last(name)
        if value is not None and not uuid_of(value):
            raise refused(f"'{value}' is not a 'uuid'")
    member_of, outside = _aggregates(query.every("member_of"), minor)
    required, forbidden = _traits(query.every("required"), minor)
    if query.last("name") == "":
        return None
    return ProviderFilter(
        name=query.last("name") or "",
        uuid=query.last("uuid") or "",
        in_tree=query.last("in_tree") or "",
        resources=_resources(query.last("resources")),
        member_of=member_of,
        outside=outside,
        required=required,
        forbidden=forbidden,
    )


def _resources(told: str | None) -> dict[str, int]:
    if told is None:
        return {}
    found: dict[str, int] = {}
    for one in told.split(","):
        name, _, amount = one.partition(":")
        if not name or not _DIGITS.fullmatch(amount) or int(amount) < 1:
            raise Invalid(f"Badly formed resources parameter: {one!r}", hint="VCPU:1,MEMORY_MB:64")
        found[name] = int(amount)
    return found


Groups = tuple[list[list[str]], list[str]]
"""Of each of the first at least one, of the second none."""


def _aggregates(values: list[str], minor: int) -> Groups:
    if len(values) > 1 and minor < 24:
        raise Invalid("Multiple member_of parameters are not supported before 1.24")
    groups: list[list[str]] = []
    outside: list[str] = []
    for value in values:
        told = value.removeprefix("!")
        if told != value and minor < 32:
            raise Invalid("Forbidden member_of parameters are not supported before 1.32")
        named = told.removeprefix("in:").split(",") if told.startswith("in:") else [told]
        if not all(map(uuid_of, named)):
            raise Invalid(f"member_of={value} names no aggregate", hint="member_of=in:UUID,UUID")
        if told == value:
            groups.append(named)
        else:
            outside += named
    return groups, outside


def _traits(values: list[str], minor: int) -> Groups:
    groups: list[list[str]] = []
    forbidden: list[str] = []
    for value in values if minor >= 39 else values[-1:]:
        if value.startswith("in:"):
            groups.append(_any_of(value, minor))
            continue
        for name in _named(value):
            if not name.startswith("!"):
                groups.append([name])
            elif minor < 22 or not name.strip("!"):
                raise refused(f"required={value} forbids, which is for 1.22 and later")
            else:
                forbidden.append(name.lstrip("!"))
    return groups, forbidden


def _any_of(value: str, minor: int) -> list[str]:
    names = list(_named(value.removeprefix("in:")))
    if minor < 39:
        raise refused("required=in: is for 1.39 and later")
    if any(name.startswith("!") for name in names):
        raise refused(f"required={value} forbids one of several")
    return names


def _named(value: str) -> Iterator[str]:
    for name in value.split(","):
        if not name.strip():
            raise refused(f"required={value} has an empty trait")
        yield name.strip()
