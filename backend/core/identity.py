"""Who acts: the identity that every command carries and the journal keeps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A grant of design §5; `ADMIN` and `APPROVER` are project admins in Astakos."""

    ADMIN = "admin"
    APPROVER = "approver"
    VIEWER = "viewer"
    SERVICE = "service"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated principal: `name` as journalled, `uuid` when an Astakos user,
    `component` when a service's own token acts."""

    name: str
    role: Role
    uuid: str = ""
    component: str = ""

    @property
    def is_admin(self) -> bool:
        """True where Astakos asks for a project admin."""
        return self.role in (Role.ADMIN, Role.APPROVER)

    @property
    def may_change(self) -> bool:
        """True where something may be changed, be it only what is one's own."""
        return self.is_admin or self.role is Role.USER


def operator(name: str) -> Actor:
    """The OS user in front of an embedded database: admin, without an Astakos uuid."""
    return Actor(f"operator:{name}", Role.ADMIN)
