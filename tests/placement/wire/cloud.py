"""A Placement as its tests see it, whoever serves it: raw requests, one at a time or together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.placement.wire.differences import DIFFERENCES

LATEST = "1.39"
MISSING: Any = object()
Stock = Mapping[str, Mapping[str, Any]]
P_STOCK: Stock = {
    "VCPU": {"total": 8, "allocation_ratio": 2.0, "max_unit": 16},
    "MEMORY_MB": {"total": 1024, "reserved": 24, "min_unit": 20, "max_unit": 500, "step_size": 10},
}
"""The inventories of the scenarios' P."""
Q_STOCK: Stock = {"VCPU": {"total": 10}}
Amounts = Mapping[str, object]


def fresh() -> str:
    """A uuid that nobody else has."""
    return str(uuid4())


def minor(version: str) -> int:
    """The second number of a microversion."""
    return int(version.partition(".")[2])


def claim(
    shares: Mapping[str, Amounts],
    generation: object = None,
    *,
    project: str = "proj",
    user: str = "user",
    kind: str = "INSTANCE",
    version: str = LATEST,
) -> dict[str, Any]:
    """The body of a PUT at a microversion: all that a consumer is to hold, by provider."""
    at = minor(version)
    if at < 12:
        listed = [{"resource_provider": {"uuid": p}, "resources": r} for p, r in shares.items()]
        told: dict[str, Any] = {"allocations": listed}
    else:
        told = {"allocations": {p: {"resources": r} for p, r in shares.items()}}
    if at >= 8:
        told |= {"project_id": project, "user_id": user}
    if at >= 28:
        told["consumer_generation"] = generation
    if at >= 38:
        told["consumer_type"] = kind
    return told


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; `who` is a role, `content` a body that is sent as it is."""

    method: str
    path: str
    body: Any = MISSING
    version: str | None = LATEST
    who: str = "admin"
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Cloud:
    """A server at `url`. `credentials` has the headers by role: admin, service, reader, nobody."""

    name: str
    http: httpx.AsyncClient
    credentials: Callable[[str], Mapping[str, str]]
    runner: asyncio.Runner

    @property
    def is_real(self) -> bool:
        """OpenStack's own server, which the others are compared with."""
        return self.name == "real"

    def expected(self, difference: str) -> Any:
        """What this server answers where ours departs from the real one."""
        found = DIFFERENCES[difference]
        return found.real if self.is_real else found.ours

    def ask(self, method: str, path: str, body: Any = MISSING, **given: Any) -> httpx.Response:
        """The answer to one request."""
        return self.together([Ask(method, path, body, **given)])[0]

    def get(self, path: str, version: str = LATEST) -> Any:
        """The body of an answer that is well."""
        answer = self.ask("GET", path, version=version)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def together(self, asks: Sequence[Ask]) -> list[httpx.Response]:
        """The answers to requests that are sent at once."""

        async def run() -> list[httpx.Response]:
            return await asyncio.gather(*map(self._send, asks))

        return self.runner.run(run())

    async def send(self, ask: Ask) -> httpx.Response:
        """The answer to a request, for those who have an event loop."""
        return await self._send(ask)

    async def _send(self, ask: Ask) -> httpx.Response:
        headers = dict(self.credentials(ask.who))
        if ask.version is not None:
            headers["OpenStack-API-Version"] = f"placement {ask.version}"
        more: dict[str, Any] = {} if ask.body is MISSING else {"json": ask.body}
        if ask.content is not None:
            more = {"content": ask.content}
        headers |= ask.headers
        return await self.http.request(ask.method, ask.path, headers=headers, **more)

    def provider(self, stock: Stock | None = None, parent: str = "") -> str:
        """A new provider with these inventories, its generation 1, or 0 without any."""
        uuid = fresh()
        body = {"name": f"n-{uuid}", "uuid": uuid}
        if parent:
            body["parent_provider_uuid"] = parent
        assert self.ask("POST", "/resource_providers", body).status_code == 200
        if stock:
            assert self.stock(uuid, stock, 0).status_code == 200
        return uuid

    def stock(
        self,
        provider: str,
        stock: Stock,
        generation: int | None = None,
        version: str = LATEST,
    ) -> httpx.Response:
        """Replace the inventories of a provider, whatever its generation is when none is given."""
        known = self.generation(provider) if generation is None else generation
        body = {"resource_provider_generation": known, "inventories": stock}
        return self.ask("PUT", f"/resource_providers/{provider}/inventories", body, version=version)

    def generation(self, provider: str) -> int:
        """The generation of a provider."""
        return int(self.get(f"/resource_providers/{provider}")["generation"])

    def put(
        self,
        consumer: str,
        shares: Mapping[str, Amounts],
        generation: object = None,
        *,
        version: str = LATEST,
        **given: Any,
    ) -> httpx.Response:
        """Have a consumer hold this."""
        body = claim(shares, generation, version=version, **given)
        return self.ask("PUT", f"/allocations/{consumer}", body, version=version)

    def holding(self, provider: str, resources: Amounts, **given: Any) -> str:
        """A new consumer that holds this of one provider."""
        consumer = fresh()
        assert self.put(consumer, {provider: resources}, **given).status_code == 204
        return consumer

    def held(self, consumer: str) -> dict[str, dict[str, int]]:
        """What a consumer holds, by provider."""
        told = self.get(f"/allocations/{consumer}")["allocations"]
        return {provider: share["resources"] for provider, share in told.items()}

    def used(self, provider: str) -> dict[str, int]:
        """What is used of a provider."""
        told: dict[str, int] = self.get(f"/resource_providers/{provider}/usages")["usages"]
        return told


@contextmanager
def cloud(
    name: str,
    url: str,
    credentials: Callable[[str], Mapping[str, str]],
    transport: httpx.AsyncBaseTransport | None = None,
) -> Iterator[Cloud]:
    """A client of the Placement at a URL."""
    with asyncio.Runner() as runner:
        http = httpx.AsyncClient(base_url=url, transport=transport, timeout=60)
        try:
            yield Cloud(name, http, credentials, runner)
        finally:
            runner.run(http.aclose())


def error(answer: httpx.Response) -> dict[str, Any]:
    """The one error of an answer."""
    (found,) = answer.json()["errors"]
    assert found["status"] == answer.status_code
    result: dict[str, Any] = found
    return result


def refused(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, error(answer).get("code", "")
