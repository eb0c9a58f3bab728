"""Projects past their end date, to be ended one by one or all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType

from backend.core.listing import Query
from backend.projects.model import ProjectRow, TerminateExpired
from tui.actions import Action, Scope, bindings
from tui.format import ages
from tui.format.lines import WARN, Look, Part
from tui.panes import projects
from tui.panes.pane import Pane
from tui.panes.projects import ProjectsPane
from tui.widgets.columns import Column
from tui.widgets.strips import Cell


def _late(row: ProjectRow, look: Look) -> Cell:
    days = (look.now - row.end_date) // ages.DAY
    return f"{days:,} d", WARN


LATE: Column[ProjectRow] = Column("late", "LATE", _late, 8, right=True, ages=True)
_SPARE = {"app": 40, "state": 5}
"""What gives way to how long over, how many members and how full."""


def _columns() -> Iterator[Column[ProjectRow]]:
    for column in projects.COLUMNS:
        yield replace(column, drop=_SPARE.get(column.id, column.drop))
        if column.id == "ends":
            yield LATE


COLUMNS = tuple(_columns())


class ExpiredPane(ProjectsPane, inherit_bindings=False):
    """The projects of the view `expired`, the longest over first."""

    REVIEWS_ANY = False
    SCOPE = Scope.EXPIRED
    NAME = "Expired"
    SORT = "ends"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.EXPIRED, Scope.LIST)

    @property
    def query_shown(self) -> Query:
        """Always that view."""
        return replace(super().query_shown, view="expired")

    def columns(self) -> Sequence[Column[ProjectRow]]:
        """Those of projects, and how long over."""
        return COLUMNS

    def legend(self, look: Look) -> Iterable[str]:
        """What the short words mean."""
        yield "LATE = days past the end date   TIGHTEST = fullest resource"

    def nothing(self) -> Sequence[str]:
        """That none has expired is good."""
        if self.query_shown.text:
            return super().nothing()
        return ("No project is past its end date.",)

    def view_facts(self) -> Iterable[Part]:
        """Nothing is left out."""
        return ()

    def hint(self) -> Part:
        """How to end them all."""
        count, key = self.list.shown, self.session.key("expired.all")
        return f"{key} ends all {count:,} of them" if count and count > 1 else ""

    def command(self) -> TerminateExpired:
        """What ending them all asks for; a filter does not narrow it."""
        return TerminateExpired(actor=self.session.connection.actor)

    def refusal(self, action: Action) -> str:
        """There has to be one."""
        if action.id == "expired.all":
            none = self.list.shown == 0 and not self.query_shown.text
            return Pane.refusal(self, action) or ("no project has expired" if none else "")
        return super().refusal(action)

    def action_expired_all(self) -> None:
        """End them all, whatever the filter shows."""
        self.change(self.command())
