"""One quota row on the whole screen: the figures, who else uses the pool, what is pending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import ClassVar

from textual.binding import BindingType

from backend.quotas.model import Explanation
from tui.actions import Scope, bindings
from tui.format import names
from tui.format.explain import explanation, in_words
from tui.format.lines import Build
from tui.format.sparks import DAY, STRETCHES
from tui.panes.detailpane import DetailPane
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.session import Session
from tui.widgets.overlay import Overlay


class QuotaPane(DetailPane, inherit_bindings=False):
    """The whole story of one holding."""

    SCOPE = Scope.QUOTA
    PANE = "quotas"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.QUOTA)

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.found: Explanation | None = None

    def path(self) -> Sequence[str]:
        """Whose it is, from where, of what."""
        if self.found is None:
            return ("Quotas", f"holding {self.key}")
        row = self.found.row
        return ("Quotas", names.brief_person(row.holder), names.project(row), row.resource)

    async def read(self) -> Build:
        """The figures now."""
        quotas = self.session.backend.quotas
        found = self.found = await quotas.explain(self.key)
        past = await quotas.history([self.key], DAY, STRETCHES)
        return lambda look: explanation(found, look, past.get(self.key))

    def action_quotas_explain(self) -> None:
        """The effective limit as a sum in words."""
        if self.found is not None:
            explain(self, self.found)

    def action_row_raw(self) -> None:
        """Every field."""
        if self.found is not None:
            data = asdict(self.found)
            self.app.push_screen(RawPane(self.session, self.PANE, self.path(), data))

    def subject(self) -> tuple[str, object] | None:
        """The three names that the API knows it by, and the row."""
        if self.found is None:
            return None
        row = self.found.row
        return f"user:{row.holder_id} project:{row.project_id} {row.resource}", row


def explain(pane: Pane, found: Explanation) -> None:
    """Say in words over a screen why the effective limit is what it is."""
    row = found.row
    title = f"{names.brief_person(row.holder)}  {names.project(row)}  {row.resource}"
    pane.app.push_screen(Overlay(title, lambda look: in_words(row, look), pane.session.look))
