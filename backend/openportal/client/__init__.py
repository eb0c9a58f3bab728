"""OpenPortal's dialect as a client (spec openportal §0, §3)."""

from backend.http import Listed
from backend.openportal.client.client import OpenPortalClient, base, sign
from backend.openportal.client.faults import failure
from backend.openportal.client.replies import (
    AccountTold,
    AllocationTold,
    AssociationTold,
    AwardTold,
    MeTold,
    NamesTold,
    PermissionTold,
    ProjectTold,
    RemoteProjectTold,
    ServiceTold,
    UsageTold,
)

__all__ = [
    "AccountTold",
    "AllocationTold",
    "AssociationTold",
    "AwardTold",
    "Listed",
    "MeTold",
    "NamesTold",
    "OpenPortalClient",
    "PermissionTold",
    "ProjectTold",
    "RemoteProjectTold",
    "ServiceTold",
    "UsageTold",
    "base",
    "failure",
    "sign",
]
