"""One allocation of whatever system on the whole screen, while it is there and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

from textual.binding import BindingType

from backend.core.errors import NotFound
from backend.nico.model import NicoRow
from backend.openportal.model import PortalRow
from backend.placement.model import ConsumerRow
from tui.actions import Action, Group, Scope, bindings
from tui.format.lines import HEAD, Build, wrapped
from tui.panes.detailpane import DetailPane
from tui.panes.kinds import OF_NONE, AllocationActions
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.session import Session

Allocation = ConsumerRow | PortalRow | NicoRow
OF_IT = ("row.raw",)
"""What needs it, beside changes."""


class Detail(Protocol):
    """All about an allocation."""

    @property
    def row(self) -> Allocation:
        """What lists show of it."""
        ...


DetailT = TypeVar("DetailT", bound=Detail)


class AllocationPane(AllocationActions, DetailPane, Generic[DetailT], inherit_bindings=False):
    """A subclass gives `ask` and `tell`, and may override `end`."""

    SCOPE = Scope.ALLOCATION
    PANE = "allocations"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ALLOCATION)

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.found: DetailT | None = None
        self.gone = ""
        """That it is there no more, `` while it is."""

    async def ask(self) -> DetailT:
        """As it is now. Raises BursarError."""
        raise NotImplementedError

    def tell(self, found: DetailT) -> Build:
        """All about it."""
        raise NotImplementedError

    def called(self) -> str:
        """What it is called, once it was read."""
        return "one of them" if self.found is None else name_of(self.found.row)

    def end(self) -> str:
        """What became of it."""
        return f"{self.called()} is not there any more"

    def of(self) -> Allocation | None:
        """This one, once read, while it is there."""
        return self.found.row if self.found and not self.gone else None

    def refusal(self, action: Action) -> str:
        """What is gone is neither changed nor shown."""
        needs = action.group is Group.DECIDE and action.id not in OF_NONE
        return self.gone if self.gone and (needs or action.id in OF_IT) else super().refusal(action)

    def offers(self, action: Action) -> bool:
        """Nothing is offered that needs it."""
        return super().offers(action) and not (self.gone and self.refusal(action))

    def path(self) -> Sequence[str]:
        """Its name."""
        return ("Allocations", self.called())

    async def read(self) -> Build:
        """As it is now; one that was there may have gone."""
        try:
            found = self.found = await self.ask()
        except NotFound:
            if self.found is None:
                raise
            told = self.gone = self.end()
            return lambda look: wrapped("gone", f"{told}.", look.width, style=HEAD)
        self.gone = ""
        return self.tell(found)

    def action_row_raw(self) -> None:
        """As its system's own API shows it."""
        if self.found is not None:
            self.start(show_raw, self, self.found.row, group="raw")

    def subject(self) -> tuple[str, object] | None:
        """The uuid and the row."""
        return (self.found.row.uuid, self.found.row) if self.found else None


def name_of(row: Allocation) -> str:
    """What people call an allocation."""
    return row.uuid if isinstance(row, ConsumerRow) else row.name


async def show_raw(pane: Pane, row: Allocation) -> None:
    """An allocation as its system's own API shows it. Raises BursarError."""
    backend = pane.session.backend
    if isinstance(row, ConsumerRow):
        data = await backend.placement.raw_consumer(row.key)
    elif isinstance(row, PortalRow):
        data = await backend.openportal.raw_allocation(row.key)
    else:
        data = await backend.nico.raw_allocation(row.key)
    await pane.app.push_screen(
        RawPane(pane.session, pane.PANE, ("Allocations", name_of(row)), data)
    )
