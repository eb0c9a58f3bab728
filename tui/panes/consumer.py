"""One consumer of Placement on the whole screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from backend.placement.model import ConsumerDetail, ConsumerRow
from tui.actions import Scope, bindings
from tui.format.consumers import consumer
from tui.format.lines import Build
from tui.panes.detailpane import DetailPane
from tui.panes.kinds import AllocationActions
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.session import Session


class ConsumerPane(AllocationActions, DetailPane, inherit_bindings=False):
    """Whose it is, and what it holds of each provider."""

    SCOPE = Scope.ALLOCATION
    PANE = "allocations"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ALLOCATION)

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.found: ConsumerDetail | None = None

    def of(self) -> ConsumerRow | None:
        """This one, once read."""
        return self.found.row if self.found else None

    async def consumer_found(self) -> ConsumerDetail | None:
        """As it is displayed."""
        return self.found

    def path(self) -> Sequence[str]:
        """Its uuid."""
        return ("Allocations", self.found.row.uuid if self.found else f"consumer {self.key}")

    async def read(self) -> Build:
        """What it holds now."""
        found = self.found = await self.session.backend.placement.consumer(self.key)
        return lambda look: consumer(found, look)

    def action_row_raw(self) -> None:
        """As Placement's own API shows it."""
        if self.found is not None:
            self.start(show_raw, self, self.found.row, group="raw")

    def subject(self) -> tuple[str, object] | None:
        """The uuid and the row."""
        return (self.found.row.uuid, self.found.row) if self.found else None


async def show_raw(pane: Pane, row: ConsumerRow) -> None:
    """A consumer as Placement's own API shows it. Raises BursarError."""
    data = await pane.session.backend.placement.raw_consumer(row.key)
    await pane.app.push_screen(RawPane(pane.session, pane.PANE, ("Allocations", row.uuid), data))
