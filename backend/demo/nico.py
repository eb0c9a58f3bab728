"""NICo in the demo world: a provider with two sites, machines and address space, and what tenants
were given of them."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend.demo.people import fresh_uuid
from backend.demo.plot import DAY
from backend.nico.model import (
    Allocation,
    Block,
    Constraint,
    Instance,
    InstanceType,
    Kind,
    Machine,
    Mode,
    Prefix,
    Provider,
    Routing,
    Site,
    Tenant,
)
from backend.nico.rules.carve import Net, free_of, net
from backend.world.nico_model import (
    BlockEntry,
    GivenEntry,
    MachineEntry,
    NicoWorld,
    TenantAccount,
    TypeEntry,
)

TENANTS = (("acme", "Acme Robotics"), ("beta", "Beta Genomics"), ("größe", "Größe & Söhne"))
SITES = ("sjc-2", "fra-1")
TYPES: Sequence[tuple[str, str, int, Mapping[str, str]]] = (
    ("h100-8x", "sjc-2", 24, {"gpu": "8", "vendor": "nvidia"}),
    ("cpu-genoa", "sjc-2", 58, {"cores": "192"}),
    ("h100-8x", "fra-1", 8, {"gpu": "8", "vendor": "nvidia"}),
    ("gb200", "fra-1", 4, {}),
)
STATUSES = {7: "Maintenance", 13: "Error", 19: "Reset", 23: "Initializing"}
"""Those of every so many machines are not ready."""
ROOTS = (
    ("dc-sjc", "sjc-2", Routing.DATACENTER_ONLY, "10.20.0.0", 16),
    ("public-sjc", "sjc-2", Routing.PUBLIC, "192.0.2.0", 24),
    ("dc-fra", "fra-1", Routing.DATACENTER_ONLY, "10.24.0.0", 20),
    ("v6-fra", "fra-1", Routing.PUBLIC, "2001:db8::", 48),
)
# Name, tenant, site, what of, how many or how long, and how many are in use.
MACHINES = (
    ("acme-train", "acme", "sjc-2", "h100-8x", 12, 10),
    ("acme-render", "acme", "sjc-2", "cpu-genoa", 40, 22),
    ("beta-seq", "beta", "sjc-2", "cpu-genoa", 9, 9),
    ("beta-eval", "beta", "fra-1", "h100-8x", 2, 0),
    ("groesse-all", "größe", "fra-1", "gb200", 4, 3),
    ("acme-burst", "acme", "sjc-2", "h100-8x", 2, 0),
)
ADDRESSES = (
    ("acme-net", "acme", "dc-sjc", 22, ("subnet", "subnet", "subnet")),
    ("beta-net", "beta", "dc-sjc", 24, ()),
    ("beta-vpc", "beta", "dc-fra", 23, ("vpc",)),
    ("acme-public", "acme", "public-sjc", 26, ()),
    ("groesse-whole", "größe", "v6-fra", 48, ()),
    ("acme-small", "acme", "dc-fra", 28, ()),
)
ON_DEMAND = ("acme-public",)


@dataclass(slots=True)
class _Story:
    """It while it is being told."""

    rng: random.Random
    now: int
    provider: Provider
    sites: dict[str, Site] = field(default_factory=dict)
    tenants: dict[str, Tenant] = field(default_factory=dict)
    types: dict[tuple[str, str], TypeEntry] = field(default_factory=dict)
    machines: list[MachineEntry] = field(default_factory=list)
    roots: dict[str, Block] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    given: list[GivenEntry] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    prefixes: list[Prefix] = field(default_factory=list)

    def uuid(self) -> str:
        """A fresh one."""
        return fresh_uuid(self.rng)

    def places(self) -> None:
        """Who gives, to whom, where, and what there is."""
        made = self.now - 400 * DAY
        for org, name in TENANTS:
            self.tenants[org] = Tenant(self.uuid(), org, name, made)
        for name in SITES:
            head = (self.uuid(), self.provider.uuid, name)
            self.sites[name] = Site(*head, "Registered", name == SITES[0], made)
        for name, at, count, labels in TYPES:
            site = self.sites[at].uuid
            one = InstanceType(
                self.uuid(), self.provider.uuid, site, name, None, "Ready", made, made
            )
            self.types[name, at] = TypeEntry(one, json.dumps(labels) if labels else "")
            for n in range(count):
                status = next((told for of, told in STATUSES.items() if n % of == of - 1), "Ready")
                facts = json.dumps({"vendor": "NVIDIA", "serialNumber": f"{at}-{name}-{n:03}"})
                machine = Machine(f"{at}-{name}-{n:03}", site, one.uuid, status)
                self.machines.append(MachineEntry(machine, facts))
        for name, at, routing, address, length in ROOTS:
            self.roots[name] = self._root(name, at, routing, address, length)

    def _root(self, name: str, at: str, routing: Routing, address: str, length: int) -> Block:
        made = self.now - 400 * DAY
        head = (self.uuid(), self.provider.uuid, self.sites[at].uuid, "", "", name, None, routing)
        return Block(*head, address, length, False, "Ready", made, made)

    def machines_given(self, name: str, org: str, at: str, of: str, count: int, used: int) -> None:
        """Machines of a type, some of which are used."""
        kind = self.types[of, at].type.uuid
        self._give(name, org, self.sites[at].uuid, Kind.MACHINES, kind, count, "")
        busy = {one.machine for one in self.instances}
        ready = [
            entry.machine.id
            for entry in self.machines
            if entry.machine.instance_type == kind
            and entry.machine.status == "Ready"
            and entry.machine.id not in busy
        ]
        tenant, site = self.tenants[org].uuid, self.sites[at].uuid
        for n, machine in enumerate(ready[:used]):
            self.instances.append(Instance(self.uuid(), f"{name}-{n}", tenant, site, kind, machine))

    def addresses_given(
        self, name: str, org: str, of: str, length: int, held: Sequence[str]
    ) -> None:
        """A part of a block, which networks may hold fast."""
        source, tenant = self.roots[of], self.tenants[org].uuid
        network = self._carved(source, length)
        if length == source.length:
            self.roots[of] = replace(source, full_grant=True)
        made = self._made()
        derived = replace(
            source, uuid=self.uuid(), tenant=tenant, parent=source.uuid, name=name,
            prefix=network.address, length=length, created_at=made, updated_at=made,
        )  # fmt: skip
        self.blocks.append(derived)
        kind = (Kind.ADDRESSES, source.uuid, length, derived.uuid)
        self._give(name, org, source.site, *kind)
        for n, what in enumerate(held):
            own = network._replace(length=length + 2)
            own = own._replace(network=own.network + n * (own.end - own.network))
            head = (self.uuid(), f"{what}-{n}", tenant, derived.uuid, own.address, own.length)
            self.prefixes.append(Prefix(*head, what == "subnet"))

    def _carved(self, source: Block, length: int) -> Net:
        """As NICo carves."""
        of = [one for one in self.blocks if one.parent == source.uuid]
        taken = [net(one.prefix, one.length) for one in of]
        free = free_of(net(source.prefix, source.length), taken)
        best = max((one for one in free if one.length <= length), key=lambda one: one.length)
        return best._replace(length=length)

    def _made(self) -> int:
        return self.now - self.rng.randrange(1, 300) * DAY - self.rng.randrange(DAY)

    def _give(
        self, name: str, org: str, site: str, kind: Kind, of: str, value: int, derived: str
    ) -> None:
        made, tenant = self._made(), self.tenants[org].uuid
        uuid, whose = self.uuid(), (self.provider.uuid, tenant, site, name)
        one = Allocation(uuid, *whose, None, "Registered", made, made)
        mode = Mode.ON_DEMAND if name in ON_DEMAND else Mode.RESERVED
        what = (kind, of, mode, value, derived, made, made)
        self.given.append(GivenEntry(one, Constraint(self.uuid(), uuid, *what)))


def nico(seed: int, now: int) -> NicoWorld:
    """All of it, the same for every scale."""
    rng = random.Random(f"{seed}:nico")  # noqa: S311
    made = now - 500 * DAY
    story = _Story(rng, now, Provider(fresh_uuid(rng), "gpu-cloud", "GPU Cloud", made))
    story.places()
    for name, org, at, of, count, used in MACHINES:
        story.machines_given(name, org, at, of, count, used)
    for name, org, of, length, held in ADDRESSES:
        story.addresses_given(name, org, of, length, held)
    given = sorted(story.given, key=lambda entry: entry.allocation.created_at)
    accounts = [
        TenantAccount(story.uuid(), story.provider.uuid, org, "Ready", made)
        for org in (*story.tenants, "newcomer")
    ]
    return NicoWorld(
        [story.provider],
        list(story.tenants.values()),
        accounts,
        list(story.sites.values()),
        list(story.types.values()),
        story.machines,
        [BlockEntry(one) for one in (*story.roots.values(), *story.blocks)],
        given,
        story.instances,
        story.prefixes,
    )
