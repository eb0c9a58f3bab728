"""Of several things that are wrong the first one is told, as NICo's own server looks for them
(spec nico §2.2-2.4, §2.6)."""

from __future__ import annotations

import pytest

from tests.nico.wire.nico import Cast, Json, constraint, fresh, refused, setting

BAD = {"name": 5, "constraintValue": "x"}
"""What cannot be read, as whatever body."""


def ask(cast: Cast, who: str, method: str, path: str, body: object, status: int) -> Json:
    """The body of a refusal; `na` is the admin of an organisation that is no provider."""
    if who == "na" and who not in cast.tokens:
        cast.tokens[who] = cast.granted(f"nico:admin:{cast.org('new')}")
    org = cast.org("new") if who == "na" else ""
    answer = cast.ask(who, method, path, body, org=org)
    assert answer.status_code == status, answer.text
    told: Json = answer.json()
    return told


def fields(told: Json) -> set[str]:
    """What the data of a refusal has."""
    return set(told["data"] or {})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/allocation"),
        ("PATCH", "/allocation/x"),
        ("DELETE", "/allocation/x"),
        ("PATCH", "/allocation/x/constraint/y"),
    ],
)
def test_whose_it_is_comes_first(cast: Cast, method: str, path: str) -> None:
    for who in ("pv", "ta"):
        refused(cast.ask(who, method, path, BAD, org=cast.org("acme")), 403)


def test_of_a_new_allocation(cast: Cast) -> None:
    def said(who: str, body: object, status: int = 400) -> Json:
        return ask(cast, who, "POST", "/allocation", body, status)

    taken = cast.made("G100", 1)["name"]
    gone = {"tenantId": fresh(), "resourceTypeId": fresh(), "name": taken}
    assert fields(said("na", BAD)) == set()
    wrong = cast.body("G100", 0, siteId="x", **{**gone, "tenantId": "y"})
    assert fields(said("na", wrong)) == {"siteId", "tenantId", "constraintValue"}
    told = said("na", cast.body("G100", 99, siteId=fresh(), **gone))
    assert "no provider" in told["message"]
    told = said("pa", cast.body("G100", 99, siteId=fresh(), **gone))
    assert "no site" in told["message"]
    told = said("pa", cast.body("G100", 99, siteId=cast["SQ"], **gone))
    assert "another provider" in told["message"]
    told = said("pa", cast.body("G100", 99, **gone))
    assert "no tenant" in told["message"]
    del gone["tenantId"]
    told = said("pa", cast.body("G100", 99, constraintType="OnDemand", **gone), 409)
    assert fields(told) == {"id"}
    del gone["name"]
    told = said("pa", cast.body("G100", 99, constraintType="OnDemand", **gone))
    assert "no instance type" in told["message"]
    told = said("pa", cast.body("Z10", 99, constraintType="OnDemand"))
    assert "another site" in told["message"]
    assert "OnDemand" in said("pa", cast.body("G100", 99, constraintType="OnDemand"))["message"]
    said("pa", cast.body("G100", 99), 409)


def test_of_a_value(cast: Cast) -> None:
    row, other = cast.made("G100", 4), cast.made("G100", 1)
    own, right = constraint(row)["id"], setting(row)
    wrong = f"/allocation/{other['id']}/constraint/{own}"
    unknown = f"/allocation/{fresh()}/constraint/{fresh()}"

    def said(who: str, path: str, body: object, status: int = 400) -> Json:
        return ask(cast, who, "PATCH", path, body, status)

    assert fields(said("na", "/allocation/x/constraint/y", BAD)) == {"allocationId"}
    path = f"/allocation/{fresh()}/constraint/y"
    assert fields(said("na", path, BAD)) == {"allocationConstraintId"}
    assert fields(said("na", unknown, BAD)) == set()
    assert fields(said("na", unknown, {})) == {"constraintValue"}
    said("na", unknown, {"constraintValue": 99}, 404)
    told = said("na", wrong, {"constraintValue": 99})
    assert "another allocation" in told["message"]
    assert "no provider" in said("na", right, {"constraintValue": 4})["message"]
    assert "another provider" in said("qa", right, {"constraintValue": 4})["message"]
    assert cast.set(row, 4).status_code == 200


def test_of_a_name(cast: Cast) -> None:
    row, other = cast.made("G100", 1), cast.made("G100", 1)
    path, unknown = f"/allocation/{row['id']}", f"/allocation/{fresh()}"

    def said(who: str, path: str, body: object, status: int = 400) -> Json:
        return ask(cast, who, "PATCH", path, body, status)

    taken = {"name": other["name"]}
    assert fields(said("na", "/allocation/x", BAD)) == {"allocationId"}
    assert fields(said("na", unknown, BAD)) == set()
    assert fields(said("na", unknown, {"name": " "})) == {"name"}
    assert "no allocation" in said("na", unknown, taken, 404)["message"]
    assert "no provider" in said("na", path, taken, 404)["message"]
    assert "another provider" in said("qa", path, taken)["message"]
    assert fields(said("pa", path, taken, 409)) == {"id"}


def test_of_a_deletion(cast: Cast) -> None:
    row = cast.made("B16", 24)
    path, unknown = f"/allocation/{row['id']}", f"/allocation/{fresh()}"
    for subnet in (False, True):
        cast.hold(row, subnet=subnet)

    def said(who: str, path: str, status: int = 400) -> Json:
        return ask(cast, who, "DELETE", path, {}, status)

    assert fields(said("na", "/allocation/x")) == {"allocationId"}
    assert "no allocation" in said("na", unknown, 404)["message"]
    assert "no provider" in said("na", path)["message"]
    assert "another provider" in said("qa", path)["message"]
    assert "1 subnet, 1 VPC prefix" in said("pa", path)["message"]


def test_of_a_network(cast: Cast) -> None:
    row = cast.made("B22", 24)
    held = cast.hold(row, subnet=True)

    def said(value: int) -> str:
        told = ask(cast, "pa", "PATCH", setting(row), {"constraintValue": value}, 400)
        return str(told["message"])

    assert "smaller than" in said(16)
    assert "in use" in said(23)
    cast.let_go(held)
    cast.made("B22", 24, "T2")
    assert "no room" in said(22)
