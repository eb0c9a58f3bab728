"""Who may do what (spec nico §2.1)."""

from __future__ import annotations

from backend.core.errors import NotAllowed
from backend.core.identity import Actor, Role

PROVIDER_ADMIN = "PROVIDER_ADMIN"
PROVIDER_VIEWER = "PROVIDER_VIEWER"
TENANT_ADMIN = "TENANT_ADMIN"
Roles = frozenset[str]
GRANTED = {
    Role.ADMIN: PROVIDER_ADMIN,
    Role.APPROVER: PROVIDER_VIEWER,
    Role.VIEWER: PROVIDER_VIEWER,
    Role.USER: TENANT_ADMIN,
}
"""What bursar's grants are in NICo."""


def matches(role: str, wanted: str) -> bool:
    """Whether a role is another one, be it with one word and `_` before it."""
    return wanted in (role, role.partition("_")[2])


def require_provider(actor: Actor) -> None:
    """Raises NotAllowed: only admins of providers give and take."""
    if actor.role is not Role.ADMIN:
        raise NotAllowed(
            f"only a {PROVIDER_ADMIN} changes this",
            hint="ask for the admin role",
            data={"rule": "role"},
        )


def require_tenant(actor: Actor, org: str, tenant_org: str) -> None:
    """Raises NotAllowed unless the actor acts for the tenant; providers may where no organisation
    is named, as operators do."""
    if actor.role is Role.ADMIN and not org:
        return
    if actor.role is Role.USER and org == tenant_org:
        return
    raise NotAllowed(
        f"only a {TENANT_ADMIN} of {tenant_org} does this",
        hint="ask for the role there",
        data={"rule": "role"},
    )
