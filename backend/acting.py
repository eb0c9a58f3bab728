"""A Backend as seen by one of its principals: who acts, and what the role lets do (design §5)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Protocol

from backend.allocations.model import AllocationRow
from backend.backend import (
    Backend,
    Badges,
    Connection,
    Journal,
    Link,
    Listing,
    Nico,
    OpenPortal,
    Placement,
    Projects,
    Quotas,
)
from backend.core.errors import NotAllowed
from backend.core.identity import Actor, Role
from backend.core.once import Once
from backend.core.plan import Command, Plan, Receipt
from backend.projects.model import (
    ApplicationCommand,
    ChangeMembership,
    EnrollMember,
    JoinProject,
    SubmitApplication,
)
from backend.quotas.model import AcceptCommission, RejectCommission

DECISIONS = (
    ApplicationCommand,
    SubmitApplication,
    ChangeMembership,
    EnrollMember,
    JoinProject,
    AcceptCommission,
    RejectCommission,
)
"""What an approver does: applications, memberships and commissions."""


def refusal(role: Role, command: type[Command]) -> str:
    """Why this role may not give such a command through a console, `` when it may."""
    if role is Role.ADMIN:
        return ""
    if role is not Role.APPROVER:
        return f"your role is {role}"
    if issubclass(command, DECISIONS):
        return ""
    return "approvers decide on applications, memberships and commissions only"


class Repeatable(Backend, Protocol):
    """A Backend that can be told the same thing twice, as by a client that heard no answer."""

    async def carry_out(
        self,
        command: Command,
        fingerprint: str,
        reason: str,
        wanted: Once | None = None,
        takes_back: int = 0,
    ) -> Receipt:
        """`apply` of the command whose plan had this fingerprint, once for every key. Raises
        Conflict, too, when the key was used for something else."""
        ...

    def world(self) -> AsyncGenerator[bytes, None]:
        """Everything as a world file, in pieces. Raises NotAllowed at once, StorageError later."""
        ...


class Acting:
    """The same backend for another actor, who answers for every command, whatever it says.

    It lives as long as the backend: closing it closes nothing.
    """

    def __init__(self, backend: Repeatable, projects: Projects, connection: Connection) -> None:
        self._backend = backend
        self.connection = connection
        self.projects = projects

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.connection.actor

    @property
    def link(self) -> Link:
        """That of the backend."""
        return self._backend.link

    @property
    def quotas(self) -> Quotas:
        """The quotas room."""
        return self._backend.quotas

    @property
    def placement(self) -> Placement:
        """The placement room."""
        return self._backend.placement

    @property
    def openportal(self) -> OpenPortal:
        """The OpenPortal room."""
        return self._backend.openportal

    @property
    def nico(self) -> Nico:
        """The NICo room."""
        return self._backend.nico

    @property
    def allocations(self) -> Listing[AllocationRow]:
        """Allocations of all systems."""
        return self._backend.allocations

    @property
    def journal(self) -> Journal:
        """The journal."""
        return self._backend.journal

    async def badges(self) -> Badges:
        """Counts for the chrome."""
        return await self._backend.badges()

    async def plan(self, command: Command) -> Plan:
        """What the command would do now. Raises NotAllowed where the role does not let."""
        return await self._backend.plan(self._own(command))

    async def apply(self, plan: Plan, reason: str) -> Receipt:
        """Do what was previewed. Raises NotAllowed where the role does not let."""
        told = (plan.command, plan.fingerprint, reason)
        return await self.carry_out(*told, takes_back=plan.takes_back)

    async def carry_out(
        self,
        command: Command,
        fingerprint: str,
        reason: str,
        wanted: Once | None = None,
        takes_back: int = 0,
    ) -> Receipt:
        """`apply` of what had this fingerprint, once however often it is asked for."""
        told = (self._own(command), fingerprint, reason, wanted, takes_back)
        return await self._backend.carry_out(*told)

    def world(self) -> AsyncGenerator[bytes, None]:
        """Everything as a world file, for admins. Raises NotAllowed."""
        if self.actor.role is not Role.ADMIN:
            raise NotAllowed(
                f"only admins export all there is; {refusal(self.actor.role, Command)}",
                hint="ask whoever gives out tokens",
            )
        return self._backend.world()

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Hear of every change."""
        return self._backend.watch(changed)

    def hurry(self) -> None:
        """Ask a server now that is waited for."""
        self._backend.hurry()

    async def close(self) -> None:
        """Nothing to let go."""

    def _own(self, command: Command) -> Command:
        reason = refusal(self.actor.role, type(command))
        if reason:
            raise NotAllowed(reason, hint="ask whoever gives out tokens")
        return replace(command, actor=self.actor)
