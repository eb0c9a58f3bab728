"""What a NICo's API cannot do with this token, and why (spec nico §2.1)."""

from __future__ import annotations

from collections.abc import Mapping

from backend.core.plan import Command
from backend.nico.client import Standing
from backend.nico.model import (
    AddPrefix,
    AdmitInstance,
    AssociateMachines,
    CreateBlock,
    CreateInstanceType,
    CreateNicoAllocation,
    DeleteBlock,
    DeleteInstanceType,
    DeleteNicoAllocation,
    DissociateMachine,
    ModifyNicoAllocation,
    RegisterProvider,
    RegisterTenant,
    RemoveInstance,
    RemovePrefix,
    SetConstraintValue,
)

Commands = tuple[type[Command], ...]

CHANGES: Commands = (
    CreateNicoAllocation,
    ModifyNicoAllocation,
    SetConstraintValue,
    DeleteNicoAllocation,
)
OF_SITES: Commands = (
    CreateBlock,
    DeleteBlock,
    CreateInstanceType,
    DeleteInstanceType,
    AssociateMachines,
    DissociateMachine,
)
OF_TENANTS: Commands = (AdmitInstance, RemoveInstance, AddPrefix, RemovePrefix)
REGISTERING: Commands = (RegisterProvider, RegisterTenant)
TENANT = "NICo: this organisation is a tenant; giving takes a provider's PROVIDER_ADMIN"
VIEWER = "NICo: this token only reads; giving takes the role PROVIDER_ADMIN"
FOREIGN = "sites, blocks and machines of a NICo are set up with its own tools"


def lacks(standing: Standing | None, *, views: bool) -> Mapping[str, str]:
    """Reasons by the names of commands' classes; little before it is known who signed in."""
    found = _because(OF_SITES, FOREIGN) | _because(OF_TENANTS, "tenants do this themselves")
    found |= _because(REGISTERING, "organisations become that when they first ask")
    if standing is not None and standing.provider is None:
        found |= _because(CHANGES, TENANT)
    if views:
        found |= _because(CHANGES, VIEWER)
    return found


def _because(commands: Commands, why: str) -> dict[str, str]:
    return {command.__name__: why for command in commands}
