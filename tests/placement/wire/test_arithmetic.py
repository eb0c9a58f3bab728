"""What fits (spec placement §7, 29-36)."""

from __future__ import annotations

import pytest

from tests.placement.wire.cloud import P_STOCK, Cloud, claim, error, fresh, refused
from tests.placement.wire.differences import UNDEFINED

FULL = (409, UNDEFINED)


@pytest.mark.parametrize("amount", [10, 15, 25, 510])
def test_p29_unit_and_step_are_kept(any_cloud: Cloud, amount: int) -> None:
    p = any_cloud.provider(P_STOCK)
    answer = any_cloud.put(fresh(), {p: {"MEMORY_MB": amount}})
    assert refused(answer) == FULL
    assert "constraints" in error(answer)["detail"]


@pytest.mark.parametrize("amount", [20, 500])
def test_p29_least_and_most_fit(any_cloud: Cloud, amount: int) -> None:
    any_cloud.holding(any_cloud.provider(P_STOCK), {"MEMORY_MB": amount})


def test_p30_the_ratio_multiplies(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    any_cloud.holding(p, {"VCPU": 2})
    answer = any_cloud.put(fresh(), {p: {"VCPU": 15}})
    assert refused(answer) == FULL
    assert "exceed the capacity" in error(answer)["detail"]
    any_cloud.holding(p, {"VCPU": 14})
    assert refused(any_cloud.put(fresh(), {p: {"VCPU": 1}})) == FULL


@pytest.mark.parametrize(("total", "ratio", "fits"), [(100, 0.29, 28), (100, 0.07, 7), (7, 0.7, 4)])
def test_p31_capacity_is_what_binary_fractions_make_it(
    any_cloud: Cloud, total: int, ratio: float, fits: int
) -> None:
    p = any_cloud.provider({"VCPU": {"total": total, "allocation_ratio": ratio}})
    assert refused(any_cloud.put(fresh(), {p: {"VCPU": fits + 1}})) == FULL
    any_cloud.holding(p, {"VCPU": fits})


def test_p32_what_is_replaced_is_free(any_cloud: Cloud) -> None:
    p = any_cloud.provider({"VCPU": {"total": 10}})
    c = any_cloud.holding(p, {"VCPU": 10})
    assert any_cloud.put(c, {p: {"VCPU": 10}}, 1).status_code == 204
    assert refused(any_cloud.put(c, {p: {"VCPU": 11}}, 2)) == FULL


def test_p33_who_is_over_capacity_may_shrink(any_cloud: Cloud) -> None:
    p = any_cloud.provider({"VCPU": {"total": 10}})
    c = any_cloud.holding(p, {"VCPU": 8})
    assert any_cloud.stock(p, {"VCPU": {"total": 4}}).status_code == 200
    assert refused(any_cloud.put(c, {p: {"VCPU": 9}}, 1)) == FULL
    assert any_cloud.put(c, {p: {"VCPU": 8}}, 1).status_code == 204
    assert any_cloud.put(c, {p: {"VCPU": 7}}, 2).status_code == 204
    assert refused(any_cloud.put(fresh(), {p: {"VCPU": 1}})) == FULL


def test_p34_several_shrink_together(any_cloud: Cloud) -> None:
    p = any_cloud.provider({"VCPU": {"total": 10}})
    a, b = (any_cloud.holding(p, {"VCPU": 5}) for _ in range(2))
    assert any_cloud.stock(p, {"VCPU": {"total": 4}}).status_code == 200

    def both(of_a: int, of_b: int, generation: int) -> tuple[int, str]:
        body = {
            a: claim({p: {"VCPU": of_a}}, generation),
            b: claim({p: {"VCPU": of_b}}, generation),
        }
        answer = any_cloud.ask("POST", "/allocations", body)
        return (204, "") if answer.status_code == 204 else refused(answer)

    assert both(5, 4, 1) == (204, "")
    assert both(6, 4, 2) == FULL
    assert both(4, 5, 2) == (204, "")


def test_p35_constraints_are_kept_by_who_is_there_already(any_cloud: Cloud) -> None:
    p = any_cloud.provider({"VCPU": {"total": 10}})
    c = any_cloud.holding(p, {"VCPU": 8})
    assert any_cloud.stock(p, {"VCPU": {"total": 10, "max_unit": 4}}).status_code == 200
    answer = any_cloud.put(c, {p: {"VCPU": 8}}, 1)
    assert refused(answer) == FULL
    assert "constraints" in error(answer)["detail"]
    assert any_cloud.put(c, {p: {"VCPU": 4}}, 1).status_code == 204


def test_p36_nothing_fits_in_nothing(any_cloud: Cloud) -> None:
    p = any_cloud.provider()
    nothing = {"VCPU": {"total": 10, "allocation_ratio": 0}}
    assert any_cloud.stock(p, nothing, version="1.26").status_code == 200
    assert refused(any_cloud.put(fresh(), {p: {"VCPU": 1}})) == FULL


def test_an_amount_beyond_every_integer_is_a_conflict(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    assert refused(any_cloud.put(fresh(), {p: {"VCPU": 2**63}})) == FULL
