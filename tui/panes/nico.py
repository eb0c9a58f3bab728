"""One allocation of NICo on the whole screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from backend.nico.model import NicoDetail, NicoRow
from tui.actions import Scope, bindings
from tui.format.lines import Build
from tui.format.nico import constraint
from tui.format.supply import UNSHOWN
from tui.panes.detailpane import DetailPane
from tui.panes.kinds import AllocationActions
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.session import Session


class NicoPane(AllocationActions, DetailPane, inherit_bindings=False):
    """What it gives, what that may become, what stands in the way."""

    SCOPE = Scope.ALLOCATION
    PANE = "allocations"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ALLOCATION)

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.found: NicoDetail | None = None

    def of(self) -> NicoRow | None:
        """This one, once read."""
        return self.found.row if self.found else None

    def path(self) -> Sequence[str]:
        """Its name."""
        return ("Allocations", self.found.row.name if self.found else f"allocation {self.key}")

    async def read(self) -> Build:
        """As it is now."""
        found = self.found = await self.session.backend.nico.allocation(self.key)
        return lambda look: constraint(found, look)

    def action_row_raw(self) -> None:
        """As NICo's own API shows it."""
        if self.found is not None:
            self.start(show_raw, self, self.found.row, group="raw")

    def subject(self) -> tuple[str, object] | None:
        """The uuid and the row."""
        return (self.found.row.uuid, self.found.row) if self.found else None


def none_shown(session: Session, what: str) -> Sequence[str]:
    """Why there are none of these in a list, and where they come from."""
    if why := session.lacking(["CreateNicoAllocation"]):
        return (UNSHOWN.format(what), why)
    return (f"There are no {what}.", "They come over NICo's API, or with a world file.")


async def show_raw(pane: Pane, row: NicoRow) -> None:
    """An allocation as NICo's own API shows it. Raises BursarError."""
    data = await pane.session.backend.nico.raw_allocation(row.key)
    await pane.app.push_screen(RawPane(pane.session, pane.PANE, ("Allocations", row.name), data))
