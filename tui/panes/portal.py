"""One allocation of OpenPortal on the whole screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from backend.core.errors import BursarError
from backend.openportal.model import PortalDetail, PortalRow
from tui.actions import Scope, bindings
from tui.format.lines import Build
from tui.format.portal_text import allocation
from tui.panes.detailpane import DetailPane
from tui.panes.kinds import AllocationActions
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.session import Session

if TYPE_CHECKING:
    from backend.core.plan import Command


class PortalPane(AllocationActions, DetailPane, inherit_bindings=False):
    """How it stands, what it used this month, what went wrong, who uses it."""

    SCOPE = Scope.ALLOCATION
    PANE = "allocations"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ALLOCATION)

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.found: PortalDetail | None = None

    def of(self) -> PortalRow | None:
        """This one, once read."""
        return self.found.row if self.found else None

    def decide(self, make: Callable[[PortalRow], Command]) -> None:
        """About this one."""
        if self.found is not None:
            try:
                self.change(make(self.found.row))
            except BursarError as error:
                self.session.told(error)

    def path(self) -> Sequence[str]:
        """Its name."""
        return ("Allocations", self.found.row.name if self.found else f"allocation {self.key}")

    async def read(self) -> Build:
        """As it is now."""
        found = self.found = await self.session.backend.openportal.allocation(self.key)
        return lambda look: allocation(found, look)

    def action_row_raw(self) -> None:
        """As OpenPortal's own API shows it."""
        if self.found is not None:
            self.start(show_raw, self, self.found.row, group="raw")

    def subject(self) -> tuple[str, object] | None:
        """The uuid and the row."""
        return (self.found.row.uuid, self.found.row) if self.found else None


async def show_raw(pane: Pane, row: PortalRow) -> None:
    """An allocation as OpenPortal's own API shows it. Raises BursarError."""
    data = await pane.session.backend.openportal.raw_allocation(row.key)
    await pane.app.push_screen(RawPane(pane.session, pane.PANE, ("Allocations", row.name), data))
