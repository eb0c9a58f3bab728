"""Microversions: which of them gives what (spec placement §3.1, §5), by the number behind `1.`."""

from __future__ import annotations

from collections.abc import Mapping

from backend.core.errors import BadReply
from backend.decode import Body, Foreign
from backend.http import Http, read

NEWEST = 39
AGGREGATES = 19
CLASSES, DELETE_ALL, TRAITS, PUT_CLASS, OWNED, USAGES = 2, 5, 6, 7, 8, 9
BY_PROVIDER, MANY, TREE, FULL, GENERATIONS, RESHAPER = 12, 13, 14, 26, 28, 30
MOVE, TYPES = 37, 38
"""`AGGREGATES` with generations, `OWNED` by a project and a user, `BY_PROVIDER` allocations as an
object, `FULL` providers (all reserved), to `MOVE` a provider in its tree."""

HEADER = "OpenStack-API-Version"


class _Version(Body):
    min_version: Foreign
    max_version: Foreign


class _Root(Body):
    versions: list[_Version]


def asking(minor: int) -> Mapping[str, str]:
    """The header that asks for a microversion."""
    return {HEADER: f"placement 1.{minor}"}


async def negotiate(http: Http) -> int:
    """The newest microversion that both sides speak; asked without a token, so that none goes to
    what is no Placement. Raises BursarError."""
    reply = await http.get("/")
    versions = read(_Root, reply).versions
    if not versions:
        raise reply.bad("no version")
    lowest, highest = (_number(told) for told in (versions[0].min_version, versions[0].max_version))
    if None in (lowest, highest) or (highest or (0,)) < (1, 0):
        raise reply.bad(f"the versions {versions[0].min_version} to {versions[0].max_version}")
    if (lowest or (0,)) > (1, NEWEST):
        raise BadReply(
            f"{http.place} speaks {versions[0].min_version} and newer only",
            hint=f"this bursar speaks up to 1.{NEWEST}; install a newer one",
        )
    return min((1, NEWEST), highest or (1, 0))[1]


def _number(told: str) -> tuple[int, int] | None:
    major, _, minor = told.partition(".")
    if major.isdecimal() and minor.isdecimal() and len(told) < 9:
        return int(major), int(minor)
    return None
