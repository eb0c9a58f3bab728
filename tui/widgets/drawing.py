"""How a table looks: its heading and its rows as pieces of text, no widget involved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic

from tui.format.lines import BAD, GOOD, QUIET, WARN, Look
from tui.format.units import Style
from tui.widgets.columns import Column, Placed, arrange, heading, rises
from tui.widgets.rows import Mark, RowT
from tui.widgets.strips import Cell, Piece, fitted, pieces, width_of

NEW, GONE = "NEW", "GONE"


@dataclass(frozen=True, slots=True)
class RowState(Generic[RowT]):
    """What is special about a row: under the cursor, of a list that keys do not reach (`away`),
    changed, vanished from the list, `lost` from all lists, marked by the operator."""

    cursor: bool = False
    away: bool = False
    change: Mark[RowT] | None = None
    gone: bool = False
    lost: bool = False
    marked: bool = False

    @property
    def new(self) -> bool:
        """True for a row that was not there before."""
        return self.change is not None and self.change.before is None


class Drawing(Generic[RowT]):
    """Draws the rows of one table for its present width, look and scrolled columns."""

    def __init__(self, columns: Sequence[Column[RowT]]) -> None:
        self.columns = tuple(columns)
        self.placed: tuple[Placed[RowT], ...] = ()
        self.hidden = False
        self.bare: frozenset[str] = frozenset()
        """The columns that have nothing in any row, by id."""
        self.look = Look(0)
        self._looks: list[Look] = []

    def fit(self, look: Look, offset: int, *, wide: bool = False) -> None:
        """Lay the columns out for `look.width` cells, `offset` of them scrolled away; `wide`
        gives each what it wants."""
        full = look.units != Style.AUTO
        self.placed = arrange(
            self.columns, look.width, offset, full=full, wide=wide, bare=self.bare
        )
        self.hidden = len(self.placed) + offset < len(self.columns)
        self.look = look
        self._looks = [replace(look, width=placed.width) for placed in self.placed]

    def bare_in(self, rows: Sequence[RowT], sort: str = "") -> frozenset[str]:
        """The columns that have nothing in any of these rows, but for that of the order."""
        return frozenset(
            one.id
            for one in self.columns
            if one.bare is not None and one.sort != sort and all(map(one.bare, rows))
        )

    def at(self, x: int) -> Column[RowT] | None:
        """The column at a cell."""
        for placed in self.placed:
            if placed.x <= x < placed.x + placed.width:
                return placed.column
        return None

    def head(self, sort: str, descending: bool) -> list[Piece]:
        """The headings, with an arrow at the column sorted by."""
        found: list[Piece] = [("  ", "")]
        for n, placed in enumerate(self.placed):
            sorted_by = bool(sort) and placed.column.sort == sort
            arrow = ("^" if rises(sort, descending) else "v") if sorted_by else ""
            found.append(((" " if n else "") + heading(placed, arrow, self.look.glyphs), ""))
        return found

    def row(self, row: RowT | None, state: RowState[RowT]) -> list[Piece]:
        """One row; None draws a placeholder for one that is on its way."""
        found: list[Piece] = [(self._pointer(state), ""), self._gutter(state)]
        if row is None:
            return [*found, (self.look.glyphs.ellipsis, QUIET)]
        for n, (placed, look) in enumerate(zip(self.placed, self._looks, strict=True)):
            if n:
                found.append(_sign(placed.column, row, state.change))
            found += self._cell(placed, row, look, state)
        return found

    def _pointer(self, state: RowState[RowT]) -> str:
        if not state.cursor:
            return " "
        return self.look.glyphs.away if state.away else ">"

    def _gutter(self, state: RowState[RowT]) -> Piece:
        if state.gone:
            return "-", BAD
        if state.marked:
            return "*", WARN
        return ("+", GOOD) if state.new else (" ", "")

    def _cell(
        self, placed: Placed[RowT], row: RowT, look: Look, state: RowState[RowT]
    ) -> list[Piece]:
        column = placed.column
        cell: Cell = column.cell(row, look)
        bare = column.news and not width_of(pieces(cell))
        if column.news and (state.lost or (state.gone and bare)):
            cell = GONE, BAD
        elif state.new and bare:
            cell = NEW, GOOD
        return fitted(cell, placed.width, look.glyphs, right=column.right, middle=column.middle)


def _sign(column: Column[RowT], row: RowT, change: Mark[RowT] | None) -> Piece:
    """The cell before a figure says which way it went."""
    if change is None or change.before is None or column.figure is None:
        return " ", ""
    before, now = column.figure(change.before), column.figure(row)
    if before == now or before is None or now is None:
        return " ", ""
    return ("+", WARN) if now > before else ("-", WARN)
