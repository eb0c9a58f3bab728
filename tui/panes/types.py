"""`:types`: what machines there are of each kind, and who has how many of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from backend.core.listing import Query
from backend.nico.model import TypeRow
from tui.actions import Scope, bindings
from tui.format import nico, supply
from tui.format.lines import QUIET, Build, Look, Part
from tui.format.units import UNKNOWN, percent
from tui.panes.listpane import ListPane
from tui.panes.nico import none_shown
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.panes.rowpane import RowPane
from tui.widgets.columns import Column
from tui.widgets.strips import Cell

CONSTRAINTS_READ = 500
"""What is given of a type, of which as much is read."""


def _ready(row: TypeRow, look: Look) -> Cell:
    return (UNKNOWN, QUIET) if row.ready is None else f"{row.ready:,}"


def _most(row: TypeRow, look: Look) -> Cell:
    return f"{row.holder} {row.holds:,}" if row.holder else ("-", QUIET)


COLUMNS: tuple[Column[TypeRow], ...] = (
    Column("name", "TYPE", lambda row, look: row.name, 13, 28, sort="name", middle=True),
    Column("site", "SITE", lambda row, look: row.site_name, 8, 16, sort="site", middle=True),
    Column("machines", "MACHINES", lambda row, look: f"{row.assigned:,}", 8, right=True,
           sort="machines", figure=lambda row: row.assigned),
    Column("ready", "READY", _ready, 6, right=True, sort="ready",
           figure=lambda row: row.ready),
    Column("allocated", "GIVEN", lambda row, look: f"{row.allocated:,}", 6, right=True,
           sort="allocated", figure=lambda row: row.allocated),
    Column("share", "", lambda row, look: (percent(row.allocated, row.assigned), QUIET), 4,
           right=True, drop=20),
    Column("used", "USED", lambda row, look: nico.used(row), 6, right=True, sort="used",
           figure=lambda row: row.used),
    Column("room", "LEFT", lambda row, look: supply.room(row), 5, right=True, sort="room",
           figure=lambda row: row.room),
    Column("usable", "READY LEFT", lambda row, look: supply.usable(row), 10, right=True,
           sort="usable", figure=lambda row: row.usable),
    Column("status", "STATUS", lambda row, look: (row.status, QUIET), 6, 12, drop=30),
    Column("most", "MOST BY", _most, 10, 20, drop=40, middle=True),
)  # fmt: skip


async def told(pane: Pane, row: TypeRow) -> Build:
    """A type with who has how many of its machines. Raises BursarError."""
    listing = pane.session.backend.nico.constraints
    query = Query(scope=f"type:{row.uuid}", sort="tenant")
    given = await listing.page(query, CONSTRAINTS_READ)
    return lambda look: supply.instance_type(row, given, look)


async def show_raw(pane: Pane, row: TypeRow) -> None:
    """A type as NICo's own API shows it. Raises BursarError."""
    data = await pane.session.backend.nico.raw_type(row.key)
    await pane.app.push_screen(RawPane(pane.session, pane.PANE, (TypesPane.NAME, row.name), data))


class TypesPane(ListPane[TypeRow], inherit_bindings=False):
    """Instance types."""

    SCOPE = Scope.TYPES
    PANE = "constraints"
    NAME = "Types"
    SORT = "name"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.TYPES, Scope.LIST)

    def columns(self) -> Sequence[Column[TypeRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    async def detail(self, row: TypeRow) -> Build:
        """Its machines, and who has them."""
        return await told(self, row)

    def open_row(self, row: TypeRow) -> None:
        """The same on the whole screen."""
        self.app.push_screen(TypePane(self.session, row.key))

    def raw(self, row: TypeRow) -> None:
        """As NICo's own API shows it."""
        self.start(show_raw, self, row, group="raw")

    def copied(self, row: TypeRow) -> str:
        """The uuid."""
        return row.uuid

    def legend(self, look: Look) -> Iterable[str]:
        """What the figures are of."""
        yield "GIVEN = to tenants, who may hold more than they have USED"
        yield "LEFT = machines that nobody was given   READY LEFT = those that work"

    def hint(self) -> Part:
        """How to find machines."""
        filter = self.session.key("list.filter")
        told = f"{filter} room>0 has what can still be given   full what cannot"
        return told if self.list.shown else ""

    def nothing(self) -> Sequence[str]:
        """Where they come from."""
        if self.query_shown.text:
            return super().nothing()
        return none_shown(self.session, "instance types")


class TypePane(RowPane[TypeRow], inherit_bindings=False):
    """One instance type on the whole screen."""

    SCOPE = Scope.TYPE
    PANE = "constraints"
    NAME = "Types"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.TYPE)

    async def built(self, row: TypeRow) -> Build:
        """Its machines, and who has them."""
        return await told(self, row)

    def called(self, row: TypeRow) -> str:
        """Its name."""
        return row.name

    def copied(self, row: TypeRow) -> str:
        """The uuid."""
        return row.uuid

    def action_row_raw(self) -> None:
        """As NICo's own API shows it."""
        if self.row is not None:
            self.start(show_raw, self, self.row, group="raw")
