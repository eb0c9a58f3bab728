"""Scenarios 26 to 36: memberships (spec astakos §7)."""

from __future__ import annotations

import pytest

from backend.core.errors import BursarError, Conflict, NotAllowed, NotFound, OverLimit
from backend.projects import service
from backend.projects.model import (
    Capacity,
    ChangeMembership,
    EnrollMember,
    JoinPolicy,
    JoinProject,
    MembershipAction,
    ProjectAction,
    UserAction,
)
from backend.quotas import service as quotas
from backend.quotas.model import AcceptCommission
from tests.worlds import CPU, OPERATOR, VM, World, count, person

A = MembershipAction
AUTO, MODERATED, CLOSED = JoinPolicy.AUTO, JoinPolicy.MODERATED, JoinPolicy.CLOSED


def allowed(w: World, membership: int, by: str) -> set[str]:
    """The allowed actions that a response shows."""
    shown = w.database.read(lambda tx: service.get_membership(tx, membership, w.actor(by)))
    actions = shown["allowed_actions"]
    assert isinstance(actions, list)
    return set(actions)


def refused(w: World, error: type[BursarError], membership: int, action: A, by: str = "O") -> None:
    with pytest.raises(error):
        w.member(membership, action, by)


def test_s26_a_full_project_accepts_nobody(w: World) -> None:
    project = w.project("auto.lab", join_policy=AUTO, max_members=1)
    first = w.join("M", project)
    second = w.join("N", project)
    assert (w.state(first), w.state(second)) == ("accepted", "requested")
    assert set(w.membership(first).dates) == {"requested", "accepted"}
    refused(w, Conflict, second, A.ACCEPT)
    with pytest.raises(Conflict):
        w.enroll("N", project)
    assert allowed(w, second, "A") == {"cancel", "reject"}


def test_s27_a_moderated_leave_waits_for_the_owner(w: World) -> None:
    project = w.project("mod.lab", leave_policy=MODERATED)
    member = w.enroll("M", project)
    w.charge("M", project, 3)
    w.member(member, A.LEAVE, by="M")
    assert (w.state(member), w.mine("M", project)) == ("leave_requested", (4, 3))
    assert allowed(w, member, "O") == {"remove"}
    w.member(member, A.LEAVE, by="M")
    w.member(member, A.REMOVE)
    assert (w.state(member), w.mine("M", project)) == ("removed", (0, 3))
    assert w.join("M", project) == member


def test_s28_a_closed_leave_policy_binds_everybody(w: World) -> None:
    project = w.project("stay.lab", join_policy=AUTO, leave_policy=CLOSED)
    member = w.join("N", project)
    refused(w, Conflict, member, A.LEAVE, "N")
    refused(w, Conflict, member, A.REMOVE, "O")
    refused(w, Conflict, member, A.REMOVE, "A")
    assert allowed(w, member, "A") == set()


def test_s29_a_closed_join_policy_binds_everybody(w: World) -> None:
    project = w.project("shut.lab", join_policy=CLOSED)
    with pytest.raises(Conflict):
        w.join("N", project)
    with pytest.raises(Conflict):
        w.enroll("N", project, by="A")


def test_s30_who_cannot_join_or_be_enrolled(w: World) -> None:
    project = w.project("phys.lab")
    w.enroll("M", project)
    with pytest.raises(Conflict):
        w.join("M", project)
    with pytest.raises(Conflict):
        w.enroll("M", project)
    with pytest.raises(Conflict, match="address"):
        w.enroll("X", project)
    w.moderate("L", UserAction.DEACTIVATE)
    with pytest.raises(Conflict, match="not active"):
        w.enroll("L", project)
    with pytest.raises(Conflict):
        w.enroll("N", "unknown")
    with pytest.raises(NotFound):
        w.join("N", "unknown")
    with pytest.raises(NotAllowed):
        w.enroll("N", project, by="M")
    with pytest.raises(NotAllowed):
        w.do(JoinProject(actor=OPERATOR, project=project))


def test_s31_a_return_keeps_the_membership(w: World) -> None:
    project = w.project("phys.lab")
    member = w.join("N", project)
    for action, by in ((A.CANCEL, "N"), (A.REJECT, "O")):
        w.member(member, action, by)
        assert w.join("N", project) == member
        assert w.state(member) == "requested"
    w.member(member, A.ACCEPT)
    w.member(member, A.REMOVE)
    assert w.join("N", project) == member


def test_s31_dates_are_the_latest(w: World) -> None:
    """Quirk Q7."""
    project = w.project("phys.lab")
    member = w.join("N", project)
    first = w.membership(member).dates["requested"]
    w.member(member, A.CANCEL, "N")
    w.join("N", project)
    assert w.membership(member).dates["requested"] > first


def test_s32_enrolling_accepts_a_request(w: World) -> None:
    project = w.project("phys.lab")
    member = w.join("N", project)
    assert w.enroll("N", project) == member
    assert w.state(member) == "accepted"


def test_s33_who_may_act_on_whom(w: World) -> None:
    project = w.project("phys.lab")
    member = w.join("M", project)
    refused(w, NotAllowed, member, A.ACCEPT, "M")
    refused(w, NotAllowed, member, A.CANCEL, "O")
    with pytest.raises(NotAllowed):
        w.database.read(lambda tx: service.get_membership(tx, member, w.actor("L")))
    with pytest.raises(NotFound):
        w.database.read(lambda tx: service.get_membership(tx, 99999, w.actor("A")))
    assert allowed(w, member, "M") == {"cancel"}
    assert allowed(w, member, "O") == {"accept", "reject"}
    assert allowed(w, member, "A") == {"cancel", "accept", "reject"}
    w.member(member, A.ACCEPT)
    refused(w, NotAllowed, member, A.LEAVE, "O")
    refused(w, NotAllowed, member, A.REMOVE, "M")
    w.member(member, A.LEAVE, "A")
    assert w.state(member) == "removed"
    with pytest.raises(NotFound):
        w.do(ChangeMembership(actor=OPERATOR, membership=99999, action=A.ACCEPT))


def test_s34_a_removed_member_can_only_release(w: World) -> None:
    project = w.project("phys.lab")
    member = w.enroll("M", project)
    w.charge("M", project, 3)
    w.member(member, A.REMOVE)
    assert w.mine("M", project) == (0, 3)
    with pytest.raises(OverLimit):
        w.charge("M", project, 1)
    w.charge("M", project, -1)
    assert w.mine("M", project) == (0, 2)
    told = w.database.read(lambda tx: service.quota_projects(tx, person("M")))
    assert project not in told


def test_s35_accepting_gives_the_member_limit(w: World) -> None:
    project = w.project("phys.lab")
    w.member(w.join("M", project), A.ACCEPT)
    assert (w.mine("M", project), w.pool(project)) == ((4, 0), (10, 0))
    assert (w.mine("M", project, CPU), w.pool(project, CPU)) == ((0, 0), (0, 0))


def test_s36_the_pool_binds_the_third_member(w: World) -> None:
    project = w.project("pool.lab", join_policy=AUTO)
    for letter in "MNL":
        w.join(letter, project)
    w.charge("M", project, 3)
    w.charge("N", project, 4)
    found = w.database.read(lambda tx: quotas.project_quotas(tx, project))
    rows = {r.holder: (r.effective, r.left) for r in found if r.resource == "cyclades.vm"}
    assert rows["m@uni.example"] == (4, 1)
    assert rows["l@uni.example"] == (3, 3)


def test_s37_a_pool_lowered_below_its_usage(w: World) -> None:
    project = w.project("pool.lab", join_policy=AUTO)
    for letter in "MN":
        w.join(letter, project)
    w.charge("M", project, 3)
    w.charge("N", project, 4)
    w.modify("O", project, grants={VM: Capacity(5, 4)})
    found = w.database.read(lambda tx: quotas.project_quotas(tx, project))
    rows = {r.holder: r for r in found if r.resource == VM}
    assert (rows["m@uni.example"].effective, rows["m@uni.example"].left) == (1, -2)
    assert w.pool(project) == (5, 7)
    with pytest.raises(OverLimit):
        w.charge("M", project, 0)
    w.charge("M", project, -1)
    assert (w.mine("M", project), w.pool(project)) == ((4, 2), (5, 6))


def test_s58_what_was_reserved_is_accepted_whatever_the_limit(w: World) -> None:
    project = w.project("pool.lab", join_policy=AUTO)
    w.join("M", project)
    serial = w.charge("M", project, 3, keep=False)
    w.act(project, ProjectAction.SUSPEND)
    w.do(AcceptCommission(actor=OPERATOR, serial=serial))
    assert w.mine("M", project) == (0, 3)


def test_a_suspended_member_does_not_leave(w: World) -> None:
    """Quirk Q18: asking to leave would make the membership count again."""
    project = w.project("mod.lab", leave_policy=MODERATED)
    member = w.enroll("M", project)
    w.moderate("M", UserAction.DEACTIVATE)
    refused(w, Conflict, member, A.LEAVE, "A")
    assert w.mine("M", project) == (0, 0)
    w.member(member, A.REMOVE)
    assert w.state(member) == "removed"


def test_strangers_do_not_join_what_is_private(w: World) -> None:
    """Quirk Q17; the owner may enrol them."""
    project = w.project("priv.lab", private=True)
    with pytest.raises(NotAllowed):
        w.join("M", project)
    member = w.enroll("M", project)
    with pytest.raises(Conflict):
        w.join("M", project)
    assert w.join("O", project) != member


def test_a_suspended_project_still_takes_and_gives_members(w: World) -> None:
    project = w.project("phys.lab")
    w.act(project, ProjectAction.SUSPEND)
    member = w.join("M", project)
    w.member(member, A.ACCEPT)
    assert w.mine("M", project) == (0, 0)
    w.member(member, A.LEAVE, "M")
    assert w.state(member) == "removed"


def test_an_inactive_person_is_not_accepted(w: World) -> None:
    project = w.project("phys.lab")
    member = w.join("M", project)
    w.moderate("M", UserAction.DEACTIVATE)
    refused(w, Conflict, member, A.ACCEPT)
    assert allowed(w, member, "O") == {"reject"}


def test_addresses_are_found_in_any_case(w: World) -> None:
    project = w.project("phys.lab")
    w.do(EnrollMember(actor=w.actor("O"), project=project, email="M@Uni.Example"))
    assert count(w, "SELECT count(*) FROM membership WHERE state = 'accepted'") == 6
