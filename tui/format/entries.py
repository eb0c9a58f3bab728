"""Journal entries in lines and as a text for a ticket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backend.backend import JournalDetail, JournalEffect, JournalRow
from backend.core.journal import REFUSED
from backend.core.text import display
from tui.format import ages, names, notices
from tui.format.diffs import Cell, label, lines
from tui.format.lines import BAD, GOOD, HEAD, QUIET, WARN, Line, Look, line, section, wrapped

EFFECTS_SHOWN = 200
EMPTY = "{}"

Units = Mapping[str, str]
"""The unit of each resource, by name."""

# The postings of a commission stand among its effects, with names instead of ids.
_INTERNAL = frozenset({"p"})


def entry(found: JournalDetail, look: Look, units: Units) -> list[Line]:
    """An entry with what it changed, in itself and elsewhere."""
    row = found.row
    facts = [
        ("When", ages.stamp_seconds(row.at)),
        ("Who", row.who),
        ("About", row.about),
        ("Target", row.target if row.target != row.about else ""),
        ("Request", row.request_id),
    ]
    return [
        line(
            "head",
            (f"#{row.key}  {row.action}", HEAD),
            (f"   {row.outcome}", BAD if row.outcome == REFUSED else GOOD),
        ),
        *([line("undone", _undone(row).capitalize())] if row.takes_back else ()),
        *(line(f"fact.{name}", f"{name:<8}{value}") for name, value in facts if value),
        *_reason(row, look),
        *section(_kind(row), _diff("diff", row, look, units)),
        *section("NOTICES", notices.lines(found.notices, look)),
        *section(f"ALSO CHANGED ({_total(found):,})", _effects(found, look, units)),
    ]


def _undone(row: JournalRow) -> str:
    """What it takes back, `` for nothing."""
    return f"takes back #{row.takes_back}" if row.takes_back else ""


def _kind(row: JournalRow) -> str:
    if row.outcome == REFUSED:
        return "WHY IT WAS REFUSED"
    return "CREATED" if row.before == EMPTY else "REMOVED" if row.after == EMPTY else "CHANGED"


def ticket(found: JournalDetail, units: Units) -> str:
    """The entry as plain text to paste elsewhere."""
    row, undone = found.row, _undone(found.row)
    head = [
        f"bursar journal #{row.key}: {display(row.action)} {display(row.about)}",
        f"When:    {ages.stamp_seconds(row.at)}",
        f"Who:     {display(row.who)}",
        f"Outcome: {display(row.outcome)}{undone and f', {undone}'}",
        f"Reason:  {display(row.reason) or '-'}",
    ]
    changed = [f"  {text}" for text in _texts(row, units)]
    effects = [
        f"  {display(one.target)}  {', '.join(_texts(one, units))}".rstrip()
        for one in found.effects[:EFFECTS_SHOWN]
    ]
    body = (["Changed:"] * bool(changed)) + changed + (["Also:"] * bool(effects)) + effects
    return "\n".join([*head, *body, *_more(found)])


def _reason(row: JournalRow, look: Look) -> list[Line]:
    if not row.reason:
        return []
    first, *rest = wrapped("reason", row.reason, look.width - 8)
    return [
        line(first.key, f"Reason  {first.text}"),
        *(line(one.key, " " * 8 + one.text) for one in rest),
    ]


def _changed(one: JournalRow | JournalEffect, units: Units) -> list[tuple[str, Cell]]:
    about = one.target.rpartition(": ")[2]

    def unit(name: str) -> str:
        return units.get(name.partition(".")[2], "") or units.get(about, "")

    found = lines(one.before, one.after, unit)
    return [(name, cell) for name, cell in found if name not in _INTERNAL]


def _told(one: JournalRow | JournalEffect, cell: Cell) -> str:
    """What was created or removed has one side only."""
    if one.before == EMPTY or one.after == EMPTY:
        return cell.after if one.before == EMPTY else cell.before
    return f"{cell.before} -> {cell.after}"


def _texts(one: JournalRow | JournalEffect, units: Units) -> list[str]:
    return [f"{label(name)} {_told(one, cell)}" for name, cell in _changed(one, units)]


def _diff(
    key: str, one: JournalRow | JournalEffect, look: Look, units: Units, indent: int = 2
) -> Iterator[Line]:
    found = _changed(one, units)
    room = max((len(label(name)) for name, _ in found), default=0)
    margin = " " * indent
    for name, cell in found:
        told, start = _told(one, cell), f"{margin}{label(name):<{room}}  "
        if "->" not in told:
            told = names.shorten(told, max(9, look.width - len(start)), look.glyphs)
        if len(start) + len(told) <= look.width:
            delta = [(f"  {cell.delta}", WARN if cell.falls else GOOD)] if cell.delta else []
            yield line(f"{key}.{name}", start, told, *delta)
            continue
        yield line(f"{key}.{name}", margin + label(name))
        for sign, side, tone in (("-", cell.before, QUIET), ("+", cell.after, "")):
            yield from wrapped(
                f"{key}.{name}.{sign}", f"{sign} {side}", look.width, indent + 2, tone
            )


def _effects(found: JournalDetail, look: Look, units: Units) -> Iterator[Line]:
    for n, effect in enumerate(found.effects[:EFFECTS_SHOWN]):
        texts = _texts(effect, units)
        if len(texts) <= 1:
            told = "  ".join([effect.target, *texts])
            yield from wrapped(f"effect.{n}", told, look.width, 2)
            continue
        yield from wrapped(f"effect.{n}", effect.target, look.width, 2)
        yield from _diff(f"effect.{n}", effect, look, units, 4)
    for text in _more(found):
        yield line("effect.more", f"  {text}")


def _more(found: JournalDetail) -> list[str]:
    more = _total(found) - min(len(found.effects), EFFECTS_SHOWN)
    return [f"and {more:,} more"] if more > 0 else []


def _total(found: JournalDetail) -> int:
    """The row counts what is stored, the detail names what that stands for."""
    return max(found.row.effects, len(found.effects))
