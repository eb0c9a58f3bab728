"""Who may see and change what (spec openportal §2.4)."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.errors import NotAllowed, NotFound
from backend.openportal.model import PortalProject, Service

NOBODY: frozenset[str] = frozenset()
NOT_YOURS = "You do not have permission to perform this action."
NOT_HERE = "You do not have permissions to create allocation for given project."


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is at the portal: `owned` are customers (uuids) of an owner, `led` the
    projects of a manager or admin; `customers` and `projects` those with any role."""

    staff: bool = False
    support: bool = False
    owned: frozenset[str] = NOBODY
    led: frozenset[str] = NOBODY
    customers: frozenset[str] = NOBODY
    projects: frozenset[str] = NOBODY

    @property
    def sees_all(self) -> bool:
        """Whether nothing is hidden."""
        return self.staff or self.support

    def sees(self, project: PortalProject) -> bool:
        """Whether a project, and so its allocations, is visible."""
        return self.sees_all or project.uuid in self.projects or project.customer in self.customers

    def manages(self, project: PortalProject) -> bool:
        """Whether somebody is what §2.3 calls a project admin."""
        return self.staff or project.uuid in self.led or project.customer in self.owned

    def sees_service(self, service: Service) -> bool:
        """Whether a service may be named."""
        return self.sees_all or service.shared or service.customer in self.customers


def require_seen(standing: Standing, project: PortalProject, what: str) -> None:
    """Raises NotFound: what is not visible does not exist."""
    if not standing.sees(project):
        raise NotFound(f"there is no {what}")


def require_manager(standing: Standing, project: PortalProject, told: str = NOT_YOURS) -> None:
    """Raises NotAllowed, with what the dialect says, `detail`."""
    if not standing.manages(project):
        raise NotAllowed(
            f"only admins of {project.name}, its organisation's owners and staff change this",
            hint="ask one of them",
            data={"detail": told},
        )


def require_staff(standing: Standing, what: str) -> None:
    """Raises NotAllowed saying that `what` only staff do."""
    if not standing.staff:
        raise NotAllowed(
            f"only staff {what}", hint="ask for the admin role", data={"detail": NOT_YOURS}
        )
