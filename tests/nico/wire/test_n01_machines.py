"""Machines that tenants are given (scenarios 1 to 26)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nico.wire.nico import Cast, constraint, fresh, refused, setting

HEAD = "SELECT max(seq) FROM journal"


def test_n01_machines_are_given(cast: Cast) -> None:
    row = cast.made("G100", 4)
    one = constraint(row)
    assert (row["status"], len(row["statusHistory"])) == ("Registered", 1)
    assert (one["derivedResourceId"], one["constraintValue"]) == (None, 4)
    assert one["instanceType"]["name"] == "g100"
    assert "ipBlock" not in one
    told = {"assigned": 10, "total": 4, "used": 0, "unused": 4, "unusedUsable": 4}
    assert cast.figures("G100") == {**told, "maxAllocatable": 6}


def test_n02_no_more_than_there_are(cast: Cast) -> None:
    cast.made("G100", 4)
    cast.made("G100", 6, "T2")
    assert cast.figures("G100")["maxAllocatable"] == 0
    refused(cast.give("G100", 1), 409)
    assert len(cast.get("pa", "/allocation")) == 2


def test_n03_what_is_left(cast: Cast) -> None:
    cast.made("G100", 4)
    refused(cast.give("G100", 7), 409)
    cast.made("G100", 6)


def test_n04_machines_count_whatever_their_status(cast: Cast) -> None:
    cast.made("G100", 9)
    figures = cast.figures("G100")
    assert (figures["unusedUsable"], figures["unused"]) == (8, 9)


def test_n05_growth_ends_where_machines_do(cast: Cast) -> None:
    row = cast.made("G100", 4)
    assert cast.set(row, 10).status_code == 200
    refused(cast.set(row, 11), 400)
    assert cast.value(row) == 10


def test_n06_what_others_have_cannot_be_had(cast: Cast) -> None:
    row, other = cast.made("G100", 4), cast.made("G100", 6, "T2")
    refused(cast.set(row, 5), 400)
    assert cast.delete(other).status_code == 202
    assert cast.set(row, 5).status_code == 200


def test_n07_allocations_of_a_tenant_are_a_pool(cast: Cast) -> None:
    row, _ = cast.made("G100", 4), cast.made("G100", 3)
    cast.use("G100", 5)
    assert cast.set(row, 2).status_code == 200
    refused(cast.set(row, 1), 400)


def test_n08_unused_machines_are_taken_back(cast: Cast) -> None:
    row = cast.made("G100", 4)
    assert cast.set(row, 1).status_code == 200
    assert cast.figures("G100")["maxAllocatable"] == 9


def test_n09_used_machines_are_not(cast: Cast) -> None:
    row = cast.made("G100", 4)
    first, *_ = cast.use("G100", 4)
    refused(cast.set(row, 3), 400)
    cast.stop(first)
    assert cast.set(row, 3).status_code == 200


def test_n10_others_instances_do_not_matter(cast: Cast) -> None:
    row, _ = cast.made("G100", 4), cast.made("G100", 4, "T2")
    cast.use("G100", 4, "T2")
    assert cast.set(row, 1).status_code == 200


def test_n11_nor_do_targeted_ones(cast: Cast) -> None:
    row = cast.made("G100", 4)
    cast.use("", 3)
    assert cast.set(row, 1).status_code == 200


def test_n12_the_same_value_changes_nothing(cast: Cast) -> None:
    row = cast.made("G100", 4)
    before = cast.site.database.read(lambda tx: tx.scalar(HEAD))
    answer = cast.set(row, 4)
    assert answer.status_code == 200
    assert cast.site.database.read(lambda tx: tx.scalar(HEAD)) == before
    told = answer.json()
    assert told["updated"] == constraint(row)["updated"]
    assert "instanceType" not in told
    told = cast.set(row, 5).json()
    assert told["updated"] > constraint(row)["updated"]
    assert told["instanceType"]["name"] == "g100"


def test_n13_a_value_is_a_whole_number(cast: Cast) -> None:
    row = cast.made("G100", 4)
    path = setting(row)
    for body in ({"constraintValue": 0}, {}, {"constraintValue": None}):
        refused(cast.ask("pa", "PATCH", path, body), 400, "constraintValue")
    for value in ("5", 4.5, True, 2**63):
        refused(cast.set(row, value), 400)
    for content, kind in ((b"{", "application/json"), (b"{}", "text/plain")):
        more: dict[str, Any] = {"content": content, "headers": {"Content-Type": kind}}
        refused(cast.ask("pa", "PATCH", path, **more), 400)
    assert cast.value(row) == 4


def test_n14_a_value_is_at_least_one(cast: Cast) -> None:
    refused(cast.give("G100", -5), 400, "constraintValue")
    row = cast.made("G100", 4)
    refused(cast.set(row, -1), 400, "constraintValue")


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"constraintType": "OnDemand"}, []),
        ({"constraintType": "Preemptible"}, []),
        ({"constraintType": "Bogus"}, ["constraintType"]),
        ({"resourceType": "Subnet"}, ["resourceType"]),
    ],
)
def test_n15_machines_are_reserved(cast: Cast, given: dict[str, str], fields: list[str]) -> None:
    refused(cast.give("G100", 1, **given), 400, *fields)


@pytest.mark.parametrize("count", [None, 0, 2])
def test_n16_an_allocation_has_one_constraint(cast: Cast, count: int | None) -> None:
    body = cast.body("G100", 1)
    if count is None:
        del body["allocationConstraints"]
    else:
        body["allocationConstraints"] *= count
    refused(cast.ask("pa", "POST", "/allocation", body), 400, "allocationConstraints")


@pytest.mark.parametrize("wrong", [{"constraintValue": "1"}, {"resourceTypeId": 5}, 5])
def test_n16_what_cannot_be_read_is_refused_before_it_is_counted(cast: Cast, wrong: Any) -> None:
    body = cast.body("G100", 1)
    body["allocationConstraints"].append(wrong)
    refused(cast.ask("pa", "POST", "/allocation", body), 400)


@pytest.mark.parametrize("resource", ["Z10", "Q1", "nothing"])
def test_n17_types_are_of_the_site(cast: Cast, resource: str) -> None:
    refused(cast.give("G100", 1, resourceTypeId=cast.ids.get(resource, fresh())), 400)


@pytest.mark.parametrize(("field", "name"), [("tenantId", "nobody"), ("siteId", "SQ")])
def test_n17_tenants_and_sites_are_known(cast: Cast, field: str, name: str) -> None:
    refused(cast.give("G100", 1, **{field: cast.ids.get(name, fresh())}), 400)


def test_n18_names_are_taken_once(cast: Cast) -> None:
    first = cast.made("G100", 1, name="web")
    data = refused(cast.give("G100", 1, name="web"), 409, "id")
    assert data["id"] == first["id"]
    cast.made("BS2", 24, name="web", siteId=cast["S2"])
    cast.made("G100", 1, "T2", name="web")
    cast.delete(first)
    cast.made("G100", 1, name="web")


def test_n19_names_have_two_to_256_bytes(cast: Cast) -> None:
    for name in ("a", "a" * 257, " ab", "ab ", "é" * 200, "", None):
        refused(cast.give("G100", 1, name=name), 400, "name")
    assert cast.made("G100", 1, name="a" * 256)["name"] == "a" * 256
    refused(cast.give("G100", 1, name=5), 400)


def test_n20_allocations_are_renamed(cast: Cast) -> None:
    first, other = cast.made("G100", 1), cast.made("G100", 1, description="kept")
    path = f"/allocation/{other['id']}"
    assert cast.ask("pa", "PATCH", path, {"name": other["name"]}).status_code == 200
    data = refused(cast.ask("pa", "PATCH", path, {"name": first["name"]}), 409, "id")
    assert data["id"] == first["id"]
    for body in ({}, {"description": None}):
        row = cast.ask("pa", "PATCH", path, body).json()
        assert (row["name"], row["description"]) == (other["name"], "kept")
    row = cast.ask("pa", "PATCH", path, {"name": "new name", "description": ""}).json()
    assert (row["name"], row["description"]) == ("new name", "")
    assert row["updated"] > other["updated"]


def test_n21_what_is_in_use_stays(cast: Cast) -> None:
    row, _ = cast.made("G100", 4), cast.made("G100", 3)
    first, *_ = cast.use("G100", 4)
    refused(cast.delete(row), 400)
    assert cast.value(row) == 4
    cast.stop(first)
    assert cast.delete(row).status_code == 202


def test_n22_the_last_allocation_takes_the_site_along(cast: Cast) -> None:
    row = cast.made("G100", 4)
    assert [one["name"] for one in cast.get("ta", "/site")] == ["S1"]
    answer = cast.delete(row)
    assert (answer.status_code, list(answer.json())) == (202, ["message"])
    refused(cast.ask("pa", "GET", f"/allocation/{row['id']}"), 404)
    refused(cast.delete(row), 404)
    assert cast.get("ta", "/site") == []


def test_n23_given_machines_stay_with_their_type(cast: Cast) -> None:
    row = cast.made("G100", 10)
    path = f"/instance/type/{cast['G100']}/machine/{cast.mark}-G100-0"
    refused(cast.ask("pa", "DELETE", path), 400)
    assert cast.set(row, 9).status_code == 200
    assert cast.ask("pa", "DELETE", path).status_code == 202
    assert cast.figures("G100")["assigned"] == 9


def test_n24_types_in_use_stay(cast: Cast) -> None:
    row = cast.made("G100", 1)
    path = f"/instance/type/{cast['G100']}"
    refused(cast.ask("pa", "DELETE", path), 400)
    cast.delete(row)
    assert cast.ask("pa", "DELETE", path).status_code == 202
    refused(cast.ask("pa", "GET", path), 404)


def test_n25_what_is_given_can_be_used(cast: Cast) -> None:
    row = cast.made("G100", 4)
    assert [cast.admitted("G100") for _ in range(5)] == [201] * 4 + [403]
    figures = cast.figures("G100", "ta")
    assert (figures["used"], figures["unused"]) == (4, 0)
    assert cast.set(row, 5).status_code == 200
    assert cast.figures("G100", "ta")["unused"] == 1
    assert cast.admitted("G100") == 201
    refused(cast.set(row, 4), 400)


def test_n26_two_cannot_be_given_the_same(cast: Cast) -> None:
    answers = cast.at_once(cast.body("G100", 6), cast.body("G100", 6, "T2"))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


def test_n26_many_are_given_what_there_is(cast: Cast) -> None:
    answers = cast.at_once(*(cast.body("G100", 1) for _ in range(14)))
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [409] * 4
    assert cast.figures("G100")["maxAllocatable"] == 0


def test_n26_networks_at_once_do_not_overlap(cast: Cast) -> None:
    answers = cast.at_once(*(cast.body("B24", 26, f"T{1 + n % 2}") for n in range(7)))
    made = [answer.json() for answer in answers if answer.status_code == 201]
    wanted = {f"192.168.20.{n}/26" for n in (0, 64, 128, 192)}
    assert ({cast.cidr(row) for row in made}, len(made)) == (wanted, 4)
