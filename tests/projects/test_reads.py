"""What the Projects pane and the review read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from backend.core.database import Tx
from backend.core.errors import Invalid, NotFound
from backend.core.identity import Actor, Role
from backend.core.keys import keys_of
from backend.core.listing import Query
from backend.core.usecase import decide
from backend.projects import service
from backend.projects.model import (
    ApproveApplication,
    Capacity,
    ChangeProjectState,
    DenyApplication,
    EnrollMember,
    FieldChange,
    MembershipAction,
    ModifyProject,
    ProjectAction,
    ProjectDetail,
    ProjectRow,
    UserAction,
    Wishes,
)
from tests.places import sqlite_only
from tests.worlds import CPU, FAR, OPERATOR, RAM, VM, World, count, person


def rows(w: World, **query: object) -> list[ProjectRow]:
    statement = service.keys_sql(Query(**query), w.database.runtime)  # type: ignore[arg-type]

    def read_page(tx: Tx) -> list[ProjectRow]:
        keys = list(keys_of(tx, statement))
        found = service.rows(tx, keys)
        return [found[key] for key in keys]

    return w.database.read(read_page)


def names(w: World, **query: object) -> list[str]:
    return [row.name for row in rows(w, **query)]


def detail(w: World, project: str, actor: Actor = OPERATOR) -> ProjectDetail:
    key = w.see(project).id
    return w.database.read(lambda tx: service.detail(tx, key, actor))


def modify(w: World, project: str, **wishes: object) -> None:
    wished = Wishes(**wishes)  # type: ignore[arg-type]
    w.do(ModifyProject(actor=OPERATOR, project=project, wishes=wished))


def some_projects(w: World) -> dict[str, str]:
    """One project in each kind of state."""
    found = {name: w.project(f"{name}.lab") for name in ("active", "held", "ended", "asked")}
    found["late"] = w.project("late.lab", by="M")
    w.act(found["held"], ProjectAction.SUSPEND)
    w.act(found["ended"], ProjectAction.TERMINATE)
    modify(w, found["late"], end_date=1)
    w.submit("O", found["asked"], max_members=3)
    w.submit("N", name="new.lab")
    denied = w.submit("N", name="denied.lab")[1]
    w.do(DenyApplication(actor=OPERATOR, application=denied))
    return found


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("", ["active", "asked", "denied", "held", "late", "new"]),
        ("all", ["active", "asked", "denied", "held", "late", "new"]),
        ("new", ["new"]),
        ("modified", ["asked"]),
        ("pending", ["asked", "new"]),
        ("expired", ["late"]),
        ("suspended", ["held"]),
        ("terminated", ["ended"]),
        ("pending new", ["new"]),
    ],
)
def test_views(w: World, view: str, expected: Sequence[str]) -> None:
    some_projects(w)
    assert names(w, view=view) == [f"{name}.lab" for name in expected]


def test_system_projects_have_a_view_of_their_own(w: World) -> None:
    some_projects(w)
    assert names(w, view="system") == sorted(f"system:{person(letter)}" for letter in "AOMNL")


def test_a_waiting_modification_of_a_system_project_is_not_hidden(w: World) -> None:
    w.submit("A", person("O"), grants={VM: Capacity(9, 9)})
    assert names(w, view="pending") == [f"system:{person('O')}"]


def test_over_shows_projects_with_somebody_over(w: World) -> None:
    found = some_projects(w)
    w.enroll("M", found["active"])
    w.charge("M", found["active"], 4)
    assert names(w, view="over") == []
    modify(w, found["active"], grants={VM: Capacity(10, 3)})
    assert names(w, view="over") == ["active.lab"]


def test_sorts(w: World) -> None:
    found = some_projects(w)
    w.enroll("M", found["held"])
    assert names(w, sort="name", descending=True)[0] == "new.lab"
    assert names(w, sort="owner")[0] == "late.lab"
    assert names(w, sort="state")[0] == "active.lab"
    assert names(w, sort="app", descending=True)[:2] == ["new.lab", "asked.lab"]
    assert names(w, sort="ends")[0] == "late.lab"
    assert names(w, sort="members", descending=True)[0] == "held.lab"
    assert names(w, sort="created")[0] == "active.lab"
    assert names(w, sort="unheard of") == names(w)


def test_the_text_is_looked_for_in_what_is_visible(w: World) -> None:
    found = some_projects(w)
    assert names(w, text="ASKED") == ["asked.lab"]
    assert names(w, text="m@uni") == ["late.lab"]
    assert names(w, text="suspended") == ["held.lab"]
    assert names(w, text=found["late"]) == ["late.lab"]
    (asked,) = (row.pending_app for row in rows(w, view="modified"))
    assert names(w, text=f"#{asked}") == ["asked.lab"]
    assert names(w, text="%") == []


def test_a_scope_shows_everything_of_a_user(w: World) -> None:
    found = some_projects(w)
    w.enroll("M", found["active"])
    mine = names(w, scope=f"user:{person('M')}")
    assert mine == ["active.lab", "late.lab", f"system:{person('M')}"]
    assert names(w, scope=f"project:{found['ended']}") == ["ended.lab"]


def test_rows_tell_the_fullest_resources(w: World) -> None:
    grants = {VM: Capacity(10, 10), CPU: Capacity(4, 4), RAM: Capacity(1 << 40, 1 << 40)}
    project = w.project("phys.lab", grants=grants, max_members=7)
    w.enroll("M", project)
    w.charge("M", project, 5)
    w.charge("M", project, 3, CPU)
    (row,) = rows(w)
    assert row.tightest == ((CPU, 3, 4), (VM, 5, 10))
    assert (row.members, row.max_members, row.owner) == (1, 7, "o@uni.example")
    assert (row.display_state, row.pending_app, row.end_date) == ("Active", 0, FAR)


def test_the_overall_state_follows_both_machines(w: World) -> None:
    project, application = w.submit("O", name="a.lab")
    assert names(w, text="pending") == ["a.lab"]
    w.do(DenyApplication(actor=OPERATOR, application=application))
    (row,) = rows(w)
    assert (row.display_state, row.pending_app) == ("Denied", 0)
    assert detail(w, project).row == row


def test_the_queue_is_oldest_first(w: World) -> None:
    first = w.submit("O", name="a.lab")[1]
    second = w.submit("M", name="b.lab")[1]
    assert w.database.read(service.queue) == [first, second]


def test_a_detail_has_members_history_and_what_may_be_done(w: World) -> None:
    project = w.project("phys.lab")
    accepted, asking = w.enroll("M", project), w.join("N", project)
    shown = detail(w, project)
    assert [(m.key, m.email, m.state) for m in shown.members] == [
        (asking, "n@uni.example", "requested"),
        (accepted, "m@uni.example", "accepted"),
    ]
    assert set(shown.members[0].allowed) == {
        MembershipAction.ACCEPT,
        MembershipAction.REJECT,
        MembershipAction.CANCEL,
    }
    assert shown.members[0].since == w.membership(asking).dates["requested"]
    assert [event.what for event in shown.history] == [
        "n@uni.example requested",
        "m@uni.example accepted",
        "active (was uninitialized)",
        "application 1 approved",
        "application 1 filed",
    ]
    assert {row.resource for row in shown.pool} >= {VM, CPU, RAM}
    assert shown.owner_email == "o@uni.example"
    assert shown.allowed == {
        "review": "no application is waiting",
        "suspend": "",
        "unsuspend": "project phys.lab is active: not suspended",
        "terminate": "",
        "reinstate": "project phys.lab is active: not terminated",
        "modify": "",
    }


def test_members_who_take_most_of_the_project_come_first(w: World) -> None:
    grants = {VM: Capacity(100, 100), RAM: Capacity(100, 100), CPU: Capacity(100, 100)}
    project = w.project("phys.lab", grants=grants)
    for letter in "LMN":
        w.enroll(letter, project)
    for letter, vm, ram in (("M", 10, 20), ("N", 30, 1)):
        w.charge(letter, project, vm)
        w.charge(letter, project, ram, RAM)
    shown = detail(w, project)
    assert [member.email[0] for member in shown.members] == ["n", "m", "l"]
    used = [[(one.resource, one.usage) for one in member.used] for member in shown.members]
    assert used == [[(VM, 30), (RAM, 1)], [(RAM, 20), (VM, 10)], []]


def test_who_only_looks_may_do_nothing(w: World) -> None:
    project = w.project("phys.lab")
    w.join("N", project)
    w.submit("O", project)
    viewer = Actor("viewer", Role.VIEWER)
    shown = detail(w, project, viewer)
    assert [action for action, why in shown.allowed.items() if not why] == ["review"]
    assert shown.members[0].allowed == ()
    assert shown.pending is not None


def test_unknown_keys_are_not_found(w: World) -> None:
    with pytest.raises(NotFound):
        w.database.read(lambda tx: service.detail(tx, 999, OPERATOR))
    with pytest.raises(NotFound):
        w.database.read(lambda tx: service.review(tx, 999, OPERATOR))
    with pytest.raises(NotFound):
        w.database.read(lambda tx: service.raw(tx, 999, OPERATOR))


def test_the_raw_project_is_astakos_own(w: World) -> None:
    project = w.project("phys.lab")
    key = w.see(project).id
    raw = w.database.read(lambda tx: service.raw(tx, key, OPERATOR))
    assert raw["id"] == project
    assert raw["end_date"] == "2113-05-05T20:20:20.000000+00:00"
    assert "last_application" in raw


def test_a_review_of_a_modification(w: World) -> None:
    project = w.project("phys.lab")
    w.enroll("M", project)
    w.charge("M", project, 3)
    denied = w.submit("O", project, max_members=1)[1]
    w.do(DenyApplication(actor=OPERATOR, application=denied), "no room")
    other = w.submit("N", name="other.lab")[1]
    wished = {"grants": {VM: Capacity(2, 1)}, "owner": person("M"), "comments": "please"}
    id = w.submit("O", project, max_members=0, **wished)[1]
    found = w.database.read(lambda tx: service.review(tx, id, OPERATOR))
    assert (found.is_new, found.applicant_email, found.members) == (False, "o@uni.example", 1)
    assert found.changes == (
        FieldChange("owner", "o@uni.example", "m@uni.example"),
        FieldChange("max_members", 2**63 - 1, 0),
    )
    assert found.grants == ((VM, "", Capacity(10, 4), Capacity(2, 1)),)
    assert w.database.read(service.queue) == [other, id]
    assert found.pending_apps == (1, 3)
    assert [(a.id, a.state, a.response) for a in found.history][0] == (denied, "denied", "no room")
    assert {check.text for check in found.checks if not check.ok} == {
        f"project usage exceeds the new limit ({VM})",
        "1 member, but seats for 0 only",
        f"denied before: #{denied}",
    }
    assert found.approve == w.plan(ApproveApplication(actor=OPERATOR, application=id))
    assert found.approve is not None
    assert {i.holder for i in found.approve.going_over} == {"", "m@uni.example"}


def test_a_review_of_a_new_project_that_cannot_be(w: World) -> None:
    taken = w.project("phys.lab")
    project, id = w.submit("M", name="phys.lab", grants={RAM: Capacity(8, 4)})
    found = w.database.read(lambda tx: service.review(tx, id, OPERATOR))
    assert found.is_new
    assert found.approve is None
    assert taken in found.refusal
    assert FieldChange("name", None, "phys.lab") in found.changes
    assert found.grants == ((RAM, "bytes", None, Capacity(8, 4)),)
    assert any(not check.ok and taken in check.text for check in found.checks)
    assert w.see(project).grants == {RAM: Capacity(8, 4)}


def test_a_review_warns_of_people_and_reactivation(w: World) -> None:
    project = w.project("phys.lab", by="M")
    modify(w, project, end_date=1)
    id = w.submit("A", project)[1]
    w.moderate("M", UserAction.DEACTIVATE)
    found = w.database.read(lambda tx: service.review(tx, id, OPERATOR))
    assert {check.text for check in found.checks if not check.ok} == {
        "end date has passed",
        "owner is not active",
        "the project is suspended: approving reactivates it",
    }


def test_lists_of_the_api(w: World) -> None:
    found = some_projects(w)

    def listed(letter: str, **wanted: str) -> list[object]:
        actor, chosen = w.actor(letter), service.ProjectFilter(**wanted)
        shown = w.database.read(lambda tx: service.list_projects(tx, actor, chosen))
        return [project["name"] for project in shown]

    base = {letter: f"system:{person(letter)}" for letter in "AOMNL"}
    assert listed("L") == [base["L"]]
    assert set(listed("O")) == {
        base["O"],
        *(f"{name}.lab" for name in ("active", "held", "ended", "asked")),
    }
    assert set(listed("L", mode="active")) == {"active.lab", "asked.lab", "late.lab"}
    assert listed("O", mode="member") == [base["O"]]
    assert len(listed("A")) == count(w, "SELECT count(*) FROM project")
    assert listed("A", name="held.lab", owner=person("O"), state="suspended") == ["held.lab"]
    for wrong in ({"mode": "odd"}, {"state": "melted"}):
        with pytest.raises(Invalid):
            listed("O", **wrong)
    w.enroll("L", found["active"])
    assert set(listed("L", mode="related")) == {base["L"], "active.lab"}
    everyone = w.database.read(lambda tx: service.list_memberships(tx, w.actor("A")))
    assert len(everyone) == 6


def test_logs_keep_who_and_why(w: World) -> None:
    project = w.project("phys.lab")
    w.enroll("M", project)
    w.act(project, ProjectAction.SUSPEND)
    events = {event.what: event for event in detail(w, project).history}
    suspended = events["suspended (was active)"]
    assert (suspended.actor, suspended.reason) == ("operator:op", "as agreed")
    w.moderate("M", UserAction.DEACTIVATE)
    reasons = {event.what: event.reason for event in detail(w, project).history}
    assert reasons["m@uni.example suspended"] == "user_deactivation"


@sqlite_only
@pytest.mark.parametrize("sort", ["name", "owner", "state", "app", "ends", "created"])
@pytest.mark.parametrize("descending", [False, True])
def test_the_first_page_needs_no_sorting(w: World, sort: str, descending: bool) -> None:
    query = Query(sort=sort, descending=descending)
    sql, params = service.keys_sql(query, w.database.runtime)
    steps = w.database.read(lambda tx: tx.all(f"EXPLAIN QUERY PLAN {sql}", params))
    assert [step[3] for step in steps if "TEMP B-TREE" in step[3]] == []


@sqlite_only
def test_many_members_cost_no_more_questions(w: World) -> None:
    """Previews read in batches: the number of statements does not grow with the members."""
    small, large = w.project("small.lab"), w.project("large.lab")
    w.enroll("M", small)
    for number in range(30):
        letter = chr(0x410 + number)
        w.add(letter)
        w.do(EnrollMember(actor=OPERATOR, project=large, email=f"{letter.lower()}@uni.example"))

    def asked(project: str) -> int:
        command = ChangeProjectState(actor=OPERATOR, project=project, action=ProjectAction.SUSPEND)

        def read(tx: Tx) -> int:
            return _statements(tx, lambda: decide(tx, service.ROOM, command))

        return w.database.read(read)

    assert asked(small) == asked(large)


def _statements(tx: Tx, act: Callable[[], object]) -> int:
    """How many statements an act runs."""
    seen: list[str] = []
    conn: Any = tx._conn
    conn.set_trace_callback(seen.append)
    act()
    conn.set_trace_callback(None)
    return len(seen)
