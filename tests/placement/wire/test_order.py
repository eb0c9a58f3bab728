"""Which of several faults is told (spec placement §3.3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.placement.wire.cloud import P_STOCK, Cloud, claim, fresh, refused
from tests.placement.wire.differences import CONCURRENT, UNDEFINED

PLAIN = {"Content-Type": "text/plain"}
JSON = {"Content-Type": "application/json"}
TEXT = {"Accept": "text/plain"}
STRANGE = "00000000-0000-4000-8000-00000000abcd"
PUT, POST, GET, PATCH = "PUT", "POST", "GET", "PATCH"
CONSUMER, PROVIDER = f"/allocations/{STRANGE}", f"/resource_providers/{STRANGE}"
BROKEN: dict[str, Any] = {"content": b"{", "headers": JSON}


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        (GET, "/nothing", {"who": "", "version": "abc"}, 401),
        (PUT, CONSUMER, {"version": "abc", "content": b"x"}, 400),
        (PUT, CONSUMER, {"version": "1.99", "content": b"x"}, 406),
        (PUT, "/nothing", {"content": b"x"}, 400),
        (PATCH, "/nothing", {"content": b"x", "headers": PLAIN}, 404),
        (PATCH, CONSUMER, {"content": b"x", "headers": PLAIN}, 405),
        (POST, "/allocations", {"version": "1.12", "content": b"x", "headers": PLAIN}, 404),
        (PUT, CONSUMER, {"who": "nobody", "content": b"x", "headers": PLAIN}, 415),
        (GET, CONSUMER, {"who": "nobody", "headers": TEXT}, 406),
        (GET, "/usages", {"who": "nobody"}, 403),
        (PUT, CONSUMER, {"who": "nobody", **BROKEN}, 403),
        (PUT, "/allocations/zzz", BROKEN, 400),
        (PUT, f"{PROVIDER}/inventories", BROKEN, 404),
        (POST, f"{PROVIDER}/inventories", BROKEN, 404),
        (PUT, f"{PROVIDER}/inventories/VCPU", BROKEN, 404),
        (PUT, PROVIDER, BROKEN, 404),
        (PUT, f"{PROVIDER}/aggregates", BROKEN, 404),
        (PUT, f"{PROVIDER}/traits", BROKEN, 400),
        (GET, "/", {"headers": TEXT}, 200),
        (GET, "/traits/HW_CPU_X86_AVX", {"headers": TEXT}, 204),
    ],
)
def test_the_first_fault_is_told(
    any_cloud: Cloud, method: str, path: str, given: dict[str, Any], status: int
) -> None:
    assert any_cloud.ask(method, path, **given).status_code == status


def test_generations_come_before_what_fits(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, {"VCPU": 1})
    assert refused(any_cloud.put(c, {p: {"VCPU": 99}}, 7)) == (409, CONCURRENT)
    reserved = {"VCPU": {"total": 1, "reserved": 2}}
    assert refused(any_cloud.stock(p, reserved, 9)) == (409, CONCURRENT)


def test_units_come_before_capacity_and_both_are_conflicts(any_cloud: Cloud) -> None:
    p = any_cloud.provider({"VCPU": {"total": 4, "max_unit": 3}})
    any_cloud.holding(p, {"VCPU": 3})
    answer = any_cloud.put(fresh(), {p: {"VCPU": 4}})
    assert refused(answer) == (409, UNDEFINED)
    assert "constraints" in answer.json()["errors"][0]["detail"]


def test_several_consumers_are_told_the_generation_first(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, {"VCPU": 1})
    body = {fresh(): claim({p: {"VCPU": 99}}), c: claim({p: {"VCPU": 1}}, 7)}
    assert refused(any_cloud.ask("POST", "/allocations", body)) == (409, CONCURRENT)
