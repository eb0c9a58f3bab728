"""Scenarios 1 to 17: applications (spec astakos §7)."""

from __future__ import annotations

import pytest

from backend.core.errors import BursarError, Conflict, Invalid, NotAllowed, NotFound
from backend.core.plan import Tier
from backend.projects import service
from backend.projects.model import (
    ApplicationCommand,
    ApplicationState,
    ApproveApplication,
    CancelApplication,
    Capacity,
    DenyApplication,
    DismissApplication,
    JoinPolicy,
    ModifyProject,
    ProjectAction,
    ProjectState,
    SubmitApplication,
    Wishes,
)
from backend.quotas.model import UNLIMITED
from tests.places import sqlite_only
from tests.worlds import CPU, FAR, OPERATOR, PENDING_APP, RAM, VM, World, person

P = ProjectState


def api(w: World, project: str, letter: str) -> dict[str, object]:
    return w.database.read(lambda tx: service.get_project(tx, project, w.actor(letter)))


def decide(
    w: World,
    kind: type[ApplicationCommand],
    application: int,
    by: str = "A",
    project: str = "",
) -> None:
    w.do(kind(actor=w.actor(by), application=application, project=project))


def refused(
    w: World,
    error: type[BursarError],
    kind: type[ApplicationCommand],
    application: int,
    by: str = "A",
    project: str = "",
) -> None:
    with pytest.raises(error) as raised:
        decide(w, kind, application, by, project)
    assert type(raised.value) is error


def test_s01_a_new_project_waits_with_defaults(w: World) -> None:
    project, _ = w.submit("O", name="phys.lab", grants={VM: Capacity(10, 4)}, comments="please")
    shown = api(w, project, "O")
    assert shown["state"] == "uninitialized"
    assert shown["join_policy"] == "moderated"
    assert shown["leave_policy"] == "auto"
    assert shown["max_members"] == UNLIMITED
    assert shown["private"] is False
    last = shown["last_application"]
    assert isinstance(last, dict)
    assert (last["state"], last["max_members"]) == ("pending", UNLIMITED)
    assert (last["comments"], last["homepage"], last["applicant"]) == ("please", "", person("O"))
    assert w.see(project).name == ""
    assert w.waiting("O") == (1, 1)


def test_s02_who_sees_and_who_decides(w: World) -> None:
    project, application = w.submit("O", name="phys.lab")
    other, _ = w.submit("O", name="other.lab")
    with pytest.raises(NotAllowed):
        api(w, project, "M")
    refused(w, NotAllowed, ApproveApplication, application, "O")
    refused(w, NotFound, ApproveApplication, 99999)
    refused(w, Conflict, ApproveApplication, application, project=other)


def test_s03_approval_fills_every_resource(w: World) -> None:
    project, application = w.submit("O", name="phys.lab", grants={VM: Capacity(10, 4)})
    decide(w, ApproveApplication, application, project=project)
    after = w.see(project)
    assert (after.state, after.name) == (P.ACTIVE, "phys.lab")
    assert api(w, project, "O")["resources"] == {
        VM: {"project_capacity": 10, "member_capacity": 4},
        CPU: {"project_capacity": 0, "member_capacity": 0},
        RAM: {"project_capacity": 0, "member_capacity": 0},
    }
    assert w.pool(project, PENDING_APP) == (UNLIMITED, 0)
    assert w.waiting("O") == (0, 0)
    refused(w, Conflict, ApproveApplication, application)


def test_s04_the_owner_is_no_member(w: World) -> None:
    project = w.project("phys.lab")
    listed = w.database.read(lambda tx: service.list_memberships(tx, w.actor("O"), project))
    assert listed == []
    assert w.state(w.join("O", project)) == "requested"


def test_s05_names_are_unique_among_the_living(w: World) -> None:
    first, one = w.submit("O", name="twin.lab")
    second, two = w.submit("O", name="twin.lab")
    w.approve(one)
    refused(w, Conflict, ApproveApplication, two)
    w.act(first, ProjectAction.TERMINATE)
    w.approve(two)
    with pytest.raises(Conflict, match=f"belongs to project {second}"):
        w.act(first, ProjectAction.REINSTATE)


def test_s06_three_applications_may_wait(w: World) -> None:
    project = w.project("phys.lab")
    for name in ("a.lab", "b.lab", "c.lab"):
        w.submit("O", name=name)
    with pytest.raises(Conflict, match="no more applications can wait"):
        w.submit("O", name="d.lab")
    with pytest.raises(Conflict):
        w.submit("O", project, max_members=5)
    w.submit("A", project, max_members=5)
    assert w.waiting("A") == (1, 1)
    assert w.waiting("O") == (3, 3)


def test_s06_admins_are_charged_beyond_the_limit(w: World) -> None:
    for name in ("a.lab", "b.lab", "c.lab", "d.lab"):
        w.submit("A", name=name)
    assert w.waiting("A") == (4, 4)


def test_s07_cancelling_makes_room(w: World) -> None:
    first, application = w.submit("O", name="a.lab")
    for name in ("b.lab", "c.lab"):
        w.submit("O", name=name)
    decide(w, CancelApplication, application, "O")
    assert w.see(first).state is P.DELETED
    assert api(w, first, "O")["state"] == "deleted"
    w.submit("O", name="d.lab")


def test_s08_who_may_modify_what(w: World) -> None:
    waiting, _ = w.submit("O", name="new.lab")
    project = w.project("phys.lab")
    with pytest.raises(Conflict):
        w.submit("O", waiting, max_members=2)
    with pytest.raises(NotAllowed):
        w.submit("M", project, max_members=2)
    with pytest.raises(NotFound):
        w.submit("O", "unknown", max_members=2)


def test_s09_deny_and_dismiss(w: World) -> None:
    project, application = w.submit("O", name="phys.lab")
    refused(w, Conflict, DismissApplication, application, "O")
    w.do(DenyApplication(actor=w.actor("A"), application=application), "no budget")
    denied = w.application(application)
    assert (denied.state, denied.response) == (ApplicationState.DENIED, "no budget")
    assert w.see(project).state is P.UNINITIALIZED
    assert w.waiting("O") == (0, 0)
    decide(w, DismissApplication, application, "O")
    assert w.see(project).state is P.DELETED


def test_s10_a_second_modification_replaces_the_first(w: World) -> None:
    project = w.project("phys.lab")
    before = w.see(project)
    _, first = w.submit("O", project, max_members=3)
    _, second = w.submit("O", project, max_members=2)
    assert w.application(first).state is ApplicationState.REPLACED
    assert w.waiting("O") == (1, 1)
    refused(w, Conflict, ApproveApplication, first)
    decide(w, DenyApplication, second)
    after = w.see(project)
    assert after.max_members == before.max_members
    assert after.state is P.ACTIVE


def test_s10_refiling_is_checked_even_at_no_cost(w: World) -> None:
    """Allowed at the limit, refused over it: a quantity of zero is checked too (§2.1.2)."""
    project = w.project("phys.lab")
    w.submit("O", project, max_members=3)
    limit = Wishes(grants={PENDING_APP: Capacity(1, 1)})
    w.do(ModifyProject(actor=OPERATOR, project=person("O"), wishes=limit))
    w.submit("O", project, max_members=2)
    none = Wishes(grants={PENDING_APP: Capacity(0, 0)})
    w.do(ModifyProject(actor=OPERATOR, project=person("O"), wishes=none))
    with pytest.raises(Conflict):
        w.submit("O", project, max_members=4)
    assert w.waiting("O") == (1, 1)


def test_s11_the_charge_follows_the_applicant(w: World) -> None:
    project = w.project("phys.lab")
    w.submit("O", project, description="d1")
    w.submit("A", project, description="d2")
    assert (w.waiting("O"), w.waiting("A")) == ((0, 0), (1, 1))
    w.submit("O", project, description="d3")
    assert (w.waiting("O"), w.waiting("A")) == ((1, 1), (0, 0))
    w.submit("O", project, description="d4")
    assert (w.waiting("O"), w.waiting("A")) == ((1, 1), (0, 0))


def test_s12_only_the_applicant_withdraws(w: World) -> None:
    project = w.project("phys.lab")
    _, application = w.submit("A", project, max_members=5)
    refused(w, NotAllowed, CancelApplication, application, "O")
    decide(w, CancelApplication, application, "A")
    assert w.application(application).state is ApplicationState.CANCELLED
    assert w.see(project).state is P.ACTIVE


def test_s13_granted_rows_only_are_replaced(w: World) -> None:
    project = w.project("phys.lab")
    w.modify("O", project, grants={CPU: Capacity(40, 8)}, max_members=6)
    after = w.see(project)
    assert (after.grants[CPU], after.grants[VM]) == (Capacity(40, 8), Capacity(10, 4))
    assert (w.pool(project, CPU), w.pool(project, VM)) == ((40, 0), (10, 0))
    assert after.max_members == 6


def test_s14_approving_reactivates_and_says_so(w: World) -> None:
    project = w.project("phys.lab")
    w.act(project, ProjectAction.SUSPEND)
    _, application = w.submit("O", project)
    plan = w.plan(ApproveApplication(actor=OPERATOR, application=application))
    assert plan.warnings == ("the project is suspended: approving makes it active again",)
    w.approve(application)
    assert w.see(project).state is P.ACTIVE
    assert w.pool(project) == (10, 0)


def test_s14_a_terminated_project_needs_its_name_free(w: World) -> None:
    """Quirk Q10: a nameless modification must not steal the name back."""
    first = w.project("re.lab")
    w.act(first, ProjectAction.TERMINATE)
    w.project("re.lab")
    _, nameless = w.submit("O", first, description="again")
    refused(w, Conflict, ApproveApplication, nameless)
    w.modify("O", first, name="renamed.lab")
    assert (w.see(first).name, w.see(first).state) == ("renamed.lab", P.ACTIVE)


def test_s15_an_empty_modification_changes_nothing(w: World) -> None:
    project = w.project("phys.lab")
    before = w.see(project)
    _, application = w.submit("O", project)
    w.approve(application)
    after = w.see(project)
    assert after.last_application == application
    assert (after.grants, after.realname, after.max_members, after.end_date) == (
        before.grants,
        before.realname,
        before.max_members,
        before.end_date,
    )


@sqlite_only
@pytest.mark.parametrize(
    "wishes",
    [
        {"name": None},
        {"name": "lab"},
        {"name": ""},
        {"name": "x.y"},
        {"name": "bad_name.org"},
        {"name": "ſ.lab"},
        {"name": "-a.lab"},
        {"name": "a.lab\n"},
        {"name": "a" * 50 + "." + "b" * 27 + ".org"},
        {"end_date": None},
        {"end_date": 1},
        {"max_members": -3},
        {"max_members": UNLIMITED + 1},
        {"homepage": "h" * 256},
        {"description": "d" * 4097},
        {"comments": "c" * 4097},
        {"owner": "unknown"},
        {"grants": {"cyclades.gpu": Capacity(1, 1)}},
        {"grants": {PENDING_APP: Capacity(1, 1)}},
        {"grants": {VM: Capacity(-1, -1)}},
        {"grants": {VM: Capacity(1, -1)}},
        {"grants": {VM: Capacity(1, 2)}},
        {"grants": {VM: Capacity(UNLIMITED + 1, 1)}},
    ],
)
def test_s16_what_cannot_be_wished_for(w: World, wishes: dict[str, object]) -> None:
    given = {"name": "valid.lab", "end_date": FAR, **wishes}
    with pytest.raises(Invalid):
        w.submit("M", "", **given)
    assert w.waiting("M") == (0, 0)


def test_s16_the_longest_values_are_fine(w: World) -> None:
    project, _ = w.submit(
        "M",
        name="a" * 63 + "." + "b" * 12 + ".org",
        homepage="h" * 255,
        description="d" * 4096,
        comments="c" * 4096,
        max_members=0,
        grants={VM: Capacity(UNLIMITED, UNLIMITED)},
    )
    assert len(w.see(project).realname) == 80


def test_s16_operators_may_name_hidden_resources(w: World) -> None:
    wishes = Wishes(name="ops.lab", end_date=FAR, grants={PENDING_APP: Capacity(9, 9)})
    w.do(SubmitApplication(actor=OPERATOR, applicant=person("O"), wishes=wishes))
    assert w.waiting("O") == (1, 1)


def test_s17_base_projects_are_for_admins(w: World) -> None:
    base = person("O")
    with pytest.raises(NotAllowed):
        w.submit("O", base, max_members=2)
    with pytest.raises(Conflict):
        w.submit("A", base, name="x.org")
    with pytest.raises(Invalid):
        w.submit("A", base, name="x")
    w.modify("A", base, grants={VM: Capacity(7, 6)})
    assert (w.mine("O", base), w.pool(base)) == ((6, 0), (7, 0))


def test_people_file_in_their_own_name_only(w: World) -> None:
    wishes = Wishes(name="a.lab", end_date=FAR)
    with pytest.raises(NotAllowed):
        w.do(SubmitApplication(actor=w.actor("M"), applicant=person("O"), wishes=wishes))
    w.do(SubmitApplication(actor=w.actor("A"), applicant=person("O"), wishes=wishes))
    assert (w.waiting("O"), w.waiting("A")) == ((1, 1), (0, 0))


def test_another_accepted_user_may_own_what_one_applies_for(w: World) -> None:
    project, application = w.submit("M", name="a.lab", owner=person("O"))
    assert w.see(project).owner == person("O")
    refused(w, NotAllowed, CancelApplication, application, "O")
    decide(w, CancelApplication, application, "M")


def test_a_drifted_counter_blocks_nothing(w: World) -> None:
    """Quirk Q20: nothing is taken off a counter at 0, and the plan says so."""
    _, application = w.submit("O", name="a.lab")
    w.charge("O", person("O"), -1, PENDING_APP)
    plan = w.plan(DenyApplication(actor=OPERATOR, application=application))
    assert len(plan.warnings) == 1
    decide(w, DenyApplication, application)
    assert w.waiting("O") == (0, 0)


def test_policies_and_dates_of_a_modification_are_granted(w: World) -> None:
    project = w.project("phys.lab")
    wishes = {"leave_policy": JoinPolicy.CLOSED, "private": True, "end_date": FAR + 1}
    w.modify("O", project, owner=person("M"), **wishes)
    after = w.see(project)
    assert (after.owner, after.leave_policy, after.private) == (person("M"), "closed", True)
    assert after.end_date == FAR + 1


def test_approving_what_lowers_a_limit_asks_for_more(w: World) -> None:
    project = w.project("phys.lab")
    member = w.enroll("M", project)
    _, raising = w.submit("O", project, grants={VM: Capacity(12, 5)})
    assert w.plan(ApproveApplication(actor=OPERATOR, application=raising)).tier is Tier.REVERSIBLE
    _, lowering = w.submit("O", project, grants={VM: Capacity(8, 2)})
    assert w.plan(ApproveApplication(actor=OPERATOR, application=lowering)).tier is Tier.HARMFUL
    w.charge("M", project, 3)
    plan = w.plan(ApproveApplication(actor=OPERATOR, application=lowering))
    assert plan.tier is Tier.DANGEROUS
    assert [(i.holder, i.before, i.after, i.usage) for i in plan.going_over] == [
        ("m@uni.example", 4, 2, 3)
    ]
    assert w.state(member) == "accepted"
