"""Columns are data: what a table shows, and which of it fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from rich.cells import cell_len, set_cell_size

from tui.format.lines import Look
from tui.widgets.strips import Cell

RowT = TypeVar("RowT")

GUTTER = 2
"""Cells before the first column: the cursor `>` and the mark `*`."""

BACKWARD = frozenset({"age", "contact"})
"""Orders by a moment, of which the column shows how long ago it was."""


def rises(sort: str, descending: bool) -> bool:
    """Whether what the column of an order shows grows from row to row; and whether an order that
    is to grow so is a descending one."""
    return descending == (sort in BACKWARD)


@dataclass(frozen=True, slots=True)
class Column(Generic[RowT]):
    """One column of a table.

    `cell(row, look)` gives its content; `look.width` is the cells it has there, and everything
    passes the sanitiser on its way to the screen. It gets at least `width` cells and up to
    `most`; where amounts are written out in full, `full` cells if that is given. Columns with a
    `drop` are left out when there is no room, the highest number first. `sort` is the
    `Query.sort` it stands for. `figure` is a number whose change is marked `+` or `-`. `ages`
    says that its text changes as time passes, `news` that it shows NEW and GONE, `middle` that
    long texts are cut in their middle.
    """

    id: str
    title: str
    cell: Callable[[RowT, Look], Cell]
    width: int
    most: int = 0
    full: int = 0
    right: bool = False
    drop: int = 0
    sort: str = ""
    figure: Callable[[RowT], int | None] | None = None
    ages: bool = False
    news: bool = False
    middle: bool = False


@dataclass(frozen=True, slots=True)
class Placed(Generic[RowT]):
    """A column with the cells it got; `x` counts from the left edge of the table."""

    column: Column[RowT]
    x: int
    width: int


def arrange(
    columns: Sequence[Column[RowT]],
    width: int,
    offset: int = 0,
    *,
    full: bool = False,
    wide: bool = False,
) -> tuple[Placed[RowT], ...]:
    """The columns that fit into `width` cells, one cell between them; `full` when amounts are
    written out.

    With an `offset` so many columns after the first are scrolled out to the left, and then
    nothing is dropped for its priority; neither when it is `wide`, which gives each column the
    most it wants.
    """
    room = width - GUTTER
    if full:
        columns = [replace(column, width=column.full or column.width) for column in columns]
    if wide:
        columns = [replace(column, width=max(column.width, column.most)) for column in columns]
    free = offset or wide
    shown = _scrolled(columns, room, offset) if free else _by_priority(columns, room)
    widths = _grown(shown, room)
    placed: list[Placed[RowT]] = []
    x = GUTTER
    for column, size in zip(shown, widths, strict=True):
        placed.append(Placed(column, x, max(1, min(size, width - x))))
        x += size + 1
        if x >= width:
            break
    return tuple(placed)


def heading(placed: Placed[RowT], arrow: str) -> str:
    """A column's title with its sort arrow, in exactly its width."""
    title = placed.column.title
    room = placed.width - cell_len(title) - len(arrow)
    gap = " " if arrow and room >= 1 and not placed.column.right else ""
    text = title + gap + arrow
    return set_cell_size(" " * max(0, room) * placed.column.right + text, placed.width)


def _need(columns: Sequence[Column[RowT]]) -> int:
    return sum(column.width for column in columns) + len(columns) - 1


def _by_priority(columns: Sequence[Column[RowT]], room: int) -> list[Column[RowT]]:
    shown = list(columns)
    while _need(shown) > room and (going := max((c.drop for c in shown), default=0)):
        last = max(n for n, column in enumerate(shown) if column.drop == going)
        del shown[last]
    return shown


def _scrolled(columns: Sequence[Column[RowT]], room: int, offset: int) -> list[Column[RowT]]:
    shown = list(columns[:1])
    for column in columns[1 + offset :]:
        if _need([*shown, column]) > room and len(shown) > 1:
            break
        shown.append(column)
    return shown


def _grown(columns: Sequence[Column[RowT]], room: int) -> list[int]:
    """The widths, with what is left over dealt out a cell at a time to those that want more."""
    widths = [column.width for column in columns]
    spare = room - _need(columns)
    while spare > 0:
        hungry = [n for n, c in enumerate(columns) if widths[n] < c.most][:spare]
        if not hungry:
            break
        for n in hungry:
            widths[n] += 1
        spare -= len(hungry)
    return widths
