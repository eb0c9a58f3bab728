"""The servers that every scenario is put to: our application here, with either engine, and
`bursar serve` in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from backend.core.database import open_database
from backend.embedded import open_embedded
from backend.schema import STEPS
from backend.server.app import create_app
from tests import postgres as postgresql
from tests.nico.wire.contract import Contract, ours, theirs
from tests.nico.wire.nico import Cast, Nico, nico
from tests.places import Place
from tests.serving import IN_PROCESS, serving

FORMS = ["asgi", "served", pytest.param("postgres", marks=pytest.mark.slow)]


@contextmanager
def in_process(place: Place, judges: Sequence[Contract]) -> Iterator[Nico]:
    """Our application without a socket."""
    backend = open_embedded(place)
    transport = httpx.ASGITransport(create_app(backend), raise_app_exceptions=False)
    try:
        with nico(IN_PROCESS, backend.database, judges, transport) as found:
            yield found
    finally:
        backend.shut()


@contextmanager
def served(place: Path, judges: Sequence[Contract]) -> Iterator[Nico]:
    """`bursar serve`."""
    database = open_database(place, STEPS)
    try:
        with serving(place) as server, nico(server.url, database, judges) as found:
            yield found
    finally:
        database.close()


@pytest.fixture(scope="session")
def judges() -> Sequence[Contract]:
    """Our document, and NVIDIA's where it is at hand."""
    found = theirs()
    return [ours(), *([found] if found else [])]


@pytest.fixture(scope="session")
def asgi_nico(
    tmp_path_factory: pytest.TempPathFactory, judges: Sequence[Contract]
) -> Iterator[Nico]:
    """Our application, shared: tests have a cast of their own."""
    with in_process(tmp_path_factory.mktemp("asgi") / "metal.db", judges) as found:
        yield found


@pytest.fixture(scope="session")
def postgres_nico(postgres: postgresql.Server, judges: Sequence[Contract]) -> Iterator[Nico]:
    """Our application on PostgreSQL, shared."""
    with postgres.database() as url, in_process(url, judges) as found:
        yield found


@pytest.fixture(scope="session")
def served_nico(
    tmp_path_factory: pytest.TempPathFactory, judges: Sequence[Contract]
) -> Iterator[Nico]:
    """Our server, shared."""
    with served(tmp_path_factory.mktemp("served") / "metal.db", judges) as found:
        yield found


@pytest.fixture(params=FORMS)
def site(request: pytest.FixtureRequest) -> Nico:
    """Each server."""
    found: Nico = request.getfixturevalue(f"{request.param}_nico")
    return found


@pytest.fixture
def cast(site: Nico) -> Cast:
    """People and places of this test."""
    return site.cast()
