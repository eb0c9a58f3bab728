"""What the API shows (spec nico §1, §3): rows with what belongs to them, and figures. Times are
microseconds since the epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from backend.nico.model.entities import (
    Allocation,
    Block,
    Constraint,
    InstanceType,
    Machine,
    Provider,
    Site,
    Tenant,
)

History = Sequence[tuple[str, str, int]]
"""Status, message and moment, newest first."""


class Form(Enum):
    """How a parameter of a list is read."""

    UUID = auto()
    KNOWN = auto()
    """The uuid of something that has to be there."""
    WORD = auto()
    NUMBER = auto()
    FLAG = auto()
    TEXT = auto()
    INNER = auto()
    """What the path says, and no parameter."""


@dataclass(frozen=True, slots=True)
class Sight:
    """In whose name something is read: uuids of a provider and of a tenant, `` for none."""

    provider: str
    tenant: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a list: values by parameter, some of a text, an order and whether it is
    turned round; the order `` is the usual one."""

    values: Mapping[str, Sequence[object]] = field(default_factory=dict)
    text: str = ""
    order: str = ""
    down: bool = False


@dataclass(frozen=True, slots=True)
class ShownConstraint:
    """A constraint and what it is of."""

    constraint: Constraint
    of: InstanceType | None
    source: Block | None


@dataclass(frozen=True, slots=True)
class ShownAllocation:
    """An allocation with all that can be told with it."""

    key: int
    allocation: Allocation
    constraint: ShownConstraint
    provider: Provider
    tenant: Tenant
    site: Site
    history: History


@dataclass(frozen=True, slots=True)
class Figures:
    """allocationStats of an instance type; `most` None where it is not told."""

    assigned: int
    total: int
    used: int
    usable: int
    most: int | None


@dataclass(frozen=True, slots=True)
class ShownType:
    """An instance type; `labels` is JSON text, figures and machines are told when asked for."""

    key: int
    type: InstanceType
    labels: str
    provider: Provider
    site: Site
    history: History
    figures: Figures | None = None
    machines: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """usageStats of a block; `pieces` None where all of it is given away at once."""

    addresses: int
    acquired: int
    pieces: Sequence[str] | None
    smallest: int
    children: int


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block; usage is told when asked for."""

    key: int
    block: Block
    provider: Provider
    site: Site
    tenant: Tenant | None
    history: History
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class ShownMachine:
    """A machine with what it carries, `` for nothing; `facts` is JSON text."""

    key: int
    machine: Machine
    provider: str
    instance: str
    tenant: str
    facts: str


@dataclass(frozen=True, slots=True)
class ShownSite:
    """A site; how many machines it has of each status is told when asked for."""

    key: int
    site: Site
    provider: Provider
    machines: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What a provider has with a tenant's organisation; `tenant` `` while it has none."""

    key: int
    uuid: str
    provider: str
    provider_org: str
    tenant: str
    tenant_org: str
    status: str
    allocations: int
    created_at: int


@dataclass(frozen=True, slots=True)
class Given:
    """What an allocation gives a tenant of a type."""

    allocation: str
    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Share:
    """What a tenant has of a type: by allocation, and the statuses of the machines in use."""

    tenant: Tenant
    type: InstanceType
    given: Sequence[Given]
    used: Mapping[str, int]

    @property
    def allocated(self) -> int:
        """All that it is given."""
        return sum(one.value for one in self.given)


@dataclass(frozen=True, slots=True)
class Shared:
    """A type with what tenants have of it, and the statuses of its machines."""

    type: InstanceType
    machines: Mapping[str, int]
    shares: Sequence[Share]
    used: Mapping[str, int]

    @property
    def allocated(self) -> int:
        """All that is given away of it."""
        return sum(share.allocated for share in self.shares)

    @property
    def most(self) -> int:
        """Ready machines that nobody waits for."""
        return max(0, self.machines.get("Ready", 0) - self.allocated + sum(self.used.values()))
