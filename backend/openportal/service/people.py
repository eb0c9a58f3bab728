"""Who somebody is at the portal (spec openportal §2.4, design §5)."""

from __future__ import annotations

from backend.core.database.tx import Tx
from backend.core.identity import Actor, Role
from backend.openportal.model import Part
from backend.openportal.rules.access import Standing
from backend.openportal.rules.identifiers import plain
from backend.openportal.store import people

SUPPORT = (Role.APPROVER, Role.VIEWER)
LEADING = (Part.MANAGER, Part.ADMIN)


def standing(tx: Tx, actor: Actor) -> Standing:
    """What the actor may see and change: by a grant, or as the portal's user of this uuid."""
    if actor.role is Role.ADMIN:
        return Standing(staff=True)
    support = actor.role in SUPPORT
    uuid = plain(actor.uuid or actor.name.removeprefix("user:"))
    user = people.user(tx, uuid) if uuid else None
    if user is None or not user.is_active:
        return Standing(support=support)
    parts = people.parts(tx, uuid)
    return Standing(
        staff=user.is_staff,
        support=support or user.is_support,
        owned=frozenset(one.customer for one in parts if one.part is Part.OWNER),
        led=frozenset(one.project for one in parts if one.project and one.part in LEADING),
        customers=frozenset(one.customer for one in parts if one.customer),
        projects=frozenset(one.project for one in parts if one.project),
    )
