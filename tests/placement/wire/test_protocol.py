"""Versions, checks and their order, providers (spec placement §7, 55-60)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.placement.wire.cloud import P_STOCK, Cloud, error, fresh, refused
from tests.placement.wire.differences import UNDEFINED

DUPLICATE = (409, "placement.duplicate_name")
PROVIDERS = "/resource_providers"
OTHER = {"OpenStack-API-Version": "compute 2.5"}


def test_p55_the_version_is_negotiated(any_cloud: Cloud) -> None:
    told = {None: "1.0", "latest": "1.39", "01.05": "1.5", "1.0, placement 1.9": "1.9"}
    for asked, resolved in told.items():
        answer = any_cloud.ask("GET", PROVIDERS, version=asked)
        assert answer.headers["openstack-api-version"] == f"placement {resolved}"
        assert answer.headers["vary"].lower() == "openstack-api-version"
        assert answer.headers["x-openstack-request-id"].startswith("req-")
    for value in ("compute 2.5", "1.5", "placement", "PLACEMENT 1.0"):
        headers = {"OpenStack-API-Version": value}
        answer = any_cloud.ask("GET", PROVIDERS, version=None, headers=headers)
        assert answer.headers["openstack-api-version"] == "placement 1.0"


@pytest.mark.parametrize("path", [PROVIDERS, "/"])
@pytest.mark.parametrize(
    ("asked", "status"),
    [("1.40", 406), ("2.0", 406), ("0.9", 406), ("abc", 400), ("1", 400), ("1.5.1", 400)],
)
def test_p55_versions_that_there_are_not(
    any_cloud: Cloud, path: str, asked: str, status: int
) -> None:
    answer = any_cloud.ask("GET", path, version=asked)
    assert answer.status_code == status
    assert "openstack-api-version" not in answer.headers
    found = error(answer)
    bounds = {"max_version": "1.39", "min_version": "1.0"} if status == 406 else {}
    assert {k: v for k, v in found.items() if k.endswith("_version")} == bounds
    assert "code" not in found
    assert found["request_id"] == answer.headers["x-openstack-request-id"]


def test_p56_errors_have_a_code_from_1_23(any_cloud: Cloud) -> None:
    path = f"{PROVIDERS}/{fresh()}"
    old, new = (any_cloud.ask("GET", path, version=v) for v in ("1.22", "1.23"))
    assert set(error(old)) == {"status", "title", "detail", "request_id"}
    assert error(new)["code"] == UNDEFINED
    assert (error(new)["status"], error(new)["title"]) == (404, "Not Found")
    assert error(new)["detail"].startswith("The resource could not be found.\n\n ")


def test_p57_what_a_body_is(any_cloud: Cloud) -> None:
    path, plain = f"/allocations/{fresh()}", {"Content-Type": "text/plain"}
    assert any_cloud.ask("PUT", path, content=b"{}").status_code == 400
    assert any_cloud.ask("PUT", path, content=b"{}", headers=plain).status_code == 415
    kind = {"Content-Type": "application/json; charset=utf-8"}
    broken = any_cloud.ask("PUT", path, content=b"{", headers=kind)
    assert broken.status_code == 400
    assert "Malformed JSON: " in error(broken)["detail"]
    assert any_cloud.ask("PUT", path, content=b"\xff", headers=kind).status_code == 400
    assert any_cloud.ask("PUT", path).status_code == 415
    assert any_cloud.ask("DELETE", path, content=b"x").status_code == 400


def test_p57_what_is_accepted_and_allowed(any_cloud: Cloud) -> None:
    path = f"/allocations/{fresh()}"
    answer = any_cloud.ask("GET", path, headers={"Accept": "text/plain"})
    assert answer.status_code == 406
    assert answer.headers["content-type"].startswith("text/plain")
    for wanted in ("*/*", "application/*", "text/html, application/json;q=0.1"):
        assert any_cloud.ask("GET", path, headers={"Accept": wanted}).status_code == 200
    answer = any_cloud.ask("PATCH", path)
    assert answer.status_code == 405
    allowed = {method.strip() for method in answer.headers["allow"].split(",")}
    assert allowed == {"GET", "PUT", "DELETE"}
    assert any_cloud.ask("GET", "/nothing").status_code == 404
    assert any_cloud.ask("GET", f"{PROVIDERS}/").status_code == 404
    assert any_cloud.ask("HEAD", PROVIDERS).status_code == 405


def test_p58_who_asks(any_cloud: Cloud) -> None:
    answer = any_cloud.ask("GET", PROVIDERS, who="")
    assert answer.status_code == 401
    assert sorted(answer.json()) == any_cloud.expected("refused token")
    assert any_cloud.ask("GET", "/nothing", who="").status_code == 401
    root = any_cloud.ask("GET", "/", who="")
    assert root.status_code == 200
    (told,) = root.json()["versions"]
    assert (told["id"], told["min_version"], told["max_version"]) == ("v1.0", "1.0", "1.39")
    assert refused(any_cloud.ask("GET", PROVIDERS, who="nobody")) == (403, UNDEFINED)
    assert any_cloud.ask("GET", PROVIDERS, who="service").status_code == 200


def test_p59_providers_are_created(any_cloud: Cloud) -> None:
    name, uuid = f"n-{fresh()}", fresh()
    old = any_cloud.ask("POST", PROVIDERS, {"name": name, "uuid": uuid}, version="1.19")
    assert (old.status_code, old.content) == (201, b"")
    assert old.headers["location"].endswith(f"{PROVIDERS}/{uuid}")
    new = any_cloud.ask("POST", PROVIDERS, {"name": f"n-{fresh()}"}, version="1.20")
    assert new.status_code == 200
    assert new.json() == any_cloud.get(f"{PROVIDERS}/{new.json()['uuid']}")
    assert refused(any_cloud.ask("POST", PROVIDERS, {"name": name})) == DUPLICATE
    again = {"name": f"n-{fresh()}", "uuid": uuid.upper()}
    assert refused(any_cloud.ask("POST", PROVIDERS, again)) == DUPLICATE


def test_p60_lists_are_not_paged_but_trees(any_cloud: Cloud) -> None:
    assert any_cloud.ask("GET", f"{PROVIDERS}?limit=1").status_code == 400
    root = any_cloud.provider()
    left, right = (any_cloud.provider(parent=root) for _ in range(2))
    told = any_cloud.get(f"{PROVIDERS}?in_tree={left}")["resource_providers"]
    assert {one["uuid"] for one in told} == {root, left, right}
    assert {one["root_provider_uuid"] for one in told} == {root}
    nobody = any_cloud.get(f"{PROVIDERS}?in_tree={fresh()}")
    assert nobody == {"resource_providers": []}


@pytest.mark.parametrize(
    ("version", "rels"),
    [
        ("1.0", ["self", "inventories", "usages"]),
        ("1.1", ["self", "inventories", "usages", "aggregates"]),
        ("1.6", ["self", "inventories", "usages", "aggregates", "traits"]),
        ("1.11", ["self", "inventories", "usages", "aggregates", "traits", "allocations"]),
    ],
)
def test_links_by_microversion(any_cloud: Cloud, version: str, rels: list[str]) -> None:
    p = any_cloud.provider()
    told = any_cloud.get(f"{PROVIDERS}/{p}", version)
    assert [link["rel"] for link in told["links"]] == rels
    own = any_cloud.http.base_url.path.rstrip("/") + f"{PROVIDERS}/{p}"
    assert told["links"][0]["href"] == own
    assert ("root_provider_uuid" in told) == (version == "1.14")


@pytest.mark.parametrize(
    ("body", "version", "status"),
    [
        ({"name": ""}, "1.39", 400),
        ({"name": "x" * 201}, "1.39", 400),
        ({"name": "x", "uuid": "nonsense"}, "1.39", 400),
        ({"name": "x", "parent_provider_uuid": None}, "1.13", 400),
        ({"name": "x", "parent_provider_uuid": fresh()}, "1.14", 400),
        ({"name": 5}, "1.39", 400),
        ({}, "1.39", 400),
        ([], "1.39", 400),
    ],
)
def test_providers_that_cannot_be(any_cloud: Cloud, body: Any, version: str, status: int) -> None:
    assert any_cloud.ask("POST", PROVIDERS, body, version=version).status_code == status


def test_a_provider_is_renamed_and_moved(any_cloud: Cloud) -> None:
    a, b = any_cloud.provider(), any_cloud.provider()
    child = any_cloud.provider()
    path, name = f"{PROVIDERS}/{child}", f"n-{fresh()}"

    def modify(version: str = "1.37", **body: Any) -> int:
        return any_cloud.ask("PUT", path, {"name": name, **body}, version=version).status_code

    assert modify("1.14", parent_provider_uuid=a) == 200
    assert modify("1.36", parent_provider_uuid=b) == 400
    assert modify("1.14") == 200
    told = any_cloud.get(path)
    assert (told["name"], told["parent_provider_uuid"], told["generation"]) == (name, a, 0)
    assert modify(parent_provider_uuid=child) == 400
    assert modify(parent_provider_uuid=b) == 200
    assert any_cloud.get(path)["root_provider_uuid"] == b
    assert modify(parent_provider_uuid=None) == 200
    assert any_cloud.get(path)["root_provider_uuid"] == child
    assert modify(uuid=fresh()) == 400
    taken = any_cloud.get(f"{PROVIDERS}/{a}")["name"]
    assert refused(any_cloud.ask("PUT", path, {"name": taken})) == DUPLICATE
    assert any_cloud.ask("PUT", f"{PROVIDERS}/{fresh()}", {"name": name}).status_code == 404


def test_providers_by_what_they_have(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    any_cloud.holding(p, {"VCPU": 14})

    def found(query: str, version: str = "1.39") -> bool:
        told = any_cloud.get(f"{PROVIDERS}?in_tree={p}&{query}", version)
        return bool(told["resource_providers"])

    assert found("resources=VCPU:2,MEMORY_MB:100")
    assert not found("resources=VCPU:3")
    assert not found("resources=MEMORY_MB:15")
    assert not found("resources=DISK_GB:1")
    for query in ("resources=VCPU", "resources=VCPU:0", "resources=NONE:1", "resources="):
        assert any_cloud.ask("GET", f"{PROVIDERS}?{query}").status_code == 400
    assert any_cloud.ask("GET", f"{PROVIDERS}?resources=VCPU:1", version="1.3").status_code == 400
    name = any_cloud.get(f"{PROVIDERS}/{p}")["name"]
    assert found(f"name={name}")
    assert found(f"name=x&name={name}")
    assert found(f"uuid={p}")
    assert any_cloud.ask("GET", f"{PROVIDERS}?uuid=x").status_code == 400
