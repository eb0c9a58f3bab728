"""The requests that commands would be on the wire (spec openportal §2.3)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from backend.core.plan import WireRequest
from backend.openportal.model import KEEP, Allocation, CreateAllocation, ModifyAllocation
from backend.openportal.rules.values import counterpart_field

Json = dict[str, Any]
LOCAL, REMOTE = "/api/openportal-allocations/", "/api/openportal-remote-allocations/"
AWARDS, REMOTE_PROJECTS = "/api/openportal-managed-projects/", "/api/openportal-remote-projects/"
NAMES = "/api/openportal-projectinfo/"


def base(*, remote: bool) -> str:
    """Where allocations of a kind are."""
    return REMOTE if remote else LOCAL


def path(allocation: Allocation, action: str = "") -> str:
    """Where an allocation, or something to do with it, is."""
    tail = f"{action}/" if action else ""
    return f"{base(remote=allocation.remote)}{allocation.uuid}/{tail}"


def award_path(identifier: str, destination: str, action: str = "") -> str:
    """Where an award of another portal, or something to do with it, is; it is named by others, with
    whatever characters."""
    tail = f"{action}/" if action else ""
    return f"{AWARDS}{quote(identifier, safe='')}/{quote(destination, safe='')}/{tail}"


def create_request(command: CreateAllocation) -> WireRequest:
    """POST with what was given."""
    body: Json = {
        "name": command.name,
        "service_settings": f"/api/service-settings/{command.service}/",
        "project": f"/api/projects/{command.project}/",
    }
    body |= {"description": command.description} if command.description else {}
    body |= {"node_limit": command.node_limit} if command.node_limit is not None else {}
    if command.counterpart is not None:
        body[counterpart_field(remote=command.remote)] = command.counterpart
    return WireRequest("POST", base(remote=command.remote), body)


def modify_request(command: ModifyAllocation, allocation: Allocation) -> WireRequest:
    """PATCH with what changes."""
    told = ("name", "description", "node_limit")
    body: Json = {n: getattr(command, n) for n in told if getattr(command, n) is not None}
    if command.counterpart != KEEP:
        body[counterpart_field(remote=allocation.remote)] = command.counterpart
    return WireRequest("PATCH", path(allocation), body)
