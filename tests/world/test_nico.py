"""The nico section of world files: out and in, what is refused, what is added."""

from __future__ import annotations

import json
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from backend.check import findings
from backend.core.errors import BursarError, Conflict, Invalid
from backend.schema import STEPS
from backend.world import load
from tests.nico.cloud import B16, B22, G100, T1, T2, Cloud, cloud
from tests.nico.test_both_engines import any_command
from tests.places import Places, sqlite_only
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


def carve(told: Json, n: int, name: str, prefix: str, length: int) -> None:
    """Add a block that was carved of the root, and its allocation."""
    told["ipBlocks"].append({
        "id": uuid(n), "name": name, **WHERE, "tenantId": TENANT, "prefix": prefix,
        "prefixLength": length, "_bursar": {"parentId": ROOT},
    })  # fmt: skip
    given: Json = {"id": uuid(n + 200), "resourceType": "IPBlock", "resourceTypeId": ROOT}
    given |= {"constraintValue": length, "derivedResourceId": uuid(n)}
    told["allocations"].append({
        "id": uuid(n + 100), "name": name, **WHERE, "tenantId": TENANT,
        "allocationConstraints": [given],
    })  # fmt: skip


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


@sqlite_only
@pytest.mark.parametrize("seed", range(3))
def test_whatever_was_played_comes_back(new_place: Places, seed: int) -> None:
    played, rng = cloud(new_place(STEPS)), Random(seed)
    for _ in range(200):
        with suppress(BursarError):
            played.do(any_command(played, rng))
    text = text_of(played.database)
    played.database.close()
    db = loaded(new_place, json.loads(text))
    assert text_of(db) == text
    db.close()


def test_what_is_missing_is_added(new_place: Places) -> None:
    db = loaded(new_place, world())
    more = nico()
    carve(more, 60, "more", "10.20.2.0", 24)
    report = load(db, {"bursar_world": 1, "nico": more}, merge=True)
    added = {name for name, count in report.counts.items() if count}
    assert added == {"blocks", "NICo allocations"}
    assert db.read(lambda tx: list(findings(tx))) == []
    with pytest.raises(Conflict):
        load(db, changed("sites", name="other"), merge=True)
    taken = nico()
    carve(taken, 62, "again", "10.20.2.0", 24)
    with pytest.raises(Invalid, match="taken already"):
        load(db, {"bursar_world": 1, "nico": taken}, merge=True)
    db.close()


def test_the_tenant_of_an_account_may_come_later(new_place: Places) -> None:
    parties = ("infrastructureProviders", "tenantAccounts")
    db = loaded(new_place, {"bursar_world": 1, "nico": {name: nico()[name] for name in parties}})
    load(db, world(), merge=True)
    assert db.read(lambda tx: list(findings(tx))) == []
    db.close()


def test_uuids_and_orgs_are_written_in_one_way(new_place: Places) -> None:
    told = again(new_place, changed("tenants", id=TENANT.replace("-", "").upper(), org="T1"))
    assert told["nico"]["tenants"][0]["id"] == TENANT
    assert told["nico"]["tenants"][0]["org"] == "t1"
