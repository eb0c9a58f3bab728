"""What a world has of NICo, as records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backend.nico.model import (
    Allocation,
    Block,
    Constraint,
    Instance,
    InstanceType,
    Machine,
    Prefix,
    Provider,
    Site,
    Tenant,
)

History = Sequence[tuple[str, str, int]]
"""Status, message and moment, newest first; empty for what it is since it is there."""


class TenantAccount(NamedTuple):
    """What a provider (a uuid) has with a tenant's organisation."""

    uuid: str
    provider: str
    org: str
    status: str
    created_at: int


class TypeEntry(NamedTuple):
    """An instance type; `labels` is JSON text."""

    type: InstanceType
    labels: str = ""
    history: History = ()


class MachineEntry(NamedTuple):
    """A machine; `facts` is JSON text."""

    machine: Machine
    facts: str = ""


class BlockEntry(NamedTuple):
    """A block."""

    block: Block
    history: History = ()


class GivenEntry(NamedTuple):
    """An allocation with its constraint."""

    allocation: Allocation
    constraint: Constraint
    history: History = ()


@dataclass(frozen=True, slots=True)
class NicoWorld:
    """All of it, section by section; blocks come after those that they were carved of."""

    providers: Iterable[Provider] = ()
    tenants: Iterable[Tenant] = ()
    accounts: Iterable[TenantAccount] = ()
    sites: Iterable[Site] = ()
    types: Iterable[TypeEntry] = ()
    machines: Iterable[MachineEntry] = ()
    blocks: Iterable[BlockEntry] = ()
    allocations: Iterable[GivenEntry] = ()
    instances: Iterable[Instance] = ()
    prefixes: Iterable[Prefix] = ()
