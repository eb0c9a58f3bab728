"""How many machines a tenant may have, and what a constraint may become (spec nico §2.2-2.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from backend.core.errors import Invalid, NotAllowed
from backend.core.text import counted
from backend.nico.model import Bounds, InstanceType, Pool, Prefix
from backend.nico.model.entities import PREFIXES
from backend.nico.rules.values import E, refusal

NOTHING_LEFT = "no machine is left"
NAMED = 3
"""As many of what stands in the way as are told by name."""


def need_room(of: InstanceType, more: int, error: type[E]) -> None:
    """Raises `error` when a type has fewer machines left."""
    if more > of.room:
        told = f"{of.name} has {counted(of.machines, 'machine')}, {of.allocated:,} are given away"
        hint = f"at most {max(0, of.room):,} more can be given"
        raise refusal(error, "capacity", told, hint)


def need_pool(of: InstanceType, pool: Pool, less: int, error: type[E]) -> None:
    """Raises `error` when a tenant has more instances than it would be left machines."""
    if pool.instances > pool.allocated - less:
        told = f"{counted(pool.instances, 'instance')} of {of.name} would have"
        told += f" {counted(pool.allocated - less, 'machine')}"
        raise refusal(error, "in_use", told, "remove instances first")


def need_place(of: InstanceType, pool: Pool) -> None:
    """Raises NotAllowed when a tenant has as many instances as machines, or none of either."""
    if pool.instances >= pool.allocated:
        many = counted(pool.allocated, "machine")
        told = f"{pool.instances:,} instances of {of.name} are on what is given, {many}"
        raise refusal(NotAllowed, "capacity", told, "have more allocated")


def machine_bounds(value: int, pool: Pool, room: int) -> Bounds:
    """What a number of machines may become: no less than instances need, no more than are left."""
    least = min(value, max(1, pool.instances - (pool.allocated - value)))
    most = value + max(0, room)
    why = list(_machines_why(value, least, pool, room))
    if least == most:
        return Bounds(0, 0, "; ".join(why))
    return Bounds(least, most, "; ".join(why))


def _machines_why(value: int, least: int, pool: Pool, room: int) -> Iterator[str]:
    if least > 1:
        yield f"{counted(pool.instances, 'instance')} in use"
    elif value == 1:
        yield "1 is the least"
    yield NOTHING_LEFT if room <= 0 else f"{counted(room, 'machine')} left"


def address_bounds(held: str, largest: int, bits: int) -> Bounds:
    """What a prefix length may become: `held` says what is in use of the carved block, `` for
    nothing, `largest` is the length of the largest piece that would be free without it."""
    if held:
        return Bounds(0, 0, f"{held} in use")
    why = f"with its own place, the largest free piece is a /{largest}"
    return Bounds(0, 0, why) if largest == bits else Bounds(largest, bits, why)


def held(counts: Mapping[bool | None, int]) -> str:
    """What is in use of a carved block, in words, `` for nothing, by whether it is a subnet."""
    found = ((counts.get(kind, 0), words) for kind, words in PREFIXES.items())
    return ", ".join(f"{count:,} {words[count != 1]}" for count, words in found if count)


def need_unheld(cidr: str, prefixes: Sequence[Prefix]) -> None:
    """Raises Invalid, naming some, when something is in use of a carved block."""
    if not prefixes:
        return
    told = f"{held(Counter(one.is_subnet for one in prefixes))} in use of {cidr}"
    named = [one for one in prefixes if one.name]
    names = [one.called for one in named[:NAMED]] or ["what is in use"]
    more = f" and {len(named) - NAMED:,} more" if len(named) > NAMED else ""
    raise refusal(Invalid, "in_use", told, f"remove {', '.join(names)}{more} first")
