"""The servers that every scenario is put to: our application here, with either engine, and
`bursar serve` in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import httpx
import pytest

from backend.core.database import open_database
from backend.core.runtime import Runtime
from backend.embedded import open_embedded
from backend.openportal.work.scheduler import Scheduler
from backend.openportal.work.simulator import Simulator
from backend.schema import STEPS
from backend.server.app import create_app
from tests import postgres as postgresql
from tests.openportal.portals import Clock
from tests.openportal.wire.waldur import Cast, Waldur, waldur
from tests.places import Place
from tests.serving import IN_PROCESS, serving

FORMS = ["asgi", "served", pytest.param("postgres", marks=pytest.mark.slow)]


@contextmanager
def in_process(place: Place) -> Iterator[Waldur]:
    """Our application without a socket; its clock and its scheduler are moved by hand."""
    clock = Clock()
    backend = open_embedded(place, runtime=Runtime(clock.now, Random()))
    scheduler = Scheduler(backend.database, Simulator(backend.database))

    def turn() -> None:
        clock.move(seconds=1)
        scheduler.step()

    transport = httpx.ASGITransport(create_app(backend), raise_app_exceptions=False)
    try:
        with waldur(IN_PROCESS, backend.database, turn, transport) as found:
            yield found
    finally:
        backend.shut()


@contextmanager
def served(place: Path) -> Iterator[Waldur]:
    """`bursar serve`, whose scheduler runs by itself."""
    database = open_database(place, STEPS)
    try:
        with (
            serving(place) as server,
            waldur(server.url, database, lambda: time.sleep(0.05)) as found,
        ):
            yield found
    finally:
        database.close()


@pytest.fixture(scope="session")
def asgi_waldur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Waldur]:
    """Our application, shared: tests have a cast of their own."""
    with in_process(tmp_path_factory.mktemp("asgi") / "portal.db") as found:
        yield found


@pytest.fixture(scope="session")
def postgres_waldur(postgres: postgresql.Server) -> Iterator[Waldur]:
    """Our application on PostgreSQL, shared."""
    with postgres.database() as url, in_process(url) as found:
        yield found


@pytest.fixture(scope="session")
def served_waldur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Waldur]:
    """Our server, shared."""
    with served(tmp_path_factory.mktemp("served") / "portal.db") as found:
        yield found


@pytest.fixture(params=FORMS)
def site(request: pytest.FixtureRequest) -> Waldur:
    """Each server."""
    found: Waldur = request.getfixturevalue(f"{request.param}_waldur")
    return found


@pytest.fixture
def cast(site: Waldur) -> Cast:
    """People and places of this test."""
    return site.cast()


@pytest.fixture(params=[False, True], ids=["local", "remote"])
def remote(request: pytest.FixtureRequest) -> bool:
    """Both resources."""
    found: bool = request.param
    return found
