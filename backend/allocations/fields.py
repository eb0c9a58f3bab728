"""What allocations of all systems can be filtered by: the fields of all kinds in one language.

A field that a kind does not have fits none of its rows, and its contrary all of them. Conditions
speak of `c` in consumers and of `a` in allocations on services.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend.allocations.model import KINDS
from backend.core.filter.sql import Field, Fields, Like, state, text
from backend.core.listing import MARKED, FieldSpec
from backend.core.listing import Kind as Compared
from backend.openportal import fields as portal
from backend.placement import fields as placement

CONSUMER_KEY = f"c.id * {KINDS}"
PORTAL_KEY = f"(a.id * {KINDS} + 1 + a.remote)"
NEVER, ALWAYS = "1 = 0", "1 = 1"
_NO_TEXT = Like(f"({NEVER} AND ? <> '')")

KIND = "which system's: plc Placement, opl OpenPortal, opr OpenPortal at another portal"
SAME: Mapping[str, str] = {"name": "consumer", "uuid": "consumer"}
"""What is a consumer's name for a field of the others."""
WORDS: Mapping[str, str] = {
    "name": "its name, or a consumer's uuid",
    "project": "the project, by any of its names or its id",
    "user": "the user, or somebody with an account, by id or address",
    "over": "more is used than may be, or than there is",
}
"""What fields find that mean more than one thing."""
Side = tuple[Field | None, Field | None]
"""A field of consumers and of allocations on services."""


def _missing(spec: FieldSpec) -> Field:
    """A field of rows that do not have it."""
    if spec.kind is Compared.TEXT:
        return Field(spec, likes=(_NO_TEXT,))
    if spec.kind is Compared.STATE:
        return Field(spec, choices=dict.fromkeys(spec.words, NEVER))
    if spec.kind is Compared.FLAG:
        return Field(spec, NEVER)
    name = "? <> '' AND " if spec.prefix else ""
    return Field(spec, f"({NEVER} AND {name}0 {{op}} ?)")


def _kinds(plc: str, opl: str, opr: str) -> Field:
    return state("kind", {"plc": plc, "opl": opl, "opr": opr}, KIND, "kind:opl")


def _where(likes: Sequence[Like]) -> Field:
    return text("where", likes, "the providers or the service", "where:node-1")


def _sides() -> dict[tuple[str, bool], Side]:
    """The fields of both by name, those of one only among them; words that stand alone have
    names of their own."""
    consumers = dict(placement.CONSUMERS.fields)
    words = {name: one for name, one in placement.CONSUMERS.flags.items() if name != MARKED}
    found: dict[tuple[str, bool], Side] = {
        ("kind", False): (_kinds(ALWAYS, NEVER, NEVER),
                          _kinds(NEVER, "a.remote = 0", "a.remote = 1")),
        ("where", False): (_where(consumers["provider"].likes), _where(portal.SERVICES)),
    }  # fmt: skip
    for one in portal.ALLOCATIONS:
        name, alone = one.spec.name, one.spec.kind is Compared.FLAG
        there = words if alone else consumers
        found[name, alone] = (there.get(SAME.get(name, name)), one)
    for alone, there in ((False, consumers), (True, words)):
        for name, one in there.items():
            if name not in SAME.values():
                found.setdefault((name, alone), (one, None))
    return found


def _aligned(name: str, side: Side, taken: set[str]) -> tuple[Field, Field]:
    """Both with one specification; a name that is taken is no alias."""
    spec = next(one.spec for one in reversed(side) if one)
    known = [one.spec for one in side if one]
    aliases = dict.fromkeys(alias for one in known for alias in (one.name, *one.aliases))
    free = tuple(alias for alias in aliases if alias not in {name, *taken})
    taken.update(free)
    spec = replace(spec, help=WORDS.get(name, spec.help), aliases=free)
    here, there = (replace(one, spec=spec) if one else _missing(spec) for one in side)
    return here, there


def _both() -> list[tuple[Field, Field]]:
    found = _sides()
    taken = {name for name, _ in found}
    return [_aligned(name, side, taken) for (name, _), side in found.items()]


_BOTH = _both()
CONSUMERS = Fields(placement.CONSUMERS.text, [here for here, _ in _BOTH], CONSUMER_KEY)
ALLOCATIONS = Fields(
    (
        portal.FOLD,
        Like(portal.PROJECT_FOLD, folded=True),
        *portal.SERVICES,
        portal.STATE,
    ),
    [there for _, there in _BOTH],
    PORTAL_KEY,
)
SPECS = ALLOCATIONS.specs
