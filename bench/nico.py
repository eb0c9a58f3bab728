"""`python -m bench.nico`: what carving a network costs in a block of 10,000 parts.

The block is in pieces: of 13,000 parts every fourth or so was given back. Carving finds a network,
takes it and gives it back, on the free list as it is kept and by recomputing it from the parts;
a change is a whole command, in that block and in one of ten parts, each with its commit.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

from backend.core.database import Database, Tx, open_database
from backend.core.identity import operator
from backend.core.usecase import execute
from backend.nico.model import (
    Block,
    CreateNicoAllocation,
    DeleteNicoAllocation,
    Kind,
    Provider,
    Routing,
    Site,
    Tenant,
)
from backend.nico.rules.carve import Net, free_of
from backend.nico.service import ROOM
from backend.nico.store import blocks, places
from backend.schema import STEPS

NOW = 1_795_000_000_000_000
MADE, LEFT, FEW = 13_000, 10_000, 10
LENGTHS = (24, 25, 26, 23)
GOAL = 10
"""How many times as fast as recomputing the kept list has to be."""
ACTOR = operator("bench")


def uuid(kind: int, n: int) -> str:
    """The id of a thing."""
    return f"00000000-0000-4000-8{kind:03x}-{n:012x}"


PROVIDER, TENANT, SITE = uuid(1, 0), uuid(2, 0), uuid(3, 0)


def root(n: int, address: str) -> Block:
    """A block of the site."""
    what = (f"block {n}", None, Routing.PUBLIC, address, 9, False, "Ready", NOW, NOW)
    return Block(uuid(4, n), PROVIDER, SITE, "", "", *what)


MANY, SMALL = root(0, "10.0.0.0"), root(1, "20.0.0.0")


def fill(tx: Tx) -> None:
    """A block in ten thousand parts, and one in ten."""
    places.add_provider(tx, Provider(PROVIDER, "acme", "Acme", NOW))
    places.add_tenant(tx, Tenant(TENANT, "t1", "T1", NOW))
    places.add_site(tx, Site(SITE, PROVIDER, "S1", "Registered", True, NOW))
    chance = Random(7)
    for block, made, left in ((MANY, MADE, LEFT), (SMALL, FEW, FEW)):
        blocks.add(tx, block)
        free = blocks.free_list(tx, block)
        parts = []
        for n in range(made):
            own = free.carved(LENGTHS[n % len(LENGTHS)])
            if own is None:
                raise SystemExit(f"{block.name} is full")
            parts.append(part(block, n, own))
            blocks.add(tx, parts[-1])
        for one in chance.sample(parts, made - left):
            blocks.delete(tx, one)


def part(block: Block, n: int, own: Net) -> Block:
    """A part of a block."""
    what = (f"part {n}", None, block.routing, own.address, own.length, False, "Ready", NOW, NOW)
    key = n + (MADE if block is SMALL else 0)
    return Block(uuid(5, key), PROVIDER, SITE, TENANT, block.uuid, *what)


def kept(tx: Tx, length: int) -> str:
    """Carve and give back on the list that is kept."""
    free = blocks.free_list(tx, MANY)
    found = free.carved(length)
    if found is None:
        raise SystemExit(f"no room for a /{length}")
    free.take(found)
    free.give_back(found)
    return found.cidr


def recomputed(tx: Tx, length: int) -> str:
    """Carve from what the parts leave; giving back would be free of cost."""
    pieces = free_of(blocks.net_of(MANY), blocks.children(tx, MANY))
    fitting = [one for one in pieces if one.length <= length]
    best = max(fitting, key=lambda one: (one.length, -one.network))
    return best._replace(length=length).cidr


def change(database: Database, block: Block, n: int) -> None:
    """Give a network of a block, and take it back."""
    give = CreateNicoAllocation(
        actor=ACTOR,
        name=f"new {n}",
        tenant=TENANT,
        site=SITE,
        kind=Kind.ADDRESSES,
        resource=block.uuid,
        value=LENGTHS[n % len(LENGTHS)],
    )
    done = database.write(lambda tx: execute(tx, ROOM, give, ""))
    gone = DeleteNicoAllocation(actor=ACTOR, allocation=str(done.created["allocation"]))
    database.write(lambda tx: execute(tx, ROOM, gone, ""))


def took(work: Callable[[int], object], times: int) -> float:
    """Median milliseconds of doing something so often."""
    found = []
    for n in range(times):
        begun = time.perf_counter()
        work(n)
        found.append((time.perf_counter() - begun) * 1000)
    return statistics.median(found)


def each(tx: Tx, how: Callable[[Tx, int], str], n: int) -> str:
    """Carve a length after the other."""
    return how(tx, LENGTHS[n % len(LENGTHS)])


def in_turns(database: Database, rounds: int) -> tuple[float, float]:
    """Milliseconds of carving on the kept list and by recomputing, which find the same."""

    def work(tx: Tx) -> tuple[float, float]:
        for length in LENGTHS:
            if kept(tx, length) != recomputed(tx, length):
                raise SystemExit("the kept list is not what recomputing gives")
        kinds = [[took(partial(each, tx, how), len(LENGTHS)) for _ in range(rounds)]
                 for how in (kept, recomputed)]  # fmt: skip
        return statistics.median(kinds[0]), statistics.median(kinds[1])

    return database.write(work)


def main() -> None:
    """Measure and say whether the goal is met."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder) / "nico.db", STEPS)
        database.write(fill)
        fast, slow = in_turns(database, rounds)
        print(f"carve, kept list       {fast:8.3f} ms")
        print(f"carve, recomputing     {slow:8.3f} ms   {slow / fast:.0f} x")
        many, few = (took(partial(change, database, one), rounds) for one in (MANY, SMALL))
        print(f"a change, 10,000 parts {many:8.3f} ms   {many / few:.2f} x one of {FEW} parts")
        database.close()
    if slow < GOAL * fast:
        raise SystemExit(f"carving should be {GOAL} times as fast as recomputing")


if __name__ == "__main__":
    main()
