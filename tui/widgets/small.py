"""What is shown when the terminal is too small for anything else."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tui.format.lines import wrapped
from tui.widgets.strips import Brush

LEAST = Size(60, 15)
"""What a console can be shown in."""
HEARD = ("quit", "suspend", "redraw")
"""The actions whose keys work where nothing is seen of what others would do."""


def is_too_small(size: Size) -> bool:
    """Whether a terminal shows nothing but that."""
    return size.width < LEAST.width or size.height < LEAST.height


class TooSmall(Widget):
    """Covers the screen of a terminal that is too small."""

    DEFAULT_CSS = "TooSmall { display: none; width: 100%; height: 100%; }"

    def __init__(self, quits: str) -> None:
        """`quits` is the key that quits."""
        super().__init__()
        self._quits = quits.replace("^", "ctrl+", 1)
        self.brush = Brush(self)

    def render_line(self, y: int) -> Strip:
        """How to leave, which comes first, the size there is and the size it takes."""
        size = self.screen.size
        text = f"{self._quits} quits; terminal too small ({size.width}x{size.height}), no other "
        text += f"key works below {LEAST.width}x{LEAST.height}"
        lines = wrapped("small", text, self.size.width, indent=1)
        return self.brush.strip([(lines[y].text if y < len(lines) else "", "")], self.size.width)
