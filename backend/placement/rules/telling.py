"""How a change of what a consumer holds is told: whose it is, whether it moves, what is at
stake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from backend.core.shares import share_of
from backend.core.text import age
from backend.placement.model import PLACEHOLDER, UNTYPED, Consumer, Inventory, Whose
from backend.placement.rules.arithmetic import Place

HEAD = 8
"""Signs of a uuid that have to be typed."""
STANDING = (
    "nothing tells that it is gone: if it still runs, it goes on, and others are given its room"
)
SECOND = 1_000_000


class Move(NamedTuple):
    """The providers that one share goes from and to, as it is."""

    source: str
    to: str


def move(before: Consumer | None, after: Consumer | None) -> Move | None:
    """Where a share goes if all that a provider gave is now asked of another one, and nothing
    else changes."""
    if before is None or after is None or _owner(before) != _owner(after):
        return None
    old, new = before.allocations, after.allocations
    left = [uuid for uuid in old if uuid not in new]
    grown = [uuid for uuid in new if new[uuid] != old.get(uuid)]
    if len(left) != 1 or len(grown) != 1:
        return None
    (source,), (to,) = left, grown
    both = Counter(old[source]) + Counter(old.get(to, {}))
    return Move(source, to) if both == Counter(new[to]) else None


def _owner(one: Consumer) -> tuple[str, str, str]:
    return one.project, one.user, one.consumer_type


def whom(one: Consumer, whose: Whose, now: int) -> str:
    """`INSTANCE 5a1c… of climate.hpc, ada@uni.example, 893 d old`."""
    kind = "untyped consumer" if one.consumer_type == UNTYPED else one.consumer_type
    project = "no project" if one.project == PLACEHOLDER else whose.project
    user = "nobody" if one.user == PLACEHOLDER else whose.user
    old = f", {age(max(0, now - whose.born) // SECOND)} old" if whose.born else ""
    return f"{kind} {one.uuid} of {project}, {user}{old}"


def fuller(
    before: Mapping[Place, Inventory], after: Mapping[Place, Inventory], names: Mapping[str, str]
) -> Iterator[str]:
    """How full providers get that give more than before."""
    found: dict[str, list[str]] = {}
    for place, old in before.items():
        new = after[place]
        if new.used > old.used and old.stock.capacity > 0:
            shares = [f"{share_of(one.used, one.stock.capacity)}%" for one in (old, new)]
            told = f"{place.resource_class} {' -> '.join(shares)}"
            found.setdefault(place.provider, []).append(told)
    for provider, all in found.items():
        yield f"{names[provider]} gets fuller: {', '.join(all)}"


def grounds(gone: Iterable[str]) -> Iterator[str]:
    """How it is known that nothing stands behind what is removed."""
    for why in dict.fromkeys(gone):
        if why:
            yield f"known to be gone: {why}"
