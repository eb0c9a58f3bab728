"""OpenPortal in the demo world: organisations, services, and one block of the rest."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend.demo.people import Somebody, fresh_uuid
from backend.demo.plot import DAY
from backend.openportal.model import (
    Award,
    Customer,
    Part,
    PartOf,
    PortalProject,
    PortalUser,
    RemoteProject,
    Service,
    State,
)
from backend.world.portal_model import (
    AccountEntry,
    AllocationEntry,
    AssociationEntry,
    PortalWorld,
    ServiceEntry,
    UsageEntry,
)

SECOND = 1_000_000
PORTAL = "brics"

CUSTOMERS = (
    ("University of Bristol", "", "UoB"), ("Universität Ulm", "Ulm University", "UUlm"),
    ("Met Office", "", "MO"),
)  # fmt: skip
DOWN = "The agent brics.provider.dawn has not answered since this morning"
SERVICES: Sequence[tuple[str, str, bool, Mapping[str, object]]] = (
    ("isambard-ai", f"{PORTAL}.provider.platform.isambard-ai", False, {"delay": 6}),
    ("isambard-3", f"{PORTAL}.provider.platform.isambard-3", False, {"delay": 3, "usage": 80}),
    ("dawn", f"{PORTAL}.provider.platform.dawn", False, {"down": True}),
    ("airr", f"{PORTAL}.airr.platform.mary", True, {"delay": 4, "approval": 90}),
    ("eurohpc", f"{PORTAL}.eurohpc.platform.lumi", True, {"approval": -1}),
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What all blocks refer to."""

    customers: tuple[Customer, ...]
    services: tuple[ServiceEntry, ...]


def ground(seed: int, now: int) -> Ground:
    """Organisations and services."""
    rng = random.Random(f"{seed}:ground")  # noqa: S311
    made = now - 900 * DAY
    customers = tuple(Customer(fresh_hex(rng), *names, made) for names in CUSTOMERS)
    services = []
    for name, instance, remote, simulator in SERVICES:
        state, error = (State.ERRED, DOWN) if simulator.get("down") else (State.OK, "")
        place = (customers[0].uuid, instance, "NHR", 1000, 50_000)
        one = Service(fresh_hex(rng), name, remote, state, error, True, *place)
        services.append(ServiceEntry(one, json.dumps(simulator)))
    return Ground(customers, tuple(services))


def fresh_hex(rng: random.Random) -> str:
    """A uuid as OpenPortal writes it."""
    return fresh_uuid(rng).replace("-", "")


@dataclass(slots=True)
class Portal:
    """One block of it while it is being told."""

    rng: random.Random
    now: int
    number: int
    ground: Ground
    people: Mapping[str, Somebody]
    accounts: dict[str, AccountEntry] = field(default_factory=dict)
    projects: list[PortalProject] = field(default_factory=list)
    allocations: list[AllocationEntry] = field(default_factory=list)
    usages: list[UsageEntry] = field(default_factory=list)
    associations: list[AssociationEntry] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)
    remote_projects: list[RemoteProject] = field(default_factory=list)

    def world(self) -> PortalWorld:
        """As records."""
        return PortalWorld(
            projects=self.projects,
            accounts=list(self.accounts.values()),
            allocations=self.allocations,
            usages=self.usages,
            associations=self.associations,
            awards=self.awards,
            remote_projects=self.remote_projects,
        )

    def service(self, name: str) -> Service:
        """By its name."""
        return next(one.service for one in self.ground.services if one.service.name == name)

    def user(self, uuid: str) -> PortalUser:
        """Somebody of the block, who has an account from now on."""
        if uuid not in self.accounts:
            person = self.people[uuid].person.user
            bare = uuid.replace("-", "")
            name = re.sub("[^a-z0-9]", "", person.email.partition("@")[0])[:24]
            taken = {entry.user.username for entry in self.accounts.values()}
            if self.number or not name or name in taken:
                name = f"u{bare[:12]}"
            names = (name, f"{person.first_name} {person.last_name}", person.email)
            flags = (False, False, person.is_active)
            self.accounts[uuid] = AccountEntry(
                PortalUser(bare, *names, *flags, self.people[uuid].since)
            )
        return self.accounts[uuid].user

    def is_part(self, uuid: str, part: Part, *, customer: str = "", project: str = "") -> None:
        """Somebody is something somewhere."""
        self.user(uuid)
        entry = self.accounts[uuid]
        one = PartOf(entry.user.uuid, customer, project, part)
        if one not in entry.parts:
            self.accounts[uuid] = replace(entry, parts=(*entry.parts, one))
