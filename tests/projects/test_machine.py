"""Any sequence of commands keeps what must hold: random operators on a small world."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from backend.check import findings
from backend.core.database import Tx
from backend.core.errors import BursarError
from backend.core.plan import Command
from backend.projects import service
from backend.projects.model import (
    SEATED,
    ApplicationCommand,
    ApplicationState,
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
    ReconcilePendingApps,
    SubmitApplication,
    TerminateExpired,
    UserAction,
    Wishes,
)
from backend.projects.rules import projects as project_rules
from backend.projects.store import applications, listing, memberships, people, projects
from backend.quotas import service as quotas
from backend.quotas.model import HoldingKey
from tests.worlds import FAR, OPERATOR, PENDING_APP, VM, World, person, world_w

people_letters = st.sampled_from("AOMN")
names = st.sampled_from([None, "a.lab", "b.lab"])
capacities = st.integers(0, 5).flatmap(
    lambda project: st.builds(Capacity, st.just(project), st.integers(0, project))
)
wishes = st.builds(
    Wishes,
    name=names,
    end_date=st.sampled_from([None, FAR, FAR + 1]),
    join_policy=st.sampled_from([None, *JoinPolicy]),
    leave_policy=st.sampled_from([None, *JoinPolicy]),
    max_members=st.sampled_from([None, 0, 1, 2]),
    owner=st.sampled_from([None, person("M")]),
    grants=st.dictionaries(st.just(VM), capacities),
)
numbers = st.integers(0, 30)
decisions = st.sampled_from(
    [ApproveApplication, ApproveApplication, DenyApplication, DismissApplication, CancelApplication]
)


class Operators(RuleBasedStateMachine):
    """Refused commands must change nothing; accepted ones keep every invariant."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.world = world_w(Path(self.folder.name) / "w.db")
        for name in ("a.lab", "c.lab"):
            self.world.project(name, join_policy=JoinPolicy.AUTO, max_members=2)
        self.crowded: dict[str, int] = {}

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            assert self.world.database.read(lambda tx: list(findings(tx))) == []
            self.world.database.close()
            self.folder.cleanup()

    def attempt(self, command: Command) -> None:
        with contextlib.suppress(BursarError):
            self.world.do(command)

    def project(self, number: int) -> str:
        """One of the projects, base ones included."""
        found = self.world.database.read(projects.all_projects)
        return found[number % len(found)].uuid

    @rule(by=people_letters, number=numbers, new=st.booleans(), wished=wishes)
    def submit(self, by: str, number: int, new: bool, wished: Wishes) -> None:
        project = "" if new else self.project(number)
        self.attempt(
            SubmitApplication(
                actor=self.world.actor(by), applicant=person(by), wishes=wished, project=project
            )
        )

    @rule(kind=decisions, number=st.integers(1, 8))
    def decide(self, kind: type[ApplicationCommand], number: int) -> None:
        self.attempt(kind(actor=OPERATOR, application=number))

    @rule(number=numbers, action=st.sampled_from(ProjectAction))
    def change_project(self, number: int, action: ProjectAction) -> None:
        project = self.project(number)
        self.attempt(ChangeProjectState(actor=OPERATOR, project=project, action=action))

    @rule(number=numbers, wished=wishes)
    def modify(self, number: int, wished: Wishes) -> None:
        self.attempt(ModifyProject(actor=OPERATOR, project=self.project(number), wishes=wished))

    @rule(wished=wishes, spared=st.lists(people_letters, max_size=2))
    def modify_system_projects(self, wished: Wishes, spared: list[str]) -> None:
        wanted = replace(wished, name=None, owner=None)
        exclude = tuple(person(letter) for letter in spared)
        self.attempt(ModifyBaseProjects(actor=OPERATOR, wishes=wanted, exclude=exclude))

    @rule()
    def reconcile(self) -> None:
        """There is never anything to reconcile."""
        assert self.world.plan(ReconcilePendingApps(actor=OPERATOR)).changes == ()

    @rule(by=people_letters, number=numbers)
    def join(self, by: str, number: int) -> None:
        self.attempt(JoinProject(actor=self.world.actor(by), project=self.project(number)))

    @rule(letter=people_letters, number=numbers)
    def enroll(self, letter: str, number: int) -> None:
        email = f"{letter.lower()}@uni.example"
        self.attempt(EnrollMember(actor=OPERATOR, project=self.project(number), email=email))

    @rule(by=people_letters, id=st.integers(1, 14), action=st.sampled_from(MembershipAction))
    def change_membership(self, by: str, id: int, action: MembershipAction) -> None:
        actor = self.world.actor(by)
        self.attempt(ChangeMembership(actor=actor, membership=id, action=action))

    @rule(letter=people_letters, action=st.sampled_from(UserAction))
    def moderate(self, letter: str, action: UserAction) -> None:
        self.attempt(ChangeUser(actor=OPERATOR, user=person(letter), action=action))

    @rule()
    def expire(self) -> None:
        self.attempt(TerminateExpired(actor=OPERATOR))

    @rule(letter=people_letters, number=numbers)
    def use_something(self, letter: str, number: int) -> None:
        with contextlib.suppress(BursarError):
            self.world.charge(letter, self.project(number), 1)

    @invariant()
    def limits_are_what_projects_say(self) -> None:
        if hasattr(self, "world"):
            read = self.world.database.read
            assert read(lambda tx: service.mismatches(tx, unexpected=True)) == []

    @invariant()
    def nobody_is_accepted_beyond_the_seats(self) -> None:
        """Lowering the number of seats is allowed, taking one more is not."""
        if hasattr(self, "world"):
            self.crowded = self.world.database.read(self._crowd)

    def _crowd(self, tx: Tx) -> dict[str, int]:
        found = projects.all_projects(tx)
        taken = listing.seats(tx, [p.uuid for p in found])
        for p in found:
            before = self.crowded.get(p.uuid, 0)
            assert taken.get(p.uuid, 0) <= max(p.max_members, before)
        return taken

    @invariant()
    def waiting_applications_are_counted(self) -> None:
        if hasattr(self, "world"):
            self.world.database.read(_check_applications)

    @invariant()
    def lists_show_what_is(self) -> None:
        if hasattr(self, "world"):
            self.world.database.read(_check_standing)


def _check_applications(tx: Tx) -> None:
    waiting = applications.applications(tx, listing.waiting(tx)).values()
    assert len({a.project for a in waiting}) == len(waiting)
    for user in people.all_users(tx):
        mine = sum(a.applicant == user.uuid for a in waiting)
        base = f"project:{user.uuid}"
        for key in (HoldingKey(f"user:{user.uuid}", base, PENDING_APP),):
            holding = quotas.holding(tx, key)
            assert holding is not None
            assert holding.usage_max == mine
    for a in waiting:
        project = projects.project(tx, a.project)
        assert project is not None
        assert project.last_application == a.id


def _check_standing(tx: Tx) -> None:
    found = {p.id: p for p in projects.all_projects(tx)}
    rows = service.rows(tx, list(found))
    reserved = [p.name for p in found.values() if p.name]
    assert len(reserved) == len(set(reserved))
    for key, p in found.items():
        last = applications.application(tx, p.last_application)
        row = rows[key]
        assert row.display_state == project_rules.overall(p.state, last.state if last else None)
        pending = last.id if last and last.state is ApplicationState.PENDING else 0
        assert row.pending_app == pending
        assert p.name == (p.realname if p.is_alive else "")
        members = memberships.memberships_in(tx, [p.uuid])
        assert row.members == sum(m.state in SEATED for m in members)


TestOperators = Operators.TestCase
TestOperators.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
