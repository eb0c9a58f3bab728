"""Why a change is refused because of what else there is: the rule with its figures, and what was
found, what there is now and what was wanted, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from backend.core.text import display
from tui.format import names
from tui.format.lines import BAD, HEAD, QUIET, WARN, Line, Look, columns, line, section
from tui.format.units import amount

if TYPE_CHECKING:
    from tui.wishes import Side, Value

RULES = {
    "capacity": "capacity",
    "min_unit": "min_unit",
    "max_unit": "max_unit",
    "step_size": "step_size",
    "no_inventory": "no inventory",
}
"""The rules that refuse an amount, in words."""
ABSENT, SAME = "-", "="


def refusing(data: Mapping[str, object], look: Look) -> list[Line]:
    """The rule that refuses, beside those that do not; nothing when the data name none."""
    rule = data.get("rule")
    if not isinstance(rule, str) or rule not in RULES or "amount" not in data:
        return []
    where = f"{data.get('class')} of {data.get('provider_name')}"
    body = [*_figures(data, look)] if "capacity" in data else []
    title = line("rule", (f"{RULES[rule]} refuses", BAD), f"   {where}")
    return [title, *body]


def _figures(data: Mapping[str, object], look: Look) -> Iterator[Line]:
    def told(name: str) -> str:
        value = data.get(name)
        return amount(value, style=look.units) if isinstance(value, int) else display(value)

    asked, used, capacity = (_number(data, name) for name in ("asked", "used", "capacity"))
    over = used + asked - capacity
    together = f" ({told('asked')} with what else is asked)" * (asked != _number(data, "amount"))
    rows = [
        ["capacity", told("capacity"), f"{told('used')} used by others + {told('asked')} asked",
         f"{amount(over, style=look.units)} too many" if over > 0 else "fits"],
        ["min_unit", told("min_unit"), f"{told('amount')} asked{together}", ""],
        ["max_unit", told("max_unit"), "", ""],
        ["step_size", told("step_size"), "", ""],
    ]  # fmt: skip
    for (name, *_), cells in zip(rows, columns(rows, "<><<"), strict=True):
        refuses = name == data.get("rule")
        sign, tone = ("! ", BAD) if refuses else ("  ", QUIET)
        yield line(f"rule.{name}", (f"  {sign}{'   '.join(cells).rstrip()}", tone))


def _number(data: Mapping[str, object], name: str) -> int:
    value = data.get(name)
    return value if isinstance(value, int) else 0


def sides(found: Side, theirs: Side, mine: Side, look: Look) -> list[Line]:
    """What was found, what others made of it since, and what was wanted."""
    keys = list(dict.fromkeys([*found.values, *theirs.values, *mine.values]))
    told = {key: [side.values.get(key) for side in (found, theirs, mine)] for key in keys}
    rows = [
        [key, *(_told(value, look) for value in values[:2]), _wanted(values[0], values[2], look)]
        for key, values in told.items()
        if not _is_aside(values)
    ]
    rows.append(["generation", *(_generation(side) for side in (found, theirs)), ""])
    room = max(12, look.width - 4 - 3 * (3 + _widest(rows)))
    named = [[names.shorten(row[0], room, look.glyphs), *row[1:]] for row in rows]
    heads = ["", "FOUND", "THEIRS NOW", "MINE"]
    laid = columns([heads, *named], "<>>>")
    body = [_row(row, cells) for row, cells in zip(rows, laid[1:], strict=True)]
    return [line("heads", ("  " + "   ".join(laid[0]), QUIET)), *body]


def _is_aside(values: Sequence[Value | None]) -> bool:
    """Whose something is need not be told where nobody changes it."""
    return isinstance(values[0], str) and len(set(values)) == 1


def _widest(rows: Sequence[Sequence[str]]) -> int:
    return max((len(cell) for row in rows for cell in row[1:]), default=0)


def _row(row: Sequence[str], cells: Sequence[str]) -> Line:
    """What others changed, and what was to be changed, stand out."""
    _, found, theirs, mine = row
    name, *shown = cells
    tones = ("", WARN if theirs != found else "", HEAD if mine not in (SAME, found, "") else "")
    parts = [(f"   {cell}", tone) for cell, tone in zip(shown, tones, strict=True)]
    return line(f"side.{row[0]}", f"{'*' if theirs != found else ' '} {name}", *parts)


def _told(value: Value | None, look: Look) -> str:
    if value is None or value == "":
        return ABSENT
    if isinstance(value, int):
        return amount(value, style=look.units)
    text = f"{value:g}" if isinstance(value, float) else value
    return names.identifier(text) if len(text) > 20 else display(text)


def _wanted(found: Value | None, mine: Value | None, look: Look) -> str:
    return SAME if found is not None and mine == found else _told(mine, look)


def _generation(side: Side) -> str:
    return "gone" if side.generation is None else str(side.generation)


def conflict(found: Side, theirs: Side, mine: Side, look: Look) -> list[Line]:
    """The sides with what the signs mean."""
    note = "* changed by somebody else since you looked"
    return section("SIDE BY SIDE", sides(found, theirs, mine, look), note)
