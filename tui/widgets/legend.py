"""The lines under a table that explain what is on screen of it, as high as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tui.format.legends import legend
from tui.format.lines import QUIET, Line, Look, line
from tui.widgets.table import ResourceTable
from tui.widgets.text import TextPanel


class Legend(TextPanel, can_focus=False, inherit_bindings=False):
    """Says what `told` does about the columns of `table`, which redraws it when others are on
    screen."""

    def __init__(
        self,
        look: Callable[[], Look],
        table: ResourceTable[Any],
        told: Callable[[Look], Iterable[str]],
    ) -> None:
        super().__init__(look, id="legend")
        self._table, self._told = table, told
        self._build = self._explained

    def redraw(self) -> None:
        """Explain what is on screen now."""
        self.styles.height = len(self._explained(self.look()))
        super().redraw()

    def _explained(self, look: Look) -> list[Line]:
        seen, columns = self._table.on_screen, self._table.columns
        titled = {one.title for one in columns if one.id in seen}
        titles = {one.title: one.title in titled for one in columns}
        return [line("", (f"  {told}", QUIET)) for told in legend(self._told(look), titles)]
