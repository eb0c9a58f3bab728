"""A backend that only looks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from backend.backend import Backend, Connection, Link
from backend.core.errors import ReadOnly
from backend.core.listing import Listing

if TYPE_CHECKING:
    from backend.allocations.model import AllocationRow
    from backend.backend import Nico, OpenPortal, Placement, Projects
    from backend.core.plan import Plan, Receipt


class ReadOnlyBackend:
    """A backend through which nothing can be changed, whatever asks (ux-anchors §4.6)."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.quotas, self.journal = backend.quotas, backend.journal
        self.badges, self.plan = backend.badges, backend.plan
        self.watch, self.hurry, self.close = backend.watch, backend.hurry, backend.close

    @property
    def projects(self) -> Projects:
        """Those of what is behind it, as who has signed in there sees them."""
        return self._backend.projects

    @property
    def placement(self) -> Placement:
        """The placement room, once it is asked for."""
        return self._backend.placement

    @property
    def openportal(self) -> OpenPortal:
        """The OpenPortal room, once it is asked for."""
        return self._backend.openportal

    @property
    def nico(self) -> Nico:
        """The NICo room, once it is asked for."""
        return self._backend.nico

    @property
    def allocations(self) -> Listing[AllocationRow]:
        """Allocations of all systems, once they are asked for."""
        return self._backend.allocations

    @property
    def connection(self) -> Connection:
        """What is behind it, read-only."""
        return replace(self._backend.connection, read_only=True)

    @property
    def link(self) -> Link:
        """That of what is behind it."""
        return self._backend.link

    async def apply(self, plan: Plan, reason: str) -> Receipt:
        """Refuse. Raises ReadOnly."""
        raise ReadOnly("this session is read-only", hint="start another session")
