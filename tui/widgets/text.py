"""A text of many lines: details, raw views, help; only lines that differ are repainted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from tui.actions import Scope, bindings
from tui.format.lines import Build, Line, Look
from tui.widgets.lineview import LineView
from tui.widgets.strips import Piece, clipped, safe


class TextPanel(LineView, inherit_bindings=False):
    """Shows what a `Build` makes of the panel's width; scrolls by the keys of lists."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.TEXT)

    class Overflow(Message):
        """Whether there is more below is not as it was."""

    def __init__(self, look: Callable[[], Look], *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._build: Build = lambda look: ()
        self._lines: list[Line] = []
        self._overflowed = False

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown, as laid out for the present width."""
        return self._lines

    @property
    def overflows(self) -> bool:
        """True when there is more of it below what is seen."""
        return len(self._lines) > self.top + self.room

    def show(self, build: Build, *, home: bool = False) -> None:
        """Show another text; `home` scrolls to its start."""
        self._build = build
        if home:
            self.go_to(0)
        self.redraw()

    def redraw(self) -> None:
        """Lay the text out again; paints only lines that became different."""
        before = self._lines
        width = self.size.width
        self._lines = list(self._build(replace(self.look(), width=width))) if width else []
        self.set_count(len(self._lines))
        most = max(len(before), len(self._lines))
        self.repaint(n for n in range(most) if self._at(before, n) != self._at(self._lines, n))
        self._tell_overflow()

    def _tell_overflow(self) -> None:
        if self._overflowed != self.overflows:
            self._overflowed = self.overflows
            self.post_message(self.Overflow())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The wheel moved the view."""
        super().watch_scroll_y(old_value, new_value)
        self._tell_overflow()

    def on_resize(self) -> None:
        """The text is laid out for the width."""
        self._lines = []
        self.redraw()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the text."""
        width = self.size.width
        index = self.top + y
        if index >= len(self._lines):
            return self.brush.strip([], width)
        found = _pieces(self._lines[index])
        return self.brush.strip(clipped(found, width, self.look().glyphs), width)

    @staticmethod
    def _at(lines: Sequence[Line], index: int) -> object:
        return lines[index].content if index < len(lines) else None

    def go_to(self, line: int) -> None:
        """Scroll to a line."""
        if self.set_top(line):
            self._tell_overflow()
            self.refresh()

    def action_list_down(self) -> None:
        """One line down."""
        self.go_to(self.top + 1)

    def action_list_up(self) -> None:
        """One line up."""
        self.go_to(self.top - 1)

    def action_list_first(self) -> None:
        """To the start."""
        self.go_to(0)

    def action_list_last(self) -> None:
        """To the end."""
        self.go_to(len(self._lines))

    def action_list_page_down(self) -> None:
        """One screen down."""
        self.go_to(self.top + max(1, self.room))

    def action_list_page_up(self) -> None:
        """One screen up."""
        self.go_to(self.top - max(1, self.room))

    def action_list_half_down(self) -> None:
        """Half a screen down."""
        self.go_to(self.top + max(1, self.room // 2))

    def action_list_half_up(self) -> None:
        """Half a screen up."""
        self.go_to(self.top - max(1, self.room // 2))


def _pieces(line: Line) -> list[Piece]:
    """The line's runs of text with the style text of their last span."""
    text, spans = line.content.plain, line.content.spans
    edges = sorted({0, len(text), *(s.start for s in spans), *(s.end for s in spans)})
    found: list[Piece] = []
    for start, end in zip(edges, edges[1:], strict=False):
        over = [s.style for s in spans if s.start <= start and end <= s.end]
        styles = [style for style in over if isinstance(style, str)]
        found.append((safe(text[start:end]), styles[-1] if styles else ""))
    return found
