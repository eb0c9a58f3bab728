"""Who owns, who rents, and what of (spec nico §1). Times are microseconds since the epoch.

An `org` is lower-case. Of two names for one thing the API's is used, shortened: `Block` is its
IPBlock, `kind` its resourceType, `mode` its constraintType.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """What a constraint is about."""

    MACHINES = "InstanceType"
    ADDRESSES = "IPBlock"


class Mode(StrEnum):
    """How binding a constraint is; machines know `RESERVED` only."""

    RESERVED = "Reserved"
    ON_DEMAND = "OnDemand"
    PREEMPTIBLE = "Preemptible"


class Routing(StrEnum):
    """Where addresses are reachable."""

    PUBLIC = "Public"
    DATACENTER_ONLY = "DatacenterOnly"


@dataclass(frozen=True, slots=True)
class Provider:
    """An organisation that has sites."""

    uuid: str
    org: str
    display_name: str
    created_at: int

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"created_at"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"nico_provider:{self.uuid}"


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation that is given something."""

    uuid: str
    org: str
    display_name: str
    created_at: int

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"created_at"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"tenant:{self.uuid}"


@dataclass(frozen=True, slots=True)
class Site:
    """A place of a provider; `status` as the API says it."""

    uuid: str
    provider: str
    name: str
    status: str
    is_online: bool
    created_at: int

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"created_at"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"site:{self.uuid}"


@dataclass(frozen=True, slots=True)
class InstanceType:
    """A kind of machine at a site; `machines` are associated with it, whatever their status,
    `allocated` is the sum of its constraints."""

    uuid: str
    provider: str
    site: str
    name: str
    description: str | None
    status: str
    created_at: int
    updated_at: int
    machines: int = 0
    allocated: int = 0

    PRIVATE: ClassVar[frozenset[str]] = frozenset(
        {"description", "created_at", "updated_at", "machines", "allocated"}
    )

    @property
    def target(self) -> str:
        """Journal name."""
        return f"instance_type:{self.uuid}"

    @property
    def room(self) -> int:
        """Machines that are not allocated; below 0 where more are."""
        return self.machines - self.allocated


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine; `instance_type` `` when it is of none."""

    id: str
    site: str
    instance_type: str
    status: str

    PRIVATE: ClassVar[frozenset[str]] = frozenset()

    @property
    def target(self) -> str:
        """Journal name."""
        return f"machine:{self.id}"


@dataclass(frozen=True, slots=True)
class Instance:
    """A machine in use by a tenant; without `instance_type` it is a targeted one, which counts
    nowhere."""

    uuid: str
    name: str
    tenant: str
    site: str
    instance_type: str
    machine: str

    PRIVATE: ClassVar[frozenset[str]] = frozenset()

    @property
    def target(self) -> str:
        """Journal name."""
        return f"instance:{self.uuid}"


@dataclass(frozen=True, slots=True)
class Block:
    """Address space: a root of a site, or, with `tenant` and `parent`, carved of one.

    `prefix` is its first address without a length; with `full_grant` a root is given away whole.
    `routing` is one of `Routing`, or what else a server says.
    """

    uuid: str
    provider: str
    site: str
    tenant: str
    parent: str
    name: str
    description: str | None
    routing: str
    prefix: str
    length: int
    full_grant: bool
    status: str
    created_at: int
    updated_at: int

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"description", "created_at", "updated_at"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"ip_block:{self.uuid}"

    @property
    def cidr(self) -> str:
        """Address and length."""
        return f"{self.prefix}/{self.length}"

    @property
    def bits(self) -> int:
        """32 or 128."""
        return 128 if ":" in self.prefix else 32


PREFIXES: Mapping[bool | None, tuple[str, str]] = {
    True: ("subnet", "subnets"),
    False: ("VPC prefix", "VPC prefixes"),
    None: ("subnet or VPC prefix", "subnets or VPC prefixes"),
}
"""One and more of them, in words."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """A subnet or a VPC prefix of a tenant in a carved block, which holds that block fast. Where it
    is not told which of them it is, it has no name, and its network is the block's."""

    uuid: str
    name: str
    tenant: str
    block: str
    prefix: str
    length: int
    is_subnet: bool | None

    PRIVATE: ClassVar[frozenset[str]] = frozenset()

    @property
    def target(self) -> str:
        """Journal name."""
        return f"{'subnet' if self.is_subnet else 'vpc_prefix'}:{self.uuid}"

    @property
    def what(self) -> str:
        """What it is, in words."""
        return PREFIXES[self.is_subnet][0]

    @property
    def called(self) -> str:
        """Its name and where it is."""
        cidr = f"{self.prefix}/{self.length}"
        return f"{self.name} ({cidr})" if self.name else f"something in {cidr}"


@dataclass(frozen=True, slots=True)
class Constraint:
    """How much of what: `resource` is the uuid of an instance type or of a root block, `value` a
    number of machines or a prefix length, `derived` the carved block, `` for machines; `mode` one
    of `Mode`, or what else a server says."""

    uuid: str
    allocation: str
    kind: Kind
    resource: str
    mode: str
    value: int
    derived: str
    created_at: int
    updated_at: int

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"created_at", "updated_at"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"constraint:{self.uuid}"


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a tenant is given at a site, with its one constraint."""

    uuid: str
    provider: str
    tenant: str
    site: str
    name: str
    description: str | None
    status: str
    created_at: int
    updated_at: int

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"description", "created_at", "updated_at"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"nico_allocation:{self.uuid}"


@dataclass(frozen=True, slots=True)
class Pool:
    """What a tenant has of an instance type: the sum of its constraints, and its instances."""

    tenant: str
    instance_type: str
    allocated: int
    instances: int
