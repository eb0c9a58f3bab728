"""How full something is as a cell of a heat map: shade, figure and sign say the same."""

from __future__ import annotations

from backend.core.shares import share_of
from tui.format.glyphs import Glyphs
from tui.format.lines import BAD, QUIET, WARN, Part
from tui.format.units import percent

NARROW, WIDE = 7, 12
FIGURE = len(">999%!")
HIGH, MIDDLE = 80, 50
COOL = "$bar-used"


def cell(usage: int, limit: int, width: int, glyphs: Glyphs) -> list[Part]:
    """A pool of `width` cells: shade, then the share; `!` when it is full or over."""
    tone = _tone(usage, limit)
    figure = f"{percent(usage, limit):>{FIGURE - 1}}{'!' if usage >= limit else ' '}"
    shade = glyphs.heat[_level(usage, limit, len(glyphs.heat))] if usage > 0 else " "
    return [(shade * (width - FIGURE), tone), (figure, tone)]


def legend(glyphs: Glyphs) -> str:
    """What the shades stand for."""
    steps = len(glyphs.heat)
    shades = "  ".join(f"{sign} {100 * n // steps}%" for n, sign in enumerate(glyphs.heat))
    return f"{shades} and more of the limit   ! full or over"


def _level(usage: int, limit: int, levels: int) -> int:
    return min(levels - 1, usage * levels // limit) if limit > 0 else levels - 1


def _tone(usage: int, limit: int) -> str:
    if usage > limit:
        return BAD
    share = share_of(usage, limit) if limit > 0 else 0
    return WARN if share >= HIGH else COOL if share >= MIDDLE else QUIET
