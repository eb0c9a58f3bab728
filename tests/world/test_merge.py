"""Importing into a database that is not empty."""

from __future__ import annotations

import pytest

from backend.check import findings
from backend.core.errors import Conflict
from backend.projects.model import MembershipState, ProjectState
from backend.world import load
from tests.places import Places, sqlite_only
from tests.world.files import (
    ADA,
    BO,
    LAB,
    Json,
    entries,
    exported,
    figures,
    loaded,
    plain,
    resource,
    small,
    text_of,
    user,
)

S, M = ProjectState, MembershipState


def test_merging_the_same_adds_nothing(new_place: Places) -> None:
    db = loaded(new_place, small())
    told = exported(db)
    for world in (small(), told, plain()):
        report = load(db, world, merge=True)
        assert not any(report.counts.values())
        assert str(report) == "nothing new"
    assert exported(db) == told
    assert len(entries(db)) == 1
    db.close()


def test_merging_into_nothing_is_importing(new_place: Places) -> None:
    assert exported(loaded(new_place, small(), merge=True)) == exported(loaded(new_place, small()))


def test_merging_adds_what_is_missing(new_place: Places) -> None:
    db = loaded(new_place, small())
    more: Json = {
        "bursar_world": 1,
        "services": [{"name": "pithos", "token": "tok-pithos"}],
        "resources": [resource("pithos.diskspace", 5, 1)],
        "users": [user("cy-uuid", "cy@uni.example")],
        "memberships": [
            {"user": "cy-uuid", "project": LAB, "state": "accepted"},
        ],
    }
    report = load(db, more, merge=True)
    assert report.counts["users"] == 1
    lab = f"project:{LAB}"
    # A new resource reaches every project and member, a new member every resource.
    assert figures(db, lab, "", "pithos.diskspace") == (1, 0, 0)
    assert figures(db, f"user:{BO}", f"project:{BO}", "pithos.diskspace") == (5, 0, 0)
    assert figures(db, "user:cy-uuid", lab, "cyclades.vm") == (4, 0, 0)
    assert figures(db, "user:cy-uuid", lab, "pithos.diskspace") == (1, 0, 0)
    assert figures(db, "user:cy-uuid", "project:cy-uuid", "cyclades.vm") == (2, 0, 0)
    assert db.read(lambda tx: list(findings(tx))) == []
    assert [action for action, *_ in entries(db)] == ["world.import"] * 2
    db.close()


def changed(world: Json, *path: str | int, value: object) -> Json:
    """The world with one value replaced."""
    at = world
    for step in path[:-1]:
        at = at[step]  # type: ignore[index]
    at[path[-1]] = value  # type: ignore[index]
    return world


CONFLICTS = [
    (("users", 0, "email"), "eve@uni.example", r"users\[0\].email: .* is 'ada@uni.example' in the"),
    (("users", 0, "admin"), False, r"users\[0\].admin: false is True in the database"),
    (("users", 0, "token"), "other", r"users\[0\].token: is not the one in the database"),
    (
        ("users", 1, "uuid"),
        "new",
        r"users\[1\].email: \"bo@uni.example\" belongs to bo-uuid in the",
    ),
    (("resources", 0, "system_default"), 7, r"resources\[0\].system_default: 7 is 2 in the"),
    (("projects", 0, "name"), "x.lab", r"projects\[0\].name: \"x.lab\" is 'phys.lab' in the"),
    (
        ("projects", 0, "resources", "cyclades.vm", "member_capacity"),
        3,
        r"projects\[0\].resources\[\"cyclades.vm\"\].member_capacity: 3 is 4 in the",
    ),
    (("projects", 0, "id"), "new", r"projects\[0\].name: \"phys.lab\" belongs to lab-uuid in the"),
    (
        ("projects", 0, "last_application", "state"),
        "denied",
        r"projects\[0\].last_application.state: \"denied\" is 'pending' in the",
    ),
    (("memberships", 0, "state"), "removed", r"memberships\[0\].state: \"removed\" is 'accepted'"),
    (("memberships", 0, "user"), ADA, r"memberships\[0\].id: 7 belongs to bo-uuid in lab-uuid in"),
    (
        ("service_quotas", BO, LAB, "cyclades.vm", "usage"),
        2,
        r"service_quotas\[\"bo-uuid\"\]\[\"lab-uuid\"\]\[\"cyclades.vm\"\]: \"4/1/2\" is 4/2/3 in",
    ),
    (("commissions", 0, "name"), "x", r"commissions\[0\].name: \"x\" is 'boot' in the database"),
    (("commissions", 0, "serial"), 10, r"provisions\[0\].holder: .* has this holding in the"),
]


@sqlite_only
@pytest.mark.parametrize(("path", "value", "said"), CONFLICTS)
def test_a_merge_refuses_what_differs(
    new_place: Places, path: tuple[str | int, ...], value: object, said: str
) -> None:
    db = loaded(new_place, small())
    before = text_of(db)
    with pytest.raises(Conflict, match=said) as caught:
        load(db, changed(small(), *path, value=value), merge=True)
    assert caught.value.hint
    assert text_of(db) == before
    db.close()
