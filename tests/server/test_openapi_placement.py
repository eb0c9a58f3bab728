"""What /placement answers, at old and new microversions, is what the OpenAPI document says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backend.placement.routes import ENDPOINTS
from backend.server.app import PLACEMENT
from backend.server.openapi import document
from tests.server.conftest import Site
from tests.server.test_openapi import fits, judge

P, C, CHILD = (str(uuid4()) for _ in range(3))
STOCK = {"VCPU": {"total": 8}}
PROVIDER = f"/resource_providers/{P}"
Step = tuple[str, str, Any]
Asked = tuple[str, str, str, Any, httpx.Response]


def claim(minor: int, generation: int | None = None) -> dict[str, Any]:
    """A body of PUT /allocations/{consumer_uuid}."""
    share = {"resources": {"VCPU": 1}}
    told: dict[str, Any] = {"allocations": [{"resource_provider": {"uuid": P}, **share}]}
    if minor >= 12:
        told = {"allocations": {P: share}, "project_id": "p", "user_id": "u"}
    if minor >= 38:
        told |= {"consumer_generation": generation, "consumer_type": "INSTANCE"}
    return told


def building(minor: int) -> Iterator[Step]:
    """A provider, its inventories and names, and a consumer."""
    yield "POST", "/resource_providers", {"name": f"p {minor}", "uuid": P}
    yield "POST", "/resource_providers", {"name": f"p {minor}", "uuid": P}
    yield "PUT", PROVIDER, {"name": f"q {minor}"}
    body = {"resource_provider_generation": 0, "inventories": STOCK}
    for _ in range(2):
        yield "PUT", f"{PROVIDER}/inventories", body
    yield "POST", f"{PROVIDER}/inventories", {"resource_class": "DISK_GB", "total": 5}
    yield "PUT", f"{PROVIDER}/inventories/DISK_GB", {"resource_provider_generation": 2, "total": 6}
    yield "POST", "/resource_classes", {"name": "CUSTOM_A"}
    yield "PUT", "/resource_classes/CUSTOM_B", None
    yield "PUT", "/traits/CUSTOM_T", None
    yield "PUT", f"{PROVIDER}/traits", {"traits": ["CUSTOM_T"], "resource_provider_generation": 3}
    body = {"aggregates": [CHILD], "resource_provider_generation": 4}
    yield "PUT", f"{PROVIDER}/aggregates", body if minor >= 19 else [CHILD]
    yield "PUT", f"/allocations/{C}", claim(minor)
    yield "PUT", f"/allocations/{C}", {"nonsense": 1}
    yield "POST", "/allocations", {C: claim(minor, 1)}


def reading() -> Iterator[Step]:
    """Everything that can be read."""
    paths = ["/", "/resource_providers", PROVIDER, "/resource_classes", "/traits", "/nothing"]
    paths += [f"{PROVIDER}/{part}" for part in ("inventories", "inventories/VCPU", "usages")]
    paths += [f"{PROVIDER}/{part}" for part in ("allocations", "traits", "aggregates")]
    paths += ["/resource_classes/VCPU", "/traits/CUSTOM_T", "/traits/CUSTOM_X"]
    paths += [f"/allocations/{C}", f"/allocations/{P}", "/usages?project_id=p", "/usages"]
    return (("GET", path, None) for path in paths)


def removing(minor: int) -> Iterator[Step]:
    """All of it goes again."""
    paths = [PROVIDER, f"{PROVIDER}/inventories/VCPU", f"/allocations/{C}", f"/allocations/{C}"]
    paths += [f"{PROVIDER}/traits", f"{PROVIDER}/inventories/DISK_GB", f"{PROVIDER}/inventories"]
    paths += [PROVIDER, PROVIDER, "/traits/CUSTOM_T", "/resource_classes/CUSTOM_A"]
    yield from (("DELETE", path, None) for path in paths)
    yield "POST", "/reshaper", {"inventories": {}, "allocations": {}}


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """The document as clients read it."""
    found: dict[str, Any] = json.loads(json.dumps(document({}, {PLACEMENT: ENDPOINTS}, {}, {})))
    return found


def test_every_call_is_described(told: dict[str, Any]) -> None:
    described = {
        (method.upper(), path)
        for path, item in told["paths"].items()
        for method in item
        if path.startswith(PLACEMENT)
    }
    assert described == {(one.method, PLACEMENT + one.path.rstrip("/")) for one in ENDPOINTS}
    assert len(described) == 35


def test_bodies_are_described_at_every_microversion(told: dict[str, Any]) -> None:
    put = told["paths"][f"{PLACEMENT}/allocations/{{consumer_uuid}}"]["put"]
    bodies = put["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
    assert len(bodies) == 6
    assert bodies[0]["required"][-1] == "consumer_type"
    assert bodies[-1]["required"] == ["allocations"]


@pytest.mark.parametrize("minor", [0, 1, 6, 8, 12, 19, 28, 39])
def test_every_answer_fits(told: dict[str, Any], site: Site, minor: int) -> None:
    api = judge(told)
    who = site.add("t", "placement:admin", "placement:service:nova")
    headers = {"OpenStack-API-Version": f"placement 1.{minor}"}
    faults, seen = [], set()
    for method, path, body in (*building(minor), *reading(), *removing(minor)):
        answer = site.ask(method, PLACEMENT + path, body, token=who, headers=headers)
        seen.add(answer.status_code)
        assert answer.status_code < 500
        if path != "/nothing" and answer.status_code != 405:
            asked = json.dumps(body).encode()
            faults.append(fits(api, method, PLACEMENT + path, asked, answer))
    assert [fault for fault in faults if fault] == []
    assert {200, 201, 204, 400, 404, 409} <= seen
