"""The nico section of world files: out and in, what is refused, what is added."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.core.errors import Conflict, Invalid
from backend.world import load
from tests.nico.cloud import B16, B22, G100, T1, T2, Cloud, cloud
from tests.places import Places
from tests.world.files import Json, again, loaded, small, text_of


def uuid(n: int) -> str:
    """The uuid of this number."""
    return f"00000000-0000-4000-8000-{n:012}"


OWNER, TENANT, SITE, TYPE, ROOT, CARVED, NET, TRAIN = map(uuid, range(1, 9))
WHERE: Json = {"infrastructureProviderId": OWNER, "siteId": SITE}


def nico() -> Json:
    """One of everything."""
    return {
        "infrastructureProviders": [{"id": OWNER, "org": "Acme", "orgDisplayName": "Acme"}],
        "tenants": [{"id": TENANT, "org": "t1"}],
        "tenantAccounts": [
            {"id": uuid(20), "infrastructureProviderId": OWNER, "tenantOrg": "t1"}
        ],
        "sites": [{"id": SITE, "name": "SJC", "infrastructureProviderId": OWNER}],
        "instanceTypes": [{"id": TYPE, "name": "h100", **WHERE, "labels": {"gpu": "8"}}],
        "machines": [
            {"id": "m1", "siteId": SITE, "instanceTypeId": TYPE, "vendor": "größe"},
            {"id": "m2", "siteId": SITE, "status": "Error"},
        ],
        "ipBlocks": [
            {"id": ROOT, "name": "b16", **WHERE, "prefix": "10.20.0.0", "prefixLength": 16},
            {"id": CARVED, "name": "net", **WHERE, "tenantId": TENANT, "prefix": "10.20.1.0",
             "prefixLength": 24, "_bursar": {"parentId": ROOT}},
        ],
        "allocations": [
            {"id": NET, "name": "net", **WHERE, "tenantId": TENANT, "allocationConstraints": [
                {"id": uuid(31), "resourceType": "IPBlock", "resourceTypeId": ROOT,
                 "constraintType": "OnDemand", "constraintValue": 24,
                 "derivedResourceId": CARVED}]},
            {"id": TRAIN, "name": "train", **WHERE, "tenantId": TENANT, "description": "x",
             "statusHistory": [
                 {"status": "Registered", "created": "2026-11-02T00:00:00+00:00"},
                 {"status": "Pending", "message": "why", "created": "2026-11-01T00:00:00+00:00"}],
             "allocationConstraints": [
                {"id": uuid(32), "resourceType": "InstanceType", "resourceTypeId": TYPE,
                 "constraintValue": 1}]},
        ],
        "instances": [
            {"id": uuid(40), "name": "i", "tenantId": TENANT, "siteId": SITE,
             "instanceTypeId": TYPE, "machineId": "m1"},
        ],
        "subnets": [{"id": uuid(50), "name": "s", "tenantId": TENANT, "ipBlockId": CARVED,
                     "prefix": "10.20.1.0", "prefixLength": 26}],
        "vpcPrefixes": [{"id": uuid(51), "tenantId": TENANT, "ipBlockId": CARVED,
                         "prefix": "10.20.1.64", "prefixLength": 26}],
    }  # fmt: skip


def world(**more: Any) -> Json:
    """A world that has nothing else."""
    return {"bursar_world": 1, "nico": {**nico(), **more}}


def changed(section: str, n: int = 0, **values: Any) -> Json:
    """The world with one object otherwise."""
    told = nico()
    told[section][n] |= values
    return {"bursar_world": 1, "nico": told}


def constraint(n: int, **values: Any) -> Json:
    """The world with one constraint otherwise."""
    told = nico()
    told["allocations"][n]["allocationConstraints"][0] |= values
    return {"bursar_world": 1, "nico": told}


def test_it_comes_back_as_it_was(new_place: Places) -> None:
    first = loaded(new_place, {**small(), "nico": nico()})
    text = text_of(first)
    first.close()
    second = loaded(new_place, json.loads(text))
    assert text_of(second) == text
    second.close()
    told = json.loads(text)["nico"]
    assert told["infrastructureProviders"][0]["org"] == "acme"
    assert told["machines"][0]["vendor"] == "größe"
    assert [one["status"] for one in told["allocations"][1]["statusHistory"]] == [
        "Registered",
        "Pending",
    ]
    assert told["ipBlocks"][1]["_bursar"] == {"parentId": ROOT, "fullGrant": False}


def test_what_was_played_comes_back(new_place: Places) -> None:
    from backend.schema import STEPS

    played: Cloud = cloud(new_place(STEPS))
    first, whole = played.give(B16, 24), played.give(B22, 22, T2)
    played.give(B16, 26)
    played.set(first, 23)
    played.hold(first, subnet=True)
    played.delete(whole)
    played.give(B22, 22, T1)
    played.give(G100, 4)
    played.use(G100, 2)
    text = text_of(played.database)
    free = played.see(lambda tx: tx.all("SELECT length, network FROM nico_free ORDER BY 1, 2"))
    played.database.close()
    db = loaded(new_place, json.loads(text))
    assert text_of(db) == text
    found = db.read(lambda tx: tx.all("SELECT length, network FROM nico_free ORDER BY 1, 2"))
    assert found == free
    db.close()


@pytest.mark.parametrize(
    ("told", "path"),
    [
        (changed("sites", infrastructureProviderId=TENANT), "nico.sites[0].infrastructureProvider"),
        (changed("machines", instanceTypeId=SITE), "nico.machines[0].instanceTypeId"),
        (changed("machines", 1, id="m1"), "nico.machines[1].id"),
        (changed("ipBlocks", prefix="10.20.0.1"), "nico.ipBlocks[0].prefix"),
        (changed("ipBlocks", prefix="nowhere"), "nico.ipBlocks[0].prefix"),
        (changed("ipBlocks", 1, prefix="10.21.0.0"), "nico.ipBlocks[1].prefix"),
        (changed("ipBlocks", 1, _bursar={"parentId": TENANT}), "nico.ipBlocks[1]._bursar.parentId"),
        (changed("vpcPrefixes", prefix="10.20.1.32", prefixLength=27), "vpcPrefixes[0].prefix"),
        (changed("subnets", prefix="10.20.2.0"), "nico.subnets[0].prefix"),
        (changed("allocations", name="train"), "nico.allocations[1]"),
        (changed("allocations", allocationConstraints=[]), "nico.allocations[0].allocationCon"),
        (changed("tenants", org="größe", id="x"), "nico.tenants[0].id"),
        (constraint(0, constraintValue=25), "allocationConstraints[0].constraintValue"),
        (constraint(0, derivedResourceId=None), "allocationConstraints[0].derivedResourceId"),
        (constraint(1, resourceTypeId=ROOT), "allocationConstraints[0].resourceTypeId"),
        (constraint(1, resourceType="Subnet"), "allocationConstraints[0].resourceType"),
        (world(anything=[]), "nico.anything"),
    ],
)  # fmt: skip
def test_what_is_refused(new_place: Places, told: Json, path: str) -> None:
    with pytest.raises(Invalid) as refused:
        loaded(new_place, told)
    assert path in str(refused.value.data.get("path", refused.value.message))


def test_what_is_missing_is_added(new_place: Places) -> None:
    db = loaded(new_place, world())
    more = nico()
    more["ipBlocks"].append({
        "id": uuid(60), "name": "more", **WHERE, "tenantId": TENANT, "prefix": "10.20.2.0",
        "prefixLength": 24, "_bursar": {"parentId": ROOT},
    })  # fmt: skip
    report = load(db, {"bursar_world": 1, "nico": more}, merge=True)
    assert {name for name, count in report.counts.items() if count} == {"blocks"}
    with pytest.raises(Conflict):
        load(db, changed("sites", name="other"), merge=True)
    taken = nico()
    taken["ipBlocks"].append({**more["ipBlocks"][-1], "id": uuid(61)})
    with pytest.raises(Invalid, match="taken already"):
        load(db, {"bursar_world": 1, "nico": taken}, merge=True)
    db.close()


def test_uuids_and_orgs_are_written_in_one_way(new_place: Places) -> None:
    told = again(new_place, changed("tenants", id=TENANT.replace("-", "").upper(), org="T1"))
    assert told["nico"]["tenants"][0]["id"] == TENANT
    assert told["nico"]["tenants"][0]["org"] == "t1"
