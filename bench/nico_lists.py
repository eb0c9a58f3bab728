"""`python -m bench.nico_lists`: what the list of constraints costs as it grows.

200 constraints over 5 blocks beside 20,000 over 500, each with what it may become.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from functools import partial
from ipaddress import ip_address
from pathlib import Path

from backend.core.identity import operator
from backend.core.listing import Query
from backend.embedded import EmbeddedBackend, open_embedded
from backend.nico import queries
from backend.nico.model import (
    Allocation,
    Block,
    Constraint,
    Kind,
    Mode,
    Provider,
    Routing,
    Site,
    Tenant,
)
from backend.world import World, load
from backend.world.nico_model import BlockEntry, GivenEntry, NicoWorld
from bench.allocations import NOW, took
from bench.nico import uuid

SIZES, EACH, PAGE, TENANTS = (200, 20_000), 40, 40, 20
GOAL = 2
"""How many times as long the larger one may take."""
FIRST, ROOT, PART = int(ip_address("10.0.0.0")), 18, 24
PROVIDER, SITE = uuid(1, 0), uuid(3, 0)
ORDERS = ("", "age")
"""Those that are stored; others sort all there are."""


def block(of: int, n: int = -1) -> Block:
    """A block of the site, or the part of it of this number."""
    name, routing = f"block {of}", Routing.PUBLIC
    start, key = FIRST + (of << (32 - ROOT)), uuid(4, of)
    rest = (False, "Ready", NOW, NOW)
    if n < 0:
        at = str(ip_address(start))
        return Block(key, PROVIDER, SITE, "", "", name, None, routing, at, ROOT, *rest)
    at, tenant = str(ip_address(start + (n << (32 - PART)))), uuid(2, n % TENANTS)
    own = uuid(5, of * EACH + n)
    return Block(own, PROVIDER, SITE, tenant, key, name, None, routing, at, PART, *rest)


def given(count: int) -> Iterator[GivenEntry]:
    """An allocation of every part."""
    for n in range(count):
        came = NOW - n * 7919 % 10**6 * 1_000_000
        whose = (PROVIDER, uuid(2, n % EACH % TENANTS), SITE, f"net-{n * 7919 % count:05}")
        one = Allocation(uuid(6, n), *whose, None, "Registered", came, came)
        about = (Kind.ADDRESSES, uuid(4, n // EACH), Mode.RESERVED, PART, uuid(5, n))
        yield GivenEntry(one, Constraint(uuid(7, n), one.uuid, *about, came, came))


def made(place: Path, count: int) -> EmbeddedBackend:
    """A database with so many."""
    backend = open_embedded(place / f"{count}.db", actor=operator("bench"))
    roots = range(count // EACH)
    parts = (block(of, n) for of in roots for n in range(EACH))
    world = NicoWorld(
        [Provider(PROVIDER, "acme", "Acme", NOW)],
        [Tenant(uuid(2, n), f"t{n}", f"T{n}", NOW) for n in range(TENANTS)],
        sites=[Site(SITE, PROVIDER, "S1", "Registered", True, NOW)],
        blocks=[BlockEntry(one) for one in (*map(block, roots), *parts)],
        allocations=given(count),
    )
    load(backend.database, World(nico=world))
    return backend


async def console(backend: EmbeddedBackend, rounds: int) -> dict[str, float]:
    """Milliseconds by the port."""
    listing, told = backend.nico.constraints, {}
    for sort in queries.CONSTRAINT_SORTS:
        page = partial(listing.page, Query(sort=sort), PAGE)
        told[f"first page by {sort or 'name'}"] = await took(page, rounds)
    keys = await listing.keys(Query())
    midst = list(keys[len(keys) // 2 :][:PAGE])
    told["rows in the midst"] = await took(partial(listing.rows, midst), rounds)
    scope = partial(listing.page, Query(scope=f"block:{uuid(4, 3)}"), PAGE)
    told["of a block"] = await took(scope, rounds)
    told["one"] = await took(partial(backend.nico.constraint, midst[0]), rounds)
    return told


def main() -> None:
    """Both sizes beside each other; whether the goal is met by all that is not sorted anew."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for size in SIZES:
            backend = made(Path(folder), size)
            found.append(asyncio.run(console(backend, rounds)))
            backend.shut()
    few, many = found
    stored = {"rows in the midst", "of a block", *(f"first page by {s or 'name'}" for s in ORDERS)}
    for name, small in few.items():
        mark = " *" if name in stored else ""
        print(f"{name:26} {small:8.3f} ms {many[name]:8.3f} ms  {many[name] / small:5.2f} x{mark}")
    slow = [name for name in stored if many[name] > GOAL * few[name]]
    if slow:
        raise SystemExit(f"more than {GOAL} times as long: {', '.join(sorted(slow))}")


if __name__ == "__main__":
    main()
