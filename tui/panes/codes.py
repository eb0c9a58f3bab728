"""`:codes`: project codes, the limit of each once however many services it is on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import ClassVar

from textual.binding import BindingType

from backend.core.listing import Query
from backend.openportal.model import CodeRow, PortalRow
from tui.actions import Scope, bindings
from tui.format import codes, portal
from tui.format.lines import BAD, QUIET, Build, Look
from tui.format.units import UNKNOWN
from tui.panes.listpane import ListPane
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.panes.related import quoted
from tui.panes.rowpane import RowPane
from tui.widgets.columns import Column
from tui.widgets.strips import Cell

SERVICES_SHOWN = 100


def _use(row: CodeRow, look: Look) -> Cell:
    told, tone = portal.share(row.usage, row.node_limit, look)
    sign = portal.sign_of(row.usage, row.node_limit)
    if row.exceeded is not None:
        sign, tone = "OVER", BAD
    return [(f"{told:>4}", tone), (f" {sign}" if sign else "", tone)]


COLUMNS: tuple[Column[CodeRow], ...] = (
    Column("code", "CODE", lambda row, look: row.code, 12, 30, sort="code", middle=True),
    Column("project", "PROJECT", lambda row, look: row.project_name or (UNKNOWN, QUIET), 16, 32,
           middle=True),
    Column("limit", "LIMIT ONCE", codes.code_limit, 11, right=True, news=True),
    Column("used", "USED (MONTH)", lambda row, look: portal.hours(row.usage, look), 12, right=True,
           sort="used", figure=lambda row: row.usage),
    Column("use", "USE", _use, 9, sort="share"),
    Column("services", "ON", lambda row, look: ", ".join(row.services), 12, 40, drop=10,
           sort="services"),
)  # fmt: skip


async def told(pane: Pane, row: CodeRow) -> Build:
    """A code with its allocations. Raises BursarError."""
    listing = pane.session.backend.allocations
    found = await listing.page(Query(f"code={quoted(row.code)}"), SERVICES_SHOWN)
    rows = [one.of for one in found if isinstance(one.of, PortalRow)]
    return lambda look: codes.code(row, rows, look)


def _data(row: CodeRow) -> Mapping[str, object]:
    return asdict(row)


class CodesPane(ListPane[CodeRow], inherit_bindings=False):
    """Project codes."""

    SCOPE = Scope.CODES
    PANE = "allocations"
    NAME = "Codes"
    SORT, DESCENDING = "share", True
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.CODES, Scope.LIST)

    def columns(self) -> Sequence[Column[CodeRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    async def detail(self, row: CodeRow) -> Build:
        """Its allocations by service."""
        return await told(self, row)

    def open_row(self, row: CodeRow) -> None:
        """The same on the whole screen."""
        self.app.push_screen(CodePane(self.session, row.key))

    def raw(self, row: CodeRow) -> None:
        """As it is listed."""
        path = (self.NAME, row.code)
        self.app.push_screen(RawPane(self.session, self.PANE, path, _data(row)))

    def copied(self, row: CodeRow) -> str:
        """The code."""
        return row.code

    def legend(self, look: Look) -> Iterable[str]:
        """What the short words mean."""
        yield "CODE = a project's name at its services, which share its limit"
        yield "USED = node-hours this month so far, of all its services"


class CodePane(RowPane[CodeRow], inherit_bindings=False):
    """One code on the whole screen."""

    SCOPE = Scope.CODE
    PANE = "allocations"
    NAME = "Codes"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.CODE)

    async def built(self, row: CodeRow) -> Build:
        """Its allocations by service."""
        return await told(self, row)

    def called(self, row: CodeRow) -> str:
        """The code."""
        return row.code

    copied = called

    def data(self, row: CodeRow) -> Mapping[str, object]:
        """As it is listed."""
        return _data(row)
