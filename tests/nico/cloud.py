"""A provider as the scenarios of spec nico §5 have it: `acme` with sites S1 and S2, tenants T1 and
T2; g100 has ten machines of which eight are Ready, c50 four; z10 is at S2. Another provider Q."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from backend.core.database import Tx, open_database
from backend.core.errors import BursarError
from backend.core.identity import Actor, Role, operator
from backend.core.runtime import Runtime, micros
from backend.nico import details
from backend.nico.model import (
    Allocation,
    Block,
    Bounds,
    Constraint,
    CreateNicoAllocation,
    DeleteNicoAllocation,
    Instance,
    InstanceType,
    Kind,
    Machine,
    NicoDetail,
    Prefix,
    Provider,
    Routing,
    SetConstraintValue,
    Site,
    Tenant,
)
from backend.nico.service import ROOM
from backend.nico.store import allocations, blocks, machines, places
from backend.schema import STEPS
from tests.places import Place
from tests.rooms import Played

START = datetime(2026, 11, 20, 9, tzinfo=UTC)


def uuid_of(name: str) -> str:
    """The uuid of what has this name of up to six characters."""
    return f"00000000-0000-4000-8000-{name.encode().hex():0>12}"


ADMIN = operator("op")
VIEWER = Actor("token:pv", Role.VIEWER)
P, Q, T1, T2, S1, S2, SQ = map(uuid_of, ("P", "Q", "T1", "T2", "S1", "S2", "SQ"))
G100, C50, Z10, Q1 = map(uuid_of, ("g100", "c50", "z10", "q1"))
B16, B22, B24, B30, V6, BS2 = map(uuid_of, ("B16", "B22", "B24", "B30", "V6", "BS2"))
TYPES = ((G100, S1, "g100"), (C50, S1, "c50"), (Z10, S2, "z10"), (Q1, SQ, "q1"))
ROOTS = (
    (B16, S1, "10.20.0.0", 16, Routing.DATACENTER_ONLY),
    (B22, S1, "192.168.0.0", 22, Routing.PUBLIC),
    (B24, S1, "192.168.20.0", 24, Routing.DATACENTER_ONLY),
    (B30, S1, "10.9.9.0", 30, Routing.DATACENTER_ONLY),
    (V6, S1, "2001:db8::", 32, Routing.PUBLIC),
    (BS2, S2, "172.16.0.0", 16, Routing.DATACENTER_ONLY),
)


@dataclass(slots=True)
class Clock:
    """A clock that moves a second whenever it is looked at."""

    at: datetime = START

    def now(self) -> datetime:
        """What it shows."""
        self.at += timedelta(seconds=1)
        return self.at


@dataclass(slots=True)
class Cloud(Played):
    """A cloud and its clock."""

    clock: Clock = field(default_factory=Clock)
    tampered: bool = False

    ROOM = ROOM
    TABLES = (
        "journal",
        "nico_allocation",
        "nico_constraint",
        "nico_block",
        "nico_free",
        "nico_pool",
        "nico_type",
        "nico_machine",
        "nico_instance",
        "nico_prefix",
        "nico_tenant_site",
        "nico_status",
        "nico_account",
    )
    ORDER = "1, 2, 3"

    def give(self, resource: str, value: int, tenant: str = T1, name: str = "", **more: Any) -> str:
        """A new allocation; its uuid."""
        command = giving(resource, value, tenant, name or self.fresh(), **more)
        return str(self.do(command).created["allocation"])

    def fresh(self) -> str:
        """A name that no allocation has."""
        return f"a{self.see(Tx.scalar, 'SELECT count(*) FROM journal'):04}"

    def constraint(self, uuid: str) -> Constraint:
        """The constraint of an allocation."""
        found = self.see(allocations.the_one_of, uuid)
        assert found is not None
        return found

    def setting(self, uuid: str, value: int, **more: Any) -> SetConstraintValue:
        """The command that has an allocation give something else."""
        constraint = self.constraint(uuid).uuid
        given: dict[str, Any] = {"actor": ADMIN} | more
        return SetConstraintValue(allocation=uuid, constraint=constraint, value=value, **given)

    def set(self, uuid: str, value: int) -> None:
        """Have an allocation give something else."""
        self.do(self.setting(uuid, value))

    def delete(self, uuid: str) -> None:
        """Take an allocation back."""
        self.do(DeleteNicoAllocation(actor=ADMIN, allocation=uuid))

    def allocation(self, uuid: str) -> Allocation | None:
        """An allocation as it is."""
        return self.see(allocations.allocation, uuid)

    def value(self, uuid: str) -> int:
        """What an allocation gives."""
        return self.constraint(uuid).value

    def derived(self, uuid: str) -> Block:
        """What was carved for an allocation."""
        return self.block(self.constraint(uuid).derived)

    def cidr(self, uuid: str) -> str:
        """The network that was carved for an allocation."""
        return self.derived(uuid).cidr

    def block(self, uuid: str) -> Block:
        """A block as it is."""
        found = self.see(blocks.block, uuid)
        assert found is not None
        return found

    def detail(self, uuid: str) -> NicoDetail:
        """All that is shown of an allocation."""
        key = self.see(Tx.scalar, "SELECT id FROM nico_allocation WHERE uuid = ?", (uuid,))
        return self.see(details.allocation, key)

    def bounds(self, uuid: str) -> Bounds:
        """What an allocation's value may become, as it is shown."""
        found = self.detail(uuid).constraint.bounds
        assert found is not None
        return found

    def free(self, uuid: str) -> list[str]:
        """What is free of a block."""
        one = self.block(uuid)
        return [piece.cidr for piece in self.see(lambda tx: blocks.free_list(tx, one).pieces())]

    def type(self, uuid: str) -> InstanceType:
        """An instance type as it is."""
        found = self.see(machines.instance_type, uuid)
        assert found is not None
        return found

    def use(self, of: str, count: int, tenant: str = T1) -> list[str]:
        """Have a tenant have instances of a type, whatever he is given; their uuids."""

        def write(tx: Tx) -> list[str]:
            uuids = [tx.runtime.uuid() for _ in range(count)]
            for uuid in uuids:
                machine = machines.spare(tx, of) if of else None
                on = machine.id if machine else ""
                machines.add_instance(tx, Instance(uuid, "i", tenant, S1, of, on))
            return uuids

        return self.database.write(write)

    def stop(self, uuid: str) -> None:
        """Have an instance be gone."""

        def write(tx: Tx) -> None:
            found = machines.instance(tx, uuid)
            assert found is not None
            machines.delete_instance(tx, found)

        self.database.write(write)

    def hold(self, uuid: str, length: int = 26, *, subnet: bool) -> str:
        """Have something be in use of what was carved for an allocation; its uuid."""
        one = self.derived(uuid)

        def write(tx: Tx) -> str:
            new = tx.runtime.uuid()
            own = blocks.free_list(tx, one).carved(length)
            assert own is not None
            head = (new, "n", one.tenant, one.uuid)
            blocks.add_prefix(tx, Prefix(*head, own.address, length, subnet))
            return new

        return self.database.write(write)

    def let_go(self, uuid: str) -> None:
        """Have a subnet or VPC prefix be gone."""

        def write(tx: Tx) -> None:
            found = blocks.prefix(tx, uuid)
            assert found is not None
            blocks.delete_prefix(tx, found)

        self.database.write(write)


def giving(
    resource: str, value: int, tenant: str = T1, name: str = "web", **more: Any
) -> CreateNicoAllocation:
    """The command that gives a tenant something."""
    kind = Kind.MACHINES if resource in [uuid for uuid, *_ in TYPES] else Kind.ADDRESSES
    given: dict[str, Any] = {"actor": ADMIN, "site": S1, "kind": kind} | more
    return CreateNicoAllocation(name=name, tenant=tenant, resource=resource, value=value, **given)


def cloud(place: Place) -> Cloud:
    """The cloud of the scenarios, in a new database."""
    clock = Clock()
    database = open_database(place, STEPS, Runtime(clock.now, Random(7)))
    database.write(furnish)
    return Cloud(database, clock)


@contextmanager
def opened(place: Place) -> Iterator[Cloud]:
    """The cloud in a database that has one, as another process sees it."""
    database = open_database(place, STEPS)
    try:
        yield Cloud(database)
    finally:
        database.close()


def furnish(tx: Tx) -> None:
    """Providers, tenants, sites, types, machines and blocks."""
    at = micros(START)
    places.add_provider(tx, Provider(P, "acme", "Acme", at))
    places.add_provider(tx, Provider(Q, "other", "Other", at))
    for uuid, org in ((T1, "t1"), (T2, "t2")):
        places.add_account(tx, uuid_of(f"a-{org}"), P, org, "Ready", at)
        places.add_tenant(tx, Tenant(uuid, org, org.upper(), at))
    for uuid, owner, name in ((S1, P, "S1"), (S2, P, "S2"), (SQ, Q, "SQ")):
        places.add_site(tx, Site(uuid, owner, name, "Registered", True, at))
    for uuid, site, name in TYPES:
        owner = Q if site == SQ else P
        machines.add_type(tx, InstanceType(uuid, owner, site, name, None, "Ready", at, at))
    for of, count in ((G100, 10), (C50, 4)):
        for n in range(count):
            status = {8: "Maintenance", 9: "Error"}.get(n, "Ready")
            machines.save_machine(tx, None, Machine(machine_of(of, n), S1, of, status))
    for uuid, site, address, length, routing in ROOTS:
        name = f"net {address}"
        what = (name, None, routing, address, length, False, "Ready", at, at)
        blocks.add(tx, Block(uuid, P, site, "", "", *what))


def machine_of(of: str, n: int) -> str:
    """The id of one of the machines of a type."""
    return f"{of[-4:]}-{n}"


def otherwise(tx: Tx, machine: str, status: str) -> None:
    """Have a machine have another status."""
    before = machines.machine(tx, machine)
    assert before is not None
    machines.save_machine(tx, before, replace(before, status=status))


def fields(refusal: BursarError) -> set[str]:
    """The fields that were refused."""
    found = refusal.data["fields"]
    assert isinstance(found, dict)
    return set(found)
