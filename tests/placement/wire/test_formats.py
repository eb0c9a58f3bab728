"""Bodies by microversion (spec placement §7, 22-28)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.placement.wire.cloud import LATEST, P_STOCK, Cloud, claim, error, fresh

PLACEHOLDER = "00000000-0000-0000-0000-000000000000"


def send(cloud: Cloud, body: dict[str, Any], version: str) -> httpx.Response:
    """A PUT for a new consumer."""
    return cloud.ask("PUT", f"/allocations/{fresh()}", body, version=version)


def statuses(cloud: Cloud, bodies: list[tuple[dict[str, Any], str]]) -> list[int]:
    """What becomes of bodies at microversions."""
    answers = [send(cloud, body, version) for body, version in bodies]
    for answer in answers:
        if answer.status_code == 400:
            assert "JSON does not validate: " in error(answer)["detail"]
    return [answer.status_code for answer in answers]


def test_p22_the_first_format_names_nobody(any_cloud: Cloud) -> None:
    p, c = any_cloud.provider(P_STOCK), fresh()
    assert any_cloud.put(c, {p: {"VCPU": 1}}, version="1.0").status_code == 204
    told = any_cloud.get(f"/allocations/{c}")
    assert (told["project_id"], told["user_id"]) == (PLACEHOLDER, PLACEHOLDER)
    assert told["consumer_type"] == "unknown"


def test_p23_project_and_user_come_with_1_8(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    bare = claim({p: {"VCPU": 1}}, version="1.7")
    told = [
        ({**bare, "project_id": "a"}, "1.7"),
        ({**bare, "user_id": "b"}, "1.8"),
        ({**bare, "project_id": "a", "user_id": "b"}, "1.8"),
    ]
    assert statuses(any_cloud, told) == [400, 400, 204]


def test_p24_lists_before_1_12_mappings_after(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    listed, mapped = (claim({p: {"VCPU": 1}}, version=v) for v in ("1.11", "1.12"))
    more = claim({p: {"VCPU": 1}}, version="1.11")
    more["allocations"][0]["resource_provider"]["name"] = "x"
    told = [
        (mapped, "1.11"),
        (listed, "1.12"),
        ({**listed, "allocations": []}, "1.11"),
        (more, "1.11"),
        (listed, "1.11"),
        (mapped, "1.12"),
    ]
    assert statuses(any_cloud, told) == [400, 400, 400, 400, 204, 204]


def test_p25_the_generation_comes_with_1_28(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    old, new = (claim({p: {"VCPU": 1}}, version=v) for v in ("1.22", "1.28"))
    without = {k: v for k, v in new.items() if k != "consumer_generation"}
    told = [
        ({**old, "consumer_generation": None}, "1.22"),
        (without, "1.28"),
        ({**new, "consumer_generation": "1"}, "1.28"),
        ({**new, "consumer_generation": True}, "1.28"),
        (new, "1.28"),
    ]
    assert statuses(any_cloud, told) == [400, 400, 400, 400, 204]


def test_p26_the_type_comes_with_1_38(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    old, new = (claim({p: {"VCPU": 1}}, version=v) for v in ("1.37", "1.38"))
    without = {k: v for k, v in new.items() if k != "consumer_type"}
    told = [({**old, "consumer_type": "INSTANCE"}, "1.37"), (without, "1.38")]
    told += [({**new, "consumer_type": kind}, "1.38") for kind in ("instance", "", "A" * 256)]
    told += [({**new, "consumer_type": "A" * 255}, "1.38")]
    assert statuses(any_cloud, told) == [400, 400, 400, 400, 400, 204]


def test_p27_mappings_come_with_1_34(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    old, new = (claim({p: {"VCPU": 1}}, version=v) for v in ("1.33", "1.34"))
    told = [
        ({**old, "mappings": {"": [p]}}, "1.33"),
        ({**new, "mappings": {"_g1": [p]}}, "1.34"),
        ({**new, "mappings": {}}, "1.34"),
        ({**new, "mappings": {"_g1": ["x"]}}, "1.34"),
        ({**new, "mappings": {"_g1": []}}, "1.34"),
    ]
    assert statuses(any_cloud, told) == [400, 204, 400, 400, 400]


@pytest.mark.parametrize("amount", [0, -1, 1.5, "1", None, True])
def test_p28_amounts_are_whole_and_positive(any_cloud: Cloud, amount: object) -> None:
    p = any_cloud.provider(P_STOCK)
    assert statuses(any_cloud, [(claim({p: {"VCPU": amount}}), LATEST)]) == [400]


def test_p28_a_whole_amount_may_have_a_point(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, {"VCPU": 1.0})
    assert any_cloud.held(c) == {p: {"VCPU": 1}}


@pytest.mark.parametrize("step", range(40))
def test_every_microversion_writes_and_reads(any_cloud: Cloud, step: int) -> None:
    version, p, c = f"1.{step}", any_cloud.provider(P_STOCK), fresh()
    answer = any_cloud.put(c, {p: {"VCPU": 2}}, version=version)
    assert answer.status_code == 204
    assert answer.headers["openstack-api-version"] == f"placement {version}"
    told = any_cloud.get(f"/allocations/{c}", version)
    assert told["allocations"] == {p: {"generation": 2, "resources": {"VCPU": 2}}}
