"""The requests that commands would be on the wire (spec nico §3)."""

from __future__ import annotations

from typing import Any

from backend.core.plan import WireRequest
from backend.nico.model import CreateNicoAllocation, ModifyNicoAllocation, SetConstraintValue

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
