"""What no NICo can be, and so no world file may say: refused with path, value and remedy, before
anything is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.anything import is_empty
from backend.core.database import Database
from backend.core.errors import BursarError, Conflict, Invalid
from backend.world import load
from tests.places import Places
from tests.world.files import Json, database, entries, loaded, text_of
from tests.world.test_nico import (
    CARVED,
    NET,
    ROOT,
    SITE,
    TENANT,
    TYPE,
    WHERE,
    carve,
    changed,
    nico,
    uuid,
    world,
)

OTHER, ELSEWHERE, THEIRS, QTYPE = map(uuid, range(70, 74))
Edit = Callable[[Json], None]


def told(*edits: Edit) -> Json:
    """The world, changed."""
    found = nico()
    for edit in edits:
        edit(found)
    return {"bursar_world": 1, "nico": found}


def but(section: str, n: int = 0, **values: object) -> Edit:
    """One object otherwise."""

    def edit(found: Json) -> None:
        found[section][n] |= values

    return edit


def without(section: str, n: int = 0) -> Edit:
    """One object less."""

    def edit(found: Json) -> None:
        del found[section][n]

    return edit


def constraint(n: int, **values: object) -> Edit:
    """One constraint otherwise."""

    def edit(found: Json) -> None:
        found["allocations"][n]["allocationConstraints"][0] |= values

    return edit


def another(found: Json) -> None:
    """A second provider with a site and a type, and a second tenant."""
    found["infrastructureProviders"].append({"id": OTHER, "org": "other"})
    at = {"infrastructureProviderId": OTHER}
    found["sites"].append({"id": ELSEWHERE, "name": "q", **at})
    found["instanceTypes"].append({"id": QTYPE, "name": "q", **at, "siteId": ELSEWHERE})
    found["tenants"].append({"id": THEIRS, "org": "t2"})


def carved(n: int, prefix: str, length: int) -> Edit:
    """One more part of the root, with its allocation."""
    return lambda found: carve(found, n, f"net{n}", prefix, length)


def refusal(db: Database, file: Json, error: type[BursarError] = Invalid) -> str:
    """What is said to a file of which nothing is written; it says what helps."""
    before, was = text_of(db), entries(db)
    with pytest.raises(error) as caught:
        load(db, file, merge=not db.read(is_empty))
    assert (text_of(db), entries(db)) == (before, was)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize(
    ("file", "path"),
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
        (told(constraint(0, constraintValue=25)), "allocationConstraints[0].constraintValue"),
        (told(constraint(0, derivedResourceId=None)), "allocationConstraints[0].derivedResourceId"),
        (told(constraint(1, resourceTypeId=ROOT)), "allocationConstraints[0].resourceTypeId"),
        (told(constraint(1, resourceType="Subnet")), "allocationConstraints[0].resourceType"),
        (world(anything=[]), "nico.anything"),
    ],
)  # fmt: skip
def test_what_is_not_there_or_given_twice(new_place: Places, file: Json, path: str) -> None:
    db = database(new_place)
    assert path in refusal(db, file)
    db.close()


@pytest.mark.parametrize(
    ("file", "path", "words"),
    [
        # Networks lie where tenants were given something, side by side.
        (told(but("subnets", ipBlockId=ROOT)), "subnets[0].ipBlockId", "is no block of the tenant"),
        (told(another, but("vpcPrefixes", tenantId=THEIRS)),
         "vpcPrefixes[0].ipBlockId", "is no block of the tenant"),
        (told(but("subnets", prefix="10.20.1.0", prefixLength=24)),
         "vpcPrefixes[0].prefix", "is taken already"),
        (told(carved(60, "10.20.0.0", 23)), "ipBlocks[2].prefix", "is taken already"),
        (told(carved(60, "10.20.1.128", 25)), "ipBlocks[2].prefix", "is taken already"),
        (told(carved(60, "10.20.1.192", 27), but("ipBlocks", 2, _bursar={"parentId": CARVED})),
         "ipBlocks[2]._bursar.parentId", "was itself carved"),
        # Whether all of a block is given away.
        (told(but("ipBlocks", 0, _bursar={"fullGrant": True})),
         "ipBlocks[0]._bursar.fullGrant", "but nothing takes all of it"),
        (told(but("ipBlocks", 0, prefix="10.20.1.0", prefixLength=24)),
         "ipBlocks[0]._bursar.fullGrant", "but all of it is taken"),
        (told(but("subnets", prefixLength=24), without("vpcPrefixes")),
         "ipBlocks[1]._bursar.fullGrant", "but all of it is taken"),
        # What was carved is its allocation's.
        (told(another, but("ipBlocks", 1, tenantId=THEIRS), without("subnets"),
              without("vpcPrefixes")), "allocations[0].tenantId", "is of another tenant"),
        (told(but("ipBlocks", 1, name="other")), "allocations[0].name", "is called 'other'"),
        (told(without("allocations")), "ipBlocks[1].id", "was carved for no allocation"),
        (told(but("ipBlocks", 1, tenantId=None)), "ipBlocks[1].tenantId", "is missing"),
        (told(but("ipBlocks", 0, tenantId=TENANT)),
         "ipBlocks[0].tenantId", "was carved of no other block"),
        (told(but("ipBlocks", 1, routingType="Public")),
         "ipBlocks[1].routingType", "is not that of the block"),
        (told(another, but("ipBlocks", 1, siteId=ELSEWHERE, infrastructureProviderId=OTHER)),
         "ipBlocks[1].siteId", "is not that of the block"),
        (told(constraint(1, derivedResourceId=CARVED)),
         "allocations[1].allocationConstraints[0].derivedResourceId", "machines are not carved"),
        (told(constraint(1, constraintType="OnDemand")),
         "allocations[1].allocationConstraints[0].constraintType", "machines are Reserved"),
        # All is at one place, of one provider.
        (told(another, but("instanceTypes", infrastructureProviderId=OTHER)),
         "instanceTypes[0].infrastructureProviderId", "is not that of siteId"),
        (told(another, but("ipBlocks", infrastructureProviderId=OTHER)),
         "ipBlocks[0].infrastructureProviderId", "is not that of siteId"),
        (told(another, but("allocations", infrastructureProviderId=OTHER)),
         "allocations[0].infrastructureProviderId", "is not that of siteId"),
        (told(another, but("machines", 1, instanceTypeId=QTYPE)),
         "machines[1].siteId", "is not that of instanceTypeId"),
        (told(another, but("instances", siteId=ELSEWHERE)),
         "instances[0].siteId", "is not that of instanceTypeId"),
        (told(another, but("instances", siteId=ELSEWHERE, instanceTypeId=QTYPE)),
         "instances[0].siteId", "is not that of machineId"),
        (told(another, constraint(1, resourceTypeId=QTYPE)),
         "allocations[1].allocationConstraints[0].resourceTypeId", "is at another site"),
        # Ids and names.
        (told(but("vpcPrefixes", id=uuid(50))), "vpcPrefixes[0].id", "belongs to subnets"),
        (told(constraint(1, id=uuid(31))),
         "allocations[1].allocationConstraints[0].id", f"belongs to {NET}"),
        (told(carved(60, "10.20.2.0", 24), but("ipBlocks", 2, _bursar={}, tenantId=None,
              prefix="10.99.0.0")),
         "derivedResourceId", "is no block that was carved"),
        (told(carved(60, "10.20.2.0", 24), constraint(2, derivedResourceId=CARVED),
              without("ipBlocks", 2)), "allocations[2].name", "is called 'net'"),
    ],
)  # fmt: skip
def test_what_cannot_be(new_place: Places, file: Json, path: str, words: str) -> None:
    db = database(new_place)
    message = refusal(db, file)
    assert f"nico.{path}" in message or path in message
    assert words in message
    db.close()


def test_names_are_given_once_at_a_site(new_place: Places) -> None:
    db = database(new_place)
    for section in ("instanceTypes", "ipBlocks"):
        file = nico()
        own = {**file[section][0], "id": uuid(80)}
        file[section].append(own | ({"prefix": "10.30.0.0"} if "prefix" in own else {}))
        at = f"nico.{section}[{len(file[section]) - 1}]"
        assert at in refusal(db, {"bursar_world": 1, "nico": file})
    db.close()


def test_what_comes_to_a_database_is_held_against_it(new_place: Places) -> None:
    db = loaded(new_place, world())

    def more(**sections: object) -> Json:
        return {"bursar_world": 1, "nico": sections}

    given = {"id": uuid(31), "resourceType": "InstanceType", "resourceTypeId": TYPE}
    one: Json = {"id": uuid(90), "name": "new", **WHERE, "tenantId": TENANT}
    one["allocationConstraints"] = [{**given, "constraintValue": 1}]
    said = refusal(db, more(allocations=[one]), Conflict)
    assert f"belongs to {NET} in the database" in said
    part: Json = {"id": uuid(51), "tenantId": TENANT, "ipBlockId": CARVED}
    part |= {"prefix": "10.20.1.128", "prefixLength": 26}
    said = refusal(db, more(subnets=[part]), Conflict)
    assert "belongs to vpcPrefixes in the database" in said
    said = refusal(db, more(subnets=[{**part, "id": uuid(91), "prefix": "10.20.1.64"}]))
    assert "nico.subnets[0].prefix" in said
    assert "is taken already" in said
    said = refusal(db, more(subnets=[{**part, "id": uuid(91), "ipBlockId": ROOT}]))
    assert "is no block of the tenant" in said
    load(db, more(subnets=[{**part, "id": uuid(91)}]), merge=True)
    db.close()


def test_a_block_that_is_there_is_not_given_away_whole_by_the_way(new_place: Places) -> None:
    bare: Json = {name: [] for name in ("subnets", "vpcPrefixes", "allocations")}
    db = loaded(new_place, world(**bare, ipBlocks=nico()["ipBlocks"][:1]))
    file = world(**bare, ipBlocks=[])
    carve(file["nico"], 60, "all", "10.20.0.0", 16)
    said = refusal(db, file)
    assert "nico.ipBlocks[0].prefix" in said
    assert "is all of block b16" in said
    db.close()


def test_a_file_that_is_there_already_changes_nothing(new_place: Places) -> None:
    db = loaded(new_place, told(another))
    before = text_of(db)
    load(db, told(another), merge=True)
    assert text_of(db) == before
    db.close()
