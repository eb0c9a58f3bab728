"""`:blocks`: the address space of sites, what is free of it, and who holds its parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from backend.nico.model import BlockDetail, BlockRow
from tui.actions import Scope, bindings
from tui.format import supply
from tui.format.lines import QUIET, Build, Look, Part
from tui.panes.detailpane import DetailPane
from tui.panes.listpane import ListPane
from tui.panes.nico import none_shown
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.session import Session
from tui.widgets.columns import Column

COLUMNS: tuple[Column[BlockRow], ...] = (
    Column("cidr", "BLOCK", lambda row, look: row.block.cidr, 16, 30, sort="cidr", middle=True),
    Column("name", "NAME", lambda row, look: row.block.name, 12, 24, sort="name", middle=True),
    Column("site", "SITE", lambda row, look: row.site_name, 7, 14, sort="site", middle=True),
    Column("routing", "REACHABLE", lambda row, look: row.block.routing, 14, drop=30,
           sort="routing"),
    Column("taken", "GIVEN", lambda row, look: f"{row.taken:,}", 5, right=True, sort="taken",
           figure=lambda row: row.taken),
    Column("share", "", lambda row, look: (supply.share(row), QUIET), 4, right=True, drop=20),
    Column("free", "FREE", lambda row, look: supply.free(row), 9, 12, right=True),
    Column("largest", "LARGEST FREE", lambda row, look: supply.largest(row), 17, 30,
           sort="largest", middle=True),
)  # fmt: skip


async def show_raw(pane: Pane, row: BlockRow) -> None:
    """A block as NICo's own API shows it. Raises BursarError."""
    data = await pane.session.backend.nico.raw_block(row.key)
    path = (BlocksPane.NAME, row.block.cidr)
    await pane.app.push_screen(RawPane(pane.session, pane.PANE, path, data))


class BlocksPane(ListPane[BlockRow], inherit_bindings=False):
    """Blocks of sites."""

    SCOPE = Scope.BLOCKS
    PANE = "constraints"
    NAME = "Blocks"
    SORT = "cidr"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.BLOCKS, Scope.LIST)

    def columns(self) -> Sequence[Column[BlockRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    async def detail(self, row: BlockRow) -> Build:
        """What is free of it, and who holds the rest."""
        found = await self.session.backend.nico.block(row.key)
        return lambda look: supply.block(found, look)

    def open_row(self, row: BlockRow) -> None:
        """The same on the whole screen, with more of its parts."""
        self.app.push_screen(BlockPane(self.session, row.key))

    def raw(self, row: BlockRow) -> None:
        """As NICo's own API shows it."""
        self.start(show_raw, self, row, group="raw")

    def copied(self, row: BlockRow) -> str:
        """The uuid."""
        return row.block.uuid

    def legend(self, look: Look) -> Iterable[str]:
        """What the figures are of."""
        yield "GIVEN = parts that tenants hold   FREE = addresses that nobody was given"
        yield "LARGEST FREE = the shortest prefix that can still be given"

    def hint(self) -> Part:
        """How to find room."""
        sort, filter = self.session.key("list.sort"), self.session.key("list.filter")
        told = f"{sort} LARGEST FREE: the most room first   {filter} largest<=20: room for a /20"
        return told if self.list.shown else ""

    def nothing(self) -> Sequence[str]:
        """Where they come from."""
        if self.query_shown.text:
            return super().nothing()
        return none_shown(self.session, "blocks")


class BlockPane(DetailPane, inherit_bindings=False):
    """One block on the whole screen."""

    SCOPE = Scope.BLOCK
    PANE = "constraints"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.BLOCK)

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.found: BlockDetail | None = None

    def path(self) -> Sequence[str]:
        """Its network."""
        name = self.found.row.block.cidr if self.found else f"block {self.key}"
        return (BlocksPane.NAME, name)

    async def read(self) -> Build:
        """As it is now. Raises NotFound when it is gone."""
        found = self.found = await self.session.backend.nico.block(self.key)
        return lambda look: supply.block(found, look, supply.PIECES)

    def action_row_raw(self) -> None:
        """As NICo's own API shows it."""
        if self.found is not None:
            self.start(show_raw, self, self.found.row, group="raw")

    def subject(self) -> tuple[str, object] | None:
        """The uuid and the row."""
        return (self.found.row.block.uuid, self.found.row) if self.found else None
