"""Bars: the effective limit of a holder (ux-anchors §4.7), a share of a capacity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.quotas.model import UNLIMITED
from tui.format.glyphs import UNICODE, Glyphs

USED, PENDING, LEFT, TAKEN, OVER = "used", "pending", "left", "taken", "over"
TONES = {
    USED: "$bar-used",
    PENDING: "$bar-pending",
    LEFT: "$text-muted",
    TAKEN: "$bar-taken",
    OVER: "bold $text-error",
}
"""The style of each kind."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of `cells` of one kind: used, pending, left, taken (by others) or over."""

    kind: str
    cells: int

    def text(self, glyphs: Glyphs) -> str:
        """What it looks like."""
        return str(getattr(glyphs, self.kind)) * self.cells


def quota_bar(
    limit: int, usage: int, pending: int, effective: int, width: int
) -> tuple[Segment, ...]:
    """Segments of exactly `width` cells on the scale of the own limit.

    `usage` contains `pending`; without an own limit `effective` is the scale, without
    either the bar is all headroom. Ends in `over` when usage exceeds `effective`.
    """
    over = usage > effective and usage > 0
    scale = limit if limit != UNLIMITED else effective
    ends: tuple[int, ...]
    if scale == UNLIMITED:
        ends = (0, 0, width)
    elif scale <= 0:
        ends = (width, width, width) if over else (0, 0, 0)
    else:
        ends = tuple(_cell(value, scale, width) for value in (usage - pending, usage, effective))
    return _segments(ends, width, over)


def share_bar(own: int, used: int, capacity: int, width: int) -> tuple[Segment, ...]:
    """Of a capacity, exactly `width` cells: somebody's `own` part of what is used, what others
    use, what is left; others who use any have a cell. Ends in `over` when all that is used
    exceeds the capacity."""
    over, scale = used > max(0, capacity), max(used, capacity)
    mine, all = (_cell(value, scale, width) if scale > 0 else 0 for value in (own, used))
    if own < used and 0 < mine >= all:
        last = width if used >= scale else width - 1
        mine, all = (mine, all + 1) if all < last else (all - 1, all)
    cells = {USED: mine, TAKEN: max(mine, all) - mine, LEFT: width - max(mine, all)}
    if over and width:
        cells[TAKEN if cells[TAKEN] else USED] -= 1
    found = [Segment(kind, count) for kind, count in cells.items() if count]
    return (*found, Segment(OVER, 1)) if over and width else tuple(found)


def text(segments: Sequence[Segment], glyphs: Glyphs = UNICODE) -> str:
    """A bar without colours."""
    return "".join(segment.text(glyphs) for segment in segments)


def parts(segments: Sequence[Segment], glyphs: Glyphs = UNICODE) -> list[tuple[str, str]]:
    """A bar as (text, style) pairs."""
    return [(one.text(glyphs), TONES[one.kind]) for one in segments]


def _cell(value: int, scale: int, width: int) -> int:
    """Where `value` lies: only nothing is at 0, only what reaches the scale at the end."""
    if value <= 0 or value >= scale:
        return 0 if value <= 0 else width
    return min(width, max(1, min(width - 1, (2 * value * width + scale) // (2 * scale))))


def _segments(ends: Sequence[int], width: int, over: bool) -> tuple[Segment, ...]:
    used, usage = ends[0], ends[1]
    reach = max(usage, ends[2])
    cells = [used, usage - used, reach - usage, width - reach]
    if over and width:
        last = max(index for index, count in enumerate(cells) if count)
        cells[last] -= 1
    kinds = (USED, PENDING, LEFT, TAKEN)
    found = [Segment(kind, count) for kind, count in zip(kinds, cells, strict=True) if count]
    return (*found, Segment(OVER, 1)) if over and width else tuple(found)
