"""The openportal section of world files: out and in, what is refused, what is added."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core.errors import Conflict, Invalid
from tests.places import Places
from tests.world.files import Json, again, database, exported, imported, loaded, small, text_of


def uuid(kind: int, n: int = 1) -> str:
    """The id of a thing."""
    return f"{kind:08x}{n:024x}"


UNI, LAB, ADA, CLUSTER, PORTAL, HERE, THERE = (uuid(kind) for kind in range(1, 8))
AWARD = {"name": "Ocean", "allocation": "500 NHR", "members": {"eve@far.example": "PI"}}


def here(began: str) -> Json:
    """An allocation that is being changed."""
    return {
        "uuid": HERE,
        "name": "climate-a6b",
        "service_settings_uuid": CLUSTER,
        "project_uuid": LAB,
        "state": "UPDATING",
        "backend_id": "a6b.brics",
        "groupname": "brics.a6b",
        "node_limit": 1200,
        "node_usage": "86.40",
        "_bursar": {
            "figures_at": "2026-11-19T08:00:00.000000+00:00",
            "given_limit": 1000,
            "job": {
                "operation": "limit",
                "key": "k1",
                "scheduled": began,
                "begun": began,
                "due": began,
            },
        },
    }


def there() -> Json:
    """One at another portal."""
    return {
        "uuid": THERE,
        "name": "climate-far",
        "service_settings_uuid": PORTAL,
        "project_uuid": LAB,
        "node_limit": -1,
    }


def openportal() -> Json:
    """A project with an allocation here that is being changed, and one at another portal."""
    began = "2026-11-20T14:02:30.000000+00:00"
    return {
        "customers": [{"uuid": UNI, "name": "University", "abbreviation": "UNI"}],
        "projects": [
            {
                "uuid": LAB,
                "name": "Climate",
                "customer_uuid": UNI,
                "end_date": "2027-04-01",
                "_bursar": {"shortname": "a6b", "credits": "1200.5"},
            }
        ],
        "users": [
            {
                "uuid": ADA,
                "username": "ada",
                "email": "ada@uni.example",
                "is_staff": True,
                "permissions": [{"scope_type": "project", "scope_uuid": LAB, "role": "admin"}],
            }
        ],
        "service_settings": [
            {
                "uuid": CLUSTER,
                "name": "isambard",
                "options": {"instance_name": "brics.provider.platform.isambard"},
                "_bursar": {"simulator": {"delay": 3, "fails": ["pull"]}},
            },
            {"uuid": PORTAL, "name": "far", "type": "OPENPORTALREMOTE", "state": "ERRED"},
        ],
        "allocations": [here(began)],
        "remote_allocations": [there()],
        "allocation_user_usage": [
            {
                "allocation_uuid": HERE,
                "username": "ada.a6b.brics",
                "year": 2026,
                "month": 10,
                "node_usage": "12.30",
                "user_uuid": ADA,
            }
        ],
        "associations": [{"uuid": uuid(8), "allocation_uuid": HERE, "username": "ada.a6b"}],
        "managed_projects": [
            {"identifier": "u6ac.far", "destination": "brics.isambard", "details": AWARD}
        ],
        "remote_projects": [
            {"uuid": uuid(9), "project_uuid": LAB, "destination": "far.x", "links": {"call": {}}}
        ],
    }


def world(**more: object) -> Json:
    """A world of OpenPortal alone."""
    return {"bursar_world": 1, "openportal": {**openportal(), **more}}


def test_it_comes_back_as_it_was_to_the_last_octet(new_place: Places) -> None:
    first = loaded(new_place, {**small(), "openportal": openportal()})
    text, told = text_of(first), exported(first)
    first.close()
    second = loaded(new_place, told)
    assert text_of(second) == text
    second.close()
    assert told["openportal"]["managed_projects"][0]["details"] == AWARD
    assert told["openportal"]["projects"][0]["_bursar"] == {
        "shortname": "a6b",
        "allowed_destinations": None,
        "credits": "1200.50",
    }
    (here,) = told["openportal"]["allocations"]
    assert (here["node_usage"], here["_bursar"]["is_added"]) == ("86.40", True)
    assert here["_bursar"]["job"]["key"] == "k1"


def test_a_uuid_may_have_dashes(new_place: Places) -> None:
    dashed = "0000000A-0000-0000-0000-00000000000B"
    told = again(new_place, world(customers=[*openportal()["customers"], {
        "uuid": dashed, "name": "Other",
    }]))  # fmt: skip
    assert told["openportal"]["customers"][1]["uuid"] == dashed.replace("-", "").lower()


def changed(section: str, n: int = 0, **keys: object) -> Json:
    """The world with other keys in an object."""
    told = openportal()
    told[section][n] |= keys
    return {"bursar_world": 1, "openportal": told}


REFUSED: list[tuple[Json, str]] = [
    (changed("projects", customer_uuid=ADA), "openportal.projects[0].customer_uuid"),
    (changed("allocations", project_uuid=UNI), "openportal.allocations[0].project_uuid"),
    (
        changed("allocations", service_settings_uuid=PORTAL),
        "openportal.allocations[0].service_settings_uuid",
    ),
    (changed("remote_allocations", uuid=HERE), "openportal.remote_allocations[0].uuid"),
    (changed("allocations", state="OK"), "openportal.allocations[0].state"),
    (changed("allocations", state="WAT"), "openportal.allocations[0].state"),
    (changed("allocations", node_usage=86.4), "openportal.allocations[0].node_usage"),
    (changed("allocations", node_limit=-2), "openportal.allocations[0].node_limit"),
    (changed("allocations", groupnam="x"), "openportal.allocations[0].groupnam"),
    (changed("associations", allocation_uuid=UNI), "openportal.associations[0].allocation_uuid"),
    (changed("customers", uuid="1234"), "openportal.customers[0].uuid"),
    (
        changed("service_settings", _bursar={"simulator": {"dely": 1}}),
        "openportal.service_settings[0]._bursar.simulator",
    ),
    (
        changed("users", permissions=[{"scope_type": "project", "scope_uuid": LAB,
                                       "role": "owner"}]),
        "openportal.users[0].permissions[0].role",
    ),
    (
        world(users=[*openportal()["users"], {"uuid": uuid(10), "username": "ada"}]),
        "openportal.users[1]",
    ),
    (world(customers=openportal()["customers"] * 2), "openportal.customers[1]"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "path"), REFUSED, ids=[path for _, path in REFUSED])
def test_what_cannot_be_is_refused(new_place: Places, told: Json, path: str) -> None:
    db = database(new_place)
    with pytest.raises(Invalid) as caught:
        imported(db, told)
    assert caught.value.data["path"] == path
    assert exported(db)["openportal"]["customers"] == []
    db.close()


def test_what_is_missing_is_added(new_place: Places) -> None:
    db = loaded(new_place, world())
    more: dict[str, Any] = {**openportal()["allocations"][0], "uuid": uuid(7, 2), "name": "more"}
    more["_bursar"] = {}
    imported(db, world(allocations=[*openportal()["allocations"], more]), merge=True)
    names = [one["name"] for one in exported(db)["openportal"]["allocations"]]
    assert names == ["climate-a6b", "more"]
    db.close()


@pytest.mark.parametrize(
    "told",
    [
        changed("allocations", node_limit=7),
        changed("managed_projects", details={"name": "Other"}),
        {
            "bursar_world": 1,
            "openportal": {"users": [{"uuid": uuid(11), "username": "ada"}]},
        },
    ],
    ids=["a limit", "an award", "a name that is taken"],
)
def test_what_is_there_otherwise_is_a_conflict(new_place: Places, told: Json) -> None:
    db = loaded(new_place, world())
    with pytest.raises(Conflict):
        imported(db, told, merge=True)
    db.close()
