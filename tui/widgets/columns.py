"""Columns are data: what a table shows, and which of it fits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from rich.cells import cell_len, set_cell_size

from tui.format.glyphs import UNICODE, Glyphs
from tui.format.lines import Look
from tui.format.names import cut
from tui.widgets.strips import Cell

RowT = TypeVar("RowT")

GUTTER = 2
"""Cells before the first column: the cursor `>` and the mark `*`."""

EXTRA, LUXURY = 20, 30
"""A `drop` from which on columns give way to names that are short of room, and that from which on
they give way until names are well off."""

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
    `drop` are left out when there is no room, the highest number first. Names of who and where
    have an `enough`, the cells they get before columns with a `drop` of `EXTRA` or more, and before
    those of `LUXURY` half of what they want besides; what is left over is theirs first. `bare`
    tells rows that have nothing in it: where no row has, names get its room. `sort` is the
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
    enough: int = 0
    right: bool = False
    drop: int = 0
    sort: str = ""
    figure: Callable[[RowT], int | None] | None = None
    ages: bool = False
    news: bool = False
    middle: bool = False
    bare: Callable[[RowT], bool] | None = None


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
    bare: Collection[str] = (),
) -> tuple[Placed[RowT], ...]:
    """The columns that fit into `width` cells, one cell between them; `full` when amounts are
    written out, `bare` the ids of those that have nothing in any row.

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
    shown = _scrolled(columns, room, offset) if free else _by_priority(columns, room, bare)
    widths = _grown(shown, room)
    placed: list[Placed[RowT]] = []
    x = GUTTER
    for column, size in zip(shown, widths, strict=True):
        placed.append(Placed(column, x, max(1, min(size, width - x))))
        x += size + 1
        if x >= width:
            break
    return tuple(placed)


def heading(placed: Placed[RowT], arrow: str, glyphs: Glyphs = UNICODE) -> str:
    """A column's title with its sort arrow, in exactly its width."""
    title = placed.column.title
    if cell_len(title) > placed.width:
        title = cut(title, max(0, placed.width - len(arrow)), glyphs)
    room = placed.width - cell_len(title) - len(arrow)
    gap = " " if arrow and room >= 1 and not placed.column.right else ""
    text = title + gap + arrow
    return set_cell_size(" " * max(0, room) * placed.column.right + text, placed.width)


def _need(widths: Collection[int]) -> int:
    return sum(widths) + len(widths) - 1


def _least(column: Column[RowT]) -> int:
    return column.width


def _enough(column: Column[RowT]) -> int:
    return max(column.width, column.enough)


def _well(column: Column[RowT]) -> int:
    return (_enough(column) + _named(column)) // 2


def _named(column: Column[RowT]) -> int:
    return max(column.width, column.most if column.enough else 0)


def _by_priority(
    columns: Sequence[Column[RowT]], room: int, bare: Collection[str]
) -> list[Column[RowT]]:
    """Columns without anything go until names have all they want, those beside the matter until
    names have enough, others until all fit."""
    shown = _without(columns, room, _named, [one for one in columns if one.id in bare])
    shown = _without(shown, room, _well, [one for one in shown if one.drop >= LUXURY])
    shown = _without(shown, room, _enough, [one for one in shown if one.drop >= EXTRA])
    return _without(shown, room, _least, [one for one in shown if one.drop])


def _without(
    columns: Sequence[Column[RowT]],
    room: int,
    size: Callable[[Column[RowT]], int],
    going: Sequence[Column[RowT]],
) -> list[Column[RowT]]:
    """The columns that fit, without as many of those `going` as it takes."""
    shown = list(columns)
    for column in sorted(reversed(going), key=lambda one: -one.drop):
        if _need([size(one) for one in shown]) <= room:
            break
        shown.remove(column)
    return shown


def _scrolled(columns: Sequence[Column[RowT]], room: int, offset: int) -> list[Column[RowT]]:
    shown = list(columns[:1])
    for column in columns[1 + offset :]:
        if _need([one.width for one in (*shown, column)]) > room and len(shown) > 1:
            break
        shown.append(column)
    return shown


def _grown(columns: Sequence[Column[RowT]], room: int) -> list[int]:
    """The widths, with what is left over dealt out: to names until they have enough, to headings
    that are cut, to names, to all that want more."""
    widths = [column.width for column in columns]
    spare = room - _need(widths)
    headed = [min(cell_len(one.title), max(one.width, one.most)) for one in columns]
    for goals in (map(_enough, columns), headed, map(_named, columns), (c.most for c in columns)):
        spare = _dealt(widths, list(goals), spare)
    return widths


def _dealt(widths: list[int], goals: Sequence[int], spare: int) -> int:
    """Widen what is below its goal, each by a cell at a time; the cells that are left."""
    while spare > 0 and (below := [n for n, goal in enumerate(goals) if widths[n] < goal][:spare]):
        for n in below:
            widths[n] += 1
        spare -= len(below)
    return spare
