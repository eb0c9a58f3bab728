"""Who may change what Placement keeps (design §5)."""

from __future__ import annotations

from backend.core.errors import NotAllowed
from backend.core.identity import Actor, Role

WRITERS = (Role.ADMIN, Role.SERVICE)


def require_writer(actor: Actor) -> None:
    """Raises NotAllowed unless the actor is an admin or a service."""
    if actor.role not in WRITERS:
        hint = "ask for the admin role"
        raise NotAllowed("only admins and services change what Placement keeps", hint=hint)
