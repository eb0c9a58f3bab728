"""What belongs to allocations: services, organisations, projects, people, usage, names (spec
openportal §1.3, §5)."""

from __future__ import annotations

import pytest

from backend.core.database import Tx
from backend.openportal.model import Usage
from backend.openportal.store import usages
from tests.openportal.wire.waldur import Cast, fresh

USED = Usage(2026, 10, "ada.abc.brics", "Ada", 150)
NOW = Usage(2026, 11, "ada.abc.brics", "Ada", 275)


def used(cast: Cast) -> str:
    """An allocation of which something was used in two months, and somebody's account."""
    uuid = cast.made()

    def write(tx: Tx) -> None:
        for one in (USED, NOW):
            usages.set_month(tx, uuid, one.year, one.month, [one])

    cast.site.write(write)
    return uuid


def test_services(cast: Cast) -> None:
    path = f"/service-settings/?customer={cast.customer}"
    staff, other = cast.get("S", path), cast.get("A", path)
    assert [row["type"] for row in staff] == ["OPENPORTALREMOTE", "OPENPORTAL"]
    assert staff[1]["options"]["allocation_unit"] == "NHR"
    assert other[1]["options"] == {}
    assert cast.get("A", f"{path}&type=OPENPORTAL")[0]["uuid"] == cast.local
    assert cast.get("A", f"{path}&shared=false") == []
    assert cast.get("A", f"{path}&name=isambard&state=OK")[0]["uuid"] == cast.local
    row = cast.get("A", f"/service-settings/{cast.local}/?field=uuid&field=name")
    assert list(row) == ["uuid", "name"]
    assert cast.ask("A", "GET", f"/service-settings/{fresh()}/").status_code == 404


def test_a_service_of_others_is_hidden(cast: Cast) -> None:
    sql = "UPDATE portal_service SET shared = 0 WHERE uuid = ?"
    cast.site.write(lambda tx: tx.execute(sql, (cast.local,)))
    path = f"/service-settings/{cast.local}/"
    assert [cast.ask(who, "GET", path).status_code for who in "SOX"] == [200, 200, 404]


def test_organisations_and_projects(cast: Cast) -> None:
    cast.made()
    row = cast.get("M", f"/customers/{cast.customer}/")
    assert (row["abbreviation"], row["blocked"]) == (f"C{cast.customer[:6]}", False)
    assert cast.get("X", f"/customers/?name_exact={row['name'].replace(' ', '%20')}") == []
    assert [one["name"] for one in cast.get("A", "/projects/")] == ["Ice", "Ocean"]
    assert [one["name"] for one in cast.get("A", "/projects/?can_manage=true")] == ["Ocean"]
    assert [one["name"] for one in cast.get("O", "/projects/?o=-name")] == ["Ocean", "Ice"]
    row = cast.get("M", f"/projects/{cast.project}/")
    assert (row["resources_count"], row["end_date"], row["project_credit"]) == (
        1,
        "2099-01-01",
        "1000.00",
    )
    assert cast.ask("M", "GET", f"/projects/{cast.other}/").status_code == 404
    assert cast.ask("M", "HEAD", "/projects/").headers["x-result-count"] == "1"


def test_who_calls_is_told_without_the_token(cast: Cast) -> None:
    answer = cast.ask("A", "GET", "/users/me/")
    row = answer.json()
    assert row["uuid"] == cast.people["A"]
    assert (row["is_staff"], row["is_support"], row["token_lifetime"]) == (False, False, None)
    assert {one["role_name"] for one in row["permissions"]} == {"PROJECT.ADMIN", "PROJECT.MEMBER"}
    assert "token" not in row
    assert cast.tokens["A"] not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    row = cast.get("S", "/users/me/?field=is_staff")
    assert row == {"is_staff": True}


def test_accounts(cast: Cast, remote: bool) -> None:
    uuid = cast.create("A", remote=remote).json()["uuid"]
    cast.settled(uuid, remote=remote)
    path = f"/openportal-{'remote-' if remote else ''}associations/"
    rows = cast.get("A", f"{path}?allocation_uuid={uuid}")
    if remote:
        assert rows == []
        return
    assert rows
    assert rows == cast.get("A", f"{path}?allocation={uuid}")
    assert set(rows[0]) == {"uuid", "username", "groupname", "useridentifier", "allocation"}
    assert rows[0]["allocation"].endswith(f"/openportal-allocations/{uuid}/")
    assert cast.get("A", f"{path}{rows[0]['uuid']}/") == rows[0]
    assert cast.get("X", path) == []


def test_usage_by_month(cast: Cast) -> None:
    uuid = used(cast)
    path = "/openportal-allocation-user-usage/"
    rows = cast.get("A", f"{path}?allocation_uuid={uuid}")
    assert [(row["month"], row["node_usage"]) for row in rows] == [(10, "1.50"), (11, "2.75")]
    assert (rows[0]["user"], rows[0]["full_name"]) == (None, "Ada")
    assert cast.get("A", f"{path}?allocation={uuid}&year=2026&month=11") == rows[1:]
    assert cast.ask("A", "GET", f"{path}?month=x").json() == {"month": ["Enter a number."]}
    assert cast.get("X", path) == []
    for key in ("0", "x", str(2**63)):
        assert cast.ask("A", "GET", f"{path}{key}/").status_code == 404


def test_what_projects_spent(cast: Cast) -> None:
    used(cast)
    path = "/openportal-accounting-summary/"
    (row,) = cast.get("S", f"{path}?project_uuid={cast.project}&is_active=true")
    assert list(row) == [
        "project_uuid", "project_name", "customer_uuid", "customer_name", "start_date", "end_date",
        "total_credits", "total_spend", "current_month_spend",
    ]  # fmt: skip
    assert (row["total_credits"], row["project_name"]) == ("1000.00", "Ocean")
    assert float(row["total_spend"]) + float(row["current_month_spend"]) == 4.25
    assert cast.get("A", f"{path}{cast.project}/") == row
    assert cast.get("S", f"{path}?project_uuid={cast.project}&is_active=false") == []
    assert len(cast.get("O", f"{path}?customer_uuid={cast.customer}")) == 2


def test_names_of_projects(cast: Cast) -> None:
    path = f"/openportal-projectinfo/{cast.project}/"
    assert cast.get("M", path)["shortname"] == f"p{cast.project[:8]}"
    new = f"n{cast.project[:8]}"
    answer = cast.ask("A", "PUT", f"{path}set_shortname/", {"shortname": new})
    assert answer.status_code == 403
    answer = cast.ask("S", "PUT", f"{path}set_shortname/", {"shortname": new})
    assert (answer.status_code, answer.json()["shortname"]) == (200, new)
    body = {"project": answer.json()["project"], "allowed_destinations": "a.b,*"}
    answer = cast.ask("S", "PUT", f"{path}set_allowed_destinations/", body)
    assert (answer.status_code, answer.json()["allowed_destinations"]) == (200, "a.b,*")
    assert cast.get("M", path)["shortname"] == new
    answer = cast.ask("S", "PUT", f"{path}set_shortname/", {"shortname": "No Name"})
    assert (answer.status_code, "detail" in answer.json()) == (400, True)
    assert cast.ask("S", "PUT", f"{path}set_shortname/", {}).status_code == 400
    assert cast.ask("X", "GET", path).status_code == 404


@pytest.mark.parametrize("who", ["S", "O"])
def test_awards_are_approved(cast: Cast, who: str) -> None:
    path = cast.awarded(allocation="500 NHR")
    row = cast.get(who, path)
    assert (row["state"], row["project"], row["details"]["allocation"]) == (
        "pending",
        None,
        "500 NHR",
    )
    assert cast.ask("A", "GET", path).status_code == 404
    answer = cast.ask(who, "POST", f"{path}approve/", {"comment": "fine"})
    assert (answer.status_code, answer.content) == (200, b"")
    row = cast.get(who, path)
    assert (row["state"], bool(row["reviewed_at"])) == ("approved", True)
    assert row["reviewed_by_full_name"]
    project = row["project_data"]["uuid"]
    here = row["local_identifier"]
    for name, count in ((here, 1), (f"x{here}", 0), ("", 1)):
        query = f"identifier={row['identifier']}&local_identifier={name}"
        assert len(cast.get("S", f"/openportal-managed-projects/?{query}")) == count
    (made,) = cast.get("S", f"/openportal-allocations/?project_uuid={project}")
    assert made["node_limit"] == 500
    answer = cast.ask(who, "POST", f"{path}reject/")
    told = {"detail": "Valid states for operation: pending."}
    assert (answer.status_code, answer.json()) == (409, told)


def test_awards_are_reviewed(cast: Cast) -> None:
    path = cast.awarded()
    answer = cast.ask("O", "POST", f"{path}attach/", {"project_uuid": cast.project})
    assert (answer.status_code, answer.content) == (200, b"")
    assert cast.get("M", path)["project_data"]["uuid"] == cast.project
    for action in ("approve", "reject", "detach", "add-note"):
        assert cast.ask("M", "POST", f"{path}{action}/").status_code == 403
    answer = cast.ask("O", "POST", f"{path}attach/", {"project_uuid": cast.project})
    assert (answer.status_code, "error" in answer.json()) == (400, True)
    answer = cast.ask("O", "POST", f"{path}attach/", {"project_uuid": "x"})
    told = {"project_uuid": ["Must be a valid UUID."]}
    assert (answer.status_code, answer.json()) == (400, told)
    answer = cast.ask("O", "POST", f"{path}add-note/", {"text": "look again"})
    assert (answer.status_code, answer.json()["notes"]) == (200, ["look again"])
    assert cast.ask("O", "POST", f"{path}add-note/", {}).status_code == 400
    assert cast.ask("O", "POST", f"{path}detach/").status_code == 200
    assert cast.ask("O", "POST", f"{path}reject/").status_code == 200
    listed = cast.get("S", f"/openportal-managed-projects/?identifier={path.split('/')[2]}")
    assert [row["state"] for row in listed] == ["rejected"]
    answer = cast.ask("O", "DELETE", f"{path}delete/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert cast.ask("S", "GET", path).status_code == 404


def test_an_embargo(cast: Cast) -> None:
    path = cast.awarded(earliest_approve="2099-01-01T00:00:00Z")
    answer = cast.ask("S", "POST", f"{path}approve/")
    assert (answer.status_code, list(answer.json())) == (403, ["detail"])


def test_awards_of_ours(cast: Cast) -> None:
    cast.simulate(remote=True, delay=1)
    uuid = cast.create("A", remote=True, node_limit=40).json()["uuid"]
    cast.settled(uuid, remote=True)
    (row,) = cast.get("A", f"/openportal-remote-projects/?project_uuid={cast.project}")
    assert (row["state"], row["current_allocation"]) == ("active", "40 NHR")
    assert (row["resource_uuid"], row["current_project_uuid"]) == (uuid, cast.project)
    path = f"/openportal-remote-projects/{row['uuid']}/"
    assert cast.ask("M", "POST", f"{path}add-note/", {"text": "x"}).status_code == 403
    answer = cast.ask("O", "POST", f"{path}add-note/", {"text": "x"})
    assert (answer.status_code, answer.json()["notes"]) == (200, ["x"])
    body = {"call": {"id": "7", "url": "https://example.org/7"}, "award": None}
    row = cast.ask("O", "POST", f"{path}set-links/", body).json()
    assert (row["link_call"], row["link_award"]) == (body["call"], None)
    domains = {"allowed_domains": ["a.org", "b.org"]}
    row = cast.ask("O", "POST", f"{path}set-allowed-domains/", domains).json()
    assert row["allowed_domains"] == ["a.org", "b.org"]
    answer = cast.ask("O", "POST", f"{path}set-allowed-domains/", {"allowed_domains": None})
    assert answer.json()["allowed_domains"] is None
    when = {"earliest_approve": "2099-01-01T00:00:00+00:00"}
    row = cast.ask("O", "POST", f"{path}set-earliest-approve/", when).json()
    assert row["earliest_approve"] == when["earliest_approve"]
    assert cast.ask("O", "POST", f"{path}hold-indefinitely/").json()["earliest_approve"] > "9999"
    assert cast.ask("O", "POST", f"{path}approve-now/").json()["earliest_approve"] < "2099"
    control = {"membership_control": "locked"}
    answer = cast.ask("O", "POST", f"{path}set-membership-control/", control)
    assert answer.status_code == 202
    assert cast.get("A", path)["membership_control"] == "locked"
    control = {"membership_control": "x"}
    answer = cast.ask("O", "POST", f"{path}set-membership-control/", control)
    assert answer.json() == {"membership_control": ['"x" is not a valid choice.']}
    assert cast.get("A", f"{path}total-usage/")["total_usage"] == "0.00"
    assert cast.ask("X", "GET", path).status_code == 404


def test_a_request_is_sent_again(cast: Cast) -> None:
    uuid = cast.create("A", remote=True).json()["uuid"]
    cast.settled(uuid, remote=True)
    (row,) = cast.get("A", f"/openportal-remote-projects/?project_uuid={cast.project}")
    path = f"/openportal-remote-projects/{row['uuid']}/"
    assert cast.ask("O", "POST", f"{path}resend-request/").status_code == 200
    assert cast.settled(uuid, remote=True)[1]["state"] == "OK"
    answer = cast.ask("O", "POST", f"{path}reset-to-pending/")
    assert (answer.status_code, answer.json()["state"]) == (200, "pending")
    cast.settled(uuid, remote=True)
    assert cast.get("A", path)["state"] == "active"


def test_times_are_told_in_full(cast: Cast) -> None:
    row = cast.get("A", f"/projects/{cast.project}/")
    assert row["created"] == "2026-11-20T09:00:00.000000Z"
