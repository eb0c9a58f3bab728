"""Figures over time as pictures one line high, the first, last and highest of them in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.quotas.model import UNLIMITED, History, Rates
from tui.format import ages
from tui.format.glyphs import UNICODE, Glyphs
from tui.format.lines import HEAD, QUIET, Line, Look, Part, line
from tui.format.units import amount

Figures = Sequence[int | None]

TONE = "$bar-used"
DAY, STRETCHES = ages.DAY, 96
"""How far back usage is read, and in how many stretches: quarters of an hour."""
MINUTES = 60
"""How far back rates are read."""
ROOMY = MINUTES + 36
"""Cells that an hour of rates takes with its words."""
LABEL = len(" limit 128G")
"""Pictures below each other are equally long, unless a label needs more."""
FLAT = 2
"""A limit so many times the highest usage would leave a flat line."""


def spark(values: Figures, width: int, glyphs: Glyphs = UNICODE, top: int = 0) -> str:
    """The last `width` values as one line, from 0 to `top` or else to the largest; what is not
    known is blank."""
    shown = values[-width:] if width > 0 else ()
    scale = top or max([0, *(value or 0 for value in shown)])
    return "".join(" " if value is None else _sign(value, scale, glyphs) for value in shown)


def _sign(value: int, scale: int, glyphs: Glyphs) -> str:
    """Only nothing looks like nothing."""
    steps = len(glyphs.spark) - 1
    return glyphs.spark[max(0, min(steps, -(-value * steps // scale))) if scale else 0]


def usage(key: str, past: History, unit: str, limit: int, look: Look, name: str = "") -> list[Line]:
    """The usage of a holding over time, beginning with its `name` if it has one: words, picture,
    and since when it is known unless that is always."""
    values = moved(past, look.now)
    top, scale = _scale(past.most, limit)
    label = f" {scale} {amount(top, unit, look.units)}"
    cells = max(8, look.width - 2 - max(LABEL, len(label)))
    picture = spark(thinned(values, cells), cells, look.glyphs, top)
    known = [value for value in values if value is not None]
    told = (known[0], known[-1], past.most)
    first, now, most = (amount(value, unit, look.units) for value in told)
    words = f" {first} to {now}, max {most}"
    found = [line(f"past.{key}", "  ", (name or "from", HEAD if name else ""), words)]
    found.append(line(f"spark.{key}", "  ", (picture, TONE), (label, QUIET)))
    return found


def unknown(past: History, look: Look) -> list[Line]:
    """Since when usage is known, if that is not as long as is shown."""
    if moved(past, look.now)[0] is not None:
        return []
    return [line("since", (f"  not known before {ages.stamp(past.since)}", QUIET))]


def moved(past: History, now: int) -> Figures:
    """The values as they are later, when nothing has changed since they were read."""
    later = min(len(past.values), max(0, -(-(now - past.until) // past.step)))
    return (*past.values[later:], *past.values[-1:] * later)


def thinned(values: Figures, cells: int) -> Figures:
    """At most so many of the values, the newest among them, at equal distances."""
    stride = max(1, -(-len(values) // max(1, cells)))
    return values[::-1][::stride][::-1]


def _scale(most: int, limit: int) -> tuple[int, str]:
    """What the highest sign stands for, and what that is."""
    if 0 < limit < UNLIMITED and most <= limit <= FLAT * most:
        return limit, "limit"
    return most, "max"


def rates(found: Rates, look: Look) -> list[Line]:
    """What happened to commissions in each of the last minutes: a line for each kind where
    there is room for all of them, else one line together. The minute that has just begun is seen
    in the pictures alone: as a rate it would be too low."""
    kinds = list(_kinds(found, look.now))
    if look.width < ROOMY:
        return [_together(kinds, look)]
    shown: list[Line] = []
    for name, values in kinds:
        told = [value for value in values if value is not None]
        picture = spark(values, MINUTES, look.glyphs)
        last = f"{told[-2]:,}" if len(told) > 1 else "-"
        words = f"  last {last}  max {max(told):,}/min"
        shown.append(line(f"rate.{name}", f"  {name:<8} ", (picture, TONE), (words, QUIET)))
    return shown


def _together(kinds: Sequence[tuple[str, Figures]], look: Look) -> Line:
    """Each picture with its highest."""
    fixed = sum(len(f"  {name}  999") for name, _ in kinds) + len("  60 min (max)")
    cells = max(1, min(MINUTES, (look.width - fixed) // len(kinds)))
    parts: list[Part] = []
    for name, values in kinds:
        most = max((value or 0 for value in values[-cells:]), default=0)
        parts += [f"  {name} ", (spark(values, cells, look.glyphs), TONE), f" {most:,}"]
    return line("rates", (f"  {cells} min (max)", QUIET), *parts)


def _kinds(found: Rates, now: int) -> Iterator[tuple[str, Figures]]:
    """What is counted, as it is later, when nothing has happened since."""
    for name in ("issued", "accepted", "refused"):
        values: Figures = getattr(found, name)
        later = min(len(values), max(0, now // ages.MINUTE - found.minute))
        yield name, (*values[later:], *(0,) * later)
