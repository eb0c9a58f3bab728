"""Before and after: the changes of a plan in columns, the fields of a journal entry in lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from backend.core.plan import Change
from backend.core.text import display
from backend.projects.model import FieldChange
from backend.quotas.model import UNLIMITED
from tui.format import ages, units

ABSENT = "-"
PENDING_APP = "astakos.pending_app"
BASES = ("system:", "(base)")
"""What names of base projects begin with, and how they are called in previews."""
FIRST = {"project limit": 0, "member limit": 1}
"""Aspects that stand before others."""
_MOMENTS = ("_date", "_at", "since")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value before and after, and what that comes to for numbers (`+8`, `=`, else ``)."""

    before: str
    after: str
    delta: str = ""

    @property
    def same(self) -> bool:
        """True when nothing changes."""
        return self.before == self.after

    @property
    def falls(self) -> bool:
        """True when a number gets smaller."""
        return self.delta.startswith("-")


@dataclass(frozen=True, slots=True)
class Row:
    """A field of a target, with a cell per aspect (`` when the field has none)."""

    target: str
    field: str
    unit: str
    cells: Mapping[str, Cell]


def pivot(changes: Sequence[Change], style: str = units.Style.AUTO) -> tuple[list[str], list[Row]]:
    """The aspects, in the same order for all plans, and one row per (target, field) with the
    changes as columns; without `is_idle` ones."""
    aspects: dict[str, None] = {}
    rows: dict[tuple[str, str], tuple[str, dict[str, Cell]]] = {}
    for change in (one for one in changes if not is_idle(one)):
        aspects.setdefault(change.aspect)
        _, cells = rows.setdefault((change.target, change.field), (change.unit, {}))
        cells[change.aspect] = _cell(change, style)
    order = sorted(aspects, key=lambda aspect: FIRST.get(aspect, len(FIRST)))
    return order, [Row(*key, unit, cells) for key, (unit, cells) in rows.items()]


def is_idle(change: Change) -> bool:
    """Whether nobody is concerned: waiting applications are counted in base projects alone, so
    that any other project bounds them by nothing, or by 0 while it is not active."""
    ends = {change.before, change.after} == {UNLIMITED, 0}
    return ends and change.field == PENDING_APP and not change.target.startswith(BASES)


def wished(change: FieldChange) -> Cell:
    """A field of an application against the project."""
    return Cell(_value(change.field, change.before), _value(change.field, change.after))


def lines(
    before: str, after: str, unit: Callable[[str], str] = lambda name: ""
) -> list[tuple[str, Cell]]:
    """The fields of a journal entry or effect, its JSON texts side by side, without those that
    are the same. `unit` gives that of a field."""
    old, new = _fields(before), _fields(after)
    names = [*old, *(name for name in new if name not in old)]
    cells = ((display(name), _pair(name, old, new, unit(name))) for name in names)
    return [(name, cell) for name, cell in cells if not cell.same]


HOURS = frozenset({"node_usage", "project_credit"})
"""Fields that are node-hours with decimals."""
_DIGITS = 15
NAMED = {"uplimit": "base default"}
"""Fields that have another name here than where they are stored."""


def label(name: str) -> str:
    """A field's name for people: `end_date` reads `end date`; resources and resource classes keep
    their names."""
    return (
        display(name)
        if "." in name or name.isupper()
        else NAMED.get(name) or display(name).replace("_", " ")
    )


def _cell(change: Change, style: str) -> Cell:
    old = _value(change.field, change.before, change.unit, style)
    new = _value(change.field, change.after, change.unit, style)
    return Cell(old, new, _delta(change, style))


def _delta(change: Change, style: str) -> str:
    if _is_moment(change.field) or (change.before is None and change.after is None):
        return ""
    old, new = _number(change.before), _number(change.after)
    lacking = (old is None) != (change.before is None) or (new is None) != (change.after is None)
    return "" if lacking else units.delta(old, new, change.unit, style)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_moment(name: str) -> bool:
    return name.replace(" ", "_").endswith(_MOMENTS)


def _value(name: str, value: object, unit: str = "", style: str = units.Style.AUTO) -> str:
    if value is None or value == "":
        return ABSENT
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " / ".join(_value(name, part, unit, style) for part in value)
    if name.rpartition(".")[2] in HOURS and isinstance(value, str):
        return _hours(value, style)
    if not isinstance(value, int):
        return display(value)
    if _is_moment(name) and value != UNLIMITED:
        if not value:
            return ABSENT
        return ages.day(value) if value % ages.DAY == 0 else ages.stamp(value)
    return units.amount(value, unit, style)


def _hours(text: str, style: str) -> str:
    """Node-hours, `2080.50` where they are stored, as lists have them: `2,080.5`."""
    whole, point, rest = text.partition(".")
    if not (point and whole.isascii() and whole.isdecimal() and len(whole) <= _DIGITS):
        return display(text)
    if style == units.Style.RAW:
        return display(text)
    return display(f"{units.amount(int(whole))}.{rest}".rstrip("0").rstrip("."))


def _fields(text: str) -> dict[str, object]:
    """The fields of a JSON object, inner objects flattened one level."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {"value": text}
    if not isinstance(found, dict):
        return {"value": found}
    return {name: value for outer in found.items() for name, value in _flat(*outer)}


def _flat(name: str, value: object) -> list[tuple[str, object]]:
    inner = _inner(value)
    return [(f"{name}.{key}", part) for key, part in inner.items()] if inner else [(name, value)]


def _inner(value: object) -> dict[str, object]:
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _pair(name: str, old: Mapping[str, object], new: Mapping[str, object], unit: str) -> Cell:
    sides = (old.get(name), new.get(name))
    before, after = (_value(name, side, unit) for side in sides)
    first, last = (_number(side) for side in sides)
    finite = None not in (first, last) and UNLIMITED not in (first, last)
    change = units.delta(first, last, unit) if finite and not _is_moment(name) else ""
    return Cell(before, after, change)
