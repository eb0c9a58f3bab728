"""The detail of one object on the whole screen."""

from __future__ import annotations

from textual.app import ComposeResult

from tui.format.lines import QUIET, Build, Part
from tui.panes.pane import MORE, Pane
from tui.widgets.text import TextPanel


class DetailPane(Pane, inherit_bindings=False):
    """A text that is read anew when data changes; a subclass gives `read`."""

    async def read(self) -> Build:
        """What to show. Raises BursarError."""
        raise NotImplementedError

    def body(self) -> ComposeResult:
        """The text alone."""
        yield TextPanel(self.session.look, id="text")

    def hint(self) -> Part:
        """Whether there is more of it."""
        return (MORE, QUIET) if self.query_one(TextPanel).overflows else ""

    async def refresh_data(self) -> None:
        """Read it again."""
        self.query_one(TextPanel).show(await self.read())
        self.show_chrome()

    def tick(self) -> None:
        """Ages grow."""
        self.query_one(TextPanel).redraw()

    redraw = tick
