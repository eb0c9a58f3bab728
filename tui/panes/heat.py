"""`:heat`: the fullest projects and how full each of their resources is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from backend.core.text import display
from backend.projects.model import ProjectRow
from tui.actions import Scope, bindings
from tui.format import heat
from tui.format.lines import Look
from tui.panes.project_list import ProjectList
from tui.widgets.columns import Column
from tui.widgets.strips import Cell

NAME: Column[ProjectRow] = Column(
    "name", "PROJECT", lambda row, look: row.name, 14, 28, enough=14, sort="name", middle=True
)


def column(resource: str, place: int) -> Column[ProjectRow]:
    """One resource; the later ones go first where there is no room for all."""

    def pool(row: ProjectRow) -> tuple[int, int] | None:
        return next(((u, limit) for name, u, limit in row.tightest if name == resource), None)

    def cell(row: ProjectRow, look: Look) -> Cell:
        found = pool(row)
        return heat.cell(*found, look.width, look.glyphs) if found else ""

    def used(row: ProjectRow) -> int:
        return (pool(row) or (0, 0))[0]

    title = display(resource.rpartition(".")[2])
    return Column(resource, title, cell, heat.NARROW, heat.WIDE, drop=place, figure=used)


class HeatPane(ProjectList, inherit_bindings=False):
    """Projects by resources, the fullest project first."""

    SCOPE = Scope.HEAT
    NAME = "Heat"
    SORT = "tightest"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.HEAT, Scope.LIST)
    _resources: Sequence[str] = ()

    def columns(self) -> Sequence[Column[ProjectRow]]:
        """The project, and one for each resource."""
        return [NAME, *(column(one, n) for n, one in enumerate(self._resources, start=1))]

    def on_mount(self) -> None:
        """Which resources there are is read beside the list."""
        self.start(self._read_resources, group="resources")

    async def _read_resources(self) -> None:
        known = await self.session.backend.quotas.resources()
        found = tuple(one.name for one in sorted(known, key=lambda one: not one.ui_visible))
        if found != self._resources:
            self._resources = found
            self.list.show_columns(self.columns())

    async def refresh_data(self) -> None:
        """Another resource is another column."""
        await self._read_resources()
        await super().refresh_data()

    def path(self) -> Sequence[str]:
        """Where it belongs."""
        return ("Projects", self.NAME)

    def _order(self) -> str:
        if self.query_shown.sort == self.SORT:
            return f"{'least' if self.query_shown.descending else 'fullest'} first"
        return super()._order()

    def legend(self, look: Look) -> Iterable[str]:
        """What the shades stand for."""
        yield heat.legend(look.glyphs)
        yield "blank: not used, or without a limit   of 0: used, and the limit is 0"

    def nothing(self) -> Sequence[str]:
        """That nothing is used is no fault."""
        if self.query_shown.text:
            return super().nothing()
        return ("No project uses anything that is limited.",)
