"""Many consumers at once, and deleting (spec placement §7, 37-45)."""

from __future__ import annotations

from tests.placement.wire.cloud import P_STOCK, Q_STOCK, Cloud, claim, error, fresh, refused
from tests.placement.wire.differences import CONCURRENT, UNDEFINED

PARENT = (409, "placement.resource_provider.cannot_delete_parent")
USED = (409, "placement.resource_provider.inuse")


def test_p37_two_newcomers_in_one_request(any_cloud: Cloud) -> None:
    p, a, b = any_cloud.provider(P_STOCK), fresh(), fresh()
    body = {a: claim({p: {"VCPU": 1}}), b: claim({p: {"VCPU": 2}})}
    answer = any_cloud.ask("POST", "/allocations", body)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (any_cloud.held(a), any_cloud.held(b)) == ({p: {"VCPU": 1}}, {p: {"VCPU": 2}})
    assert any_cloud.generation(p) == 2


def test_p38_one_makes_room_for_another(any_cloud: Cloud) -> None:
    p, q = any_cloud.provider({"VCPU": {"total": 4}}), any_cloud.provider(Q_STOCK)
    a, b = any_cloud.holding(p, {"VCPU": 4}), fresh()
    body = {b: claim({p: {"VCPU": 4}}), a: claim({q: {"VCPU": 4}}, 1)}
    assert any_cloud.ask("POST", "/allocations", body).status_code == 204
    assert (any_cloud.held(a), any_cloud.held(b)) == ({q: {"VCPU": 4}}, {p: {"VCPU": 4}})


def test_p39_what_does_not_fit_together_is_refused_together(any_cloud: Cloud) -> None:
    p, a, b = any_cloud.provider({"VCPU": {"total": 4}}), fresh(), fresh()
    body = {a: claim({p: {"VCPU": 3}}), b: claim({p: {"VCPU": 2}})}
    assert refused(any_cloud.ask("POST", "/allocations", body)) == (409, UNDEFINED)
    assert (any_cloud.held(a), any_cloud.held(b)) == ({}, {})
    assert any_cloud.used(p) == {"VCPU": 0}


def test_p40_one_wrong_generation_refuses_all(any_cloud: Cloud) -> None:
    p, b = any_cloud.provider(P_STOCK), fresh()
    a = any_cloud.holding(p, {"VCPU": 1})
    body = {b: claim({p: {"VCPU": 2}}), a: claim({p: {"VCPU": 2}}, 9)}
    assert refused(any_cloud.ask("POST", "/allocations", body)) == (409, CONCURRENT)
    assert (any_cloud.held(a), any_cloud.held(b)) == ({p: {"VCPU": 1}}, {})


def test_p41_at_least_one_and_from_1_13(any_cloud: Cloud) -> None:
    assert any_cloud.ask("POST", "/allocations", {}).status_code == 400
    early = any_cloud.ask("POST", "/allocations", {}, version="1.12")
    assert early.status_code == 404
    assert error(early)["detail"].split("\n")[-1].strip() == ""
    answer = any_cloud.ask("GET", "/allocations")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_p42_nothing_removes_a_consumer_among_many(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    a = any_cloud.holding(p, {"VCPU": 1})
    body = {a: claim({}, version="1.13")}
    assert any_cloud.ask("POST", "/allocations", body, version="1.13").status_code == 204
    assert any_cloud.get(f"/allocations/{a}") == {"allocations": {}}


def test_p43_deleting_once(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, {"VCPU": 1})
    before = any_cloud.generation(p)
    answer = any_cloud.ask("DELETE", f"/allocations/{c}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert refused(any_cloud.ask("DELETE", f"/allocations/{c}")) == (404, UNDEFINED)
    assert any_cloud.generation(p) == before


def test_p44_deleting_asks_for_no_generation(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, {"VCPU": 1})
    assert any_cloud.put(c, {p: {"VCPU": 2}}, 1).status_code == 204
    assert any_cloud.ask("DELETE", f"/allocations/{c}").status_code == 204


def test_p45_providers_go_last(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    child = any_cloud.provider(parent=p)
    c = any_cloud.holding(p, {"VCPU": 1})
    assert refused(any_cloud.ask("DELETE", f"/resource_providers/{p}")) in (PARENT, USED)
    assert any_cloud.ask("DELETE", f"/resource_providers/{child}").status_code == 204
    assert refused(any_cloud.ask("DELETE", f"/resource_providers/{p}")) == USED
    assert any_cloud.ask("DELETE", f"/allocations/{c}").status_code == 204
    child = any_cloud.provider(parent=p)
    assert refused(any_cloud.ask("DELETE", f"/resource_providers/{p}")) == PARENT
    assert any_cloud.ask("DELETE", f"/resource_providers/{child}").status_code == 204
    assert any_cloud.ask("DELETE", f"/resource_providers/{p}").status_code == 204
    assert refused(any_cloud.ask("DELETE", f"/resource_providers/{p}")) == (404, UNDEFINED)
