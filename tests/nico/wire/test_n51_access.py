"""Who may do what, and how lists are asked for (scenarios 51 to 60)."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.nico.wire.nico import Cast, Json, constraint, fresh, refused, setting


@pytest.mark.parametrize("header", ["", "Token x", "Bearer", "Bearer a b", "Bearer nobodys"])
def test_n51_tokens_are_bearers(cast: Cast, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    answer = cast.ask("", "GET", "/allocation", headers=headers)
    refused(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_n51_tokens_end(cast: Cast) -> None:
    cast.tokens["late"] = cast.granted(f"nico:admin:{cast.org('acme')}", lasts=1)
    answer = cast.ask("late", "GET", "/allocation")
    refused(answer, 401)
    assert "expired" in answer.json()["message"]


def test_n52_admins_of_providers_change(cast: Cast) -> None:
    row = cast.made("G100", 4)
    path, org = f"/allocation/{row['id']}", cast.org("acme")
    for who in ("ta", "pv"):
        at = {"org": org} if who == "pv" else {}
        refused(cast.ask(who, "POST", "/allocation", {}, **at), 403)
        refused(cast.ask(who, "PATCH", path, {"name": "mine"}, **at), 403)
        refused(cast.ask(who, "DELETE", path, **at), 403)
        refused(cast.ask(who, "PATCH", setting(row), {"constraintValue": 5}, **at), 403)
    assert len(cast.get("pv", "/allocation")) == 1
    assert cast.get("pv", path)["id"] == row["id"]


def test_n53_organisations_are_members_only(cast: Cast) -> None:
    refused(cast.ask("pa", "GET", "/allocation", org=cast.org("t1")), 403)
    answer = cast.ask("pa", "GET", "/allocation", org=cast.org("acme").upper())
    assert answer.status_code == 200


def test_n54_tenants_see_what_is_theirs(cast: Cast) -> None:
    mine, other = cast.made("G100", 1), cast.made("G100", 1, "T2")
    assert [row["id"] for row in cast.get("ta", "/allocation")] == [mine["id"]]
    refused(cast.ask("ta", "GET", f"/allocation/{other['id']}"), 403)
    refused(cast.ask("qa", "GET", f"/allocation/{mine['id']}"), 403)


def test_n54_who_is_both_sees_both(cast: Cast) -> None:
    theirs = cast.made("G100", 1, "TD")
    body = cast.body("D1", 1, "TD", siteId=cast["SD"])
    own = cast.ask("duo", "POST", "/allocation", body).json()
    body = cast.body("D1", 1, "T1", siteId=cast["SD"])
    given = cast.ask("duo", "POST", "/allocation", body).json()
    found = [row["id"] for row in cast.get("duo", "/allocation")]
    assert found == [theirs["id"], own["id"], given["id"]]
    found = [row["id"] for row in cast.get("duo", f"/allocation?tenantId={cast['T1']}")]
    assert found == [theirs["id"], own["id"], given["id"]]


def test_n55_constraints_are_their_allocation_s(cast: Cast) -> None:
    row, other = cast.made("G100", 1), cast.made("G100", 1)
    body, own = {"constraintValue": 2}, constraint(row)["id"]
    path = f"/allocation/{row['id']}/constraint"
    refused(cast.ask("pa", "PATCH", f"{path}/x", body), 400, "allocationConstraintId")
    refused(cast.ask("pa", "PATCH", f"/allocation/x/constraint/{own}", body), 400, "allocationId")
    refused(cast.ask("pa", "PATCH", f"{path}/{fresh()}", body), 404)
    wrong = f"/allocation/{other['id']}/constraint/{own}"
    refused(cast.ask("pa", "PATCH", wrong, body), 400)
    refused(cast.ask("qa", "PATCH", setting(row), body), 400)


def test_n56_allocations_are_found_by_id(cast: Cast) -> None:
    refused(cast.ask("pa", "GET", "/allocation/x"), 400, "allocationId")
    refused(cast.ask("pa", "GET", f"/allocation/{fresh()}"), 404)


SITE = {"id", "name", "infrastructureProviderId", "isSerialConsoleEnabled", "isOnline"}
SITE |= {"capabilities", "status"}


def pages(answer: httpx.Response) -> Json:
    """Where in a list an answer is."""
    assert answer.status_code == 200, answer.text
    found: Json = json.loads(answer.headers["x-pagination"])
    return found


def test_n57_lists_have_pages(cast: Cast) -> None:
    rows = [cast.made("B16", 28 - n % 3) for n in range(25)]
    answer = cast.ask("pa", "GET", "/allocation")
    assert pages(answer) == {"pageNumber": 1, "pageSize": 20, "total": 25, "orderBy": None}
    assert [row["id"] for row in answer.json()] == [row["id"] for row in rows[:20]]
    for number, count in ((3, 5), (4, 0)):
        answer = cast.ask("pa", "GET", f"/allocation?pageSize=10&pageNumber={number}")
        assert (pages(answer)["total"], len(answer.json())) == (25, count)
    for query, field in (
        ("pageSize=101", "pageSize"),
        ("pageNumber=-1", "pageNumber"),
        ("orderBy=FOO_ASC", "orderBy"),
        ("orderBy=name", "orderBy"),
    ):
        refused(cast.ask("pa", "GET", f"/allocation?{query}"), 400, field)
    answer = cast.ask("pa", "GET", "/allocation?orderBy=CONSTRAINT_VALUE_DESC&pageSize=100")
    assert pages(answer)["orderBy"] == "CONSTRAINT_VALUE_DESC"
    values = [constraint(row)["constraintValue"] for row in answer.json()]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(
    "field",
    ["NAME", "STATUS", "CREATED", "UPDATED", "SITE_NAME"]
    + ["INSTANCE_TYPE_NAME", "IP_BLOCK_NAME", "TENANT_ORG_DISPLAY_NAME"],
)
def test_n57_every_order(cast: Cast, field: str) -> None:
    made = [cast.made("G100", 1, name="bb"), cast.made("B16", 24, "T2", name="aa")]
    ids = [row["id"] for row in made]
    up, down = (
        [row["id"] for row in cast.get("pa", f"/allocation?orderBy={field}_{way}")]
        for way in ("ASC", "DESC")
    )
    assert sorted(up) == sorted(down) == sorted(ids)
    same = field in ("STATUS", "SITE_NAME")
    assert (up == down) == same


def test_n58_lists_are_narrowed(cast: Cast) -> None:
    wide, narrow = cast.made("B16", 20), cast.made("B16", 24, "T2")
    few = cast.made("G100", 3, description="Quiet ones")

    def found(query: str) -> set[str]:
        return {row["id"] for row in cast.get("pa", f"/allocation?{query}")}

    every = {one["id"] for one in (wide, narrow, few)}
    assert found("resourceType=IPBlock") == {wide["id"], narrow["id"]}
    assert found("constraintValue=24&constraintValue=20") == {wide["id"], narrow["id"]}
    assert found("constraintValue=24&constraintValue=3&resourceType=IPBlock") == {narrow["id"]}
    assert found(f"resourceTypeId={cast['G100']}") == {few["id"]}
    assert found(f"id={few['id']}&id={wide['id']}") == {few["id"], wide["id"]}
    assert found(f"tenantId={cast['T2']}") == {narrow["id"]}
    assert found("query=QUIET") == {few["id"]}
    assert found("query=+&constraintType=Reserved") == every
    assert found(f"status=Registered&siteId={cast['S1']}") == every
    assert found("constraintType=OnDemand") == found(f"siteId={cast['S2']}") == set()
    for query in (f"siteId={fresh()}", "siteId=x", "status=Ready", "resourceType=Subnet"):
        refused(cast.ask("pa", "GET", f"/allocation?{query}"), 400, query.partition("=")[0])
    refused(cast.ask("pa", "GET", "/allocation?constraintValue=x"), 400, "constraintValue")


def test_n59_relations_are_told_when_asked_for(cast: Cast) -> None:
    row = cast.made("G100", 1)
    for path in ("/allocation", f"/allocation/{row['id']}"):
        told = cast.get("pa", f"{path}?includeRelation=Tenant&includeRelation=Site")
        told = told[0] if isinstance(told, list) else told
        assert set(told) - set(row) == {"tenant", "site"}
        assert (told["tenant"]["org"], told["site"]["name"]) == (cast.org("t1"), "S1")
        assert set(told["site"]) == SITE
        refused(cast.ask("pa", "GET", f"{path}?includeRelation=X"), 400, "includeRelation")


def test_n60_deletions_are_accepted(cast: Cast) -> None:
    answer = cast.delete(cast.made("G100", 1))
    assert (answer.status_code, list(answer.json())) == (202, ["message"])
