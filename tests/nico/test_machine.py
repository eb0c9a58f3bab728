"""Any sequence of commands comes to what a plain reckoning says; what is refused leaves no trace,
and `bursar check` finds nothing."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from backend.check import findings
from backend.core.errors import BursarError
from backend.core.plan import Command, Receipt
from backend.nico.model import (
    AddPrefix,
    AdmitInstance,
    AssociateMachines,
    CreateBlock,
    CreateInstanceType,
    DeleteBlock,
    DeleteInstanceType,
    DeleteNicoAllocation,
    DissociateMachine,
    Kind,
    ModifyNicoAllocation,
    RemoveInstance,
    RemovePrefix,
    Routing,
)
from tests.nico.brute import Network, brute
from tests.nico.cloud import (
    ADMIN,
    B22,
    B30,
    C50,
    G100,
    S1,
    T1,
    T2,
    Cloud,
    cloud,
    giving,
    machine_of,
)

tenants = st.sampled_from([T1, T2])
roots = st.sampled_from([B22, B22, B30])
lengths = st.integers(21, 33)
index = st.integers(0, 30)


@dataclass(slots=True)
class Given:
    """An allocation by the reckoning: `value` machines of a type, or a network of a block."""

    tenant: str
    resource: str
    value: int
    network: Network | None = None
    prefixes: int = 0


class Operators(RuleBasedStateMachine):
    """Operators of two tenants."""

    c: Cloud

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.c = cloud(Path(self.folder.name) / "cloud.db")
        self.given: dict[str, Given] = {}
        self.machines = {G100: 10, C50: 4}
        self.instances: dict[str, tuple[str, str]] = {}
        self.prefixes: dict[str, str] = {}
        self.made: list[str] = []
        self.loose: list[str] = []
        self.count = 0

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.c.database.close()
            self.folder.cleanup()

    def attempt(self, command: Command, expected: str) -> Receipt | None:
        """Run a command, which is done or refused as the reckoning says, without a trace."""
        before, outcome, receipt = self.c.content(), "", None
        event(f"{type(command).__name__}: {expected or 'done'}")
        try:
            self.c.plan(command)
            receipt = self.c.do(command)
        except BursarError as error:
            outcome = str(error.data["rule"])
        assert outcome == expected
        assert (self.c.content() == before) == bool(expected)
        return receipt

    def allocated(self, of: str, tenant: str = "") -> int:
        """How many machines of a type are given away, to somebody or to one tenant."""
        found = (one for one in self.given.values() if one.resource == of)
        return sum(one.value for one in found if tenant in ("", one.tenant))

    def used(self, of: str, tenant: str) -> int:
        """How many instances of a type a tenant has."""
        return list(self.instances.values()).count((of, tenant))

    def taken(self, block: str) -> list[Network]:
        """What was carved of a block."""
        found = (one.network for one in self.given.values() if one.resource == block)
        return [one for one in found if one is not None]

    def name(self) -> str:
        self.count += 1
        return f"a{self.count}"

    def called(self, uuid: str) -> str:
        found = self.c.allocation(uuid)
        assert found is not None
        return found.name

    def pick(self, n: int) -> str:
        """One of the allocations, ` when there are none."""
        return list(self.given)[n % len(self.given)] if self.given else ""

    @rule(tenant=tenants, of=st.sampled_from([G100, C50]), value=st.integers(0, 6))
    def give_machines(self, tenant: str, of: str, value: int) -> None:
        fits = self.allocated(of) + value <= self.machines[of]
        expected = "fields" if value < 1 else "" if fits else "capacity"
        done = self.attempt(giving(of, value, tenant, self.name()), expected)
        if done:
            self.given[str(done.created["allocation"])] = Given(tenant, of, value)

    @rule(tenant=tenants, block=roots, length=lengths)
    def give_network(self, tenant: str, block: str, length: int) -> None:
        own = ip_network(self.c.block(block).cidr)
        network = brute(own, self.taken(block), length)
        expected = "fields" if length > own.max_prefixlen else "" if network else "space"
        done = self.attempt(giving(block, length, tenant, self.name()), expected)
        if done:
            uuid = str(done.created["allocation"])
            self.given[uuid] = Given(tenant, block, length, network)
            assert self.c.cidr(uuid) == str(network)

    @rule(n=index, more=st.integers(-4, 4))
    def set_value(self, n: int, more: int) -> None:
        uuid = self.pick(n)
        if not uuid:
            return
        one = self.given[uuid]
        value = one.value + more
        if self.c.constraint(uuid).kind is Kind.MACHINES:
            expected = self.machines_refused(one, value)
            network = None
        else:
            own = ip_network(self.c.block(one.resource).cidr)
            others = [each for each in self.taken(one.resource) if each != one.network]
            network = brute(own, others, value)
            expected = self.network_refused(one, value, own, network)
        command, old = self.c.setting(uuid, value), str(one.network)
        exact = not expected and self.c.plan(command).inverse is not None
        if self.attempt(command, expected):
            back = self.c.setting(uuid, one.value)
            one.value, one.network = value, network if more else one.network
            if one.network:
                assert self.c.cidr(uuid) == str(one.network)
                assert exact == (self.network_after(back) in ("", old))

    def network_after(self, command: Command) -> str:
        """The network that a preview promises, ` for no other one."""
        changes = {change.field: str(change.after) for change in self.c.plan(command).changes}
        return changes.get("network", "")

    def machines_refused(self, one: Given, value: int) -> str:
        if value < 1:
            return "fields"
        more, of = value - one.value, one.resource
        if more > 0:
            return "" if self.allocated(of) + more <= self.machines[of] else "capacity"
        left = self.allocated(of, one.tenant) + more
        return "in_use" if more and self.used(of, one.tenant) > left else ""

    def network_refused(self, one: Given, value: int, own: Network, network: Network | None) -> str:
        if value == one.value:
            return ""
        if value > own.max_prefixlen:
            return "fields"
        if value < own.prefixlen:
            return "space"
        return "in_use" if one.prefixes else "" if network else "space"

    @rule(n=index)
    def delete(self, n: int) -> None:
        uuid = self.pick(n)
        if not uuid:
            return
        one = self.given[uuid]
        left = self.allocated(one.resource, one.tenant) - one.value
        machines = one.resource in self.machines
        over = machines and self.used(one.resource, one.tenant) > left
        expected = "in_use" if over or one.prefixes else ""
        assert bool(self.c.detail(uuid).blocks) == bool(expected)
        if self.attempt(DeleteNicoAllocation(actor=ADMIN, allocation=uuid), expected):
            del self.given[uuid]

    @rule(n=index, m=index)
    def rename(self, n: int, m: int) -> None:
        uuid, other = self.pick(n), self.pick(m)
        if uuid:
            names = {one: self.called(one) for one in self.given if one != uuid}
            wanted, tenant = names.get(other) or self.name(), self.given[uuid].tenant
            taken = any(
                name == wanted and self.given[one].tenant == tenant for one, name in names.items()
            )
            command = ModifyNicoAllocation(actor=ADMIN, allocation=uuid, name=wanted)
            self.attempt(command, "name_taken" if taken else "")

    @rule(n=index)
    def dissociate(self, n: int) -> None:
        id = machine_of(G100, n % 10)
        carries = self.c.see(lambda tx: tx.scalar(CARRIES, (id,)))
        full = self.allocated(G100) >= self.machines[G100]
        expected = "unknown" if id in self.loose else "in_use" if carries else ""
        command = DissociateMachine(actor=ADMIN, instance_type=G100, machine=id)
        if self.attempt(command, expected or ("capacity" if full else "")):
            self.loose.append(id)
            self.machines[G100] -= 1

    @rule(n=index)
    def associate(self, n: int) -> None:
        id = machine_of(G100, n % 8)
        command = AssociateMachines(actor=ADMIN, instance_type=G100, machines=(id,))
        if self.attempt(command, "" if id in self.loose else "in_use"):
            self.loose.remove(id)
            self.machines[G100] += 1

    @rule(tenant=tenants)
    def admit(self, tenant: str) -> None:
        spare = self.c.see(lambda tx: tx.scalar(SPARE))
        full = self.used(G100, tenant) >= self.allocated(G100, tenant)
        command = AdmitInstance(
            actor=ADMIN, name=self.name(), tenant=tenant, site=S1, instance_type=G100
        )
        done = self.attempt(command, "capacity" if full or not spare else "")
        if done:
            self.instances[str(done.created["instance"])] = (G100, tenant)

    @rule(n=index)
    def remove_instance(self, n: int) -> None:
        if self.instances:
            uuid = list(self.instances)[n % len(self.instances)]
            self.attempt(RemoveInstance(actor=ADMIN, instance=uuid), "")
            del self.instances[uuid]

    @rule(n=index, length=st.integers(22, 30), subnet=st.booleans())
    def add_prefix(self, n: int, length: int, subnet: bool) -> None:
        carved = [uuid for uuid, one in self.given.items() if one.network]
        if not carved:
            return
        uuid = carved[n % len(carved)]
        block = self.c.derived(uuid)
        pieces = [ip_network(one) for one in self.c.free(block.uuid)]
        fits = any(piece.prefixlen <= length for piece in pieces)
        command = AddPrefix(
            actor=ADMIN, block=block.uuid, name=self.name(), length=length, is_subnet=subnet
        )
        done = self.attempt(command, "" if fits else "space")
        if done:
            self.given[uuid].prefixes += 1
            self.prefixes[str(done.created["prefix"])] = uuid

    @rule(n=index)
    def remove_prefix(self, n: int) -> None:
        if self.prefixes:
            prefix = list(self.prefixes)[n % len(self.prefixes)]
            self.attempt(RemovePrefix(actor=ADMIN, prefix=prefix), "")
            self.given[self.prefixes.pop(prefix)].prefixes -= 1

    @rule(n=st.integers(0, 7))
    def make_block(self, n: int) -> None:
        own = ip_network(f"172.16.{n * 8}.0/{21 - n % 2}", strict=False)
        theirs = [ip_network(self.c.block(uuid).cidr) for uuid in self.made]
        clash = any(own.overlaps(one) for one in theirs)
        command = CreateBlock(
            actor=ADMIN,
            site=S1,
            name=self.name(),
            routing=Routing.PUBLIC,
            prefix=str(own.network_address),
            length=own.prefixlen,
        )
        done = self.attempt(command, "overlap" if clash else "")
        if done:
            self.made.append(str(done.created["block"]))

    @rule(n=index)
    def delete_block(self, n: int) -> None:
        uuid = [*self.made, B22][n % (len(self.made) + 1)]
        if uuid == B22 and not self.taken(B22):
            return
        if self.attempt(DeleteBlock(actor=ADMIN, block=uuid), "in_use" if uuid == B22 else ""):
            self.made.remove(uuid)

    @rule()
    def types_come_and_go(self) -> None:
        done = self.attempt(CreateInstanceType(actor=ADMIN, site=S1, name=self.name()), "")
        assert done is not None
        uuid = str(done.created["instance_type"])
        self.attempt(DeleteInstanceType(actor=ADMIN, instance_type=uuid), "")

    @invariant()
    def nothing_is_found_wrong(self) -> None:
        if hasattr(self, "c"):
            assert self.c.see(lambda tx: list(findings(tx))) == []

    @invariant()
    def bounds_are_what_is_accepted(self) -> None:
        """What is told of a value is what previewing would say."""
        for uuid, one in list(self.given.items())[-1:] if hasattr(self, "c") else ():
            told = self.c.bounds(uuid)
            for value in {told.least - 1, told.least, told.most, told.most + 1} - {-1, 0, 1}:
                if not told.fixed and value != one.value:
                    within = told.least <= value <= told.most
                    assert self.accepted(uuid, value) == within
            if told.fixed:
                assert not self.accepted(uuid, one.value + 1)
                assert not self.accepted(uuid, one.value - 1)

    def accepted(self, uuid: str, value: int) -> bool:
        try:
            self.c.plan(self.c.setting(uuid, value))
        except BursarError:
            return False
        return True


CARRIES = """
SELECT count(*) FROM nico_instance i JOIN nico_machine m ON m.id = i.machine_id WHERE m.name = ?"""
SPARE = f"""
SELECT count(*) FROM nico_machine m JOIN nico_type t ON t.id = m.type_id
WHERE t.uuid = '{G100}' AND m.status = 'Ready'
AND NOT EXISTS (SELECT 1 FROM nico_instance i WHERE i.machine_id = m.id)"""

TestOperators = Operators.TestCase
TestOperators.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
