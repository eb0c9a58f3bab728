"""What a plan says is what happens: no less, no more, and stale plans are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from backend.core.database import Tx
from backend.core.errors import PreviewStale
from backend.core.plan import Change, Command, Tier, Value
from backend.core.usecase import execute
from backend.projects.model import (
    ApplicationCommand,
    ApproveApplication,
    CancelApplication,
    Capacity,
    ChangeMembership,
    ChangeProjectState,
    ChangeUser,
    DenyApplication,
    DismissApplication,
    EnrollMember,
    JoinPolicy,
    JoinProject,
    MembershipAction,
    ModifyBaseProjects,
    ModifyProject,
    ProjectAction,
    ProjectState,
    RegisterResource,
    SetDefaultProject,
    SubmitApplication,
    TerminateExpired,
    User,
    UserAction,
    VerifyQuotas,
    Wishes,
)
from backend.projects.rules import changes
from backend.projects.rules.applications import FIELDS
from backend.projects.store import applications, memberships, people, projects
from backend.quotas import service as quotas
from backend.quotas.model import AcceptCommission, Holding, HoldingKey, Limit, SetLimits
from tests.worlds import CPU, FAR, OPERATOR, VM, World, person, room_of

Key = tuple[str, str, str]
Facts = dict[Key, Value]


def facts(tx: Tx) -> Facts:
    """Everything that plans speak of, by target, field and aspect."""
    found = dict(_project_facts(tx))
    found.update(_person_facts(tx))
    return found


def _project_facts(tx: Tx) -> Iterator[tuple[Key, Value]]:
    users = {user.uuid: user.email for user in people.all_users(tx)}
    for project in projects.all_projects(tx):
        name, active = project.realname, project.state is ProjectState.ACTIVE
        yield (name, "state", ""), str(project.state)
        for field, own in FIELDS.items():
            yield (name, field, ""), changes.shown(getattr(project, own), users)
        for resource, capacity in project.grants.items() if project.is_initialized else ():
            yield (name, resource, changes.POOL), capacity.project if active else 0
            yield (name, resource, changes.MEMBER), capacity.member if active else 0
        for application in applications.applications_of(tx, project.id):
            yield (f"application {application.id}", "state", ""), str(application.state)


def _person_facts(tx: Tx) -> Iterator[tuple[Key, Value]]:
    users = {user.uuid: user for user in people.all_users(tx)}
    names = {project.uuid: project.realname for project in projects.all_projects(tx)}
    for user in users.values():
        yield from _flags(user)
    for membership in memberships.all_memberships(tx):
        label = f"{users[membership.user].email} in {names[membership.project]}"
        yield (label, "state", ""), str(membership.state)
    for holding in quotas.holdings(tx):
        if holding.key.source:
            yield _own_limit(holding, users, names)


def _flags(user: User) -> Iterator[tuple[Key, Value]]:
    for field in ("email_verified", "moderated", "is_rejected", "is_active", "default_project"):
        yield (user.email, field, ""), getattr(user, field)


def _own_limit(
    holding: Holding, users: dict[str, User], names: dict[str, str]
) -> tuple[Key, Value]:
    email = users[holding.key.holder.partition(":")[2]].email
    project = names[holding.key.source.partition(":")[2]]
    return (f"{email} in {project}", holding.key.resource, changes.OWN), holding.limit


def differences(before: Facts, after: Facts) -> set[Change]:
    """What differs; what members get by their project is told once, as its member limit, and
    a new base project has no fields that anybody chose."""
    found = {
        Change(key[0], key[1], before.get(key), after.get(key), aspect=key[2])
        for key in {*before, *after}
        if before.get(key) != after.get(key)
    }
    told = {(c.target, c.field) for c in found if c.aspect == changes.MEMBER}
    return {
        c
        for c in found
        if not (c.aspect == changes.OWN and (c.target.partition(" in ")[2], c.field) in told)
        and not (c.field in FIELDS and (c.target, "state", "") not in before)
    }


def base_world(w: World) -> dict[str, str | int]:
    """Projects, members and applications in every state that commands need."""
    phys = w.project("phys.lab")
    full = w.project("full.lab", max_members=9, leave_policy=JoinPolicy.MODERATED)
    ended, held = w.project("ended.lab"), w.project("held.lab", by="M")
    w.act(ended, ProjectAction.TERMINATE)
    w.act(held, ProjectAction.SUSPEND)
    member, request = w.enroll("M", phys), w.join("N", phys)
    w.enroll("M", full)
    w.do(SetDefaultProject(actor=w.actor("M"), user=person("M"), project=phys))
    new = w.submit("O", name="new.lab", grants={VM: Capacity(3, 2)}, description="d")[1]
    lower = w.submit("O", phys, grants={VM: Capacity(6, 2), CPU: Capacity(1, 1)}, owner=person("M"))
    revive = w.submit("M", held, name="awake.lab", max_members=3)[1]
    denied = w.submit("N", name="denied.lab")[1]
    w.do(DenyApplication(actor=OPERATOR, application=denied))
    w.add("U", accepted=False)
    w.moderate("U", UserAction.VERIFY)
    w.moderate("L", UserAction.DEACTIVATE)
    w.charge("M", phys, 3)
    places = {"phys": phys, "full": full, "ended": ended, "held": held}
    ids = {"new": new, "lower": lower[1], "revive": revive, "denied": denied}
    return {**places, **ids, "member": member, "request": request}


Make = Callable[[World, dict[str, str | int]], Command]


def decision(kind: type[ApplicationCommand], name: str) -> Make:
    return lambda w, at: kind(actor=OPERATOR, application=int(at[name]))


def project_state(name: str, action: ProjectAction) -> Make:
    return lambda w, at: ChangeProjectState(actor=OPERATOR, project=str(at[name]), action=action)


def membership(name: str, action: MembershipAction) -> Make:
    return lambda w, at: ChangeMembership(actor=OPERATOR, membership=int(at[name]), action=action)


def moderation(letter: str, action: UserAction) -> Make:
    return lambda w, at: ChangeUser(actor=OPERATOR, user=person(letter), action=action)


def modification(name: str, wishes: Wishes) -> Make:
    return lambda w, at: ModifyProject(actor=OPERATOR, project=str(at[name]), wishes=wishes)


COMMANDS: dict[str, Make] = {
    "approve new": decision(ApproveApplication, "new"),
    "approve modification": decision(ApproveApplication, "lower"),
    "approve and reactivate": decision(ApproveApplication, "revive"),
    "deny": decision(DenyApplication, "new"),
    "dismiss": decision(DismissApplication, "denied"),
    "cancel": decision(CancelApplication, "new"),
    "suspend": project_state("phys", ProjectAction.SUSPEND),
    "unsuspend": project_state("held", ProjectAction.UNSUSPEND),
    "terminate": project_state("phys", ProjectAction.TERMINATE),
    "reinstate": project_state("ended", ProjectAction.REINSTATE),
    "modify": modification("phys", Wishes(name="other.lab", grants={VM: Capacity(20, 1)})),
    "modify base projects": lambda w, at: ModifyBaseProjects(
        actor=OPERATOR,
        wishes=Wishes(end_date=FAR, max_members=2, grants={VM: Capacity(5, 1)}),
        exclude=(person("L"), person("N")),
    ),
    "expire": lambda w, at: TerminateExpired(actor=OPERATOR),
    "join": lambda w, at: JoinProject(actor=w.actor("N"), project=str(at["full"])),
    "enrol": lambda w, at: EnrollMember(
        actor=OPERATOR, project=str(at["full"]), email="n@uni.example"
    ),
    "accept": membership("request", MembershipAction.ACCEPT),
    "reject": membership("request", MembershipAction.REJECT),
    "cancel request": membership("request", MembershipAction.CANCEL),
    "leave": membership("member", MembershipAction.LEAVE),
    "remove": membership("member", MembershipAction.REMOVE),
    "accept user": moderation("U", UserAction.ACCEPT),
    "reject user": moderation("U", UserAction.REJECT),
    "deactivate": moderation("M", UserAction.DEACTIVATE),
    "deactivate owner": moderation("O", UserAction.DEACTIVATE),
    "activate": moderation("L", UserAction.ACTIVATE),
    "default project": lambda w, at: SetDefaultProject(
        actor=w.actor("M"), user=person("M"), project=str(at["full"])
    ),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_preview_is_the_effect(w: World, name: str) -> None:
    at = base_world(w)
    if name == "expire":
        past = Wishes(end_date=1)
        for project in ("phys", "held"):
            w.do(ModifyProject(actor=OPERATOR, project=str(at[project]), wishes=past))
    command = COMMANDS[name](w, at)
    plan = w.plan(command)
    before = w.database.read(facts)
    w.do(command)
    after = w.database.read(facts)
    assert plan.changes
    renamed = _renamed(after, plan.changes)
    told = {Change(c.target, c.field, c.before, c.after, aspect=c.aspect) for c in plan.changes}
    assert told == differences(before, renamed)
    assert {c.unit for c in plan.changes if c.field == VM} <= {""}


def _renamed(after: Facts, told: tuple[Change, ...]) -> Facts:
    """The facts under the names that things had before."""
    names = {c.after: c.target for c in told if c.field == "name"}

    def old(target: str) -> str:
        who, _, project = target.partition(" in ")
        if project:
            return f"{who} in {names.get(project, project)}"
        return names.get(target) or target

    return {(old(key[0]), *key[1:]): value for key, value in after.items()}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_applied_is_what_was_previewed(w: World, name: str) -> None:
    """The fingerprint of a preview made without writing is that of the decision that writes."""
    command = COMMANDS[name](w, base_world(w))
    plan, room = w.plan(command), room_of(command)
    w.database.write(lambda tx: execute(tx, room, command, "", plan.fingerprint))


def test_going_over_asks_for_the_highest_tier(w: World) -> None:
    at = base_world(w)
    plan = w.plan(COMMANDS["approve modification"](w, at))
    assert plan.tier is Tier.DANGEROUS
    assert [(i.holder, i.resource) for i in plan.going_over] == [("m@uni.example", VM)]


def test_a_plan_goes_stale_with_what_it_overwrites(w: World) -> None:
    at = base_world(w)
    command = COMMANDS["suspend"](w, at)
    plan, room = w.plan(command), room_of(command)
    wishes = Wishes(grants={VM: Capacity(11, 4)})
    w.do(ModifyProject(actor=OPERATOR, project=str(at["phys"]), wishes=wishes))
    with pytest.raises(PreviewStale) as raised:
        w.database.write(lambda tx: execute(tx, room, command, "", plan.fingerprint))
    assert Change("phys.lab", VM, 11, 0, "", changes.POOL) in raised.value.plan.changes


def test_usage_that_drifts_leaves_a_plan_fresh(w: World) -> None:
    at = base_world(w)
    command = COMMANDS["suspend"](w, at)
    plan, room = w.plan(command), room_of(command)
    w.charge("M", str(at["phys"]), 1)
    w.database.write(lambda tx: execute(tx, room, command, "", plan.fingerprint))


def test_the_wire_request_is_astakos_own(w: World) -> None:
    at = base_world(w)
    told = {name: w.plan(make(w, at)).request for name, make in COMMANDS.items()}
    phys, full = at["phys"], at["full"]
    assert (told["suspend"].method, told["suspend"].path, told["suspend"].body) == (
        "POST",
        f"projects/{phys}/action",
        {"suspend": {"reason": ""}},
    )
    assert told["approve modification"].body == {"approve": {"reason": "", "app_id": at["lower"]}}
    assert told["join"].body == {"join": {"project": full}}
    assert told["enrol"].body == {"enroll": {"project": full, "user": "n@uni.example"}}
    assert told["accept"].path == f"projects/memberships/{at['request']}/action"
    assert (told["modify"].method, told["modify"].path) == (
        "CLI",
        f"project-modify {phys} --name other.lab --limit cyclades.vm 1 20",
    )


def test_an_application_is_told_wish_by_wish(w: World) -> None:
    wishes = Wishes(name="a.lab", end_date=FAR, grants={VM: Capacity(3, 2)})
    plan = w.plan(SubmitApplication(actor=w.actor("O"), applicant=person("O"), wishes=wishes))
    told = {(c.field, c.aspect): c.after for c in plan.changes}
    assert (told["state", ""], told["name", ""], told["owner", ""]) == (
        "pending",
        "a.lab",
        "o@uni.example",
    )
    assert (told[VM, changes.POOL], told[VM, changes.MEMBER]) == (3, 2)
    assert plan.request.body["resources"] == {VM: {"project_capacity": 3, "member_capacity": 2}}


def test_a_modification_tells_only_what_would_differ(w: World) -> None:
    project = w.project("phys.lab")
    wishes = Wishes(max_members=5, name="phys.lab", grants={VM: Capacity(10, 3)})
    command = SubmitApplication(
        actor=w.actor("O"), applicant=person("O"), project=project, wishes=wishes
    )
    assert {(c.field, c.after) for c in w.plan(command).changes} == {
        ("state", "pending"),
        ("max_members", 5),
        (VM, 3),
    }


def test_s39_a_new_resource_reaches_every_project_and_member(w: World) -> None:
    project = w.project("phys.lab")
    member = w.enroll("M", project)
    w.member(member, MembershipAction.REMOVE)
    waiting, _ = w.submit("O", name="new.lab")
    w.register("cyclades.gpu", 5, 7)
    assert (w.pool(project, "cyclades.gpu"), w.mine("M", project, "cyclades.gpu")) == (
        (7, 0),
        (0, 0),
    )
    assert w.mine("M", person("M"), "cyclades.gpu") == (5, 0)
    assert w.see(project).grants["cyclades.gpu"] == Capacity(7, 7)
    assert "cyclades.gpu" not in w.see(waiting).grants


def test_s40_defaults_reach_future_projects_only(w: World) -> None:
    project = w.project("phys.lab")
    command = RegisterResource(
        actor=OPERATOR, name=CPU, service="cyclades", uplimit=99, project_default=99
    )
    w.do(command)
    assert (w.pool(project, CPU), w.pool(person("O"), CPU)) == ((0, 0), (8, 0))
    assert w.pool(w.project("later.lab"), CPU) == (0, 0)


def test_s41_tampered_limits_are_found_and_fixed(w: World) -> None:
    project = w.project("phys.lab")
    w.enroll("M", project)
    key = HoldingKey(f"user:{person('M')}", f"project:{project}", VM)
    stray = HoldingKey("user:nobody", f"project:{project}", VM)
    tampered = SetLimits((Limit(key, 99), Limit(stray, 5)))
    w.database.write(lambda tx: quotas.persist(tx, tampered, "somebody", ""))
    plan = w.plan(VerifyQuotas(actor=OPERATOR))
    assert plan.changes == (Change("m@uni.example in phys.lab", VM, 99, 4, "", changes.OWN),)
    assert plan.tier is Tier.HARMFUL
    w.do(VerifyQuotas(actor=OPERATOR))
    assert w.mine("M", project) == (4, 0)
    found = w.plan(VerifyQuotas(actor=OPERATOR, unexpected=True)).changes
    assert found == (Change("user:nobody in phys.lab", VM, 5, None, "", changes.OWN),)
    w.do(VerifyQuotas(actor=OPERATOR, unexpected=True))
    assert w.holding(stray.holder, stray.source) is None


def test_an_unexpected_holding_that_is_used_stays(w: World) -> None:
    project = w.project("phys.lab")
    stray = HoldingKey(f"user:{person('N')}", f"project:{project}", VM)
    w.database.write(lambda tx: quotas.persist(tx, SetLimits((Limit(stray, 5),)), "x", ""))
    w.charge("N", project, 2)
    plan = w.plan(VerifyQuotas(actor=OPERATOR, unexpected=True))
    assert (plan.changes, len(plan.warnings)) == ((), 1)
    w.do(VerifyQuotas(actor=OPERATOR, unexpected=True))
    assert w.mine("N", project) == (5, 2)
    w.charge("N", project, -2)
    serial = w.charge("N", project, 0, keep=False)
    w.do(VerifyQuotas(actor=OPERATOR, unexpected=True))
    assert w.mine("N", project) == (5, 0)
    w.do(AcceptCommission(actor=OPERATOR, serial=serial))
    w.do(VerifyQuotas(actor=OPERATOR, unexpected=True))
    assert w.holding(stray.holder, stray.source) is None
