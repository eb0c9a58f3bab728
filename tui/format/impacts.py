"""Whom a change concerns: holders whose effective limit moves, pending commissions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.core.plan import Impact, Touched
from backend.core.text import counted
from tui.format import names
from tui.format.lines import Line, Look, columns, line, wrapped
from tui.format.units import UNKNOWN, amount, changes

TOUCHED_SHOWN = 40


def impact_texts(impacts: Sequence[Impact], look: Look, margin: int = 4) -> list[str]:
    """Holder, resource, effective limit before and after, usage and verdict, aligned."""
    figures = columns([_figures(impact, look) for impact in impacts], "<>>><")
    told = ["{}  {} -> {}  {}  {}".format(*cells).rstrip() for cells in figures]
    full = [named(i) for i in impacts]
    most = look.width - margin - 2 - max(map(len, told), default=0)
    room = max(8, min(max(map(len, full), default=0), most))
    return [f"{_named(name, room, look)}  {text}" for name, text in zip(full, told, strict=True)]


def named(impact: Impact) -> str:
    """Whose limit it is."""
    return impact.holder or f"(project {impact.project})"


def is_capacity(impacts: Sequence[Impact]) -> bool:
    """True when these are capacities of providers, which are of no project."""
    return bool(impacts) and not any(impact.project for impact in impacts)


def crowd(impacts: Sequence[Impact]) -> str:
    """`the project and 3 members`, `2 providers`."""
    if is_capacity(impacts):
        return counted(len({impact.holder for impact in impacts}), "provider")
    members = len({impact.holder for impact in impacts if impact.holder})
    projects = len({impact.project for impact in impacts if not impact.holder})
    pools = "the project" if projects == 1 else counted(projects, "project")
    people = [counted(members, "member")] * bool(members)
    return " and ".join([*[pools] * bool(projects), *people])


def tally(over: Sequence[Impact]) -> str:
    """How many lines there are, and whose where somebody has several."""
    same = len({impact.holder or impact.project for impact in over}) == len(over)
    return f"{len(over):,}" if same else f"{len(over):,} limits of {crowd(over)}"


def refusals(over: Sequence[Impact], look: Look) -> list[Line]:
    """What being over means, for these resources."""
    kinds = ", ".join(sorted({impact.resource for impact in over}))
    if is_capacity(over):
        text = f"What is allocated stays and may shrink. All else of {kinds} is refused."
        return wrapped("meaning", text, look.width, 4)
    text = f"Running resources stay. New commissions on {kinds} are refused until usage drops."
    return wrapped("meaning", text, look.width, 4)


def touched_lines(touched: Sequence[Touched], look: Look) -> Iterator[Line]:
    """Pending commissions and what becomes of them."""
    for one in touched[:TOUCHED_SHOWN]:
        asked = changes(one.change, look.units)
        text = f"{one.serial}  {one.summary}  {asked}   {one.effect}"
        yield from wrapped(f"touched.{one.serial}", text, look.width, 4)
    if len(touched) > TOUCHED_SHOWN:
        yield line("touched.more", f"    and {len(touched) - TOUCHED_SHOWN:,} more")


def _named(name: str, room: int, look: Look) -> str:
    short = name if len(name) <= room else names.brief_person(name)
    return names.fit(short, room, look.glyphs)


def _figures(impact: Impact, look: Look) -> list[str]:
    before, after, usage, over = (
        amount(number, impact.unit, look.units)
        for number in (max(0, impact.before), max(0, impact.after), impact.usage, impact.over_by)
    )
    if not impact.known:
        return [impact.resource, f"<={before}", f"<={after}", UNKNOWN, "usage unknown"]
    verdict = f"OVER by {over}" if impact.over_by else ""
    return [impact.resource, before, after, usage, verdict]
