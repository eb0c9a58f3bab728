"""A portal as the scenarios of spec openportal §6 have it: staff S, owner O of customer C, admin A
and member M of project P in C, a stranger X; a local service L and a remote one R."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from backend.core.database import Tx, open_database
from backend.core.identity import Actor, Role, operator
from backend.core.runtime import Runtime, micros
from backend.openportal.model import (
    Allocation,
    CreateAllocation,
    Customer,
    Part,
    PartOf,
    PortalProject,
    PortalUser,
    Service,
    State,
)
from backend.openportal.service import ROOM
from backend.openportal.store import allocations, jobs, people, places
from backend.openportal.work.scheduler import Scheduler
from backend.openportal.work.simulator import Simulator
from backend.schema import STEPS
from tests.places import Place
from tests.rooms import Played

START = datetime(2026, 11, 20, 9, tzinfo=UTC)


def uuid_of(name: str) -> str:
    """The uuid of what has this name of up to eight characters."""
    return f"{name.encode().hex():0>32}"


def user(name: str) -> Actor:
    """A portal user as he acts on the wire."""
    return Actor(f"user:{uuid_of(name)}", Role.USER, uuid=uuid_of(name))


STAFF = operator("op")
S, O, A, M, X = map(user, "SOAMX")  # noqa: E741
C, P, Q, L, R = map(uuid_of, "CPQLR")


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = START

    def now(self) -> datetime:
        """What it shows."""
        return self.at

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.at += timedelta(**by)


@dataclass(slots=True)
class Portal(Played):
    """A portal, its clock and its scheduler."""

    clock: Clock
    scheduler: Scheduler = field(init=False)
    tampered: bool = False

    ROOM = ROOM
    TABLES = (
        "portal_allocation",
        "portal_job",
        "portal_usage",
        "portal_association",
        "portal_project",
        "portal_award",
        "portal_remote_project",
        "journal",
    )

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.database, Simulator(self.database))

    def make(
        self, name: str = "climate", *, remote: bool = False, actor: Actor = A, **more: Any
    ) -> str:
        """A new allocation of P on L or R, its creation scheduled; its uuid."""
        given = {"service": R if remote else L, "project": P} | more
        command = CreateAllocation(actor=actor, remote=remote, name=name, **given)
        return str(self.do(command).created["allocation"])

    def made(self, name: str = "climate", *, remote: bool = False, **more: Any) -> str:
        """A new allocation that is OK."""
        uuid = self.make(name, remote=remote, **more)
        self.run()
        assert self.state(uuid) is State.OK
        return uuid

    def run(self, seconds: float = 5) -> None:
        """Let time pass and the scheduler work, second by second."""
        for _ in range(int(seconds)):
            self.clock.move(seconds=1)
            if self.see(self.scheduler.pause) == 0:
                assert self.scheduler.step()

    def seen(self, uuid: str) -> Allocation:
        """An allocation as it is."""
        found = self.see(allocations.allocation, uuid)
        assert found is not None
        return found

    def gone(self, uuid: str) -> bool:
        """Whether there is no such allocation."""
        return self.see(allocations.allocation, uuid) is None

    def state(self, uuid: str) -> State:
        """Where an allocation stands."""
        return self.seen(uuid).state

    def put(self, uuid: str, **values: Any) -> None:
        """Have an allocation be otherwise, without a job, as a world can."""
        self.tampered = True

        def write(tx: Tx) -> None:
            before = allocations.allocation(tx, uuid)
            assert before is not None
            jobs.remove(tx, uuid)
            allocations.save(tx, before, replace(before, **values))

        self.database.write(write)

    def simulate(self, service: str, **settings: Any) -> None:
        """Have a service be simulated so."""
        self.database.write(lambda tx: simulate(tx, service, settings))

    def sent(self) -> list[int]:
        """How often each order came to the resource backends."""
        return [row[0] for row in self.see(Tx.all, "SELECT sent FROM sim_order ORDER BY at, key")]

    def change_project(self, uuid: str, **values: Any) -> None:
        """Have a project be otherwise."""
        self.tampered = True

        def write(tx: Tx) -> None:
            before = places.projects(tx, [uuid])[uuid]
            places.save_project(tx, before, replace(before, **values))

        self.database.write(write)


def simulate(tx: Tx, service: str, settings: Mapping[str, Any]) -> None:
    """Have a service be simulated so."""
    sql = "UPDATE portal_service SET simulator = ? WHERE uuid = ?"
    tx.execute(sql, (json.dumps(settings), service))


def portal(place: Place) -> Portal:
    """The portal of the scenarios, in a new database."""
    clock = Clock()
    database = open_database(place, STEPS, Runtime(clock.now, Random(6)))
    database.write(furnish)
    return Portal(database, clock)


@contextmanager
def opened(place: Place, clock: Clock | None = None) -> Iterator[Portal]:
    """The portal in a database that has one, as another process sees it."""
    clock = clock or Clock()
    database = open_database(place, STEPS, Runtime(clock.now, Random()))
    try:
        yield Portal(database, clock)
    finally:
        database.close()


def furnish(tx: Tx) -> None:
    """Customers, projects, services and people."""
    at = micros(START)
    places.add_customer(tx, Customer(C, "Climate Centre", "", "CC", at))
    for uuid, name, short in ((P, "Ocean", "a6b"), (Q, "Ice", "ice")):
        dates = ("2026-01-01", "2027-01-01")
        places.save_project(
            tx, None, PortalProject(uuid, C, name, "", *dates, short, None, 100_000, at)
        )
    for uuid, name, instance in ((L, "Isambard 3", "brics.bristol.i3"), (R, "AIRR", R_INSTANCE)):
        remote = uuid == R
        add = Service(uuid, name, remote, State.OK, "", True, C, instance, "NHR", 0, 0)
        places.add_service(tx, add)
    for name in "SOAMX":
        mail = f"{name.lower()}@example.org"
        told = (uuid_of(name), name.lower(), f"User {name}", mail, name == "S", False, True, at)
        people.add_user(tx, PortalUser(*told))
    people.add_part(tx, PartOf(uuid_of("O"), C, "", Part.OWNER))
    people.add_part(tx, PartOf(uuid_of("A"), "", P, Part.ADMIN))
    people.add_part(tx, PartOf(uuid_of("A"), "", Q, Part.MEMBER))
    people.add_part(tx, PartOf(uuid_of("M"), "", P, Part.MEMBER))


R_INSTANCE = "airr.brics.isambard-ai"
