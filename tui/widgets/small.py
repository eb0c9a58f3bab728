"""What is shown when the terminal is too small for anything else."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.strips import Brush


class TooSmall(Widget):
    """Covers the screen below 60x15; the keys go on working, so it can be left."""

    DEFAULT_CSS = "TooSmall { display: none; width: 100%; height: 100%; }"

    def __init__(self) -> None:
        super().__init__()
        self.brush = Brush(self)

    def render_line(self, y: int) -> Strip:
        """The size there is and the size it takes."""
        size = self.screen.size
        text = f" terminal too small ({size.width}x{size.height})"
        lines = (text, " 60x15 is the least", " ctrl+q quits")
        return self.brush.strip([(lines[y] if y < len(lines) else "", "")], self.size.width)
