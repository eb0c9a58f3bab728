"""Who a principal is in Astakos, in Placement, at the portal and in the console (design §5)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from backend.core.database.tx import Tx
from backend.core.errors import NotAllowed, NotSignedIn
from backend.core.identity import Actor, Role
from backend.core.principals import Principal
from backend.projects.model import SEATED, User, UserState
from backend.projects.store import memberships, people

READING = (Role.ADMIN, Role.APPROVER, Role.VIEWER, Role.USER)
WRITING = (Role.ADMIN, Role.APPROVER, Role.USER, Role.VIEWER)
CONSOLE = (Role.ADMIN, Role.APPROVER, Role.VIEWER)


def astakos_component(principal: Principal) -> Actor:
    """The component whose token it is. Raises NotSignedIn."""
    component = principal.granted("astakos").get(Role.SERVICE)
    if component is None:
        raise NotSignedIn("this call wants the token of a component")
    name, via = f"service:{component}", principal.name
    return Actor(name if via == name else f"{name} ({via})", Role.SERVICE, component=component)


def astakos_user(tx: Tx, principal: Principal, *, writing: bool = False) -> Actor:
    """The user whose token it is, or who holds a role without being one.

    Raises NotSignedIn for components and for users that are not active, NotAllowed where a
    viewer writes.
    """
    granted = principal.granted("astakos")
    role = next((role for role in (WRITING if writing else READING) if role in granted), None)
    if role is None:
        raise NotSignedIn("this call wants the token of a user")
    if writing and role is Role.VIEWER:
        raise NotAllowed("a viewer changes nothing", hint="ask for the user or approver role")
    uuid = granted.get(Role.USER, "")
    if not uuid:
        return Actor(principal.name, role)
    user = _active(tx, uuid)
    if user.is_project_admin:
        role = Role.ADMIN
    via = "" if principal.name == user.target else f" ({principal.name})"
    return Actor(uuid + via, role, uuid=uuid)


def _active(tx: Tx, uuid: str) -> User:
    user = people.user(tx, uuid)
    if user is None or user.state is not UserState.ACTIVE:
        raise NotSignedIn("the user of this token is not active")
    return user


def console_actor(tx: Tx, principal: Principal) -> Actor:
    """Who acts over /bursar/v1; project admins of a world are admins there too.

    Raises NotAllowed for those without a console role, NotSignedIn as `astakos_user`.
    """
    granted = principal.granted("bursar")
    role = next((role for role in CONSOLE if role in granted), None)
    if role is not None:
        return Actor(principal.name, role)
    if principal.name.startswith("user:"):
        actor = astakos_user(tx, principal)
        if actor.role is Role.ADMIN:
            return actor
    raise NotAllowed(
        "this token opens no console", hint="add one with --grant bursar:viewer, approver or admin"
    )


def placement_roles(tx: Tx, principal: Principal) -> tuple[Mapping[Role, str], frozenset[str]]:
    """The roles of a user in Placement, and the projects whose usages he sees; project admins of
    a world are admins there too. Raises NotSignedIn for users that are not active."""
    granted = dict(principal.granted("placement"))
    if principal.name.startswith("user:"):
        actor = astakos_user(tx, principal)
        granted[Role.USER] = actor.uuid
        if actor.role is Role.ADMIN:
            granted[Role.ADMIN] = ""
    uuid = _active(tx, granted[Role.USER]).uuid
    seats = memberships.memberships_of(tx, uuid)
    return granted, frozenset(seat.project for seat in seats if seat.state in SEATED)


def portal_actor(tx: Tx, principal: Principal) -> Actor:
    """Who acts at the portal of OpenPortal, whose own users may be none of Astakos'; project
    admins of a world are staff there.

    Raises NotAllowed for those without a role, NotSignedIn for users that are not active.
    """
    granted = dict(principal.granted("openportal"))
    himself = principal.name.startswith("user:")
    if himself:
        granted[Role.USER] = principal.name.removeprefix("user:")
    uuid = dashed(granted.get(Role.USER, ""))
    if people.user(tx, uuid) is not None and _active(tx, uuid).is_project_admin and himself:
        granted[Role.ADMIN] = ""
    role = next((role for role in READING if role in granted), None)
    if role is None:
        hint = "add one with --grant openportal:viewer, approver, admin or user:<uuid>"
        raise NotAllowed("this token opens no portal", hint=hint)
    return Actor(principal.name, role, uuid=granted.get(Role.USER, ""))


def dashed(uuid: str) -> str:
    """A uuid as Astakos writes it, whatever form it came in; what is none stays as it is."""
    try:
        return str(UUID(uuid))
    except ValueError:
        return uuid
