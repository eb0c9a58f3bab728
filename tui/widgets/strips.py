"""From (text, style) parts to strips: the one place where text becomes cells of the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from backend.core.text import display
from tui.format import names
from tui.format.glyphs import UNICODE, Glyphs
from tui.format.lines import Part

Cell = str | Part | Sequence[Part]
"""What a cell or a line is made of: a text, a (text, style) pair, or several of them."""

Piece = tuple[str, str]

CURSOR = "table--cursor"
"""The component class of the row under the cursor."""


@lru_cache(maxsize=16384)
def safe(text: str) -> str:
    """The text without anything a terminal acts on, whoever made it."""
    return display(text)


def pieces(cell: Cell) -> list[Piece]:
    """A cell as sanitised (text, style) pairs."""
    if isinstance(cell, str):
        return [(safe(cell), "")]
    if isinstance(cell, tuple) and len(cell) == 2 and isinstance(cell[0], str):
        first, second = cell
        if isinstance(second, str) and not isinstance(first, tuple):
            return [(safe(first), second)]
    return [one for part in cell for one in pieces(part)]


def width_of(found: Iterable[Piece]) -> int:
    """How many cells the pieces take."""
    return sum(cell_len(text) for text, _ in found)


def clipped(found: Sequence[Piece], width: int, glyphs: Glyphs = UNICODE) -> list[Piece]:
    """The pieces cut at the end to at most `width` cells; blanks there need no sign of it."""
    found = found if width_of(found) <= width else _shorn(found)
    kept: list[Piece] = []
    room = width
    for n, (text, style) in enumerate(found):
        size = cell_len(text)
        if size > room or (size == room and width_of(found[n + 1 :])):
            shown = names.cut(text, room, glyphs) if size > room else _marked(text, glyphs)
            return [*kept, (shown, style)] if room > 0 else kept
        kept.append((text, style))
        room -= size
    return kept


def _shorn(found: Sequence[Piece]) -> list[Piece]:
    """Without the blanks at the end."""
    kept = list(found)
    while kept and not kept[-1][0].strip():
        kept.pop()
    return [*kept[:-1], (kept[-1][0].rstrip(), kept[-1][1])] if kept else []


def _marked(text: str, glyphs: Glyphs) -> str:
    """A text that fits, but after which something had to be left out."""
    return names.cut(text + " ", cell_len(text), glyphs)


def fitted(
    cell: Cell, width: int, glyphs: Glyphs = UNICODE, *, right: bool = False, middle: bool = False
) -> list[Piece]:
    """A cell in exactly `width` cells; a single text may be shortened in its `middle`. What
    stands at the `right` is a figure, and part of a figure would be another figure: it is shown
    whole or not at all."""
    found = pieces(cell)
    if len(found) == 1 and (gap := width - cell_len(found[0][0])) >= 0:
        return _padded(found, gap, right=right)
    if right and width_of(found) > width:
        found = [(glyphs.ellipsis, "")]
    elif len(found) == 1 and middle:
        found = [(names.shorten(found[0][0], width, glyphs), found[0][1])]
    else:
        found = clipped(found, width, glyphs)
    return _padded(found, width - width_of(found), right=right)


def _padded(found: list[Piece], gap: int, *, right: bool) -> list[Piece]:
    if gap <= 0:
        return found
    return [(" " * gap, ""), *found] if right else [*found, (" " * gap, "")]


class Brush:
    """Resolves (base component, style text) to terminal styles for one widget."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[tuple[str, str], RichStyle] = {}

    def forget(self) -> None:
        """Call when the widget's styles change."""
        self._styles.clear()

    def style(self, base: str, tone: str) -> RichStyle:
        """The style text `tone` over the component class `base` (`` for the widget itself)."""
        found = self._styles.get((base, tone))
        if found is None:
            found = self._styles[base, tone] = self._resolve(base, tone)
        return found

    def strip(self, found: Iterable[Piece], width: int, base: str = "") -> Strip:
        """The pieces as one strip of `width` cells."""
        plain = self.style(base, "")
        segments = [
            Segment("".join(text for text, _ in run), self.style(base, tone))
            for tone, run in groupby(found, key=itemgetter(1))
        ]
        return Strip(segments).adjust_cell_length(width, plain)

    def _resolve(self, base: str, tone: str) -> RichStyle:
        widget = self._widget
        ground = widget.get_visual_style(base) if base else widget.visual_style
        if base and widget.get_component_styles(base).text_style.reverse:
            ground += Style(reverse=True)  # which Textual leaves out
        if tone:
            style = widget.app.stylesheet.parse_style(tone)
            # No colour can be read on every cursor.
            ground = ground + (style.without_color if base == CURSOR else style)
        return ground.rich_style
