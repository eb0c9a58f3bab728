"""Figures over time as pictures one line high, the first, last and highest of them in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.quotas.model import UNLIMITED, History, Rates
from tui.format import ages
from tui.format.glyphs import UNICODE, Glyphs
from tui.format.lines import HEAD, QUIET, Line, Look, line
from tui.format.units import amount

Figures = Sequence[int | None]

DAY, STRETCHES = ages.DAY, 96
"""How far back usage is read, and in how many stretches: quarters of an hour."""
MINUTES = 60
"""How far back rates are read."""
FLAT = 4
"""A limit so many times the highest usage would leave a flat line."""


def spark(values: Figures, width: int, glyphs: Glyphs = UNICODE, top: int = 0) -> str:
    """The last `width` values as one line, from 0 to `top` or else to the largest; what is not
    known is blank."""
    shown = values[-width:] if width > 0 else ()
    scale = top or max((value or 0 for value in shown), default=0)
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
    label = f"  {scale} {amount(top, unit, look.units)}"
    cells = max(8, look.width - 2 - len(label))
    picture = spark(thinned(values, cells), cells, look.glyphs, top)
    known = [value for value in values if value is not None]
    told = (("first", known[0]), ("now", known[-1]), ("highest", past.most))
    words = "  ".join(f"{word} {amount(value, unit, look.units)}" for word, value in told)
    found = [line(f"past.{key}", "  ", (f"{name}  " if name else "", HEAD), words)]
    found.append(line(f"spark.{key}", f"  {picture}", (label, QUIET)))
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
    """What happened to commissions in each of the minutes there is room for."""
    cells = max(8, look.width - 2)
    shown: list[Line] = []
    for name, values in _kinds(found, look.now):
        told = [value for value in values[-cells:] if value is not None] or [0]
        words = f"  {name:<9} now {told[-1]:,}  max {max(told):,}  in all {sum(told):,}"
        picture = spark(values, cells, look.glyphs)
        shown += [line(f"rate.{name}", words), line(f"spark.{name}", f"  {picture}")]
    return shown


def rates_line(found: Rates, look: Look) -> Line:
    """The same in one line, each picture with its highest."""
    kinds = list(_kinds(found, look.now))
    fixed = sum(len(f"  {name}  999") for name, _ in kinds) + len("  60 min (max)")
    cells = max(3, min(MINUTES, (look.width - fixed) // len(kinds)))
    parts = []
    for name, values in kinds:
        most = max((value or 0 for value in values[-cells:]), default=0)
        parts.append(f"  {name} {spark(values, cells, look.glyphs)} {most:,}")
    return line("rates", (f"  {cells} min (max)", QUIET), *parts)


def _kinds(found: Rates, now: int) -> Iterator[tuple[str, Figures]]:
    """What is counted, as it is later, when nothing has happened since."""
    for name in ("issued", "accepted", "refused"):
        values: Figures = getattr(found, name)
        later = min(len(values), max(0, now // ages.MINUTE - found.minute))
        yield name, (*values[later:], *(0,) * later)
