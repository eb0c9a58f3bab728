"""`:inventories`: what may be allocated of what there is, and what is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from backend.core.errors import NotFound
from backend.placement.model import InventoryRow, ProviderDetail
from backend.placement.model.entities import MOST
from tui.actions import Action, Scope, bindings
from tui.format.lines import BAD, QUIET, WARN, Build, Look, Part
from tui.format.stock import bar, fitting, inventory, ratio, word
from tui.format.units import percent
from tui.panes import unconnected
from tui.panes.detailpane import DetailPane
from tui.panes.listpane import ListPane
from tui.panes.queried import Wider
from tui.panes.raw import RawPane
from tui.panes.stock_actions import StockActions
from tui.session import Session
from tui.widgets.columns import Column
from tui.widgets.strips import Cell

OVER = "over"


def _left(row: InventoryRow, look: Look) -> Cell:
    text = fitting(row.free, look)
    return (text, BAD) if row.over_by else text


def _share(row: InventoryRow, look: Look) -> Cell:
    told, tone = word(row)
    return percent(row.used, row.capacity), tone if told else ""


def _most(row: InventoryRow, look: Look) -> Cell:
    return ("any", QUIET) if row.stock.max_unit == MOST else fitting(row.stock.max_unit, look)


COLUMNS: tuple[Column[InventoryRow], ...] = (
    Column("provider", "PROVIDER", lambda row, look: row.provider_name, 11, 26, sort="provider",
           middle=True),
    Column("class", "CLASS", lambda row, look: row.resource_class, 10, 20, sort="class",
           middle=True),
    Column("total", "TOTAL", lambda row, look: fitting(row.stock.total, look), 7, 10, 12,
           right=True, drop=20, sort="total"),
    Column("reserved", "RSVD", lambda row, look: fitting(row.stock.reserved, look), 6, 8, 12,
           right=True, drop=30),
    Column("ratio", "RATIO", lambda row, look: ratio(row.stock.allocation_ratio), 5, 6, 12,
           right=True, drop=25),
    Column("min", "MIN", lambda row, look: fitting(row.stock.min_unit, look), 4, 6, 12,
           right=True, drop=60),
    Column("max", "MAX", lambda row, look: _most(row, look), 7, 8, 12, right=True, drop=55),
    Column("step", "STEP", lambda row, look: fitting(row.stock.step_size, look), 4, 6, 12,
           right=True, drop=50),
    Column("used", "USED", lambda row, look: fitting(row.used, look), 7, 10, 12, right=True,
           sort="used", figure=lambda row: row.used),
    Column("capacity", "CAPACITY", lambda row, look: fitting(row.capacity, look), 8, 10, 12,
           right=True, sort="capacity", figure=lambda row: row.capacity),
    Column("left", "LEFT", _left, 7, 10, 12, right=True, sort="free",
           figure=lambda row: row.free),
    Column("bar", "", lambda row, look: bar(row, look, look.width), 8, 20, drop=40),
    Column("share", "FULL", _share, 5, right=True, sort="share"),
    Column("state", "", lambda row, look: word(row), 4, news=True),
)  # fmt: skip


class InventoriesPane(StockActions, ListPane[InventoryRow], inherit_bindings=False):
    """Inventories with their six fields, what they come to, and what is used."""

    SCOPE = Scope.INVENTORIES
    PANE = "constraints"
    NAME = "Inventories"
    SORT = "provider"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.INVENTORIES, Scope.LIST)

    def columns(self) -> Sequence[Column[InventoryRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    def hint(self) -> Part:
        """How many are over, else what can be done."""
        view, edit = self.session.key("inventories.over"), self.session.key("row.edit")
        badges = self.session.badges
        if badges is not None and badges.overfull:
            return f"! {badges.overfull:,} over   {view} shows them   {edit} edits", BAD
        return f"{edit} edits an inventory" if self.list.shown else ""

    async def detail(self, row: InventoryRow) -> Build:
        """The six fields, the sum, who fills it."""
        found = await provider_of(self.session, row)
        return lambda look: inventory(row, found, look)

    def has_stock(self) -> bool:
        """There is a row under the cursor."""
        return self.list.cursor_row is not None

    async def stock_rows(self) -> Sequence[InventoryRow]:
        """The one under the cursor."""
        row = self.list.cursor_row
        return () if row is None else (row,)

    def open_row(self, row: InventoryRow) -> None:
        """The same on the whole screen."""
        self.app.push_screen(InventoryPane(self.session, row))

    def raw(self, row: InventoryRow) -> None:
        """As Placement's own API shows its provider."""
        self.start(show_raw, self, row, group="raw")

    def copied(self, row: InventoryRow) -> str:
        """The uuid of the provider and the class."""
        return f"{row.provider} {row.resource_class}"

    def legend(self, look: Look) -> Iterable[str]:
        """What the sum is, and what being over means."""
        yield "CAPACITY = (TOTAL - RSVD) x RATIO   LEFT = CAPACITY - USED   FULL = share used"
        yield "OVER: what is allocated stays and may shrink; everything else is refused"

    def nothing(self) -> Sequence[str]:
        """Nothing over is good news."""
        if OVER in self.query_shown.view and not self.query_shown.text:
            key = self.session.key("inventories.over")
            return ("Nothing is over its capacity.", f"{key} shows all")
        if self.query_shown.text:
            return super().nothing()
        return ("No provider has an inventory.", ":providers lists providers without any, too")

    def wider(self) -> Wider | None:
        """All for those that are over."""
        if self.query_shown.view != OVER:
            return None
        return Wider("", "among those over their capacity", "among all", "inventories.over")

    def view_facts(self) -> Iterable[Part]:
        """Over only."""
        if self.query_shown.view == OVER:
            yield "over only", WARN

    def action_inventories_over(self) -> None:
        """Only what is over its capacity, or all again."""
        self.ask(view="" if self.query_shown.view == OVER else OVER)

    def refusal(self, action: Action) -> str:
        """The other view needs its system."""
        if action.id == "constraints.view":
            return "".join(unconnected("constraints", self.session.connection.systems)[:1])
        return super().refusal(action)

    def action_constraints_view(self) -> None:
        """The constraints of NICo."""
        self.post_message(self.Ordered("constraints"))


class InventoryPane(StockActions, DetailPane, inherit_bindings=False):
    """One inventory on the whole screen."""

    SCOPE = Scope.INVENTORY
    PANE = "constraints"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.INVENTORY)

    def __init__(self, session: Session, row: InventoryRow) -> None:
        super().__init__(session)
        self.row = row

    def has_stock(self) -> bool:
        """This one."""
        return True

    async def stock_rows(self) -> Sequence[InventoryRow]:
        """As it is displayed."""
        return (self.row,)

    def path(self) -> Sequence[str]:
        """The provider and the class."""
        return ("Inventories", self.row.provider_name, self.row.resource_class)

    async def read(self) -> Build:
        """As it is now. Raises NotFound when it is gone."""
        rows = await self.session.backend.placement.inventories.rows([self.row.key])
        if self.row.key not in rows:
            what = f"{self.row.resource_class} of {self.row.provider_name}"
            raise NotFound(f"there is no inventory of {what} any more", hint="esc goes back")
        row = self.row = rows[self.row.key]
        found = await provider_of(self.session, row)
        return lambda look: inventory(row, found, look)

    def action_row_raw(self) -> None:
        """As Placement's own API shows its provider."""
        self.start(show_raw, self, self.row, group="raw")

    def subject(self) -> tuple[str, object] | None:
        """The uuid of the provider, the class, and the row."""
        return f"{self.row.provider} {self.row.resource_class}", self.row


async def provider_of(session: Session, row: InventoryRow) -> ProviderDetail:
    """The provider of an inventory. Raises NotFound."""
    placement = session.backend.placement
    return await placement.provider((await placement.provider_named(row.provider)).key)


async def show_raw(pane: StockActions, row: InventoryRow) -> None:
    """A provider as Placement's own API shows it. Raises BursarError."""
    placement = pane.session.backend.placement
    key = (await placement.provider_named(row.provider)).key
    path = (*pane.path()[:1], row.provider_name)
    data = await placement.raw_provider(key)
    await pane.app.push_screen(RawPane(pane.session, pane.PANE, path, data))
