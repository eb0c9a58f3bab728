"""A server that is made of NVIDIA's document answers our client: Stoplight's Prism, which runs on
Node and comes from npm's registry."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from backend.core.errors import Invalid, NotAllowed, NotSignedIn
from backend.core.plan import WireRequest
from backend.http import Http
from backend.nico.client import Api, NicoClient, failure
from tests.nico.wire.contract import ABSENT, PLACE
from tests.openstack import kept, run
from tests.remote.consoles import presenting
from tests.remote.nico.conftest import HASTY

T = TypeVar("T")
PRISM = "@stoplight/prism-cli@5.16.0"
NODE = shutil.which("npm")
UUID = "497f6eca-6276-4993-bfeb-53cbbbba6f08"
PATIENCE = 120

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PLACE.is_file(), reason=ABSENT),
    pytest.mark.skipif(NODE is None, reason="Prism wants Node: install nodejs and npm"),
]


def install(home: Path) -> None:
    """Prism and what it needs."""
    run([str(NODE), "install", "--prefix", str(home), "--no-fund", "--no-audit", PRISM])


@pytest.fixture(scope="module", params=["same", "random"])
def prism(request: pytest.FixtureRequest) -> Iterator[str]:
    """Its URL; it answers the same each time, or at random."""
    command = str(kept("prism", [PRISM], install) / "node_modules/.bin/prism")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    how = ["-d"] if request.param == "random" else []
    told = [command, "mock", *how, "-h", "127.0.0.1", "-p", str(port), str(PLACE)]
    server = subprocess.Popen(told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(server, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    """Until it listens."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("Prism does not listen")


def asked(url: str, scene: Callable[[NicoClient], Awaitable[T]], token: str = "x") -> T:
    """What comes of a scene with our client."""

    async def played() -> T:
        source = presenting(token) if token else None
        http = Http(url, token=source, failure=failure, patience=HASTY, replays=False)
        try:
            return await scene(NicoClient(http, Api("acme")))
        finally:
            await http.close()

    return asyncio.run(played())


def test_everything_is_read(prism: str) -> None:
    async def scene(client: NicoClient) -> list[object]:
        standing = await client.standing()
        assert standing.provider is not None or standing.tenant is not None
        lists = [
            await client.allocations(siteId=UUID),
            await client.sites(),
            await client.accounts(UUID),
            await client.types(),
            await client.machines(siteId=UUID),
            await client.blocks(),
            await client.derived(UUID),
        ]
        assert all(one is not None for one in lists)
        assert await client.shared(UUID) is None  # the subset has it not
        ones = [await client.allocation(UUID), await client.instance_type(UUID)]
        return [*ones, await client.block(UUID)]

    assert all(asked(prism, scene))


def test_everything_is_written(prism: str) -> None:
    given = {
        "resourceType": "IPBlock",
        "resourceTypeId": UUID,
        "constraintType": "Reserved",
        "constraintValue": 24,
    }
    new = {"name": "net", "tenantId": UUID, "siteId": UUID, "allocationConstraints": [given]}

    async def scene(client: NicoClient) -> list[str]:
        one = client.api.path("allocation", UUID)
        value = f"{one}/constraint/{UUID}"
        return [
            await client.send(WireRequest("POST", client.api.path("allocation"), new)),
            await client.send(WireRequest("PATCH", one, {"name": "other"})),
            await client.send(WireRequest("PATCH", value, {"constraintValue": 23})),
            await client.send(WireRequest("DELETE", one, {})),
        ]

    made = asked(prism, scene)
    assert made[3] == ""


def test_refusals_are_told(prism: str) -> None:
    async def bad(client: NicoClient) -> None:
        where = client.api.path("allocation", UUID, "constraint", UUID)
        await client.send(WireRequest("PATCH", where, {"constraintValue": "x"}))

    with pytest.raises(Invalid):
        asked(prism, bad)
    with pytest.raises((NotSignedIn, NotAllowed)):
        asked(prism, lambda client: client.sites(), "")
