"""Rows as a table, CSV, JSON or JSON lines, page by page; nothing of a page is kept."""

from __future__ import annotations

import csv
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from rich.cells import cell_len

from backend.core.runtime import moment
from backend.core.text import display
from tui.cli.columns import Field, Kind
from tui.cli.output import write
from tui.format.ages import NEVER, stamp_seconds
from tui.format.units import UNKNOWN, Style, amount

LONGEST = 32_000
"""Characters of a CSV cell at most; spreadsheets take no more."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
BEYOND = "beyond 9999"
HIDDEN = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
RIGHT = (Kind.NUMBER, Kind.AMOUNT)
GAP = "  "
_NOT_PLAIN = re.compile(r"[^ -~]")

Write = Callable[[str], None]


class Table:
    """Aligned columns. Each is as wide as the first page needs; when a later page needs more,
    it grows from there on, so that nothing is cut and nothing is kept back."""

    def __init__(self, fields: Sequence[Field], style: str, out: Write = write) -> None:
        self._fields, self._style, self._out = fields, style, out
        self._widths = [cell_len(field.name) for field in fields]
        self._begun = False

    def page(self, rows: Sequence[Any]) -> None:
        """Write rows; before the first ones the heading."""
        cells = [[display(words(f, row, self._style)) for f in self._fields] for row in rows]
        for row in cells:
            self._widths = [max(w, cell_len(c)) for w, c in zip(self._widths, row, strict=True)]
        lines = [] if self._begun else [self._line([field.name.upper() for field in self._fields])]
        self._begun = True
        self._out("".join([*lines, *map(self._line, cells)]))

    def end(self) -> None:
        """A heading even without rows."""
        if not self._begun:
            self.page([])

    def _line(self, cells: Sequence[str]) -> str:
        parts = []
        for field, cell, width in zip(self._fields, cells, self._widths, strict=True):
            fill = " " * (width - cell_len(cell))
            parts.append(fill + cell if field.kind in RIGHT else cell + fill)
        return GAP.join(parts).rstrip() + "\n"


class Csv:
    """RFC 4180 with plain line ends; texts that a spreadsheet would run are defused."""

    def __init__(self, fields: Sequence[Field], style: str, out: Write = write) -> None:
        self._fields, self._style = fields, style
        self._csv = csv.writer(_Sink(out), lineterminator="\n")
        self._begun = False

    def page(self, rows: Sequence[Any]) -> None:
        """Write rows; before the first ones the names."""
        if not self._begun:
            self._begun = True
            self._csv.writerow([field.name for field in self._fields])
        self._csv.writerows(
            [_csv_cell(field, row, self._style) for field in self._fields] for row in rows
        )

    def end(self) -> None:
        """Names even without rows."""
        if not self._begun:
            self.page([])


class _Sink:
    """What a csv.writer writes to."""

    def __init__(self, out: Write) -> None:
        self.write = out


class JsonLines:
    """One object a line."""

    def __init__(self, fields: Sequence[Field], style: str, out: Write = write) -> None:
        self._fields, self._out = fields, out

    def page(self, rows: Sequence[Any]) -> None:
        """Write rows."""
        self._out("".join(to_json(_object(self._fields, row)) + "\n" for row in rows))

    def end(self) -> None:
        """Nothing is open."""


class Json:
    """One array, an object a line."""

    def __init__(self, fields: Sequence[Field], style: str, out: Write = write) -> None:
        self._fields, self._out = fields, out
        self._before = "[\n"

    def page(self, rows: Sequence[Any]) -> None:
        """Write rows."""
        for row in rows:
            self._out(self._before + to_json(_object(self._fields, row)))
            self._before = ",\n"

    def end(self) -> None:
        """Close the array."""
        self._out("[]\n" if self._before == "[\n" else "\n]\n")


Rows = Table | Csv | Json | JsonLines
WRITERS: dict[str, type[Rows]] = {"table": Table, "csv": Csv, "json": Json, "jsonl": JsonLines}


def to_json(value: object, indent: int | None = None) -> str:
    """JSON that says exactly what `value` is and that a terminal can show: whatever it would act
    on is escaped, and everything beyond ASCII where the output could not hold it."""
    text = json.dumps(value, ensure_ascii=not _unicode_output(), indent=indent)
    return _NOT_PLAIN.sub(_escaped, text)


def _unicode_output() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "") == "utf8"


def _escaped(found: re.Match[str]) -> str:
    char = found[0]
    if char == "\n" or unicodedata.category(char) not in HIDDEN:
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n]:02x}{units[n + 1]:02x}" for n in range(0, len(units), 2))


def words(field: Field, row: Any, style: str) -> str:
    """A value as people read it."""
    if field.words is not None:
        return field.words(row, style) or NEVER
    value = field.value(row)
    if value is None and field.kind is Kind.AMOUNT:
        return UNKNOWN
    if value is None or value == "":
        return NEVER
    if field.kind is Kind.MOMENT:
        return stamp_seconds(_number(value))
    if field.kind is Kind.FLAG:
        return "yes" if value else "no"
    return _amount(field, row, style) if field.kind is Kind.AMOUNT else str(value)


def _csv_cell(field: Field, row: Any, style: str) -> str:
    value = field.value(row)
    if field.kind in (Kind.TEXT, Kind.DATA):
        told = field.words(row, style) if field.words and field.kind is Kind.DATA else value
        return defused(display("" if told is None else told, limit=LONGEST))
    if field.kind is Kind.AMOUNT:
        return "" if value is None else _amount(field, row, style)
    exact = _exact(field, value)
    return "" if exact is None else str(exact).lower() if isinstance(exact, bool) else str(exact)


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _object(fields: Sequence[Field], row: Any) -> dict[str, object]:
    return {field.name: _exact(field, field.value(row)) for field in fields}


def _exact(field: Field, value: object) -> object:
    if field.kind is not Kind.MOMENT:
        return value
    at = _number(value)
    try:
        return moment(at).isoformat().replace("+00:00", "Z") if at else None
    except OverflowError:
        return BEYOND


def _amount(field: Field, row: Any, style: str) -> str:
    return amount(_number(field.value(row)), getattr(row, "unit", ""), Style(style))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
