"""A plan in words: what the confirm dialog shows above its fields (ux-anchors §4.4)."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.cells import cell_len

from backend.core.plan import Plan, Tier
from backend.core.text import display
from backend.nico.model import NicoCommand
from tui.format import names
from tui.format.diffs import ABSENT, Cell, Row, label, pivot
from tui.format.impacts import (
    crowd,
    impact_texts,
    is_capacity,
    refusals,
    tally,
    touched_lines,
)
from tui.format.lines import (
    BAD,
    GOOD,
    HEAD,
    QUIET,
    WARN,
    Line,
    Look,
    Part,
    blank,
    columns,
    line,
    section,
    titled,
    wrapped,
)
from tui.format.units import NEW

HOLDERS_SHOWN = 40
_BASE = re.compile(r"system:[0-9a-f-]{36}")


CONFIRM = "Confirm"


def headline(plan: Plan, asks: str = CONFIRM, room: int = sys.maxsize) -> str:
    """The dialog's title: what it `asks` for, and the worst of what that does, in so many cells
    if that can be."""
    _, rows = pivot(plan.changes)
    over = plan.going_over
    drops = any(_drops(aspect, cell) for row in rows for aspect, cell in row.cells.items())
    falls = ["limits will drop"] * drops
    rises = "over capacity" if is_capacity(over) else "over quota"
    many = f"{len({impact.holder or impact.project for impact in over}):,}"
    told = (", ".join([*falls, *[f"{who} {rises}"] * bool(over)]) for who in (crowd(over), many))
    whole, short = (f"{asks}: {text}" if text else asks for text in told)
    return whole if cell_len(whole) <= room else short


def preview(plan: Plan, look: Look) -> list[Line]:
    """Everything a plan would do, most important first."""
    plan = _plainly(plan)
    return [
        *wrapped("title", display(plan.title), look.width, style=HEAD),
        *(_undo(plan, look) if is_final(plan) else ()),
        *section("WARNINGS", _warnings(plan, look)),
        *section("WHAT WILL CHANGE", changed(plan, look)),
        *section(*_over(plan, look), look.width),
        *section("PENDING COMMISSIONS", touched_lines(plan.touched, look)),
        *_request(plan, look),
        *(() if is_final(plan) else _undo(plan, look)),
    ]


def is_final(plan: Plan) -> bool:
    """Whether nothing takes a grave change back in one step, which is then said first: small
    terminals have room for little."""
    grave = plan.tier is not Tier.REVERSIBLE and not plan.is_harmless
    return grave and plan.inverse is None


def _plainly(plan: Plan) -> Plan:
    """`(base)` for a base project, whose name tells nobody anything, if there is but one."""
    texts = [change.target for change in plan.changes] + [one.project for one in plan.impacts]
    named = {found for text in texts for found in _BASE.findall(text)}
    if len(named) != 1:
        return plan
    (name,) = named
    changes = (replace(one, target=one.target.replace(name, "(base)")) for one in plan.changes)
    impacts = (replace(one, project=one.project.replace(name, "(base)")) for one in plan.impacts)
    return replace(plan, changes=tuple(changes), impacts=tuple(impacts))


def changed(plan: Plan, look: Look, *, alike: bool = True) -> list[Line]:
    """What would change, field by field, with those that stay `alike` or without."""
    aspects, rows = pivot(plan.changes, look.units)
    rows = [row for row in rows if alike or not all(cell.same for cell in row.cells.values())]
    limits = [row for row in rows if set(row.cells) - {""}]
    fields = [row for row in rows if "" in row.cells]
    targets = {row.target for row in rows}
    named = len(targets) > 1 or not any(target in plan.title for target in targets)
    return [*_limits(limits, [a for a in aspects if a]), *_fields(fields, named, look)]


def _limits(rows: Sequence[Row], aspects: Sequence[str]) -> list[Line]:
    """A column per aspect; the rows of one target stand together, below it if there are more."""
    targets = list(dict.fromkeys(row.target for row in rows))
    ordered = sorted(rows, key=lambda row: targets.index(row.target))
    margin = "    " if len(targets) > 1 else "  "
    cells = [[margin + row.field, *_aspect_cells(row, aspects)] for row in ordered]
    grid = columns(cells, "<" + ">><<" * len(aspects))
    keys = [f"limit.{row.target}.{row.field}" for row in ordered]
    groups = [list(_groups(*one, aspects)) for one in zip(ordered, grid, strict=True)]
    lines = titled(["", *map(display, aspects)], list(zip(keys, groups, strict=True)), QUIET)
    return lines if len(targets) <= 1 else [*lines[:1], *_under(ordered, lines[1:])]


def _under(rows: Sequence[Row], lines: Sequence[Line]) -> Iterator[Line]:
    target = None
    for row, one in zip(rows, lines, strict=True):
        if row.target != target:
            target = row.target
            yield line(f"target.{target}", f"  {target}")
        yield one


def _aspect_cells(row: Row, aspects: Sequence[str]) -> list[str]:
    found: list[str] = []
    for aspect in aspects:
        cell = row.cells.get(aspect)
        if cell is None:
            found += ["", "", "", ""]
        else:
            old = ["", ""] if cell.delta == NEW else [cell.before, "->"]
            found += [*old, cell.after, cell.delta]
    return found


def _groups(row: Row, laid: Sequence[str], aspects: Sequence[str]) -> Iterator[list[Part]]:
    yield [laid[0]]
    for n, aspect in enumerate(aspects):
        before, arrow, after, change = laid[1 + 4 * n : 5 + 4 * n]
        old = f"{before} {arrow} " if arrow else ""
        yield [old, (f"{after} {change}", _tone(aspect, row.cells.get(aspect)))]


def _drops(aspect: str, cell: Cell) -> bool:
    return cell.falls and aspect.endswith("limit")


def _tone(aspect: str, cell: Cell | None) -> str:
    if cell is None or cell.same:
        return QUIET
    return WARN if _drops(aspect, cell) else GOOD if cell.delta.startswith("+") else ""


def _fields(rows: Sequence[Row], named: bool, look: Look) -> Iterator[Line]:
    room = max((len(_field_name(row, named)) for row in rows), default=0)
    for row in rows:
        cell, name = row.cells[""], _field_name(row, named)
        key = f"field.{row.target}.{row.field}"
        text = f"  {name:<{room}}   {cell.before} -> {cell.after}"
        if len(text) <= look.width and "\n" not in text:
            yield line(key, text)
            continue
        yield line(key, f"  {name}")
        if cell.before != ABSENT:
            yield from wrapped(f"{key}.-", f"- {cell.before}", look.width, 4, QUIET)
        yield from wrapped(f"{key}.+", f"+ {cell.after}", look.width, 4)


def _field_name(row: Row, named: bool) -> str:
    return f"{display(row.target)}: {label(row.field)}" if named else label(row.field)


def _over(plan: Plan, look: Look) -> tuple[str, list[Line], str]:
    if isinstance(plan.command, NicoCommand):
        return _given(plan, look)
    if is_capacity(plan.impacts):
        return _capacity(plan, look)
    over = plan.going_over
    shown = over[:HOLDERS_SHOWN]
    body = [
        line(f"over.{i.holder}.{i.project}.{i.resource}", (f"  ! {text}", BAD))
        for i, text in zip(shown, impact_texts(shown, look), strict=True)
    ]
    if len(over) > HOLDERS_SHOWN:
        body.append(line("over.more", f"    and {len(over) - HOLDERS_SHOWN:,} more"))
    if over:
        body += refusals(over, look)
    body += _others(plan, look)
    if not over:
        return "WHO IS AFFECTED", body, ""
    return f"WHO GOES OVER QUOTA ({tally(over)})", body, "effective limit, usage"


def _given(plan: Plan, look: Look) -> tuple[str, list[Line], str]:
    """Machines of a type that a tenant has by all its allocations, before and after."""
    shown = [replace(one, holder=one.project) for one in plan.impacts]
    body = [
        line(f"given.{one.project}.{one.resource}", f"  {text}")
        for one, text in zip(shown, impact_texts(shown, look), strict=True)
    ]
    return "MACHINES OF THE TENANT", body, "by all its allocations, in use"


def _capacity(plan: Plan, look: Look) -> tuple[str, list[Line], str]:
    """What providers may give before and after, and how far some are then over."""
    shown = sorted(plan.impacts, key=lambda impact: not impact.over_by)[:HOLDERS_SHOWN]
    body = [
        line(f"capacity.{i.holder}.{i.resource}",
             (f"  {'!' if i.over_by else ' '} {text}", BAD if i.over_by else ""))
        for i, text in zip(shown, impact_texts(shown, look), strict=True)
    ]  # fmt: skip
    if over := [impact for impact in shown if impact.over_by]:
        body += refusals(over, look)
    title = f"OVER CAPACITY ({len(over):,})" if over else "CAPACITY"
    return title, body, "capacity, used"


def _others(plan: Plan, look: Look) -> list[Line]:
    """In one line whose effective limits move besides, and which way."""
    rest = [i for i in plan.impacts if not i.goes_over and i.before != i.after]
    told = [i for i in rest if i.known]
    groups = {
        "move, by how much is not known, for": [i for i in rest if not i.known],
        "rise for": [i for i in told if i.after > i.before],
        "fall for": [i for i in told if i.after < i.before and not i.over_by],
        "fall further for": [i for i in told if i.after < i.before and i.over_by],
    }
    said = [f"{verb} {crowd(g)}" for verb, g in groups.items() if g]
    if not said:
        return []
    also = " also" if plan.going_over else ""
    return wrapped("others", f"Effective limits{also} {', '.join(said)}.", look.width, 4)


def _warnings(plan: Plan, look: Look) -> Iterator[Line]:
    for warning in plan.told:
        first, *rest = wrapped(f"warning.{warning}", display(warning), look.width, 4, WARN)
        yield line(first.key, ("  ! " + first.text.lstrip(), WARN))
        yield from rest


def _request(plan: Plan, look: Look) -> list[Line]:
    request = plan.request
    body = json.dumps(dict(request.body), ensure_ascii=False) if request.body else ""
    text = f"{request.method} {request.path} {body}"
    shown = names.cut(text, look.width - 10, look.glyphs)
    return [blank(), line("request", ("Request   ", HEAD), (shown, QUIET))]


def _undo(plan: Plan, look: Look) -> list[Line]:
    text = display(plan.undo) or "not in one step"
    first, *rest = wrapped("undo", text, look.width - 10)
    return [
        line(first.key, ("Undo      ", HEAD), first.text),
        *(line(one.key, " " * 10 + one.text) for one in rest),
    ]
