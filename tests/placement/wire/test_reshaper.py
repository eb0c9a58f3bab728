"""The reshaper, as the public API reference describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.placement.wire.cloud import MISSING, Cloud, claim, fresh, refused
from tests.placement.wire.differences import CONCURRENT, IN_USE, UNDEFINED

UNKNOWN = (400, "placement.resource_provider.not_found")
STOCK = {"VCPU": {"total": 10}, "DISK_GB": {"total": 100}}


def reshape(
    cloud: Cloud,
    inventories: Any,
    allocations: Any = MISSING,
    version: str = "1.39",
    who: str = "service",
) -> httpx.Response:
    """Inventories by provider, allocations by consumer."""
    body = {"inventories": inventories}
    if allocations is not MISSING:
        body["allocations"] = allocations
    return cloud.ask("POST", "/reshaper", body, version=version, who=who)


def whole(generation: int, stock: Mapping[str, Any]) -> dict[str, Any]:
    """The inventories of one provider."""
    return {"resource_provider_generation": generation, "inventories": stock}


def test_an_inventory_moves_to_a_child_with_what_is_used(any_cloud: Cloud) -> None:
    root = any_cloud.provider(STOCK)
    child = any_cloud.provider(parent=root)
    c = any_cloud.holding(root, {"VCPU": 10, "DISK_GB": 5})
    inventories = {
        root: whole(2, {"DISK_GB": {"total": 100}}),
        child: whole(0, {"VCPU": {"total": 10}}),
    }
    moved = {c: claim({root: {"DISK_GB": 5}, child: {"VCPU": 10}}, 1)}
    answer = reshape(any_cloud, inventories, moved)
    assert (answer.status_code, answer.content) == (204, b"")
    assert any_cloud.held(c) == {root: {"DISK_GB": 5}, child: {"VCPU": 10}}
    assert any_cloud.used(root) == {"DISK_GB": 5}
    assert any_cloud.used(child) == {"VCPU": 10}
    assert refused(reshape(any_cloud, inventories, moved)) == (409, CONCURRENT)


def test_what_is_used_and_not_moved_refuses_everything(any_cloud: Cloud) -> None:
    root, other = any_cloud.provider(STOCK), any_cloud.provider()
    c = any_cloud.holding(root, {"VCPU": 1})
    inventories = {
        other: whole(0, {"VCPU": {"total": 10}}),
        root: whole(2, {"DISK_GB": {"total": 100}}),
    }
    assert refused(reshape(any_cloud, inventories, {})) == (409, IN_USE)
    full = {c: claim({other: {"VCPU": 11}}, 1)}
    assert refused(reshape(any_cloud, inventories, full)) == (409, UNDEFINED)
    late = {c: claim({other: {"VCPU": 1}}, 5)}
    assert refused(reshape(any_cloud, inventories, late)) == (409, CONCURRENT)
    assert any_cloud.used(root) == {"VCPU": 1, "DISK_GB": 0}
    assert any_cloud.used(other) == {}


def test_what_does_not_exist(any_cloud: Cloud) -> None:
    p = any_cloud.provider(STOCK)
    assert refused(reshape(any_cloud, {fresh(): whole(0, STOCK)}, {})) == UNKNOWN
    unknown = whole(1, {"CUSTOM_NOPE": {"total": 1}})
    assert refused(reshape(any_cloud, {p: unknown}, {})) == (400, UNDEFINED)
    nowhere = {fresh(): claim({fresh(): {"VCPU": 1}})}
    assert refused(reshape(any_cloud, {p: whole(1, STOCK)}, nowhere)) == (400, UNDEFINED)


@pytest.mark.parametrize(
    ("inventories", "allocations"), [({}, {}), (MISSING, {}), ({fresh(): whole(0, {})}, MISSING)]
)
def test_bodies_that_are_none(any_cloud: Cloud, inventories: Any, allocations: Any) -> None:
    told = [] if inventories is MISSING else inventories
    assert reshape(any_cloud, told, allocations).status_code == 400


def test_who_reshapes_and_since_when(any_cloud: Cloud) -> None:
    p = any_cloud.provider(STOCK)
    for who in ("admin", "reader"):
        answer = reshape(any_cloud, {p: whole(1, STOCK)}, {}, who=who)
        assert refused(answer) == (403, UNDEFINED)
    assert reshape(any_cloud, {p: whole(1, STOCK)}, {}, "1.29").status_code == 404
    assert reshape(any_cloud, {p: whole(1, STOCK)}, {}, "1.30").status_code == 204
