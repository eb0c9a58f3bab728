"""What consumers hold: reading, creating, replacing (spec placement §7, 1-21)."""

from __future__ import annotations

from tests.placement.wire.cloud import P_STOCK, Q_STOCK, Cloud, fresh, refused
from tests.placement.wire.differences import CONCURRENT, UNDEFINED

BOTH = {"VCPU": 2, "MEMORY_MB": 100}


def test_p01_a_stranger_holds_nothing(any_cloud: Cloud) -> None:
    assert any_cloud.get(f"/allocations/{fresh()}") == {"allocations": {}}


def test_p02_more_is_told_of_a_consumer_by_microversion(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, BOTH)
    keys = {"allocations"}
    more = {"1.0": set(), "1.12": {"project_id", "user_id"}, "1.28": {"consumer_generation"}}
    more["1.38"] = {"consumer_type"}
    for version, added in more.items():
        keys |= added
        told = any_cloud.get(f"/allocations/{c}", version)
        assert set(told) == keys
        assert told["allocations"] == {p: {"generation": 2, "resources": BOTH}}


def test_p03_a_provider_tells_the_generation_of_its_consumers_from_1_28(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, BOTH)
    old = any_cloud.get(f"/resource_providers/{p}/allocations", "1.27")
    new = any_cloud.get(f"/resource_providers/{p}/allocations", "1.28")
    assert old == {"allocations": {c: {"resources": BOTH}}, "resource_provider_generation": 2}
    assert new["allocations"] == {c: {"resources": BOTH, "consumer_generation": 1}}
    assert new["resource_provider_generation"] == 2


def test_p04_what_is_not_used_is_0(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, BOTH)
    assert any_cloud.used(p) == BOTH
    assert any_cloud.ask("DELETE", f"/allocations/{c}").status_code == 204
    assert any_cloud.used(p) == {"VCPU": 0, "MEMORY_MB": 0}


def test_p05_unknown_providers_have_no_allocations_and_no_usages(any_cloud: Cloud) -> None:
    for part in ("allocations", "usages"):
        answer = any_cloud.ask("GET", f"/resource_providers/{fresh()}/{part}")
        assert refused(answer) == (404, UNDEFINED)


def test_p06_answers_have_an_age_from_1_15(any_cloud: Cloud) -> None:
    old = any_cloud.ask("GET", f"/allocations/{fresh()}", version="1.14").headers
    new = any_cloud.ask("GET", f"/allocations/{fresh()}", version="1.15").headers
    assert not {"last-modified", "cache-control"} & set(old)
    assert new["last-modified"].endswith("GMT")
    assert new["cache-control"] == "no-cache"


def test_p07_the_first_write_makes_generation_1(any_cloud: Cloud) -> None:
    p, c = any_cloud.provider(P_STOCK), fresh()
    answer = any_cloud.put(c, {p: {"VCPU": 2}})
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    assert any_cloud.get(f"/allocations/{c}") == {
        "allocations": {p: {"generation": 2, "resources": {"VCPU": 2}}},
        "project_id": "proj",
        "user_id": "user",
        "consumer_generation": 1,
        "consumer_type": "INSTANCE",
    }


def test_p08_a_write_replaces_everything(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, BOTH)
    assert any_cloud.put(c, {p: {"VCPU": 3}}, 1).status_code == 204
    assert any_cloud.get(f"/allocations/{c}")["consumer_generation"] == 2
    assert any_cloud.held(c) == {p: {"VCPU": 3}}


def test_p09_only_providers_of_the_new_set_move(any_cloud: Cloud) -> None:
    p, q = any_cloud.provider(P_STOCK), any_cloud.provider(Q_STOCK)
    c = any_cloud.holding(p, {"VCPU": 2})
    before = any_cloud.generation(p), any_cloud.generation(q)
    assert any_cloud.put(c, {q: {"VCPU": 1}}, 1).status_code == 204
    assert any_cloud.held(c) == {q: {"VCPU": 1}}
    assert (any_cloud.generation(p), any_cloud.generation(q)) == (before[0], before[1] + 1)


def test_p10_an_identical_write_moves_both_generations(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, BOTH)
    before = any_cloud.generation(p)
    assert any_cloud.put(c, {p: BOTH}, 1).status_code == 204
    assert any_cloud.get(f"/allocations/{c}")["consumer_generation"] == 2
    assert any_cloud.generation(p) == before + 1


def test_p11_null_expects_that_nobody_is_there(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, BOTH)
    before = any_cloud.get(f"/allocations/{c}")
    assert refused(any_cloud.put(c, {p: {"VCPU": 1}}, None)) == (409, CONCURRENT)
    assert any_cloud.get(f"/allocations/{c}") == before


def test_p12_another_generation_is_refused(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, BOTH)
    assert refused(any_cloud.put(c, {p: {"VCPU": 1}}, 7)) == (409, CONCURRENT)


def test_p13_nobody_has_no_generation(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    assert refused(any_cloud.put(fresh(), {p: {"VCPU": 1}}, 0)) == (409, CONCURRENT)


def test_p14_nothing_removes_the_consumer(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, BOTH)
    before = any_cloud.generation(p)
    assert any_cloud.put(c, {}, 1).status_code == 204
    assert any_cloud.get(f"/allocations/{c}") == {"allocations": {}}
    assert any_cloud.generation(p) == before + 1
    assert refused(any_cloud.put(c, {p: {"VCPU": 1}}, 1)) == (409, CONCURRENT)
    assert any_cloud.put(c, {p: {"VCPU": 1}}, None).status_code == 204


def test_p15_nothing_is_no_claim_before_1_28(any_cloud: Cloud) -> None:
    for version in ("1.27", "1.12"):
        assert any_cloud.put(fresh(), {}, version=version).status_code == 400


def test_p16_project_and_user_can_change(any_cloud: Cloud) -> None:
    p, old, new = any_cloud.provider(P_STOCK), fresh(), fresh()
    c = any_cloud.holding(p, {"VCPU": 2}, project=old)
    assert any_cloud.get(f"/usages?project_id={old}", "1.37")["usages"] == {"VCPU": 2}
    answer = any_cloud.put(c, {p: {"VCPU": 2}}, 1, project=new, user="other")
    assert answer.status_code == 204
    told = any_cloud.get(f"/allocations/{c}")
    assert (told["project_id"], told["user_id"]) == (new, "other")
    assert any_cloud.get(f"/usages?project_id={old}", "1.37")["usages"] == {}
    assert any_cloud.get(f"/usages?project_id={new}", "1.37")["usages"] == {"VCPU": 2}


def test_p17_a_refused_write_changes_no_project_either(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    c = any_cloud.holding(p, {"VCPU": 2})
    before = any_cloud.get(f"/allocations/{c}")
    answer = any_cloud.put(c, {p: {"VCPU": 17}}, 1, project="other", kind="MIGRATION")
    assert refused(answer) == (409, UNDEFINED)
    assert any_cloud.get(f"/allocations/{c}") == before


def test_p18_the_generation_of_a_provider_is_not_looked_at(any_cloud: Cloud) -> None:
    p, c = any_cloud.provider(P_STOCK), fresh()
    body = {
        "allocations": {p: {"resources": {"VCPU": 1}, "generation": 99}},
        "project_id": "proj",
        "user_id": "user",
        "consumer_generation": None,
        "consumer_type": "INSTANCE",
    }
    assert any_cloud.ask("PUT", f"/allocations/{c}", body).status_code == 204


def test_p19_the_uuid_of_a_consumer_is_normalised(any_cloud: Cloud) -> None:
    p, c = any_cloud.provider(P_STOCK), fresh()
    written = c.replace("-", "").upper()
    assert any_cloud.put(written, {p: {"VCPU": 1}}).status_code == 204
    assert any_cloud.held(c) == {p: {"VCPU": 1}}
    assert any_cloud.held(written) == {}
    assert any_cloud.ask("DELETE", f"/allocations/{written}").status_code == 404


def test_p20_what_does_not_exist_is_refused(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    assert any_cloud.put("zzz", {p: {"VCPU": 1}}).status_code == 400
    assert any_cloud.put(fresh(), {fresh(): {"VCPU": 1}}).status_code == 400
    assert any_cloud.put(fresh(), {p: {"CUSTOM_NOPE": 1}}).status_code == 400
    assert any_cloud.put(fresh(), {p: {"vcpu": 1}}).status_code == 400


def test_p21_a_class_without_inventory_is_a_conflict(any_cloud: Cloud) -> None:
    q, c = any_cloud.provider(Q_STOCK), fresh()
    assert refused(any_cloud.put(c, {q: {"DISK_GB": 1}})) == (409, UNDEFINED)
    assert refused(any_cloud.put(c, {q: {"VCPU": 1, "DISK_GB": 1}})) == (409, UNDEFINED)
    assert any_cloud.held(c) == {}
    assert any_cloud.used(q) == {"VCPU": 0}
