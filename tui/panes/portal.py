"""One allocation of OpenPortal on the whole screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from backend.core.errors import BursarError, NotFound
from backend.openportal.model import PortalDetail, PortalRow
from tui.actions import Action, Group, Scope, bindings
from tui.format import portal_text
from tui.format.lines import Build
from tui.panes.detailpane import DetailPane
from tui.panes.kinds import OF_NONE, AllocationActions
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.session import Session

OF_IT = ("row.raw",)
"""What needs it, beside changes."""
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
        self.gone = ""
        """That it is there no more, `` while it is."""

    def of(self) -> PortalRow | None:
        """This one, once read, while it is there."""
        return self.found.row if self.found and not self.gone else None

    def refusal(self, action: Action) -> str:
        """What is gone is neither changed nor shown."""
        needs = action.group is Group.DECIDE and action.id not in OF_NONE
        return self.gone if self.gone and (needs or action.id in OF_IT) else super().refusal(action)

    def offers(self, action: Action) -> bool:
        """Nothing is offered that needs it."""
        return super().offers(action) and not (self.gone and self.refusal(action))

    def decide(self, make: Callable[[PortalRow], Command]) -> None:
        """About this one."""
        if (row := self.of()) is not None:
            try:
                self.change(make(row))
            except BursarError as error:
                self.session.told(error)

    def path(self) -> Sequence[str]:
        """Its name."""
        return ("Allocations", self.found.row.name if self.found else "one of them")

    async def read(self) -> Build:
        """As it is now; one that was there may have gone."""
        try:
            found = self.found = await self.session.backend.openportal.allocation(self.key)
        except NotFound:
            if self.found is None:
                raise
            self.gone = portal_text.end(self.found.row)
            return lambda look: portal_text.gone(self.gone, look)
        self.gone = ""
        return lambda look: portal_text.allocation(found, look, self.session.key)

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
