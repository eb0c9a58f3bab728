"""Who may do and see what (spec astakos §2, permission levels)."""

from __future__ import annotations

from backend.core.errors import NotAllowed
from backend.core.identity import Actor, Role
from backend.projects.model import SEATED, Application, MembershipState, Project, ProjectState


def owns(actor: Actor, project: Project) -> bool:
    """Level OWNER: the owner or a project admin."""
    return actor.is_admin or (actor.uuid != "" and actor.uuid == project.owner)


def applied(actor: Actor, application: Application) -> bool:
    """Level APPLICANT: who filed it or a project admin; not the project's owner."""
    return actor.is_admin or (actor.uuid != "" and actor.uuid == application.applicant)


def require_admin(actor: Actor, what: str) -> None:
    """Level ADMIN. Raises NotAllowed saying `what` only admins do."""
    if not actor.is_admin:
        raise NotAllowed(f"only project admins {what}", hint="ask for the approver role")


def sees_all(actor: Actor) -> bool:
    """True for those who may read whatever there is."""
    return actor.is_admin or actor.role is Role.VIEWER


def sees(actor: Actor, project: Project, membership: MembershipState | None) -> bool:
    """Level ANY: owner level, a public active project, or a seat in it."""
    public = project.state is ProjectState.ACTIVE and not project.private
    return sees_all(actor) or owns(actor, project) or public or membership in SEATED
