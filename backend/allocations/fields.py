"""What allocations of all systems can be filtered by: the fields of all kinds in one language.

A field that a kind does not have fits none of its rows, and its contrary all of them. Conditions
speak of `c` in consumers, of `a` in allocations on services, and of `g` and `v` in those of NICo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend.allocations.model import KINDS
from backend.core.filter.sql import Field, Fields, Like, state, text
from backend.core.listing import MARKED, FieldSpec
from backend.core.listing import Kind as Compared
from backend.nico import fields as nico
from backend.openportal import fields as portal
from backend.placement import fields as placement

CONSUMER_KEY = f"c.id * {KINDS}"
PORTAL_KEY = f"(a.id * {KINDS} + 1 + a.remote)"
NICO_KEY = f"(g.id * {KINDS} + 3)"
NEVER, ALWAYS = "1 = 0", "1 = 1"
_NO_TEXT = Like(f"({NEVER} AND ? <> '')")

KINDS_MEAN = (
    ("plc", "Placement"),
    ("opl", "OpenPortal"),
    ("opr", "OpenPortal at another portal"),
    ("nico", "NICo"),
)
SAME: Mapping[str, str] = {"name": "consumer", "uuid": "consumer"}
"""What is a consumer's name for a field of the others."""
OF_NICO: Mapping[str, str] = {
    "project": "tenant",
    "where": "site",
    "class": "resource",
    "state": "status",
}
"""The same of NICo."""
WORDS: Mapping[str, str] = {
    "name": "its name, or a consumer's uuid",
    "project": "the project or the tenant, by any of its names or its id",
    "class": "a class that it holds, an instance type or a block",
    "used": "node-hours used this month, or how many machines or networks of a tenant's",
    "user": "the user, or somebody with an account, by id or address",
    "over": "more is used than may be, or than there is",
}
"""What fields find that mean more than one thing."""
Side = tuple[Field | None, Field | None, Field | None]
"""A field of consumers, of allocations on services, and of those of NICo."""


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


def _kinds(*conditions: str) -> Field:
    found = dict(zip(dict(KINDS_MEAN), conditions, strict=True))
    one = state("kind", found, "which system's", "kind:opl")
    return replace(one, spec=replace(one.spec, meanings=KINDS_MEAN))


def _where(likes: Sequence[Like]) -> Field:
    return text("where", likes, "the providers, the service or the site", "where:node-1")


def _by_name(of: Sequence[Field]) -> dict[tuple[str, bool], Field]:
    """Fields by name; words that stand alone have names of their own."""
    return {(one.spec.name, one.spec.kind is Compared.FLAG): one for one in of}


def _sides() -> dict[tuple[str, bool], Side]:
    """The fields of all by name, those of one only among them."""
    flags = [one for name, one in placement.CONSUMERS.flags.items() if name != MARKED]
    consumers = _by_name([*placement.CONSUMERS.fields.values(), *flags])
    services, machines = _by_name(portal.ALLOCATIONS), _by_name(nico.ALLOCATIONS)
    provider, site = consumers["provider", False], machines.pop(("site", False))
    found: dict[tuple[str, bool], Side] = {
        ("kind", False): (_kinds(ALWAYS, NEVER, NEVER, NEVER),
                          _kinds(NEVER, "a.remote = 0", "a.remote = 1", NEVER),
                          _kinds(NEVER, NEVER, NEVER, ALWAYS)),
        ("where", False): (_where(provider.likes), _where(portal.SERVICES), site),
    }  # fmt: skip
    renamed = {name: mine for mine, name in OF_NICO.items()}
    of_nico = {(renamed.get(name, name), alone): one for (name, alone), one in machines.items()}
    for (name, alone), one in services.items():
        there = consumers.get((SAME.get(name, name), alone))
        found[name, alone] = (there, one, of_nico.get((name, alone)))
    for key, one in consumers.items():
        if key[0] not in SAME.values():
            found.setdefault(key, (one, None, of_nico.get(key)))
    for key, one in of_nico.items():
        found.setdefault(key, (None, None, one))
    return found


def _aligned(name: str, side: Side, taken: set[str]) -> tuple[Field, ...]:
    """All with one specification; a name that is taken is no alias."""
    known = [one for one in side if one]
    spec = (side[1] or known[0]).spec
    aliases = dict.fromkeys(one for of in known for one in (of.spec.name, *of.spec.aliases))
    free = tuple(alias for alias in aliases if alias not in {name, *taken})
    taken.update(free)
    words = tuple(dict.fromkeys(word for one in known for word in one.spec.words))
    help = WORDS.get(name, spec.help)
    spec = replace(spec, name=name, help=help, aliases=free, words=words)
    return tuple(_told(one, spec) if one else _missing(spec) for one in side)


def _told(one: Field, spec: FieldSpec) -> Field:
    """A field as all have it, which fits nothing by words that are not its own."""
    return replace(one, spec=spec, choices=dict.fromkeys(spec.words, NEVER) | {**one.choices})


def _all() -> list[tuple[Field, ...]]:
    found = _sides()
    taken = {name for name, _ in found}
    return [_aligned(name, side, taken) for (name, _), side in found.items()]


_ALL = _all()
CONSUMERS = Fields(placement.CONSUMERS.text, [one for one, _, _ in _ALL], CONSUMER_KEY)
ALLOCATIONS = Fields(
    (
        portal.FOLD,
        Like(portal.PROJECT_FOLD, folded=True),
        *portal.SERVICES,
        portal.STATE,
    ),
    [one for _, one, _ in _ALL],
    PORTAL_KEY,
)
NICO = Fields(nico.CONSTRAINTS.text, [one for _, _, one in _ALL], NICO_KEY)
SPECS = ALLOCATIONS.specs
