"""The rows around every pane: what is connected, the panes, where one is, messages, keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from tui.format.lines import Look
from tui.widgets.kept import Kept
from tui.widgets.strips import Brush, Cell, Piece, clipped, pieces, width_of


class Row(Kept):
    """One line with a left and a right part; repaints only when they change."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Row { height: 1; }"

    def __init__(self, look: Callable[[], Look], *, id: str) -> None:
        super().__init__(id=id)
        self.look = look
        self.brush = Brush(self)
        self._left: list[Piece] = []
        self._right: list[Piece] = []

    def show(self, left: Cell, right: Cell = "") -> None:
        """Say something else; the right part gives way when there is no room."""
        shown = (pieces(left), pieces(right))
        if shown != (self._left, self._right):
            self._left, self._right = shown
            self.refresh()

    def notify_style_update(self) -> None:
        """Colours changed."""
        self.brush.forget()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """The line: a cell of margin, left part, gap, right part, a cell of margin."""
        width, glyphs = self.size.width, self.look().glyphs
        right = clipped(self._right, max(0, width - 2), glyphs)
        taken = width_of(right)
        room = width - 2 - (taken + 2 if taken else 0)
        left = clipped(self._left, max(0, room), glyphs)
        gap = max(0, width - 2 - width_of(left) - taken)
        return self.brush.strip([(" ", ""), *left, (" " * gap, ""), *right, (" ", "")], width)


class Tabs(Row):
    """The panes with their counts; a click goes to one."""

    class Chosen(Message):
        """A pane was clicked."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def show_tabs(self, tabs: Sequence[tuple[str, str]], active: str) -> None:
        """Each tab is (pane id, text); they stand closer where there is no room otherwise."""
        self._tabs = tabs
        loose = sum(cell_len(text) + 3 for _, text in tabs) < self.size.width
        self._gap = " " if loose else ""
        found: list[Piece] = []
        for n, (pane, text) in enumerate(tabs):
            on = pane == active
            told = f"[{text}]" if on else f" {text} "
            found += [(self._gap if n else "", ""), (told, "bold" if on else "")]
        self.show(found)

    def on_click(self, event: events.Click) -> None:
        """Which tab is under the pointer."""
        x = 1
        for pane, text in self._tabs:
            x += cell_len(text) + 2 + len(self._gap)
            if event.x < x:
                self.post_message(self.Chosen(pane))
                return
