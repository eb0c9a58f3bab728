"""The servers that every scenario is put to: OpenStack's own, and ours in two ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from backend.core import principals
from backend.core.database import Tx
from backend.core.identity import operator
from backend.embedded import EmbeddedBackend, open_embedded
from backend.server.app import create_app
from tests import postgres as postgresql
from tests.placement.wire.cloud import Cloud, cloud
from tests.places import Place
from tests.serving import IN_PROCESS, serving

MOUNT = "/placement"
GRANTS = {
    "admin": "placement:admin",
    "service": "placement:service:nova",
    "reader": "placement:viewer",
    "nobody": "bursar:viewer",
}
ROLES = {"service": "service", "reader": "reader", "nobody": ""}
TOKEN = "X-Auth-Token"
FORMS = [pytest.param("real", marks=pytest.mark.slow), "asgi", "served"]
OURS = ["asgi", "served", pytest.param("postgres", marks=pytest.mark.slow)]

Credentials = Callable[[str], Mapping[str, str]]


def upstream(who: str) -> Mapping[str, str]:
    """How the real server is told who asks."""
    if who in ("", "admin"):
        return {TOKEN: who} if who else {}
    return {TOKEN: f"{who}:proj", "X-Roles": ROLES[who]}


def given_out(backend: EmbeddedBackend) -> Credentials:
    """Tokens of each role for a database of ours."""
    tokens = {who: principals.fresh_token() for who in GRANTS}

    def give(tx: Tx) -> None:
        for who, token in tokens.items():
            grants = [principals.parse_grant(GRANTS[who])]
            principals.add(tx, operator("op"), who, grants, principals.digest(token), 0)

    backend.database.write(give)
    return lambda who: {TOKEN: tokens[who]} if who else {}


@contextmanager
def in_process(place: Place) -> Iterator[Cloud]:
    """Our application without a socket."""
    backend = open_embedded(place)
    try:
        app = create_app(backend)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        with cloud("asgi", IN_PROCESS + MOUNT, given_out(backend), transport) as found:
            yield found
    finally:
        backend.shut()


@contextmanager
def served(place: Path) -> Iterator[Cloud]:
    """`bursar serve` in a process of its own."""
    backend = open_embedded(place)
    credentials = given_out(backend)
    backend.shut()
    with serving(place) as server, cloud("served", server.url + MOUNT, credentials) as found:
        yield found


@pytest.fixture(scope="session")
def asgi_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Our application, shared: tests use uuids of their own."""
    with in_process(tmp_path_factory.mktemp("asgi") / "cloud.db") as found:
        yield found


@pytest.fixture(scope="session")
def postgres_cloud(postgres: postgresql.Server) -> Iterator[Cloud]:
    """Our application on PostgreSQL, shared."""
    with postgres.database() as url, in_process(url) as found:
        yield found


@pytest.fixture(scope="session")
def served_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Our server, shared."""
    with served(tmp_path_factory.mktemp("served") / "cloud.db") as found:
        yield found


@pytest.fixture(scope="session")
def real_cloud(placement_url: str) -> Iterator[Cloud]:
    """OpenStack's server, shared."""
    with cloud("real", placement_url, upstream) as found:
        yield found


@pytest.fixture(params=FORMS)
def any_cloud(request: pytest.FixtureRequest) -> Cloud:
    """Each server."""
    found: Cloud = request.getfixturevalue(f"{request.param}_cloud")
    return found


@pytest.fixture(params=OURS)
def our_cloud(request: pytest.FixtureRequest) -> Cloud:
    """Each of ours, with either engine."""
    found: Cloud = request.getfixturevalue(f"{request.param}_cloud")
    return found
