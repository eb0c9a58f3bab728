"""What tables and texts share: lines of one cell height, scrolled without repainting needlessly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.widget import Widget

from tui.format.lines import Look
from tui.widgets.kept import Kept
from tui.widgets.strips import Brush


class LineView(ScrollView, Kept, can_focus=True, inherit_bindings=False):
    """Lines drawn by `render_line`; the first `HEAD` of them do not scroll."""

    ALLOW_SELECT = False
    HEAD: ClassVar[int] = 0
    # There is no room for a scrollbar at 80 columns; the wheel and the keys scroll.
    DEFAULT_CSS = """
    LineView { overflow-y: scroll; overflow-x: hidden; scrollbar-size: 0 0; }
    """

    def __init__(self, look: Callable[[], Look], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.look = look
        self.brush = Brush(self)

    @property
    def room(self) -> int:
        """Lines that are visible below the head."""
        return max(0, self.size.height - self.HEAD)

    @property
    def top(self) -> int:
        """The first visible line below the head."""
        return self.scroll_offset.y

    def in_view(self) -> tuple[int, int]:
        """The first and the last visible line."""
        return self.top, self.top + max(0, self.room - 1)

    def set_count(self, lines: int) -> None:
        """Say how many lines there are; repaints nothing."""
        size = Size(self.size.width, lines + self.HEAD)
        if size != self.virtual_size:
            # Setting it the loud way lays out the screen and paints it all.
            self.set_reactive(Widget.virtual_size, size)
            self.set_top(self.top)

    def set_top(self, line: int) -> bool:
        """Make a line the first visible one, if there are enough after it; repaints nothing.
        True when that moved anything."""
        line = max(0, min(line, self.virtual_size.height - self.size.height))
        if line == self.top:
            return False
        self.set_reactive(Widget.scroll_y, float(line))
        self.set_reactive(Widget.scroll_target_y, float(line))
        return True

    def repaint(self, lines: Iterable[int]) -> None:
        """Paint those of the lines that are visible."""
        first, last = self.in_view()
        regions = [
            Region(0, line - first + self.HEAD, self.size.width, 1)
            for line in lines
            if first <= line <= last
        ]
        if regions:
            self.refresh(*regions)

    def notify_style_update(self) -> None:
        """Colours changed."""
        self.brush.forget()
        super().notify_style_update()
