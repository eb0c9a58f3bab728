"""`:services`: the services of OpenPortal, which people read as clusters, and how they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import ClassVar

from textual.binding import BindingType

from backend.openportal.model import ServiceRow
from tui.actions import Scope, bindings
from tui.format import codes
from tui.format.lines import BAD, QUIET, Build, Look
from tui.panes.listpane import ListPane
from tui.panes.raw import RawPane
from tui.panes.rowpane import RowPane
from tui.widgets.columns import Column
from tui.widgets.strips import Cell


def _kind(row: ServiceRow, look: Look) -> Cell:
    return "OPR" if row.service.remote else "OPL"


def _erred(row: ServiceRow, look: Look) -> Cell:
    return (f"{row.erred:,}", BAD) if row.erred else ("-", QUIET)


def _error(row: ServiceRow, look: Look) -> Cell:
    return (row.service.error_message, codes.service_state(row)[1] or QUIET)


COLUMNS: tuple[Column[ServiceRow], ...] = (
    Column("kind", "KIND", _kind, 4),
    Column("name", "SERVICE", lambda row, look: row.service.name, 16, 36, sort="name", middle=True),
    Column("state", "STATE", lambda row, look: codes.service_state(row), 10, 18, sort="state",
           news=True),
    Column("allocations", "ALLOCS", lambda row, look: f"{row.allocations:,}", 7, right=True,
           sort="allocations", figure=lambda row: row.allocations),
    Column("erred", "ERRED", _erred, 5, right=True, sort="erred", figure=lambda row: row.erred),
    Column("error", "ERROR", _error, 20, 60, drop=10),
)  # fmt: skip


def _data(row: ServiceRow) -> Mapping[str, object]:
    return asdict(row.service)


class ServicesPane(ListPane[ServiceRow], inherit_bindings=False):
    """Services."""

    SCOPE = Scope.SERVICES
    PANE = "allocations"
    NAME = "Services"
    SORT = "name"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.SERVICES, Scope.LIST)

    def columns(self) -> Sequence[Column[ServiceRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    async def detail(self, row: ServiceRow) -> Build:
        """How it stands."""
        return lambda look: codes.service(row, look)

    def open_row(self, row: ServiceRow) -> None:
        """The same on the whole screen."""
        self.app.push_screen(ServicePane(self.session, row.key))

    def raw(self, row: ServiceRow) -> None:
        """As it is kept."""
        path = (self.NAME, row.service.name)
        self.app.push_screen(RawPane(self.session, self.PANE, path, _data(row)))

    def copied(self, row: ServiceRow) -> str:
        """The uuid."""
        return row.service.uuid

    def legend(self, look: Look) -> Iterable[str]:
        """What the short words mean."""
        yield "OPL driven from here   OPR another portal   ERRED of its ALLOCATIONS"


class ServicePane(RowPane[ServiceRow], inherit_bindings=False):
    """One service on the whole screen."""

    SCOPE = Scope.SERVICE
    PANE = "allocations"
    NAME = "Services"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.SERVICE)

    async def built(self, row: ServiceRow) -> Build:
        """How it stands."""
        return lambda look: codes.service(row, look)

    def called(self, row: ServiceRow) -> str:
        """Its name."""
        return row.service.name

    def copied(self, row: ServiceRow) -> str:
        """The uuid."""
        return row.service.uuid

    def data(self, row: ServiceRow) -> Mapping[str, object]:
        """As it is kept."""
        return _data(row)
