"""The requests that commands would be on the wire (spec nico §3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.core.plan import WireRequest
from backend.nico.model import (
    AddPrefix,
    AdmitInstance,
    CreateBlock,
    CreateInstanceType,
    CreateNicoAllocation,
    ModifyNicoAllocation,
    SetConstraintValue,
)

Json = dict[str, Any]
VERSION, NAME = "v2", "nico"
"""What stands in paths where a server is not set up otherwise."""


def path(org: str, *parts: str) -> str:
    """Where something of an organisation is."""
    return "/".join(("", VERSION, "org", org, NAME, *parts))


def create_request(org: str, command: CreateNicoAllocation) -> WireRequest:
    """POST with what was given."""
    body: Json = {"name": command.name, "tenantId": command.tenant, "siteId": command.site}
    body |= {} if command.description is None else {"description": command.description}
    body["allocationConstraints"] = [
        {
            "resourceType": command.kind.value,
            "resourceTypeId": command.resource,
            "constraintType": command.mode.value,
            "constraintValue": command.value,
        }
    ]
    return WireRequest("POST", path(org, "allocation"), body)


def modify_request(org: str, command: ModifyNicoAllocation) -> WireRequest:
    """PATCH with what changes."""
    told = {"name": command.name, "description": command.description}
    body: Json = {name: value for name, value in told.items() if value is not None}
    return WireRequest("PATCH", path(org, "allocation", command.allocation), body)


def value_request(org: str, command: SetConstraintValue) -> WireRequest:
    """PATCH of the one field of a constraint."""
    where = path(org, "allocation", command.allocation, "constraint", command.constraint)
    return WireRequest("PATCH", where, {"constraintValue": command.value})


def delete_request(org: str, *parts: str) -> WireRequest:
    """DELETE of what is there."""
    return WireRequest("DELETE", path(org, *parts), {})


def current_request(org: str, kind: str) -> WireRequest:
    """GET of what an organisation is, which it becomes when that is first asked for."""
    return WireRequest("GET", path(org, kind, "current"), {})


def block_request(org: str, command: CreateBlock) -> WireRequest:
    """POST of address space."""
    body: Json = {"name": command.name, "siteId": command.site}
    body |= {"routingType": command.routing.value, "prefix": command.prefix}
    body |= {"prefixLength": command.length}
    body |= {} if command.description is None else {"description": command.description}
    return WireRequest("POST", path(org, "ipblock"), body)


def type_request(org: str, command: CreateInstanceType) -> WireRequest:
    """POST of a kind of machine."""
    body: Json = {"name": command.name, "siteId": command.site}
    body |= {} if command.description is None else {"description": command.description}
    return WireRequest("POST", path(org, "instance", "type"), body)


def machines_request(org: str, instance_type: str, machines: Sequence[str]) -> WireRequest:
    """POST of which machines are of a type."""
    where = path(org, "instance", "type", instance_type, "machine")
    return WireRequest("POST", where, {"machineIds": list(machines)})


def instance_request(org: str, command: AdmitInstance) -> WireRequest:
    """POST of an instance."""
    body: Json = {"name": command.name, "tenantId": command.tenant, "siteId": command.site}
    told = {"instanceTypeId": command.instance_type, "machineId": command.machine}
    body |= {name: value for name, value in told.items() if value}
    return WireRequest("POST", path(org, "instance"), body)


def prefix_request(org: str, command: AddPrefix) -> WireRequest:
    """POST of a subnet or a VPC prefix."""
    kind, field = ("subnet", "ipv4BlockId") if command.is_subnet else ("vpc-prefix", "ipBlockId")
    body: Json = {"name": command.name, field: command.block, "prefixLength": command.length}
    return WireRequest("POST", path(org, kind), body)
