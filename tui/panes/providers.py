"""`:providers`: the trees of providers, what they have, and who holds it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from backend.placement.model import InventoryRow, ProviderDetail, ProviderRow
from tui.actions import Scope, bindings
from tui.format.lines import BAD, QUIET, WARN, Build, Look
from tui.format.stock import provider
from tui.format.units import percent
from tui.panes.detailpane import DetailPane
from tui.panes.listpane import ListPane
from tui.panes.raw import RawPane
from tui.panes.stock_actions import StockActions
from tui.session import Session
from tui.widgets.columns import Column
from tui.widgets.strips import Cell


def _name(row: ProviderRow, look: Look) -> Cell:
    """Below its parent while the list is in the order of the trees."""
    return f"{'  ' * row.depth}{row.name}"


def _fullest(row: ProviderRow, look: Look) -> Cell:
    if row.fullest is None:
        return "-", QUIET
    name, used, capacity = row.fullest
    tone = BAD if used > capacity else WARN if used == capacity else ""
    return f"{name} {percent(used, capacity)}", tone


def _over(row: ProviderRow, look: Look) -> Cell:
    return (f"{row.over:,}", BAD) if row.over else ("-", QUIET)


COLUMNS: tuple[Column[ProviderRow], ...] = (
    Column("name", "PROVIDER", _name, 20, 44, sort="name"),
    Column("uuid", "UUID", lambda row, look: row.provider.uuid, 13, 36, drop=30, middle=True),
    Column("inventories", "CLASSES", lambda row, look: f"{row.inventories:,}", 7, right=True,
           sort="inventories", figure=lambda row: row.inventories),
    Column("consumers", "CONSUMERS", lambda row, look: f"{row.consumers:,}", 9, right=True,
           sort="consumers", figure=lambda row: row.consumers),
    Column("fullest", "FULLEST", _fullest, 15, 24, sort="share"),
    Column("over", "OVER", _over, 4, right=True, sort="over", figure=lambda row: row.over),
    Column("generation", "GEN", lambda row, look: f"{row.provider.generation:,}", 5, right=True,
           drop=20),
)  # fmt: skip


class ProvidersPane(StockActions, ListPane[ProviderRow], inherit_bindings=False):
    """Providers below their parents."""

    SCOPE = Scope.PROVIDERS
    PANE = "constraints"
    NAME = "Providers"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.PROVIDERS, Scope.LIST)

    def columns(self) -> Sequence[Column[ProviderRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    def _order(self) -> str:
        query = self.query_shown
        if not query.sort:
            return "trees from Z" if query.descending else "trees"
        return super()._order()

    async def detail(self, row: ProviderRow) -> Build:
        """What it has, and who holds most of it."""
        found = await self.session.backend.placement.provider(row.key)
        return lambda look: provider(found, look)

    def has_stock(self) -> bool:
        """The provider under the cursor has one."""
        row = self.list.cursor_row
        return row is not None and row.inventories > 0

    async def stock_rows(self) -> Sequence[InventoryRow]:
        """Those of the provider under the cursor."""
        row = self.list.cursor_row
        if row is None:
            return ()
        return (await self.session.backend.placement.provider(row.key)).inventories

    def open_row(self, row: ProviderRow) -> None:
        """Everything about it, on the whole screen."""
        self.app.push_screen(ProviderPane(self.session, row.key))

    def raw(self, row: ProviderRow) -> None:
        """As Placement's own API shows it."""
        self.start(show_raw, self, row, group="raw")

    def copied(self, row: ProviderRow) -> str:
        """The uuid."""
        return row.provider.uuid

    def legend(self, look: Look) -> Iterable[str]:
        """What the short words mean."""
        yield "CLASSES = it has an inventory of   OVER = classes over their capacity"

    def nothing(self) -> Sequence[str]:
        """Services make them."""
        if self.query_shown.text:
            return super().nothing()
        return ("There are no providers.", "What offers resources registers them over the API.")


class ProviderPane(StockActions, DetailPane, inherit_bindings=False):
    """One provider on the whole screen."""

    SCOPE = Scope.PROVIDER
    PANE = "constraints"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.PROVIDER)

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.found: ProviderDetail | None = None

    def has_stock(self) -> bool:
        """It has one."""
        return self.found is not None and bool(self.found.inventories)

    async def stock_rows(self) -> Sequence[InventoryRow]:
        """As they are displayed."""
        return self.found.inventories if self.found else ()

    def path(self) -> Sequence[str]:
        """Its name."""
        return ("Providers", self.found.row.name if self.found else f"provider {self.key}")

    async def read(self) -> Build:
        """As it is now."""
        found = self.found = await self.session.backend.placement.provider(self.key)
        return lambda look: provider(found, look)

    def action_row_raw(self) -> None:
        """As Placement's own API shows it."""
        if self.found is not None:
            self.start(show_raw, self, self.found.row, group="raw")

    def subject(self) -> tuple[str, object] | None:
        """The uuid and the row."""
        return (self.found.row.provider.uuid, self.found.row) if self.found else None


async def show_raw(pane: StockActions, row: ProviderRow) -> None:
    """A provider as Placement's own API shows it. Raises BursarError."""
    data = await pane.session.backend.placement.raw_provider(row.key)
    path = ("Providers", row.name)
    await pane.app.push_screen(RawPane(pane.session, pane.PANE, path, data))
