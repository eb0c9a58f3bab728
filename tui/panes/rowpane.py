"""The detail of one row on the whole screen, where a list tells all that there is to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic

from backend.core.errors import NotFound
from tui.format.lines import Build
from tui.panes.detailpane import DetailPane
from tui.panes.raw import RawPane
from tui.session import Session
from tui.widgets.rows import RowT


class RowPane(DetailPane, Generic[RowT], inherit_bindings=False):
    """A subclass says with `built` how its row is told, and gives `name`, `copied` and `data`."""

    NAME = ""

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.row: RowT | None = None

    async def built(self, row: RowT) -> Build:
        """The text. Raises BursarError."""
        raise NotImplementedError

    def called(self, row: RowT) -> str:
        """What the breadcrumb calls it."""
        raise NotImplementedError

    def copied(self, row: RowT) -> str:
        """What `c` copies."""
        raise NotImplementedError

    def data(self, row: RowT) -> Mapping[str, object]:
        """What `y` shows."""
        raise NotImplementedError

    def path(self) -> Sequence[str]:
        """Its name."""
        return (self.NAME, self.called(self.row) if self.row is not None else f"row {self.key}")

    async def read(self) -> Build:
        """The row as it is now. Raises NotFound when it is gone."""
        found = await self.session.listing(self.SCOPE).rows([self.key])
        if self.key not in found:
            raise NotFound("it is not there any more", hint="esc goes back")
        self.row = found[self.key]
        return await self.built(found[self.key])

    def action_row_raw(self) -> None:
        """As it is kept."""
        if self.row is not None:
            data = self.data(self.row)
            self.app.push_screen(RawPane(self.session, self.PANE, self.path(), data))

    def subject(self) -> tuple[str, object] | None:
        """What identifies it, and the row."""
        return (self.copied(self.row), self.row) if self.row is not None else None
