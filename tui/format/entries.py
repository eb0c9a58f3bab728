"""Journal entries in lines and as a text for a ticket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.backend import JournalDetail, JournalEffect, JournalRow
from backend.core.journal import REFUSED
from backend.core.text import display
from tui.format import ages
from tui.format.diffs import Cell, label, lines
from tui.format.lines import BAD, GOOD, HEAD, QUIET, WARN, Line, Look, line, section, wrapped

EFFECTS_SHOWN = 200
# The postings of a commission stand among its effects, with names instead of ids.
_INTERNAL = frozenset({"p"})


def entry(found: JournalDetail, look: Look) -> list[Line]:
    """An entry with what it changed, in itself and elsewhere."""
    row = found.row
    refused = row.outcome == REFUSED
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
            (f"   {row.outcome}", BAD if refused else GOOD),
        ),
        *(line(f"fact.{name}", f"{name:<8}{value}") for name, value in facts if value),
        *_reason(row, look),
        *section(
            "WHY IT WAS REFUSED" if refused else "CHANGED", _diff(row.before, row.after, look)
        ),
        *section(f"ALSO CHANGED ({_total(found):,})", _effects(found, look)),
    ]


def outcome_tone(row: JournalRow) -> str:
    """Refused attempts stand out."""
    return BAD if row.outcome == REFUSED else ""


def ticket(found: JournalDetail) -> str:
    """The entry as plain text to paste elsewhere."""
    row = found.row
    head = [
        f"bursar journal #{row.key}: {display(row.action)} {display(row.about)}",
        f"When:    {ages.stamp_seconds(row.at)}",
        f"Who:     {display(row.who)}",
        f"Outcome: {display(row.outcome)}",
        f"Reason:  {display(row.reason) or '-'}",
    ]
    changed = [f"  {text}" for text in _texts(row.before, row.after)]
    effects = [f"  {text}" for one in found.effects for text in _effect_texts(one)]
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


def _changed(before: str, after: str) -> list[tuple[str, Cell]]:
    return [(name, cell) for name, cell in lines(before, after) if name not in _INTERNAL]


def _diff(before: str, after: str, look: Look) -> Iterator[Line]:
    found = _changed(before, after)
    room = max((len(label(name)) for name, _ in found), default=0)
    for name, cell in found:
        told = f"{cell.before} -> {cell.after}"
        text = f"  {label(name):<{room}}  {told}"
        if len(text) <= look.width:
            yield line(f"diff.{name}", text, (f"  {cell.delta}", _tone(cell)))
            continue
        yield line(f"diff.{name}", f"  {label(name)}")
        yield from wrapped(f"diff.{name}.-", f"- {cell.before}", look.width, 4, QUIET)
        yield from wrapped(f"diff.{name}.+", f"+ {cell.after}", look.width, 4)


def _tone(cell: Cell) -> str:
    return WARN if cell.falls else GOOD


def _effects(found: JournalDetail, look: Look) -> Iterator[Line]:
    for n, effect in enumerate(found.effects[:EFFECTS_SHOWN]):
        for m, text in enumerate(_effect_texts(effect)):
            yield from wrapped(f"effect.{n}.{m}", text, look.width, 2)
    for text in _more(found):
        yield line("effect.more", f"  {text}")


def _effect_texts(effect: JournalEffect) -> list[str]:
    said = ", ".join(_texts(effect.before, effect.after))
    return [f"{display(effect.target)}  {said}".rstrip()]


def _texts(before: str, after: str) -> Sequence[str]:
    return [
        f"{label(name)} {cell.before} -> {cell.after}" for name, cell in _changed(before, after)
    ]


def _more(found: JournalDetail) -> list[str]:
    more = _total(found) - min(len(found.effects), EFFECTS_SHOWN)
    return [f"and {more:,} more"] if more > 0 else []


def _total(found: JournalDetail) -> int:
    """The row counts what is stored, the detail names what that stands for."""
    return max(found.row.effects, len(found.effects))
