"""The one table of every list: any number of rows, of which it holds a few pages.

It is given a `Listing` and `Column`s and is told what to show with `show(query)`. It posts
`Moved`, `Opened`, `SortAsked`, `Marked`, `Counted`, `Failed` and `Arranged`. Panes await
`refresh_rows()` when data changed and call `tick()` when time passed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from backend.core.listing import Listing
from tui.actions import Scope, bindings
from tui.format.lines import QUIET, Look, wrapped
from tui.widgets.columns import Column
from tui.widgets.drawing import Drawing, RowState
from tui.widgets.listview import RowView
from tui.widgets.marking import Marking
from tui.widgets.rows import RowT

PLAIN: RowState[Any] = RowState()
PLAIN_KEPT = 256


class ResourceTable(Marking[RowT], inherit_bindings=False):
    """A table of rows with headings, a cursor, sorting by heading and hidden columns."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.TABLE, first=True)
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--cursor-away",
        "table--gone",
    }
    HEAD = 1

    @dataclass
    class Arranged(RowView.Told):
        """Other columns are on screen than before."""

    def __init__(
        self,
        listing: Listing[RowT],
        columns: Sequence[Column[RowT]],
        look: Callable[[], Look],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(listing, look, id=id)
        self.empty: Sequence[str] = ()
        """What is said in place of rows when there are none."""
        self.unread: Sequence[str] = ()
        """The same when they could not be read."""
        self._drawing = Drawing(columns)
        self._ages = any(column.ages for column in columns)
        self._offset = 0
        self._wide = False
        self._on_screen: frozenset[str] = frozenset()
        self._painted: dict[int, Strip] = {}
        """What is on screen, by line of the screen."""
        self._plain: dict[int, tuple[RowT, Strip]] = {}
        """Rows without anything special as they were drawn, by key: scrolling shows them again."""

    def show_columns(self, columns: Sequence[Column[RowT]]) -> None:
        """Show other columns of the same rows."""
        bare, self._drawing, self._offset = self._drawing.bare, Drawing(columns), 0
        self._drawing.bare = bare
        self._ages = any(column.ages for column in columns)
        self.redraw()

    @property
    def columns(self) -> tuple[Column[RowT], ...]:
        """All columns, those without room included."""
        return self._drawing.columns

    @property
    def on_screen(self) -> frozenset[str]:
        """The ids of columns that have room, all of them while there is no screen."""
        if not self.size.width:
            return frozenset(one.id for one in self.columns)
        self._fit_once()
        return self._on_screen

    def opened(self) -> None:
        """Which columns have nothing is seen once for what is listed: nothing that comes while
        one reads moves the others."""
        if rows := self._rows_at(0, len(self.source)):
            self._leave_bare(self._drawing.bare_in(rows, self.shows.sort))
        super().opened()
        self._paint_changed()

    def set_top(self, line: int) -> bool:
        """Who scrolls to a row that has something in a column sees it."""
        before, moved = self.top, super().set_top(line)
        if moved and self._drawing.bare:
            first, end = self.top, self.top + self.room
            if first > before:
                first = max(first, before + self.room)
            else:
                end = min(end, before)
            come = self._rows_at(first, end)
            self._leave_bare(self._drawing.bare & self._drawing.bare_in(come))
        return moved

    def _rows_at(self, first: int, end: int) -> list[RowT]:
        return [row for key in self.source.keys[first:end] if (row := self.source.get(key))]

    def _leave_bare(self, bare: frozenset[str]) -> None:
        if bare != self._drawing.bare:
            self._drawing.bare = bare
            self.redraw()

    def tick(self) -> None:
        """Time passed: marks of change fade, ages grow; paints only lines that look different."""
        super().tick()
        if self._ages:
            self._fit()
            self.repaint_keys(set(self.source.keys[self.top : self.top + self.room]))

    def widen(self) -> None:
        """All columns at their full width, or as many as fit."""
        self._wide, self._offset = not self._wide, 0
        self.redraw()

    def redraw(self) -> None:
        """Draw everything again, after a change of units or signs."""
        self._fit()
        self.refresh()

    # Painting

    def on_resize(self) -> None:
        """Columns fit differently; the cursor stays visible."""
        self.resized()

    def render_line(self, y: int) -> Strip:
        """The heading, a row, or what is said when there are none."""
        self._fit_once()
        strip = self._painted[y] = self._line(y)
        return strip

    def _line(self, y: int) -> Strip:
        if y < self.HEAD:
            query = self.shows
            head = self._drawing.head(query.sort, query.descending)
            return self.brush.strip(head, self.size.width, "table--header")
        index = self.top + y - self.HEAD
        return self._row(index) if index < len(self.source) else self._beyond(y - self.HEAD)

    def _paint_changed(self) -> None:
        """Paint the lines that look different. While a filter is typed most stay as they are: a
        screen of them for each letter is slow to send, and keeps the next letter waiting."""
        self._fit_once()
        width, height = self.size
        changed = [y for y in range(height) if self._painted.get(y) != self._line(y)]
        if 2 * len(changed) > height:
            self.refresh()
        elif changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def differs(self, line: int) -> bool:
        """True when a row looks different from what is on screen."""
        return self._painted.get(line - self.top + self.HEAD) != self._row(line)

    def notify_style_update(self) -> None:
        """Colours changed."""
        self._plain.clear()
        super().notify_style_update()

    def _fit_once(self) -> None:
        if self._drawing.look.width != self.size.width:
            self._fit()

    def _fit(self) -> None:
        self._plain.clear()
        look = replace(self.look(), width=self.size.width)
        self._drawing.fit(look, 0, wide=self._wide)
        if not self._drawing.hidden:
            self._offset = 0
        if self._offset:
            self._drawing.fit(look, self._offset, wide=self._wide)
        shown = frozenset(placed.column.id for placed in self._drawing.placed)
        if self._on_screen != shown:
            self._on_screen = shown
            self.post_message(self.Arranged(self))

    def _row(self, index: int) -> Strip:
        key, row = self.source.keys[index], self.source.row(index)
        state = RowState(
            cursor=index == self.cursor,
            away=index == self.cursor and not self.has_focus,
            change=self.source.marks.get(key),
            gone=key in self.source.ghosts,
            lost=key in self.source.lost and key in self.source.ghosts,
            marked=key in self.marked,
        )
        if row is None or state != PLAIN:
            return self._drawn(row, state)
        drawn = self._plain.get(key)
        if drawn is None or drawn[0] is not row:
            if len(self._plain) >= PLAIN_KEPT:
                self._plain.clear()
            drawn = self._plain[key] = row, self._drawn(row, state)
        return drawn[1]

    def _drawn(self, row: RowT | None, state: RowState[RowT]) -> Strip:
        found = self._drawing.row(row, state)
        if state.cursor:
            base = "table--cursor-away" if state.away else "table--cursor"
            return self.brush.strip([(text, "") for text, _ in found], self.size.width, base)
        return self.brush.strip(found, self.size.width, "table--gone" if state.gone else "")

    def _beyond(self, line: int) -> Strip:
        told = self.empty if self.bare else () if len(self.source) else self.unread
        none = [one for text in told for one in wrapped("none", text, self.size.width, 2)]
        text = none[line - 1].text if 0 < line <= len(none) else ""
        return self.brush.strip([(text, QUIET)], self.size.width)

    # Keys and mouse

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What the screen allows."""
        return self.screen.check_action(action, parameters)

    def on_focus(self) -> None:
        """The cursor looks different."""
        self.repaint((self.cursor,))

    def on_blur(self) -> None:
        """The cursor looks different."""
        self.repaint((self.cursor,))

    def on_click(self, event: events.Click) -> None:
        """A row gets the cursor, and is opened by the second click; a heading sorts."""
        if event.y < self.HEAD:
            column = self._drawing.at(event.x)
            if column is not None and column.sort:
                self.post_message(self.SortAsked(self, column.sort))
            return
        index = self.top + event.y - self.HEAD
        if index < len(self.source):
            self.move_to(index)
            if event.chain > 1:
                self.post_message(self.Opened(self, self.cursor_key))

    def action_list_down(self) -> None:
        """One row down."""
        self.move_to(self.aim + 1)

    def action_list_up(self) -> None:
        """One row up."""
        self.move_to(self.aim - 1)

    def action_list_first(self) -> None:
        """To the first row."""
        self.move_to(0)

    def action_list_last(self) -> None:
        """To the last row."""
        self.move_to(len(self.source) - 1)

    def action_list_page_down(self) -> None:
        """One screen down."""
        self.move_to(self.aim + max(1, self.room))

    def action_list_page_up(self) -> None:
        """One screen up."""
        self.move_to(self.aim - max(1, self.room))

    def action_list_half_down(self) -> None:
        """Half a screen down."""
        self.move_to(self.aim + max(1, self.room // 2))

    def action_list_half_up(self) -> None:
        """Half a screen up."""
        self.move_to(self.aim - max(1, self.room // 2))

    def action_list_left(self) -> None:
        """Columns scrolled out to the left come back."""
        self._scroll_columns(-1)

    def action_list_right(self) -> None:
        """To the columns that had no room."""
        self._scroll_columns(1)

    def _scroll_columns(self, step: int) -> None:
        if step > 0 and not self._drawing.hidden:
            return
        offset = max(0, min(self._offset + step, len(self.columns) - 2))
        if offset != self._offset:
            self._offset = offset
            self.redraw()
