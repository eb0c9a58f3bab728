"""`python -m bench.openportal`: what lists of allocations on clusters cost as they grow.

500 allocations beside 50,000, a fifth of them at another portal: the console's list by the port,
and the Waldur API in this process. The floor is a request that reads next to nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx

from backend.allocations import queries
from backend.core.identity import Role, operator
from backend.core.listing import Query
from backend.core.principals import Grant, add, digest
from backend.embedded import EmbeddedBackend, open_embedded
from backend.openportal.model import (
    Allocation,
    Customer,
    PortalProject,
    Service,
    State,
    Usage,
)
from backend.server.app import create_app
from backend.world import World, load
from backend.world.portal_model import AllocationEntry, PortalWorld, ServiceEntry, UsageEntry
from bench.allocations import MODULUS, NOW, took

SIZES = (500, 50_000)
PAGE, SERVICES, SECOND = 20, 10, 1_000_000
TOKEN = "bench-token"
ROOT = "http://bench.test/api"
COLUMNS = ("uuid", "name", "state", "project_name", "service_name", "node_limit", "node_usage")
FILTERS = (
    "kind:opl state=erred", "state=updating", "code=c7", "service=cluster-3", "name=climate-7",
    "project=project-7", "uuid={uuid}", "busy", "share>=90%",
)  # fmt: skip


def uuid(kind: int, n: int) -> str:
    """The id of a thing, in no order."""
    return f"{kind << 120 | n * 0x9E3779B97F4A7C15 % MODULUS:032x}"


def world(count: int) -> PortalWorld:
    """Two allocations of each project, on ten services; a hundred have failed, whatever the
    count, and a hundred are being changed."""
    customers = [Customer(uuid(1, n), f"University {n}", "", f"U{n}", NOW) for n in range(20)]
    projects = [
        PortalProject(
            uuid(2, n), uuid(1, n % 20), f"project-{n}", "", "", "", f"c{n}", None, 0, NOW
        )
        for n in range(count // 2)
    ]
    names = ("NHR", 1000, -1)
    services = [
        Service(uuid(3, n), f"cluster-{n}", n % 5 == 4, State.OK, "", True, "", f"a.b.{n}", *names)
        for n in range(SERVICES)
    ]
    return PortalWorld(
        customers,
        projects,
        (),
        [ServiceEntry(one) for one in services],
        list(allocations(count)),
        list(usages(count)),
    )


def allocations(count: int) -> Iterator[AllocationEntry]:
    """All of them."""
    step = count // 100
    for n in range(count):
        project, remote = n // 2, n % SERVICES % 5 == 4
        state = State.ERRED if n % step == 0 else State.UPDATING if n % step == 2 else State.OK
        came = NOW - n * 7919 % 10**6 * SECOND
        code = f"c{project}"
        yield AllocationEntry(Allocation(
            uuid(4, n), remote, f"climate-{project}", "", uuid(3, n % SERVICES), uuid(2, project),
            state, f"{code}.brics", f"u{project}.far" if remote else f"brics.{code}",
            1000 + n % 7, n * 7919 % 110_000, True, True, "", "", 1, 1, came, came,
        ))  # fmt: skip


def usages(count: int) -> Iterator[UsageEntry]:
    """What one person used of each."""
    for n in range(count):
        yield UsageEntry(uuid(4, n), "", Usage(2023, 11, f"ada.c{n}.brics", "Ada", n % 1000))


def made(place: Path, count: int) -> EmbeddedBackend:
    """A database with so many."""
    backend = open_embedded(place / f"{count}.db", actor=operator("bench"))
    load(backend.database, World(portal=world(count)))
    granted = [Grant("openportal", Role.ADMIN)]
    backend.database.write(
        partial(add, actor=operator("bench"), name="bench", grants=granted, sha256=digest(TOKEN),
                expires_at=0)
    )  # fmt: skip
    return backend


async def console(backend: EmbeddedBackend, rounds: int) -> dict[str, float]:
    """Milliseconds by the port."""
    listing, told = backend.allocations, {}
    told["floor: the queue"] = await took(backend.openportal.queue, rounds)
    told["badges"] = await took(backend.badges, rounds)
    for sort in (*queries.PARTS, *queries.SORTS):
        page = partial(listing.page, Query(sort=sort), PAGE)
        told[f"first page by {sort}"] = await took(page, rounds)
    keys = await listing.keys(Query())
    midst = list(keys[len(keys) // 2 :][:PAGE])
    told["rows in the midst"] = await took(partial(listing.rows, midst), rounds)
    for text in FILTERS:
        named = text.replace("{uuid}", uuid(4, 77))
        page = partial(listing.page, Query(named), PAGE)
        told[f"/{text}"] = await took(page, rounds)
    for text, sort in itertools.product(("limate-77", '"no such text"'), ("name", "age")):
        page = partial(listing.page, Query(text, sort=sort, descending=sort == "age"), PAGE)
        told[f"/{text} by {sort}"] = await took(page, rounds)
    told["codes, first page"] = await took(
        partial(backend.openportal.codes.page, Query(), PAGE), rounds
    )
    return told


async def api(backend: EmbeddedBackend, count: int, rounds: int) -> dict[str, float]:
    """Milliseconds by the Waldur API."""
    transport = httpx.ASGITransport(create_app(backend))
    headers = {"Authorization": f"Token {TOKEN}"}
    told: dict[str, float] = {}
    columns = "&".join(f"field={name}" for name in COLUMNS)
    local = count - count // 5
    asked = {
        "floor: one customer": f"customers/{uuid(1, 1)}/",
        "first page": f"openportal-allocations/?page_size={PAGE}&{columns}",
        "page in the midst": f"openportal-allocations/?page={local // 2 // PAGE}"
        f"&page_size={PAGE}&{columns}",
        "one": f"openportal-allocations/{uuid(4, 2)}/",
        "state=ERRED": f"openportal-allocations/?state=ERRED&page_size={PAGE}&{columns}",
        "project_uuid": f"openportal-allocations/?project_uuid={uuid(2, 7)}&{columns}",
        "backend_id": f"openportal-allocations/?backend_id=c7.brics&{columns}",
        "name_exact": f"openportal-allocations/?name_exact=climate-7&{columns}",
        "name (substring)": f"openportal-allocations/?name=MATE-77&{columns}",
        "project_name (substring)": f"openportal-allocations/?project_name=ject-77&{columns}",
    }
    async with httpx.AsyncClient(transport=transport, headers=headers) as client:

        async def ask(path: str, method: str = "GET") -> None:
            (await client.request(method, f"{ROOT}/{path}")).raise_for_status()

        for name, path in asked.items():
            told[f"API, {name}"] = await took(partial(ask, path), rounds)
        counted = "openportal-allocations/?state=ERRED"
        told["API, HEAD state=ERRED"] = await took(partial(ask, counted, "HEAD"), rounds)
        whole = partial(ask, "openportal-allocations/", "HEAD")
        told["API, HEAD of all"] = await took(whole, rounds)
    return told


def main() -> None:
    """Both sizes beside each other, and what the larger one takes beyond its floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for size in SIZES:
            backend = made(Path(folder), size)
            gc.collect()
            gc.freeze()
            measured = asyncio.run(console(backend, rounds))
            found.append(measured | asyncio.run(api(backend, size, rounds)))
            backend.shut()
    print(f"{'':<38}" + "".join(f"{size:>12,}" for size in SIZES) + f"{'ratio':>9}{'beyond':>9}")
    floor = 0.0
    for name, small in found[0].items():
        large = found[1][name]
        floor = large if "floor" in name else floor
        ratio = f"{large / small:>9.2f}{large - floor:>9.1f}"
        print(f"{name:<38}{small:>10.2f}ms{large:>10.2f}ms{ratio}")


if __name__ == "__main__":
    main()
