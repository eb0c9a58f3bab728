"""People as the console lists them, and what is told before one is shut out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from backend.core.database import open_database
from backend.core.errors import NotFound
from backend.core.keys import keys_of
from backend.core.listing import Query
from backend.embedded import EmbeddedBackend
from backend.projects import service as projects
from backend.projects.model import (
    ChangeUser,
    Membership,
    MembershipState,
    PersonDetail,
    PersonRow,
    SetDefaultProject,
    User,
    UserAction,
    UserState,
)
from backend.projects.store import people
from backend.schema import STEPS
from tests.worlds import OPERATOR, VM, World, person


def listed(w: World, text: str = "", sort: str = "", *, down: bool = False) -> list[PersonRow]:
    """What a page shows."""
    listing = EmbeddedBackend(w.database, OPERATOR).projects.people
    query = Query(text, sort=sort, descending=down)
    rows = list(asyncio.run(listing.page(query, 100)))
    assert [row.key for row in rows] == list(asyncio.run(listing.keys(query)))
    return rows


def letters(rows: Sequence[PersonRow]) -> str:
    return "".join(row.email[0] for row in rows)


def detail(w: World, letter: str) -> PersonDetail:
    backend = EmbeddedBackend(w.database, OPERATOR)
    return asyncio.run(backend.projects.person(w.user(letter).id))


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        ({}, UserState.UNVERIFIED),
        ({"email_verified": True}, UserState.UNMODERATED),
        ({"email_verified": True, "moderated": True}, UserState.INACTIVE),
        ({"email_verified": True, "moderated": True, "is_active": True}, UserState.ACTIVE),
        ({"email_verified": True, "moderated": True, "is_rejected": True}, UserState.REJECTED),
    ],
)
def test_where_a_person_stands_is_one_word(flags: dict[str, bool], state: UserState) -> None:
    assert User(1, "u", "u@x", **flags).state is state  # type: ignore[arg-type]


def test_those_who_wait_come_first_and_orders_are_total(w: World) -> None:
    w.add("V", accepted=False)
    w.add("U", accepted=False)
    w.moderate("U", UserAction.VERIFY)
    w.moderate("N", UserAction.DEACTIVATE)
    assert letters(listed(w)) == "uvalmon"
    assert letters(listed(w, "waiting")) == "u"
    assert letters(listed(w, sort="email", down=True)) == "vuonmla"
    refused = listed(w, "state:unverified")[0].refused
    assert refused["verify"] == ""
    assert refused["accept"] == "cannot accept the user: the address is not verified"


def test_names_are_found_and_sorted_whatever_their_case(w: World) -> None:
    for letter, first, last in (("X", "Özgür", "GROSS"), ("Y", "ada", "Lovelace")):
        user = User(0, person(letter), f"{letter.lower()}@uni.example", first, last)
        w.database.write(lambda tx, user=user: projects.add_user(tx, user))  # type: ignore[misc]
    assert letters(listed(w, "özgür")) == "x"
    assert letters(listed(w, "name:groß")) == "x"
    assert letters(listed(w, "name:love")) == "y"
    assert letters(listed(w, sort="name", down=True))[:2] == "xy"
    user = w.user("Y")
    w.database.write(lambda tx: people.save_user(tx, User(user.id, user.uuid, user.email, "Bo")))
    assert letters(listed(w, "lovelace")) == ""


def test_projects_memberships_and_the_default_are_counted(w: World) -> None:
    phys = w.project("phys.lab")
    w.enroll("M", phys)
    w.project("chem.lab")
    command = SetDefaultProject(actor=w.actor("M"), user=person("M"), project=phys)
    w.do(command)
    rows = {row.email[0]: row for row in listed(w)}
    assert (rows["o"].projects, rows["o"].memberships, rows["o"].default) == (2, 0, "")
    assert (rows["m"].projects, rows["m"].memberships, rows["m"].default) == (0, 1, "phys.lab")
    assert letters(listed(w, "projects>1")) == "o"
    assert letters(listed(w, "default:phys in:phys")) == "m"
    assert letters(listed(w, sort="projects", down=True))[0] == "o"


def test_a_person_in_detail(w: World) -> None:
    phys = w.project("phys.lab")
    seat = w.enroll("M", phys)
    w.charge("M", phys, 3)
    waiting = w.submit("M", name="new.lab")[1]
    found = detail(w, "M")
    assert [(place.project, place.is_base, place.state) for place in found.places] == [
        (f"system:{person('M')}", True, MembershipState.ACCEPTED),
        ("phys.lab", False, MembershipState.ACCEPTED),
    ]
    member: Membership = w.membership(seat)
    assert found.places[1].since == member.dates["accepted"]
    used = [(row.project, row.usage) for row in found.holdings if row.usage and row.resource == VM]
    assert used == [("phys.lab", 3)]
    assert [(name, brief.id) for name, brief in found.applications] == [("new.lab", waiting)]
    assert [row.name for row in detail(w, "O").owned] == ["phys.lab"]
    with pytest.raises(NotFound, match="the user is not there any more"):
        asyncio.run(EmbeddedBackend(w.database, OPERATOR).projects.person(999))


def test_a_deactivation_tells_what_it_means_for_others(w: World) -> None:
    phys = w.project("phys.lab")
    w.enroll("O", phys)
    w.enroll("M", phys)
    w.submit("O", name="new.lab")
    command = ChangeUser(actor=OPERATOR, user=person("O"), action=UserAction.DEACTIVATE)
    plan = w.plan(command)
    assert plan.warnings == (
        "phys.lab is suspended for 1 other member",
        "applications of the user that go on waiting: 1",
    )
    told = {(c.target, c.before, c.after) for c in plan.changes if c.field == "state"}
    assert told == {
        (f"system:{person('O')}", "active", "suspended"),
        ("phys.lab", "active", "suspended"),
        (f"o@uni.example in system:{person('O')}", "accepted", "suspended"),
        ("o@uni.example in phys.lab", "accepted", "suspended"),
    }
    assert plan.target == "o@uni.example"


def test_names_of_a_database_made_before_are_folded(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    names = next(n for n, step in enumerate(STEPS) if step.name == "names")
    old = open_database(path, STEPS[:names])
    row = (1, "u", "u@x", "Grace", "Hopper", 1, 1, 1, 0, "", 0, 0, "u")
    insert = f"INSERT INTO person VALUES ({','.join('?' * len(row))})"
    old.write(lambda tx: tx.execute(insert, row))
    old.close()
    database = open_database(path, STEPS)
    keys = database.read(
        lambda tx: keys_of(tx, ("SELECT id FROM person WHERE fold = ?", ["grace hopper"]))
    )
    database.close()
    assert list(keys) == [1]
