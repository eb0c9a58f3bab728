"""`python -m bench.waldur`: what the lists of /api cost as they grow.

500 allocations beside 50,000, half of them remote, twenty a project: pages, filters and counts as
`bursar serve` answers them over HTTP, to staff and to somebody who sees one project. Each time is
the best of many; sizes take turns, so that a noisy machine disturbs both alike.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from backend.core import principals
from backend.core.database import Tx, open_database
from backend.core.identity import operator
from backend.openportal.model import (
    Allocation,
    Customer,
    Part,
    PartOf,
    PortalProject,
    PortalUser,
    Service,
    State,
)
from backend.openportal.store import allocations, people, places
from backend.schema import STEPS
from bench.http import server

SIZES = (500, 50_000)
OF_PROJECT, OF_CUSTOMER, SERVICES = 20, 5, 4
AT = 1_760_000_000_000_000
LIST = "/api/openportal-allocations/"
STATES = (State.OK,) * 47 + (State.ERRED, State.UPDATING, State.CREATING)
GATE = 2.0


def uuid(kind: int, number: int) -> str:
    """The uuid of a thing, in no order."""
    return f"{kind:02x}{number * 0x9E3779B97F4A7C15 % 2**61:030x}"


def fill(tx: Tx, count: int) -> None:
    """Organisations, projects, services and allocations."""
    projects = count // OF_PROJECT
    for n in range(max(projects // OF_CUSTOMER, 1)):
        places.add_customer(tx, Customer(uuid(1, n), f"Centre {n:05}", "", f"C{n}", AT))
    for n in range(projects):
        owner, dates = uuid(1, n // OF_CUSTOMER), ("2026-01-01", "2099-01-01")
        rest = (f"Project {n:05}", "", *dates, f"p{n}", None, 10**6, AT)
        places.save_project(tx, None, PortalProject(uuid(2, n), owner, *rest))
    for n in range(SERVICES):
        kind = (f"Cluster {n}", n % 2 == 1, State.OK, "", True, uuid(1, 0))
        places.add_service(tx, Service(uuid(3, n), *kind, f"a.b.c{n}", "NHR", 0, 0))
    for n in range(count):
        allocations.save(tx, None, allocation(n))
    people.add_user(tx, PortalUser(uuid(5, 0), "ada", "Ada", "", False, False, True, AT))
    people.add_part(tx, PartOf(uuid(5, 0), "", uuid(2, 1), Part.ADMIN))


def allocation(n: int) -> Allocation:
    """One of them."""
    code = n // OF_PROJECT
    return Allocation(
        uuid=uuid(4, n),
        remote=n % 2 == 1,
        name=f"allocation {n * 7919 % 10**6:06}",
        description="for research",
        service=uuid(3, n % SERVICES),
        project=uuid(2, code),
        state=STATES[n % len(STATES)],
        backend_id=f"p{code}.brics",
        counterpart=f"brics.p{code}",
        node_limit=1000 + n % 100,
        node_usage=n % 1000,
        is_active=n % 50 != 0,
        is_added=True,
        error_message="",
        error_traceback="",
        local_version=1,
        remote_version=1,
        created_at=AT + n,
        modified_at=AT + n,
    )


@dataclass
class Target:
    """A server with so many allocations."""

    size: int
    http: httpx.Client
    tokens: dict[str, str]
    best: dict[str, float] = field(default_factory=dict)


@contextmanager
def target(folder: Path, size: int) -> Iterator[Target]:
    """`bursar serve` on a new database."""
    path = folder / f"{size}.db"
    grants = {"staff": "openportal:admin", "user": f"openportal:user:{uuid(5, 0)}"}
    tokens = {who: principals.fresh_token() for who in grants}
    database = open_database(path, STEPS)

    def write(tx: Tx) -> None:
        fill(tx, size)
        for who, token in tokens.items():
            found = [principals.parse_grant(grants[who])]
            principals.add(tx, operator("bench"), who, found, principals.digest(token), 0)

    database.write(write)
    database.close()
    serve = ("tui", "serve", "--database", str(path), "--bind", "127.0.0.1:0")
    with (
        server(*serve, "--no-access-log") as found,
        httpx.Client(base_url=f"http://127.0.0.1:{found.port}", timeout=60) as http,
    ):
        yield Target(size, http, tokens)


def asked(size: int) -> dict[str, tuple[str, str, str]]:
    """What is asked: by whom, how and where."""
    n = size // 2 & ~3
    one = allocation(n)
    gets = {
        "first page": "",
        "a hundred rows": "page_size=100",
        "some columns": "page_size=100&field=uuid&field=name&field=state&field=node_limit",
        "uuid": f"uuid={one.uuid}",
        "name_exact": f"name_exact={one.name}",
        "backend_id": f"backend_id={one.backend_id}",
        "project_uuid": f"project_uuid={one.project}",
        "customer_uuid": f"customer_uuid={uuid(1, 0)}",
        "service_settings_uuid": f"service_settings_uuid={one.service}",
        "state=OK": "state=OK",
        "state=ERRED": "state=ERRED",
        "is_active=true": "is_active=true",
        "is_active=false": "is_active=false",
    }
    found = {f"GET {name}": ("staff", "GET", f"{LIST}?{query}") for name, query in gets.items()}
    found |= {f"HEAD {name}": ("staff", "HEAD", f"{LIST}?{query}") for name, query in gets.items()}
    found["GET first page, a user"] = ("user", "GET", LIST)
    found["HEAD first page, a user"] = ("user", "HEAD", LIST)
    found["GET one"] = ("user", "GET", f"{LIST}{allocation(OF_PROJECT).uuid}/")
    found["GET newest"] = ("staff", "GET", f"{LIST}?o=-created")
    for query in ("name=9", "state=OK&state=ERRED", "o=customer_name", "page=last"):
        found[f"(GET {query})"] = ("staff", "GET", f"{LIST}?{query}")
    return found


def measure(to: Target, name: str, rounds: int) -> None:
    """Milliseconds, the best of all rounds."""
    who, method, path = asked(to.size)[name]
    headers = {"Authorization": f"Token {to.tokens[who]}"}
    for _ in range(rounds):
        begun = time.perf_counter()
        answer = to.http.request(method, path, headers=headers)
        taken = (time.perf_counter() - begun) * 1000
        assert answer.status_code == 200, answer.text
        to.best[name] = min(taken, to.best.get(name, taken))


def main() -> int:
    """Both sizes beside each other; 1 when a gate is missed. What stands in brackets has none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as until:
        targets = [until.enter_context(target(Path(folder), size)) for size in SIZES]
        for _ in range(3):
            for name in asked(SIZES[0]):
                for to in targets:
                    measure(to, name, rounds)
    small, large = (to.best for to in targets)
    print(f"{'':<30}" + "".join(f"{size:>12,}" for size in SIZES) + f"{'ratio':>9}")
    missed = 0
    for name, before in small.items():
        ratio = large[name] / before
        missed += ratio > GATE and not name.startswith("(")
        print(f"{name:<30}{before:>10.2f}ms{large[name]:>10.2f}ms{ratio:>9.2f}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
