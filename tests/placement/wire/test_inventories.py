"""Inventories and resource classes (spec placement §7, 46-52)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.placement.wire.cloud import MISSING, P_STOCK, Q_STOCK, Cloud, error, fresh, refused
from tests.placement.wire.differences import CONCURRENT, IN_USE, UNDEFINED

SIX = {
    "total": 8, "reserved": 0, "min_unit": 1, "max_unit": 16, "step_size": 1,
    "allocation_ratio": 2.0,
}  # fmt: skip
MOST = 2**31 - 1


def custom() -> str:
    """A name of a class that nobody else has."""
    return f"CUSTOM_{fresh().replace('-', '_').upper()}"


def test_p46_inventories_are_replaced_by_generation(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    assert refused(any_cloud.stock(p, Q_STOCK, 0)) == (409, CONCURRENT)
    answer = any_cloud.stock(p, {"VCPU": P_STOCK["VCPU"]}, 1)
    assert answer.status_code == 200
    assert answer.json() == {"resource_provider_generation": 2, "inventories": {"VCPU": SIX}}
    assert any_cloud.get(f"/resource_providers/{p}/inventories") == answer.json()


def test_p47_what_is_used_stays(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    any_cloud.holding(p, {"VCPU": 1})
    path = f"/resource_providers/{p}/inventories"
    before = any_cloud.get(path)
    assert refused(any_cloud.stock(p, {"MEMORY_MB": {"total": 5}})) == (409, IN_USE)
    assert refused(any_cloud.ask("DELETE", path)) == (409, IN_USE)
    one = any_cloud.ask("DELETE", f"{path}/VCPU")
    assert refused(one) == any_cloud.expected("one inventory in use")
    assert any_cloud.get(path) == before
    assert any_cloud.ask("DELETE", f"{path}/MEMORY_MB").status_code == 204
    assert refused(any_cloud.ask("DELETE", f"{path}/MEMORY_MB")) == (404, UNDEFINED)


@pytest.mark.parametrize(
    ("version", "reserved", "status"), [("1.25", 5, 400), ("1.26", 5, 200), ("1.26", 4, 200)]
)
def test_p48_everything_may_be_reserved_from_1_26(
    any_cloud: Cloud, version: str, reserved: int, status: int
) -> None:
    p = any_cloud.provider()
    answer = any_cloud.stock(p, {"VCPU": {"total": 5, "reserved": reserved}}, version=version)
    assert answer.status_code == status


@pytest.mark.parametrize("version", ["1.25", "1.26"])
def test_p48_no_more_than_everything(any_cloud: Cloud, version: str) -> None:
    p = any_cloud.provider()
    answer = any_cloud.stock(p, {"VCPU": {"total": 5, "reserved": 6}}, version=version)
    assert answer.status_code == 400
    told = error(answer)["detail"]
    assert "reserved value" in told
    assert "is greater than" in told


@pytest.mark.parametrize("total", [0, -1, MOST + 1, "5", True, None, MISSING])
def test_p49_a_total_is_a_number_in_bounds(any_cloud: Cloud, total: Any) -> None:
    p = any_cloud.provider()
    stock = {} if total is MISSING else {"total": total}
    answer = any_cloud.stock(p, {"VCPU": stock})
    assert answer.status_code == 400
    assert "JSON does not validate: " in error(answer)["detail"]


def test_p49_the_highest_total(any_cloud: Cloud) -> None:
    p = any_cloud.provider()
    assert any_cloud.stock(p, {"VCPU": {"total": MOST}}).status_code == 200


def test_p50_what_is_not_said_is_the_default(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    path = f"/resource_providers/{p}/inventories/MEMORY_MB"
    body = {"resource_provider_generation": 1, "total": 50}
    answer = any_cloud.ask("PUT", path, body)
    assert answer.status_code == 200
    assert answer.json() == any_cloud.get(path) == {
        "total": 50,
        "reserved": 0,
        "min_unit": 1,
        "max_unit": MOST,
        "step_size": 1,
        "allocation_ratio": 1.0,
        "resource_provider_generation": 2,
    }  # fmt: skip
    assert refused(any_cloud.ask("PUT", path, body)) == (409, CONCURRENT)


def test_p51_all_inventories_go_from_1_5(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    path = f"/resource_providers/{p}/inventories"
    assert any_cloud.ask("DELETE", path, version="1.4").status_code == 405
    assert any_cloud.ask("DELETE", path, version="1.5").status_code == 204
    empty = any_cloud.ask("GET", path)
    assert empty.json() == {"resource_provider_generation": 2, "inventories": {}}
    assert "last-modified" not in empty.headers
    assert any_cloud.ask("DELETE", path).status_code == 204
    assert any_cloud.generation(p) == 3


def test_p52_classes_of_one_s_own(any_cloud: Cloud) -> None:
    name = custom()
    path = f"/resource_classes/{name}"
    told = [any_cloud.ask("PUT", path, version="1.7").status_code for _ in range(2)]
    assert told == [201, 204]
    assert any_cloud.ask("PUT", "/resource_classes/VCPU").status_code == 400
    assert any_cloud.ask("DELETE", "/resource_classes/VCPU").status_code == 400
    p = any_cloud.provider({name: {"total": 1}})
    assert refused(any_cloud.ask("DELETE", path)) == (409, UNDEFINED)
    assert any_cloud.ask("DELETE", f"/resource_providers/{p}/inventories").status_code == 204
    assert any_cloud.ask("DELETE", path).status_code == 204
    assert any_cloud.ask("DELETE", path).status_code == 404


def test_classes_by_post_and_their_old_rename(any_cloud: Cloud) -> None:
    name, other = custom(), custom()
    answer = any_cloud.ask("POST", "/resource_classes", {"name": name})
    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["location"].endswith(f"/resource_classes/{name}")
    assert any_cloud.ask("POST", "/resource_classes", {"name": name}).status_code == 409
    assert any_cloud.ask("POST", "/resource_classes", {"name": "CUSTOM_x"}).status_code == 400
    path = f"/resource_classes/{name}"
    renamed = any_cloud.ask("PUT", path, {"name": other}, version="1.6")
    assert renamed.status_code == 200
    assert renamed.json()["name"] == other
    assert any_cloud.ask("GET", path).status_code == 404
    assert any_cloud.get(f"/resource_classes/{other}")["links"][0]["rel"] == "self"
    names = [one["name"] for one in any_cloud.get("/resource_classes")["resource_classes"]]
    assert other in names
    assert names.index("VCPU") < names.index("MEMORY_MB") < names.index(other)
    assert any_cloud.ask("GET", "/resource_classes", version="1.1").status_code == 404


def test_one_inventory_by_post(any_cloud: Cloud) -> None:
    p = any_cloud.provider()
    path = f"/resource_providers/{p}/inventories"
    body = {"resource_class": "VCPU", "total": 4}
    answer = any_cloud.ask("POST", path, body)
    assert answer.status_code == 201
    assert answer.json()["resource_provider_generation"] == 1
    assert answer.headers["location"].endswith(f"{path}/VCPU")
    assert refused(any_cloud.ask("POST", path, body)) == (409, CONCURRENT)
    unknown = {"resource_class": "CUSTOM_NOPE", "total": 4}
    assert refused(any_cloud.ask("POST", path, unknown)) == (400, UNDEFINED)
    given = {"resource_class": "DISK_GB", "total": 4, "resource_provider_generation": 99}
    assert any_cloud.ask("POST", path, given).status_code == 201


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("DISK_GB", {"resource_provider_generation": 1, "total": 1}, 400),
        ("CUSTOM_NOPE", {"resource_provider_generation": 1, "total": 1}, 404),
        ("VCPU", {"resource_provider_generation": 1, "total": 1, "resource_class": "VCPU"}, 400),
        ("VCPU", {"total": 1}, 400),
    ],
)
def test_one_inventory_by_put_is_there_already(
    any_cloud: Cloud, name: str, body: dict[str, Any], status: int
) -> None:
    p = any_cloud.provider(P_STOCK)
    answer = any_cloud.ask("PUT", f"/resource_providers/{p}/inventories/{name}", body)
    assert answer.status_code == status


def test_inventories_of_classes_that_nobody_knows(any_cloud: Cloud) -> None:
    p = any_cloud.provider()
    for name in ("CUSTOM_NOPE", "vcpu", "x y"):
        assert refused(any_cloud.stock(p, {name: {"total": 1}})) == (400, UNDEFINED)
    answer = any_cloud.ask("PUT", f"/resource_providers/{fresh()}/inventories", {"nonsense": 1})
    assert answer.status_code == 404
