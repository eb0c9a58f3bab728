"""`python -m bench.allocations`: what the lists of Placement cost as it grows.

A thousand consumers on 20 providers beside a hundred thousand on 2,000: the first page of each list
in each order, rows in its midst, and the console's pane as it is opened and paged through.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

from backend.allocations import queries as allocations
from backend.core.identity import operator
from backend.core.listing import Listing, Query
from backend.embedded import EmbeddedBackend, open_embedded
from backend.placement import queries
from backend.placement.model import Consumer, Provider, Stock
from backend.world import World, load
from backend.world.model import ConsumerEntry, ProviderEntry
from tui.app import BursarApp
from tui.session import Session, Settings

SIZES = (1_000, 100_000)
CONSUMERS, PAGE, PAGES = 50, 20, 20
HELD = {"VCPU": 4, "MEMORY_MB": 4096, "DISK_GB": 40}
STOCKS = {
    "VCPU": Stock(64, allocation_ratio=4.0),
    "MEMORY_MB": Stock(2**18),
    "DISK_GB": Stock(2000),
}
NOW = 1_700_000_000_000_000
MODULUS = 2**61 - 1

Act = Callable[[], Awaitable[object]]


def uuid(kind: int, n: int) -> str:
    """The id of a thing, in no order."""
    return str(UUID(int=kind << 120 | n * 0x9E3779B97F4A7C15 % MODULUS))


def providers(count: int) -> Iterator[ProviderEntry]:
    """Each fourth one is below the one before."""
    for n in range(count):
        one, above = uuid(1, n), uuid(1, n - 1) if n % 4 == 3 else ""
        provider = Provider(one, f"node-{n:05}", 7, above, above or one)
        yield ProviderEntry(provider, STOCKS, (), (), NOW, NOW)


def consumers(count: int) -> Iterator[ConsumerEntry]:
    """Fifty of each provider, in a hundred projects."""
    for n in range(count):
        project, user = uuid(3, n % 100), uuid(4, n % 1000)
        kind = ("INSTANCE", "INSTANCE", "MIGRATION", "")[n % 4]
        held = {uuid(1, n // CONSUMERS): HELD}
        came = NOW - n * 7919 % 10**6 * 10**6
        yield ConsumerEntry(Consumer(uuid(2, n), project, user, kind, 1, held), came, came)


def made(place: Path, count: int) -> EmbeddedBackend:
    """A database with so many consumers."""
    backend = open_embedded(place / f"{count}.db", actor=operator("bench"))
    nodes = list(providers(count // CONSUMERS))
    load(backend.database, World(providers=nodes, consumers=list(consumers(count))))
    return backend


async def took(act: Act, rounds: int) -> float:
    """Milliseconds, the best."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        await act()
        times.append((time.perf_counter() - begun) * 1000)
    return min(times)


async def lists(backend: EmbeddedBackend, rounds: int) -> dict[str, float]:
    """Milliseconds of first pages, and of a page in the midst."""
    room = backend.placement
    told: dict[str, float] = {}
    orders: tuple[tuple[str, Listing[object], list[str]], ...] = (
        ("allocations", backend.allocations, [*allocations.SORTS, *allocations.PARTS]),
        ("inventories", room.inventories, list(queries.INVENTORY_SORTS)),
        ("providers", room.providers, list(queries.PROVIDER_SORTS)),
    )
    for name, listing, sorts in orders:
        for sort in sorts:
            page = partial(listing.page, Query(sort=sort), PAGE)
            told[f"{name}, first page by {sort or 'default'}"] = await took(page, rounds)
        keys = await listing.keys(Query())
        midst = list(keys[len(keys) // 2 :][:PAGE])
        told[f"{name}, rows in the midst"] = await took(partial(listing.rows, midst), rounds)
    return told


async def pane(backend: EmbeddedBackend, rounds: int) -> dict[str, float]:
    """Milliseconds of the console's pane, its idle waits included."""
    app = BursarApp(Session(backend, Settings()), live=False)
    async with app.run_test(size=(140, 40)) as pilot:

        async def pressed(*keys: str) -> None:
            await pilot.press(*keys)
            await pilot.pause()

        await pressed("1")
        first = await took(partial(pressed, "3"), 1)
        again = await took(partial(pressed, "1", "3"), rounds)
        down = await took(partial(pressed, *["pagedown"] * PAGES), rounds)
        end = await took(partial(pressed, "end", "home"), rounds)
    return {
        "pane opened": first,
        "pane left and opened again": again,
        f"{PAGES} pages down": down,
        "to the end and back": end,
    }


def main() -> None:
    """Both sizes beside each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for size in SIZES:
            backend = made(Path(folder), size)
            gc.collect()
            gc.freeze()
            measured = asyncio.run(lists(backend, rounds)) | asyncio.run(pane(backend, rounds))
            found.append(measured)
            backend.shut()
    print(f"{'':<38}" + "".join(f"{size:>12,}" for size in SIZES) + f"{'ratio':>9}")
    for name, small in found[0].items():
        large = found[1][name]
        print(f"{name:<38}{small:>10.2f}ms{large:>10.2f}ms{large / small:>9.2f}")


if __name__ == "__main__":
    main()
