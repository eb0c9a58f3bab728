"""Worlds that tests are played in: real database files, filled by commands alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from backend.core.database import Database, Tx, open_database
from backend.core.identity import Actor, Role, operator
from backend.core.plan import Command, Plan, Receipt
from backend.core.runtime import Runtime, micros
from backend.core.usecase import Room, decide
from backend.nico import service as nico
from backend.placement import service as placement
from backend.projects import service as projects
from backend.projects.model import (
    Application,
    ApproveApplication,
    Capacity,
    ChangeMembership,
    ChangeProjectState,
    ChangeUser,
    EnrollMember,
    JoinProject,
    Membership,
    MembershipAction,
    MembershipState,
    Project,
    ProjectAction,
    RegisterResource,
    SubmitApplication,
    User,
    UserAction,
    Wishes,
)
from backend.projects.store import applications, memberships, people
from backend.projects.store import projects as project_store
from backend.quotas import service as quotas
from backend.quotas.model import UNLIMITED, Holding, HoldingKey, IssueCommission, Provision
from backend.schema import STEPS
from tests import postgres
from tests.places import Place, keep
from tests.rooms import done

T = TypeVar("T")

OPERATOR = operator("op")
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
FAR = micros(datetime(2113, 5, 5, 20, 20, 20, tzinfo=UTC))

VM, CPU, RAM, PENDING_APP = "cyclades.vm", "cyclades.cpu", "cyclades.ram", "astakos.pending_app"


@dataclass(slots=True)
class Clock:
    """A clock that goes on by a second whenever it is looked at, until it is stopped."""

    at: datetime = START
    goes: bool = True

    def now(self) -> datetime:
        """The time, and on."""
        self.at += timedelta(seconds=self.goes)
        return self.at

    def advance(self, **passed: float) -> None:
        """Let time pass, as for timedelta."""
        self.at += timedelta(**passed)


def person(letter: str) -> str:
    """The uuid of the test user with this letter."""
    return f"{ord(letter):08x}-0000-4000-8000-{ord(letter):012x}"


@dataclass(slots=True)
class World:
    """A database and what is needed to play in it."""

    database: Database
    clock: Clock
    admins: set[str] = field(default_factory=set)

    def do(self, command: Command, reason: str = "as agreed") -> Receipt:
        """Run a command."""
        room = room_of(command)
        return done(self.database, room, command, reason)

    def plan(self, command: Command) -> Plan:
        """Preview a command on a connection that cannot write."""
        room = room_of(command)
        return self.database.read(lambda tx: decide(tx, room, command).plan)

    def actor(self, letter: str) -> Actor:
        """A signed-in user."""
        role = Role.ADMIN if letter in self.admins else Role.USER
        return Actor(person(letter), role, uuid=person(letter))

    # ------------------------------------------------------------ commands in one word

    def register(self, name: str, base: int, project: int, *, hidden: bool = False) -> None:
        """A resource with the default of system and of other projects."""
        unit = "bytes" if name == RAM else ""
        service = name.partition(".")[0]
        shown = not hidden
        self.do(
            RegisterResource(
                actor=OPERATOR,
                name=name,
                service=service,
                unit=unit,
                uplimit=base,
                project_default=project,
                api_visible=shown,
                ui_visible=shown,
            )
        )

    def add(self, letter: str, *, accepted: bool = True, admin: bool = False) -> str:
        """A user, by default verified, accepted and active."""
        uuid = person(letter)
        user = User(0, uuid, f"{letter.lower()}@uni.example", is_project_admin=admin)
        self.database.write(lambda tx: projects.add_user(tx, user))
        if admin:
            self.admins.add(letter)
        if accepted:
            self.moderate(letter, UserAction.VERIFY)
            self.moderate(letter, UserAction.ACCEPT)
        return uuid

    def moderate(self, letter: str, action: UserAction) -> None:
        """Verify, accept, reject, activate, deactivate."""
        self.do(ChangeUser(actor=OPERATOR, user=person(letter), action=action))

    def submit(self, by: str, project: str = "", **wishes: object) -> tuple[str, int]:
        """File an application as a user; the project and the application."""
        given = dict(wishes)
        if not project:
            given = {"end_date": FAR, **given}
        command = SubmitApplication(
            actor=self.actor(by),
            applicant=person(by),
            wishes=Wishes(**given),  # type: ignore[arg-type]
            project=project,
        )
        created = self.do(command).created
        return str(created["project"]), int(created["application"])

    def approve(self, application: int) -> None:
        """Approve as the operator."""
        self.do(ApproveApplication(actor=OPERATOR, application=application))

    def project(
        self, name: str, vm: tuple[int, int] = (10, 4), *, by: str = "O", **wishes: object
    ) -> str:
        """An active project with a row for vm."""
        wished = {"grants": {VM: Capacity(*vm)}, **wishes}
        uuid, application = self.submit(by, "", name=name, **wished)
        self.approve(application)
        return uuid

    def modify(self, by: str, project: str, **wishes: object) -> None:
        """File a modification and approve it."""
        self.approve(self.submit(by, project, **wishes)[1])

    def act(self, project: str, action: ProjectAction, by: Actor = OPERATOR) -> None:
        """Suspend, unsuspend, terminate, reinstate."""
        self.do(ChangeProjectState(actor=by, project=project, action=action))

    def join(self, letter: str, project: str) -> int:
        """Ask to join; the membership."""
        receipt = self.do(JoinProject(actor=self.actor(letter), project=project))
        return int(receipt.created["membership"])

    def enroll(self, letter: str, project: str, by: str = "O") -> int:
        """Make a member; the membership."""
        email = f"{letter.lower()}@uni.example"
        command = EnrollMember(actor=self.actor(by), project=project, email=email)
        return int(self.do(command).created["membership"])

    def member(self, membership: int, action: MembershipAction, by: str = "O") -> None:
        """Leave, cancel, accept, reject, remove."""
        self.do(ChangeMembership(actor=self.actor(by), membership=membership, action=action))

    def charge(
        self, letter: str, project: str, quantity: int, resource: str = VM, *, keep: bool = True
    ) -> int:
        """Pair(user, project, resource, quantity), accepted at once with `keep`."""
        holder, source = f"user:{person(letter)}", f"project:{project}"
        pair = (
            Provision(holder, source, resource, quantity),
            Provision(source, "", resource, quantity),
        )
        command = IssueCommission(
            actor=Actor("cyclades", Role.SERVICE, component="cyclades"),
            clientkey="cyclades",
            provisions=pair,
            auto_accept=keep,
        )
        return int(self.do(command).created["serial"])

    # ------------------------------------------------------------ looking at things

    def see(self, uuid: str) -> Project:
        """A project as stored."""
        found = self.database.read(lambda tx: project_store.project(tx, uuid))
        assert found is not None
        return found

    def application(self, id: int) -> Application:
        """An application as stored."""
        found = self.database.read(lambda tx: applications.application(tx, id))
        assert found is not None
        return found

    def membership(self, id: int) -> Membership:
        """A membership as stored."""
        found = self.database.read(lambda tx: memberships.membership(tx, id))
        assert found is not None
        return found

    def state(self, id: int) -> MembershipState:
        """The state of a membership."""
        return self.membership(id).state

    def user(self, letter: str) -> User:
        """A user as stored."""
        found = self.database.read(lambda tx: people.user(tx, person(letter)))
        assert found is not None
        return found

    def holding(self, holder: str, source: str, resource: str = VM) -> Holding | None:
        """One holding by its names."""
        key = HoldingKey(holder, source, resource)
        return self.database.read(lambda tx: quotas.holding(tx, key))

    def pool(self, project: str, resource: str = VM) -> tuple[int, int]:
        """Limit and usage of a project's own holding."""
        return _figures(self.holding(f"project:{project}", "", resource))

    def mine(self, letter: str, project: str, resource: str = VM) -> tuple[int, int]:
        """Limit and usage of a person's holding in a project."""
        return _figures(self.holding(f"user:{person(letter)}", f"project:{project}", resource))

    def waiting(self, letter: str) -> tuple[int, int]:
        """The pending_app usage of a user and of the base project."""
        uuid = person(letter)
        own = self.mine(letter, uuid, PENDING_APP)[1]
        return own, self.pool(uuid, PENDING_APP)[1]


def _figures(holding: Holding | None) -> tuple[int, int]:
    assert holding is not None
    assert holding.usage_min == holding.usage_max
    return holding.limit, holding.usage_max


def room_of(command: Command) -> Room:
    """The room that knows a command."""
    rooms = (projects.ROOM, quotas.ROOM, placement.ROOM, nico.ROOM)
    return next(room for room in rooms if type(command) in room.uses)


def empty_world(place: Place, seed: int = 1) -> World:
    """A world without anything in it."""
    clock = Clock()
    database = open_database(place, STEPS, Runtime(clock.now, random.Random(seed)))
    return World(database, clock)


def world_w(place: Place) -> World:
    """World W of the scenarios: admin A, owner O, members M, N and L, four resources."""
    return played(place, fill_w)[0]


def fill_w(world: World) -> None:
    """Make an empty world World W."""
    world.register(VM, 2, 0)
    world.register(CPU, 8, 0)
    world.register(RAM, 4 << 30, 0)
    world.register(PENDING_APP, 3, UNLIMITED, hidden=True)
    world.add("A", admin=True)
    for letter in "OMNL":
        world.add(letter)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a scene left behind: what it told, the clock, the randomness, the file."""

    told: Any
    at: datetime
    chance: tuple[Any, ...]
    admins: frozenset[str]
    content: bytes


_kept: dict[tuple[object, str], Kept] = {}


def played(place: Place, scene: Callable[[World], T]) -> tuple[World, T]:
    """A world at a new place in which `scene` was played, and what that told.

    A process plays each scene once and copies it: a test gets a copy, be it the first or not.
    """
    if isinstance(place, str):
        if (scene, place) in _kept:
            postgres.bring_back(place, scene.__name__)
        else:
            _kept[scene, place] = _play(place, scene)
            postgres.remember(place, scene.__name__)
        kept = _kept[scene, place]
    else:
        if (scene, "") not in _kept:
            with TemporaryDirectory() as folder:
                _kept[scene, ""] = _play(Path(folder) / "world.db", scene)
        kept = _kept[scene, ""]
        keep(place, kept.content)
    world = empty_world(place)
    world.clock.at = kept.at
    world.database.runtime.rng.setstate(kept.chance)
    world.admins |= kept.admins
    return world, kept.told


def _play(place: Place, scene: Callable[[World], object]) -> Kept:
    world = empty_world(place)
    told = scene(world)
    world.database.close()
    content = b"" if isinstance(place, str) else place.read_bytes()
    chance = world.database.runtime.rng.getstate()
    return Kept(told, world.clock.at, chance, frozenset(world.admins), content)


def count(world: World, sql: str) -> int:
    """A figure straight from the tables."""

    def read(tx: Tx) -> int:
        return int(tx.scalar(sql))

    return world.database.read(read)
