"""What the statistics of a site's machines say (spec nico §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backend.nico.model import Tenant
from backend.nico.model.reads import Share, Shared

Json = dict[str, Any]
NAMES = {
    "initializing": "Initializing",
    "ready": "Ready",
    "inUse": "InUse",
    "error": "Error",
    "maintenance": "Maintenance",
    "unknown": "Unknown",
}


def statuses(found: Mapping[str, int]) -> Json:
    """How many machines, in all and by status; the total has those of other statuses, too."""
    told = {name: found.get(status, 0) for name, status in NAMES.items()}
    return {"total": sum(found.values()), **told}


def by_type(one: Shared) -> Json:
    """A type and who has what of it."""
    return {
        "id": one.type.uuid,
        "name": one.type.name,
        "assignedMachineStats": statuses(one.machines),
        "allocated": one.allocated,
        "maxAllocatable": one.most,
        "usedMachineStats": statuses(one.used),
        "tenants": [
            {
                "id": share.tenant.uuid,
                "name": share.tenant.org,
                **_share(share),
                "allocations": list(_given(share, "allocated")),
            }
            for share in one.shares
        ],
    }


def by_tenant(found: tuple[Tenant, Sequence[tuple[Share, int]]]) -> Json:
    """A tenant and what it has of which type."""
    tenant, shares = found
    return {
        "id": tenant.uuid,
        "org": tenant.org,
        "orgDisplayName": tenant.display_name,
        "instanceTypes": [
            {
                "id": share.type.uuid,
                "name": share.type.name,
                **_share(share),
                "maxAllocatable": most,
                "allocations": list(_given(share, "total")),
            }
            for share, most in shares
        ],
    }


def _share(share: Share) -> Json:
    return {"allocated": share.allocated, "usedMachineStats": statuses(share.used)}


def _given(share: Share, amount: str) -> Iterable[Json]:
    for one in share.given:
        yield {"id": one.allocation, "name": one.name, amount: one.value}
