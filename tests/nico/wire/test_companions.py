"""What is read and set up besides allocations (spec nico §3)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from backend.nico.store import places
from tests.nico.wire.nico import AT, Cast, constraint, fresh, refused


def names(rows: list[Any]) -> list[str]:
    """What rows are called."""
    return [row["name"] for row in rows]


def test_sites(cast: Cast) -> None:
    assert names(cast.get("pa", "/site?orderBy=NAME_DESC")) == ["S2", "S1"]
    assert names(cast.get("pv", "/site?query=s2&status=Registered")) == ["S2"]
    (first, _) = cast.get("pa", "/site?includeMachineStats=true")
    told = {"total": 14, "totalByStatus": {"Error": 1, "Maintenance": 1, "Ready": 12}}
    assert first["machineStats"] == told
    assert (first["org"], first["isOnline"]) == (cast.org("acme"), True)
    assert set(first["capabilities"].values()) == {False}
    assert cast.get("ta", "/site") == []


def test_types_and_their_figures(cast: Cast) -> None:
    cast.made("G100", 4)
    cast.made("G100", 3, "T2")
    cast.use("G100", 2)
    assert names(cast.get("pa", f"/instance/type?siteId={cast['S1']}")) == ["g100", "c50"]
    (row,) = cast.get("pa", "/instance/type?includeAllocationStats=true&query=G10")
    told = {"assigned": 10, "total": 7, "used": 2, "unused": 5, "unusedUsable": 5}
    assert row["allocationStats"] == {**told, "maxAllocatable": 3}
    figures = cast.figures("G100", "ta")
    assert figures == {"assigned": 10, "total": 4, "used": 2, "unused": 2, "unusedUsable": 2}
    assert names(cast.get("ta", "/instance/type")) == ["g100", "c50"]
    assert names(cast.get("ta", "/instance/type?excludeUnallocated=true")) == ["g100"]


def test_figures_of_what_is_given_twice(cast: Cast) -> None:
    cast.made("G100", 10)
    path = f"/instance/type/{cast['G100']}"
    (found,) = {row["id"] for row in cast.get("pa", "/instance/type?query=g100")}
    assert cast.get("pa", path)["id"] == found
    assert "allocationStats" not in cast.get("pa", path)


def test_machines_of_types_are_told_to_providers(cast: Cast) -> None:
    cast.made("G100", 1)
    (row,) = cast.get("pv", "/instance/type?includeMachineAssignment=true&query=c50")
    assert len(row["machineInstanceTypes"]) == 4
    path = f"/instance/type/{cast['C50']}?includeMachineAssociation=true"
    assert cast.get("pa", path)["machineInstanceTypes"] == row["machineInstanceTypes"]
    refused(cast.ask("ta", "GET", "/instance/type?includeMachineAssignment=true"), 403)
    refused(cast.ask("pa", "GET", "/instance/type?excludeUnallocated=true"), 403)
    answer = cast.ask("pa", "GET", "/instance/type?includeAllocationStats=maybe")
    refused(answer, 400, "includeAllocationStats")


def test_blocks(cast: Cast) -> None:
    row = cast.made("B16", 24)
    found = cast.get("pa", f"/ipblock?siteId={cast['S1']}&orderBy=PREFIX_DESC")
    assert names(found) == ["V6", "B24", "B22", "B16", "B30"]
    assert all(one["tenantId"] is None and "usageStats" not in one for one in found)
    (own,) = cast.get("ta", "/ipblock?includeUsageStats=true")
    assert own["usageStats"]["availablePrefixes"] == ["10.20.0.0/24"]
    assert own["id"] == constraint(row)["derivedResourceId"]
    refused(cast.ask("ta", "GET", f"/ipblock/{cast['B16']}"), 403)
    refused(cast.ask("tb", "GET", f"/ipblock/{own['id']}"), 403)


def test_what_was_carved(cast: Cast) -> None:
    rows = [cast.made("B16", 24), cast.made("B16", 24, "T2")]
    path = f"/ipblock/{cast['B16']}/derived"
    assert names(cast.get("pa", path)) == [row["name"] for row in rows]
    (one,) = cast.get("pa", f"{path}?query={rows[1]['name']}&includeRelation=Tenant")
    assert one["tenant"]["org"] == cast.org("t2")
    for who in ("pv", "ta"):
        refused(cast.ask(who, "GET", path), 403)
    refused(cast.ask("pa", "GET", f"/ipblock/{one['id']}/derived"), 400)
    refused(cast.ask("pa", "GET", f"/ipblock/{fresh()}/derived"), 404)


def test_machines(cast: Cast) -> None:
    (instance,) = cast.use("G100", 1)
    (row,) = cast.get("pa", "/machine?hasInstance=true")
    assert (row["instanceId"], row["tenantId"]) == (instance, cast["T1"])
    assert row["instanceTypeId"] == cast["G100"]
    assert len(cast.get("pa", f"/machine?instanceTypeId={cast['C50']}")) == 4
    assert cast.get("pa", "/machine?hasInstanceType=false") == []
    (broken,) = cast.get("pa", "/machine?status=Error&orderBy=ID_ASC")
    assert (broken["id"], broken["isUsableByTenant"]) == (f"{cast.mark}-G100-9", False)
    assert cast.get("pa", f"/machine?id={broken['id']}") == [broken]
    assert cast.get("ta", "/machine") == [row]


def test_accounts(cast: Cast) -> None:
    cast.made("G100", 1)
    found = cast.get("pa", "/tenant/account?orderBy=TENANT_ORG_NAME_DESC")
    told = [(one["tenantOrg"], one["tenantId"], one["allocationCount"]) for one in found]
    assert told == [(cast.org("t2"), cast["T2"], 0), (cast.org("t1"), cast["T1"], 1)]
    (own,) = cast.get("ta", "/tenant/account")
    assert own == found[1]
    for provider, count in (("P", 1), ("Q", 0)):
        path = f"/tenant/account?infrastructureProviderId={cast[provider]}"
        assert len(cast.get("ta", path)) == count
    answer = cast.ask("pa", "GET", "/tenant/account?infrastructureProviderId=x")
    refused(answer, 400, "infrastructureProviderId")


def test_statistics_of_types_and_of_tenants(cast: Cast) -> None:
    first, second = cast.made("G100", 4), cast.made("G100", 2)
    cast.made("G100", 1, "T2")
    cast.use("G100", 3)
    at = f"instance-type/stats?siteId={cast['S1']}"
    g100, c50 = cast.get("pa", f"/machine/{at}")
    assert (g100["allocated"], g100["maxAllocatable"]) == (7, 4)
    told = {"total": 10, "ready": 8, "maintenance": 1, "error": 1}
    told |= dict.fromkeys(("initializing", "inUse", "unknown"), 0)
    assert g100["assignedMachineStats"] == told
    assert (g100["usedMachineStats"]["total"], c50["tenants"]) == (3, [])
    mine, _ = cast.get("pa", f"/tenant/{at}")
    (of,) = mine["instanceTypes"]
    assert (mine["org"], of["name"], of["allocated"], of["maxAllocatable"]) == (
        cast.org("t1"),
        "g100",
        6,
        4,
    )
    ids = [(one["id"], one["total"]) for one in of["allocations"]]
    assert ids == [(first["id"], 4), (second["id"], 2)]
    for who in ("pv", "ta"):
        refused(cast.ask(who, "GET", f"/tenant/{at}"), 403)
    for query in ("", "?siteId=x", f"?siteId={cast['SQ']}"):
        answer = cast.ask("pa", "GET", f"/machine/instance-type/stats{query}")
        refused(answer, 400, "siteId")


def test_who_calls_and_what_is_called(cast: Cast) -> None:
    found = cast.get("pa", "/user/current")
    assert found == {**found, "email": None, "firstName": None, "lastName": None}
    assert cast.get("ta", "/user/current")["id"] != found["id"]
    assert set(cast.get("tb", "/metadata")) == {"version", "buildTime"}


def test_setting_up(cast: Cast) -> None:
    body = {"name": "h200", "siteId": cast["S1"], "description": "new"}
    row = cast.ask("pa", "POST", "/instance/type", body).json()
    assert (row["name"], row["description"], row["status"]) == ("h200", "new", "Ready")
    refused(cast.ask("pa", "POST", "/instance/type", body), 409, "id")
    refused(cast.ask("pa", "POST", "/instance/type", {}), 400, "name", "siteId")
    path = f"/instance/type/{row['id']}/machine"
    machine = f"{cast.mark}-C50-0"
    refused(cast.ask("pa", "POST", path, {"machineIds": [machine]}), 409)
    old = f"/instance/type/{cast['C50']}/machine/{machine}"
    assert cast.ask("pa", "DELETE", old).status_code == 202
    answer = cast.ask("pa", "POST", path, {"machineIds": [machine]})
    told = [{"machineId": machine, "instanceTypeId": row["id"]}]
    assert (answer.status_code, answer.json()) == (201, told)
    assert cast.figures("C50")["assigned"] == 3
    wrong: list[tuple[Any, list[str]]] = [([], ["machineIds"]), ("x", []), ([5], [])]
    for value, fields in wrong:
        refused(cast.ask("pa", "POST", path, {"machineIds": value}), 400, *fields)


def test_only_admins_set_up(cast: Cast) -> None:
    of, block = f"/instance/type/{cast['G100']}", f"/ipblock/{cast['B16']}"
    for who in ("pv", "ta"):
        for path in ("/instance/type", "/ipblock", f"{of}/machine"):
            refused(cast.ask(who, "POST", path, {}), 403)
        for path in (of, block, f"{of}/machine/x"):
            refused(cast.ask(who, "DELETE", path), 403)


def test_paths_that_lead_nowhere(cast: Cast) -> None:
    row = cast.made("G100", 1)
    for path in ("/nothing", "/allocation/", "", f"/allocation/{row['id']}/constraint"):
        refused(cast.ask("pa", "GET", path), 404)
    answer = cast.ask("pa", "PUT", "/allocation", {})
    refused(answer, 405)
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
    whole = cast.site.ask("GET", f"/v2/org/{cast.org('acme')}/forge/allocation")
    refused(whole, 404)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_whoever_asks_hears_that_it_is_alive(cast: Cast, path: str) -> None:
    answer: httpx.Response = cast.site.ask("GET", path)
    assert answer.status_code == 200


def test_organisations_that_are_nothing_yet(cast: Cast) -> None:
    for who, org, role in (("na", "new", "admin"), ("nt", "new", "user")):
        token = cast.granted(f"nico:{role}:{cast.org(org)}")
        cast.tokens[who] = token
        refused(cast.ask(who, "GET", "/allocation", org=cast.org(org)), 400)
    body = cast.body("G100", 1)
    refused(cast.ask("na", "POST", "/allocation", body, org=cast.org("new")), 400)


def test_organisations_become_what_is_asked_for(cast: Cast) -> None:
    org = cast.org("new")
    for who, role in (("na", "admin"), ("nt", "user"), ("nv", "viewer")):
        cast.tokens[who] = cast.granted(f"nico:{role}:{org}")
    provider, tenant = "/infrastructure-provider/current", "/tenant/current"
    refused(cast.ask("nv", "GET", provider, org=org), 404)
    for who, path in (("na", provider), ("nt", tenant)):
        first = cast.ask(who, "GET", path, org=org.upper())
        assert (first.status_code, first.json()["org"]) == (200, org)
        assert cast.ask(who, "GET", path, org=org).json() == first.json()
        assert cast.ask(who, "GET", "/allocation", org=org).json() == []
    assert cast.ask("nv", "GET", provider, org=org).status_code == 200
    refused(cast.ask("na", "GET", tenant, org=org), 403)
    refused(cast.ask("nt", "GET", provider, org=org), 403)


def test_an_account_is_of_the_tenant_that_its_organisation_becomes(cast: Cast) -> None:
    org, uuid = cast.org("new"), fresh()
    cast.site.write(lambda tx: places.add_account(tx, uuid, cast["P"], org, "Ready", AT))
    (mine,) = [one for one in cast.get("pa", "/tenant/account") if one["id"] == uuid]
    assert (mine["tenantOrg"], mine["tenantId"], mine["allocationCount"]) == (org, None, 0)
    cast.tokens["nt"] = cast.granted(f"nico:user:{org}")
    tenant = cast.ask("nt", "GET", "/tenant/current", org=org).json()["id"]
    (own,) = cast.ask("nt", "GET", "/tenant/account", org=org).json()
    assert (own["id"], own["tenantId"]) == (uuid, tenant)
    cast.ids["NEW"] = tenant
    cast.made("G100", 1, "NEW")
    (mine,) = cast.get("pa", f"/tenant/account?tenantId={tenant}")
    assert (mine["id"], mine["allocationCount"]) == (uuid, 1)


def test_tokens_of_bursar_are_no_service_accounts(cast: Cast) -> None:
    told = {"enabled": False, "infrastructureProviderId": None, "tenantId": None}
    assert cast.get("duo", "/service-account/current") == told


def test_what_no_database_keeps(cast: Cast) -> None:
    for name in ("a\0b", "a\ud800b"):
        refused(cast.give("G100", 1, name=name), 400, "name")
    refused(cast.ask("pa", "GET", "/allocation?query=a%00b"), 400, "query")
    refused(cast.ask("pa", "GET", "/machine?id=%00"), 400, "id")
    refused(cast.ask("pa", "GET", "/allocation/a%00b"), 404)
