"""What can be asked of the NICo room (spec nico §2). Things are named by their uuids."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.plan import Command
from backend.nico.model.entities import Kind, Mode, Routing


@dataclass(frozen=True, slots=True, kw_only=True)
class NicoCommand(Command):
    """A command given in the name of an organisation; `` is that of whatever it is about."""

    org: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterProvider(NicoCommand):
    """Have an organisation be a provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterTenant(NicoCommand):
    """Have an organisation be a tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateNicoAllocation(NicoCommand):
    """Give a tenant machines of a type, or a part of a block (§2.2)."""

    name: str
    tenant: str
    site: str
    kind: Kind
    resource: str
    value: int
    mode: Mode = Mode.RESERVED
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyNicoAllocation(NicoCommand):
    """Rename or describe; None leaves as it is (§2.4)."""

    allocation: str
    name: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetConstraintValue(NicoCommand):
    """Other machines, or another prefix length, for which another network may be carved (§2.3)."""

    allocation: str
    constraint: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteNicoAllocation(NicoCommand):
    """Take back what was given (§2.6)."""

    allocation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBlock(NicoCommand):
    """New address space of a site."""

    site: str
    name: str
    routing: Routing
    prefix: str
    length: int
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteBlock(NicoCommand):
    """Remove address space of which nothing is given away."""

    block: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateInstanceType(NicoCommand):
    """A new kind of machine at a site."""

    site: str
    name: str
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteInstanceType(NicoCommand):
    """Remove a kind of machine that nothing refers to."""

    instance_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateMachines(NicoCommand):
    """Say which machines are of a type (§2.7)."""

    instance_type: str
    machines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DissociateMachine(NicoCommand):
    """Take a machine from its type (§2.7)."""

    instance_type: str
    machine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitInstance(NicoCommand):
    """Let a tenant have an instance of a type (§2.7); type `` and a machine make a targeted one."""

    name: str
    tenant: str
    site: str
    instance_type: str = ""
    machine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveInstance(NicoCommand):
    """Give an instance up."""

    instance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPrefix(NicoCommand):
    """Carve a subnet or a VPC prefix of a tenant's block."""

    block: str
    name: str
    length: int
    is_subnet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePrefix(NicoCommand):
    """Give a subnet or a VPC prefix up."""

    prefix: str
