"""Where our server departs from the real one on purpose, each shown on both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.placement.wire.cloud import P_STOCK, Cloud, claim, fresh, refused
from tests.placement.wire.differences import DIFFERENCES

MANUAL = Path(__file__).resolve().parents[3] / "docs/placement.md"


def test_refused_writes_leave_no_ghost(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    for shares in ({fresh(): {"VCPU": 1}}, {}):
        c = fresh()
        assert any_cloud.put(c, shares).status_code == (400 if shares else 204)
        assert any_cloud.get(f"/allocations/{c}") == {"allocations": {}}
        answer = any_cloud.put(c, {p: {"VCPU": 1}})
        told = (204, "") if answer.status_code == 204 else refused(answer)
        assert told == any_cloud.expected("ghost")


def test_negative_ratios(any_cloud: Cloud) -> None:
    p = any_cloud.provider()
    stock = {"VCPU": {"total": 1, "reserved": 5, "allocation_ratio": -1.0}}
    assert any_cloud.stock(p, stock).status_code == any_cloud.expected("negative ratio")


def test_a_consumer_is_one_however_its_uuid_is_written(any_cloud: Cloud) -> None:
    p, c = any_cloud.provider(P_STOCK), fresh()
    body = {c.upper(): claim({p: {"VCPU": 1}})}
    assert any_cloud.ask("POST", "/allocations", body).status_code == 204
    assert any_cloud.held(c).get(p, {}) == any_cloud.expected("upper case consumer")


def test_one_consumer_cannot_hold_two_things(any_cloud: Cloud) -> None:
    p, c = any_cloud.provider(P_STOCK), fresh()
    body = {c.upper(): claim({p: {"VCPU": 1}}), c: claim({p: {"VCPU": 2}})}
    answer = any_cloud.ask("POST", "/allocations", body)
    assert answer.status_code == any_cloud.expected("same consumer twice")


def test_keys_that_are_given_twice(any_cloud: Cloud) -> None:
    p = any_cloud.provider(P_STOCK)
    told = json.dumps(claim({p: {"VCPU": 1}})).replace('"VCPU": 1', '"VCPU": 1, "VCPU": 2')
    kind = {"Content-Type": "application/json"}
    path = f"/allocations/{fresh()}"
    answer = any_cloud.ask("PUT", path, content=told.encode(), headers=kind)
    assert answer.status_code == any_cloud.expected("keys given twice")


@pytest.mark.parametrize("name", DIFFERENCES)
def test_the_manual_tells_of_it(name: str) -> None:
    table = MANUAL.read_text(encoding="utf-8").partition("## Where bursar differs")[2]
    assert f"\n| {name} |" in table


def test_whole_numbers_are_written_whole(any_cloud: Cloud) -> None:
    p = any_cloud.provider()
    answer = any_cloud.stock(p, {"VCPU": {"total": 5.0}})
    assert f'"total":{any_cloud.expected("integers")},' in answer.text.replace(" ", "")


def test_readers(any_cloud: Cloud) -> None:
    answer = any_cloud.ask("GET", "/resource_providers", who="reader")
    assert answer.status_code == any_cloud.expected("readers")
    assert any_cloud.ask("GET", "/usages?project_id=proj", who="reader").status_code == 200
    assert any_cloud.put(fresh(), {}).status_code == 204
    assert any_cloud.ask("DELETE", f"/allocations/{fresh()}", who="reader").status_code == 403
