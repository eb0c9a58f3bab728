"""The Backend port: everything a console may ask, whatever answers (design §1, §3).

Reads are listings and details per room; every change is `plan` then `apply`. Implementations:
`embedded` over a database, `served` over a bursar server, `remote` over the dialects.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from backend.backend.standing import (
    ASTAKOS,
    NICO,
    OPENPORTAL,
    PLACEMENT,
    SYSTEMS,
    Badges,
    Connection,
    Link,
    LinkState,
)
from backend.core.listing import Listing, Query
from backend.core.parts import offered

if TYPE_CHECKING:
    from backend.allocations.model import AllocationRow
    from backend.backend.entries import JournalDetail, JournalEffect, JournalRow
    from backend.backend.rooms import Journal, Nico, OpenPortal, Placement, Projects, Quotas
    from backend.core.plan import Command, Plan, Receipt

__getattr__ = offered(__name__, "entries", "rooms")


class Backend(Protocol):
    """What every form of bursar's backend offers. All errors are `BursarError`s."""

    @property
    def connection(self) -> Connection:
        """What this is connected to."""
        ...

    @property
    def link(self) -> Link:
        """How it stands with that now."""
        ...

    @property
    def projects(self) -> Projects:
        """The projects room."""
        ...

    @property
    def quotas(self) -> Quotas:
        """The quotas room."""
        ...

    @property
    def placement(self) -> Placement:
        """The placement room."""
        ...

    @property
    def openportal(self) -> OpenPortal:
        """The OpenPortal room."""
        ...

    @property
    def nico(self) -> Nico:
        """The NICo room."""
        ...

    @property
    def allocations(self) -> Listing[AllocationRow]:
        """Allocations of all systems; scope `project:<uuid>`, `provider:<uuid>`,
        `service:<uuid>`, `code:<project code>`, or those of `Nico.constraints`."""
        ...

    @property
    def journal(self) -> Journal:
        """The journal."""
        ...

    async def badges(self) -> Badges:
        """Counts for the chrome."""
        ...

    async def plan(self, command: Command) -> Plan:
        """What the command would do now. Raises what `apply` would raise."""
        ...

    async def apply(self, plan: Plan, reason: str) -> Receipt:
        """Do what was previewed. Raises PreviewStale when it is no longer the same."""
        ...

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Have `changed(journal head)` called, on any thread, after every change; the function
        returned ends it."""
        ...

    def hurry(self) -> None:
        """Ask a server now that is waited for before it is tried again."""
        ...

    async def close(self) -> None:
        """Finish what is under way and let go."""
        ...


__all__ = [
    "ASTAKOS",
    "Backend",
    "Badges",
    "Connection",
    "Journal",
    "JournalDetail",
    "JournalEffect",
    "JournalRow",
    "Link",
    "LinkState",
    "Listing",
    "NICO",
    "Nico",
    "OPENPORTAL",
    "OpenPortal",
    "PLACEMENT",
    "Placement",
    "Projects",
    "Query",
    "Quotas",
    "SYSTEMS",
]
