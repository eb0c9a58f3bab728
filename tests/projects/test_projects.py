"""Scenarios 18 to 25: projects and users (spec astakos §7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.check import findings
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound, OverLimit
from backend.core.plan import Tier
from backend.core.runtime import micros
from backend.projects import service
from backend.projects.model import (
    Capacity,
    ChangeProjectState,
    ChangeUser,
    DenyApplication,
    JoinPolicy,
    MembershipAction,
    MembershipState,
    ModifyBaseProjects,
    ModifyProject,
    ProjectAction,
    ProjectState,
    SetDefaultProject,
    TerminateExpired,
    UserAction,
    Wishes,
)
from backend.projects.store import projects as project_store
from backend.quotas.model import UNLIMITED
from tests.worlds import CPU, OPERATOR, START, VM, World, count, person

P = ProjectState
SUSPEND, UNSUSPEND = ProjectAction.SUSPEND, ProjectAction.UNSUSPEND
TERMINATE, REINSTATE = ProjectAction.TERMINATE, ProjectAction.REINSTATE
PAST = micros(START) - 1


def modify(w: World, project: str, **wishes: object) -> None:
    wanted = Wishes(**wishes)  # type: ignore[arg-type]
    w.do(ModifyProject(actor=OPERATOR, project=project, wishes=wanted))


def set_default(w: World, letter: str, project: str) -> None:
    w.do(SetDefaultProject(actor=w.actor(letter), user=person(letter), project=project))


def test_s18_suspending_takes_limits_and_keeps_usage(w: World) -> None:
    project = w.project("phys.lab")
    w.enroll("M", project)
    w.charge("M", project, 2)
    w.act(project, SUSPEND)
    assert (w.mine("M", project), w.pool(project)) == ((0, 2), (0, 2))
    with pytest.raises(OverLimit) as raised:
        w.charge("M", project, 1)
    assert raised.value.data["limit"] == 0
    w.charge("M", project, -1)
    w.act(project, UNSUSPEND)
    assert (w.mine("M", project), w.pool(project)) == ((4, 1), (10, 1))


def test_s19_states_that_do_not_permit(w: World) -> None:
    project = w.project("phys.lab")
    with pytest.raises(Conflict):
        w.act(project, UNSUSPEND)
    w.act(project, SUSPEND)
    with pytest.raises(Conflict):
        w.act(project, SUSPEND)
    with pytest.raises(NotAllowed):
        w.act(project, SUSPEND, by=w.actor("O"))
    with pytest.raises(Conflict):
        w.act(project, REINSTATE)
    waiting, _ = w.submit("O", name="new.lab")
    for action in ProjectAction:
        with pytest.raises(Conflict):
            w.act(waiting, action)
    with pytest.raises(NotFound):
        w.act("1", SUSPEND)


def test_s20_terminating_ends_everything_but_looking(w: World) -> None:
    project = w.project("phys.lab")
    member = w.enroll("M", project)
    request = w.join("N", project)
    w.act(project, TERMINATE)
    assert w.see(project).name == ""
    with pytest.raises(Conflict):
        w.member(member, MembershipAction.LEAVE, by="M")
    with pytest.raises(Conflict):
        w.join("L", project)
    with pytest.raises(Conflict):
        w.member(request, MembershipAction.ACCEPT)
    seen = w.database.read(lambda tx: service.get_project(tx, project, w.actor("M")))
    assert seen["state"] == "terminated"
    with pytest.raises(NotAllowed):
        w.database.read(lambda tx: service.get_project(tx, project, w.actor("L")))
    told = w.database.read(lambda tx: service.quota_projects(tx, person("M")))
    assert project in told
    assert (w.mine("M", project), w.pool(project)) == ((0, 0), (0, 0))
    w.act(project, REINSTATE)
    assert (w.mine("M", project), w.pool(project)) == ((4, 0), (10, 0))
    assert w.see(project).name == "phys.lab"


def test_s21_base_projects_are_suspended_never_terminated(w: World) -> None:
    base = person("O")
    with pytest.raises(Conflict):
        w.act(base, TERMINATE)
    w.act(base, SUSPEND)
    assert (w.mine("O", base), w.pool(base)) == ((0, 0), (0, 0))
    w.act(base, UNSUSPEND)
    with pytest.raises(Conflict):
        w.join("M", base)
    with pytest.raises(Conflict):
        w.enroll("M", base, by="A")


def test_s22_expiry_is_never_automatic(w: World) -> None:
    active, suspended = w.project("active.lab"), w.project("suspended.lab")
    gone, base = w.project("gone.lab"), person("O")
    w.act(suspended, SUSPEND)
    w.act(gone, TERMINATE)
    for project in (active, suspended, gone, base):
        modify(w, project, end_date=PAST)
    assert w.see(active).state is P.ACTIVE
    found = w.database.read(lambda tx: project_store.expired(tx, tx.now))
    assert {p.uuid for p in found} == {active, suspended, base}
    plan = w.plan(TerminateExpired(actor=OPERATOR))
    assert plan.warnings == (
        f"base projects are not terminated though they have expired: system:{base}",
    )
    assert (plan.tier, plan.target) == (Tier.DANGEROUS, "terminate 2")
    w.do(TerminateExpired(actor=OPERATOR))
    assert [w.see(p).state for p in (active, suspended, base)] == [
        P.TERMINATED,
        P.TERMINATED,
        P.ACTIVE,
    ]
    assert w.pool(active) == (0, 0)
    w.do(TerminateExpired(actor=OPERATOR))


def test_s23_the_deactivation_date_stays(w: World) -> None:
    project = w.project("phys.lab")
    assert w.see(project).deactivated_at == 0
    w.act(project, SUSPEND)
    when = w.see(project).deactivated_at
    assert when > 0
    w.act(project, UNSUSPEND)
    assert w.see(project).deactivated_at == when
    shown = w.database.read(lambda tx: service.get_project(tx, project, w.actor("O")))
    assert "deactivation_date" in shown
    told = w.database.read(lambda tx: service.get_project(tx, project, w.actor("M")))
    assert "deactivation_date" not in told


def test_s24_deactivation_suspends_and_activation_resumes_exactly_that(w: World) -> None:
    own, elsewhere = w.project("own.lab"), w.project("else.lab", by="M")
    held = w.project("held.lab")
    mine, there = w.enroll("O", own), w.enroll("O", elsewhere, by="M")
    other = w.enroll("N", own)
    w.act(held, SUSPEND)
    w.moderate("O", UserAction.DEACTIVATE)
    assert [w.see(p).state for p in (own, held, elsewhere, person("O"))] == [
        P.SUSPENDED,
        P.SUSPENDED,
        P.ACTIVE,
        P.SUSPENDED,
    ]
    assert [w.state(m) for m in (mine, there, other)] == ["suspended", "suspended", "accepted"]
    assert (w.mine("O", elsewhere), w.mine("N", own)) == ((0, 0), (0, 0))
    assert (w.user("O").is_active, w.user("O").deactivated_reason) == (False, "as agreed")
    w.moderate("O", UserAction.ACTIVATE)
    assert [w.see(p).state for p in (own, held, person("O"))] == [P.ACTIVE, P.SUSPENDED, P.ACTIVE]
    assert [w.state(m) for m in (mine, there)] == ["accepted", "accepted"]
    assert (w.mine("O", elsewhere), w.mine("N", own)) == ((4, 0), (4, 0))


def test_s24_what_an_admin_suspended_meanwhile_stays_suspended(w: World) -> None:
    own = w.project("own.lab")
    w.moderate("O", UserAction.DEACTIVATE)
    w.act(own, UNSUSPEND)
    w.act(own, SUSPEND)
    w.moderate("O", UserAction.ACTIVATE)
    assert w.see(own).state is P.SUSPENDED


def test_s24_a_leave_request_is_forgotten(w: World) -> None:
    project = w.project("phys.lab", leave_policy=JoinPolicy.MODERATED)
    member = w.enroll("M", project)
    w.member(member, MembershipAction.LEAVE, by="M")
    w.moderate("M", UserAction.DEACTIVATE)
    w.moderate("M", UserAction.ACTIVATE)
    assert w.state(member) is MembershipState.ACCEPTED


def test_s25_default_projects_are_reset(w: World) -> None:
    project = w.project("phys.lab")
    members = [w.enroll(letter, project) for letter in "MN"]
    for letter in "MN":
        set_default(w, letter, project)
    w.member(members[0], MembershipAction.REMOVE)
    assert w.user("M").default_project == person("M")
    assert w.user("N").default_project == project
    w.act(project, TERMINATE)
    assert w.user("N").default_project == person("N")


def test_s25_what_can_be_a_default(w: World) -> None:
    project = w.project("phys.lab")
    with pytest.raises(NotFound):
        set_default(w, "N", "unknown")
    with pytest.raises(NotFound):
        set_default(w, "N", project)
    member = w.enroll("N", project)
    with pytest.raises(NotAllowed):
        w.do(SetDefaultProject(actor=w.actor("M"), user=person("N"), project=project))
    for action in (SUSPEND, TERMINATE):
        w.act(project, action)
        with pytest.raises(NotAllowed):
            set_default(w, "N", project)
    w.act(project, REINSTATE)
    set_default(w, "N", project)
    w.member(member, MembershipAction.REMOVE)
    with pytest.raises(NotAllowed):
        set_default(w, "N", project)


def test_changing_in_place_is_an_operators_tool(w: World) -> None:
    project, other = w.project("phys.lab"), w.project("other.lab")
    waiting, _ = w.submit("O", name="new.lab")
    wishes = Wishes(max_members=2)
    with pytest.raises(NotAllowed):
        w.do(ModifyProject(actor=w.actor("O"), project=project, wishes=wishes))
    with pytest.raises(Conflict):
        modify(w, waiting, max_members=2)
    with pytest.raises(Conflict):
        modify(w, project, name="other.lab")
    with pytest.raises(Invalid):
        modify(w, person("O"), name="x.org")
    with pytest.raises(Invalid):
        modify(w, project, owner="nobody")
    modify(w, project, name="new-name.lab", end_date=PAST, grants={CPU: Capacity(UNLIMITED, 8)})
    after = w.see(project)
    assert (after.realname, after.name, after.end_date) == ("new-name.lab", "new-name.lab", PAST)
    assert w.pool(project, CPU) == (UNLIMITED, 0)
    w.act(other, TERMINATE)
    modify(w, other, name="new-name.lab", grants={VM: Capacity(3, 3)})
    assert (w.see(other).name, w.pool(other)) == ("", (0, 0))


def test_moderation_of_users(w: World) -> None:
    w.add("U", accepted=False)

    def refused(action: UserAction) -> None:
        with pytest.raises(Conflict):
            w.moderate("U", action)

    for action in (UserAction.ACCEPT, UserAction.REJECT, UserAction.ACTIVATE):
        refused(action)
    w.moderate("U", UserAction.VERIFY)
    refused(UserAction.VERIFY)
    refused(UserAction.DEACTIVATE)
    w.moderate("U", UserAction.REJECT)
    refused(UserAction.REJECT)
    refused(UserAction.ACTIVATE)
    assert not w.user("U").is_accepted
    w.moderate("U", UserAction.ACCEPT)
    refused(UserAction.ACCEPT)
    refused(UserAction.ACTIVATE)
    assert w.user("U").is_active
    with pytest.raises(NotAllowed):
        w.do(ChangeUser(actor=w.actor("O"), user=person("U"), action=UserAction.DEACTIVATE))


def test_who_is_verified_gains_nothing_that_is_to_be_taken_back(w: World) -> None:
    w.add("U", accepted=False)
    verify = ChangeUser(actor=OPERATOR, user=person("U"), action=UserAction.VERIFY)
    plan = w.plan(verify)
    assert (plan.is_harmless, plan.undo) == (True, "nothing to take back: it lets nobody in")
    w.do(verify)
    accept = replace(verify, action=UserAction.ACCEPT)
    assert not w.plan(accept).is_harmless


def test_acceptance_makes_the_base_project(w: World) -> None:
    base = w.see(person("M"))
    assert (base.state, base.is_base, base.private, base.max_members, base.owner) == (
        P.ACTIVE,
        True,
        True,
        1,
        "",
    )
    assert (base.join_policy, base.leave_policy) == (JoinPolicy.CLOSED, JoinPolicy.CLOSED)
    assert (w.mine("M", base.uuid), w.pool(base.uuid)) == ((2, 0), (2, 0))
    assert w.user("M").default_project == base.uuid
    row = w.database.read(lambda tx: service.rows(tx, [base.id]))[base.id]
    assert (row.members, row.display_state) == (1, "Active")


def test_suspending_names_the_commissions_it_concerns(w: World) -> None:
    project = w.project("phys.lab")
    w.enroll("M", project)
    serial = w.charge("M", project, 2, keep=False)
    plan = w.plan(ChangeProjectState(actor=OPERATOR, project=project, action=SUSPEND))
    assert [(t.serial, t.resolved) for t in plan.touched] == [(serial, False)]
    assert plan.tier is Tier.DANGEROUS


def modify_base(w: World, *exclude: str, **wishes: object) -> ModifyBaseProjects:
    wanted = Wishes(**wishes)  # type: ignore[arg-type]
    return ModifyBaseProjects(actor=OPERATOR, wishes=wanted, exclude=exclude)


def test_all_system_projects_are_changed_at_once_but_the_excluded(w: World) -> None:
    ordinary = w.project("phys.lab")
    w.act(person("M"), SUSPEND)
    w.charge("L", person("L"), 2)
    serial = w.charge("N", person("N"), 1, keep=False)
    command = modify_base(w, person("O"), grants={VM: Capacity(1, 1)}, max_members=3)
    plan = w.plan(command)
    assert [(i.holder, i.over_by) for i in plan.going_over] == [("l@uni.example", 1), ("", 1)]
    assert [touched.serial for touched in plan.touched] == [serial]
    assert (plan.tier, plan.target) == (Tier.DANGEROUS, "change 4")
    before = count(w, "SELECT max(seq) FROM journal")
    seq = w.do(command).seq
    assert seq == before + 1
    assert [w.see(person(p)).max_members for p in "AMNLO"] == [3, 3, 3, 3, 1]
    assert [w.pool(person(p))[0] for p in "AMLO"] == [1, 0, 1, 2]
    assert w.pool(ordinary) == (10, 0)
    told = f"SELECT count(*) FROM journal_change WHERE seq = {seq} AND target LIKE 'project:%'"
    assert count(w, told) == 4
    again = w.plan(command)
    assert (again.changes, again.title) == ((), "Change 0 base projects")
    assert w.database.read(lambda tx: list(findings(tx))) == []


def test_what_all_system_projects_refuse(w: World) -> None:
    def refused(error: type[Exception], command: ModifyBaseProjects) -> None:
        with pytest.raises(error):
            w.plan(command)

    for field in ("owner", "name", "homepage", "description"):
        refused(Invalid, modify_base(w, **{field: "x.org"}))
    refused(Invalid, modify_base(w, "nobody", max_members=2))
    refused(Invalid, modify_base(w, w.project("phys.lab"), max_members=2))
    refused(Invalid, modify_base(w, grants={VM: Capacity(1, 2)}))
    refused(Invalid, modify_base(w, grants={"no.such": Capacity(1, 1)}))
    wishes = Wishes(max_members=2)
    refused(NotAllowed, ModifyBaseProjects(actor=w.actor("O"), wishes=wishes))


def test_the_change_of_all_system_projects_is_astakos_own_command(w: World) -> None:
    command = modify_base(w, person("O"), person("M"), grants={VM: Capacity(7, 6)})
    assert w.plan(command).request.path == (
        f"project-modify --all-system-projects --exclude {person('O')},{person('M')}"
        " --limit cyclades.vm 6 7"
    )


def test_what_was_never_approved_is_called_that_and_not_by_a_word_of_the_store(w: World) -> None:
    project, id = w.submit("M", name="new.lab", grants={VM: Capacity(8, 4)})
    w.do(DenyApplication(actor=OPERATOR, application=id))
    told = "project new.lab was never approved"
    key = w.see(project).id
    shown = w.database.read(lambda tx: service.detail(tx, key, OPERATOR)).allowed
    assert (shown["suspend"], shown["terminate"]) == (f"{told}: not alive", f"{told}: not alive")
    assert shown["modify"] == told
