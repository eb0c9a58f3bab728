"""What our client asks is as NVIDIA describes it."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx
import pytest
from openapi_core.templating.paths.exceptions import PathError

from backend.core.listing import Query
from backend.http import Http
from backend.remote import RemoteBackend
from tests.nico.cloud import B16, G100
from tests.nico.wire.contract import ABSENT, PLACE, Contract, theirs
from tests.remote.nico.conftest import HASTY, Stand, carry_out, detail
from tests.remote.nico.test_sending import changes

pytestmark = pytest.mark.skipif(not PLACE.is_file(), reason=ABSENT)

STATISTICS = "/v2/org/acme/nico/machine/instance-type/stats"
"""What the real server has, and the document's subset has not (spec nico §3)."""


@dataclass
class Judge(httpx.AsyncBaseTransport):
    """Passes requests on and holds them against the document."""

    contract: Contract
    inner: httpx.AsyncHTTPTransport = field(default_factory=httpx.AsyncHTTPTransport)
    mistakes: list[str] = field(default_factory=list)
    calls: set[tuple[str, str]] = field(default_factory=set)
    strange: set[str] = field(default_factory=set)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        await request.aread()
        try:
            if mistake := self.contract.mistake(request):
                self.mistakes.append(mistake)
            self.calls.add((request.method, request.url.path.partition("/nico/")[2]))
        except PathError:
            self.strange.add(request.url.path)
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self.inner.aclose()


def judge() -> Judge:
    """One with NVIDIA's document."""
    contract = theirs()
    assert contract is not None
    return Judge(contract)


@pytest.mark.parametrize("who", ["admin", "user"])
def test_every_request_is_as_nvidia_describes_it(stand: Stand, who: str) -> None:
    found = judge()
    machines, net = stand.cloud.give(G100, 2, name="aa"), stand.cloud.give(B16, 24, name="bb")

    def http(*args: object, **given: object) -> Http:
        return Http(*args, **given, transport=found, patience=HASTY)  # type: ignore[arg-type]

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        await backend.nico.constraints.page(Query(), 9)
        for uuid in (machines, net):
            await detail(backend, uuid)
        for row in await backend.nico.blocks.page(Query(), 9):
            await backend.nico.block(row.key)
        for command, _ in changes(stand.cloud).values() if who == "admin" else ():
            await carry_out(backend, command)

    stand.play(scene, who=who, http=http)
    assert found.mistakes == []
    assert found.strange <= {STATISTICS}
    methods = {method for method, _ in found.calls}
    assert methods == ({"GET", "POST", "PATCH", "DELETE"} if who == "admin" else {"GET"})


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("GET", "/allocation?pageSize=101", {}),
        ("GET", "/allocation?includeRelation=Moon", {}),
        ("PATCH", "/allocation/x/constraint/y", {"json": {"constraintValue": "six"}}),
        ("POST", "/allocation", {"json": {"name": "a"}}),
    ],
)
def test_the_judge_sees_what_is_not(method: str, path: str, given: dict[str, object]) -> None:
    headers = {"Authorization": "Bearer x"}
    url = f"http://127.0.0.1:8388/v2/org/acme/nico{path}"
    request = httpx.Request(method, url, headers=headers, **given)  # type: ignore[arg-type]
    assert judge().contract.mistake(request)
