"""A pane that is a list: table, filter, order, and the detail of the row at its side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer

from backend.core.errors import BursarError, NotFound
from tui.actions import Action
from tui.format.lines import QUIET, WARN, Build, Line, Look, Part, wrapped
from tui.listings import LISTED
from tui.panes import frame
from tui.panes.sortable import Sortable
from tui.widgets.columns import BACKWARD, Column, rises
from tui.widgets.kept import Beside
from tui.widgets.legend import Legend
from tui.widgets.rows import RowT
from tui.widgets.table import ResourceTable
from tui.widgets.text import TextPanel

RESTING = 0.12
"""Seconds the cursor rests on a row before its detail is read."""
NEEDS_ROW = frozenset({"row.open", "row.raw", "row.copy", "copy.menu", "quotas.explain"})


class ListPane(Sortable[RowT], inherit_bindings=False):
    """A subclass gives `listing`, `columns`, `detail` and `open_row`, and may override `legend`
    and `nothing`. What is listed is `query`, kept in the session while other panes are shown."""

    NAME = ""
    """What the breadcrumb calls it."""
    READS_DETAIL = False
    """True when the detail is needed even where there is no side to show it."""
    _resting: Timer | None = None
    _shown_key = 0

    def columns(self) -> Sequence[Column[RowT]]:
        """How it is shown."""
        raise NotImplementedError

    async def detail(self, row: RowT) -> Build:
        """The text at the side of the list. Raises BursarError."""
        raise NotImplementedError

    def open_row(self, row: RowT) -> None:
        """`enter`."""
        raise NotImplementedError

    def copied(self, row: RowT) -> str:
        """What `c` copies."""
        return str(row.key)

    def raw(self, row: RowT) -> None:
        """`y`."""
        raise NotImplementedError

    def legend(self, look: Look) -> Iterable[str]:
        """Lines under the table that explain its words, notes three spaces apart; those about
        columns that are not on screen are left out."""
        return ()

    # Parts

    def body(self) -> ComposeResult:
        """The list, its legend, and the detail at its side."""
        look = self.session.look
        self.list: ResourceTable[RowT] = ResourceTable(
            self.listing(), self.columns(), look, id="list"
        )
        self.side = TextPanel(look, id="side")
        self.third = TextPanel(look, id="third")
        self.legend_panel = Legend(look, self.list, self.legend)
        with Beside(id="columns"):
            yield self.list
            yield self.side
            yield self.third
        yield self.legend_panel

    def on_mount(self) -> None:
        """Start reading before the first frame."""
        super().on_mount()
        self.legend_panel.redraw()
        state = self.state
        state.query = self.ordered(state.query)
        self._listed = self.query_listed
        self.list.empty = self.bare()
        self.list.marked = state.marked
        self.list.go_to(self._cursor)
        self.list.show(self._listed)
        self._seen = self.session.version

    async def refresh_data(self) -> None:
        """The visible rows and the detail of the one under the cursor."""
        await self.list.refresh_rows()
        await self._read_detail()
        await self.count_again()

    def tick(self) -> None:
        """Marks fade, ages grow."""
        self.list.tick()
        self.side.redraw()

    def redraw(self) -> None:
        """Units or signs changed."""
        self.list.redraw()
        self.side.redraw()
        self.legend_panel.redraw()

    def path(self) -> Sequence[str]:
        """The pane's name."""
        return (self.NAME,)

    def facts(self) -> Iterable[Part]:
        """Why a row may be missing: how many of how many, filter, view, order, units."""
        state, wide = self.state, self.size.width >= frame.FULL
        yield self._counts(state.total)
        if state.marked:
            yield f"marked {len(state.marked):,}", WARN
        if state.query.text or wide:
            yield f"filter {state.query.text or 'none'}"
        yield from self.view_facts()
        yield self._order()
        yield f"units {self.session.units}"

    def view_facts(self) -> Iterable[Part]:
        """What else is left out or grouped."""
        return ()

    def _counts(self, total: int | None) -> str:
        shown = self.list.shown
        if shown is None:
            return "reading"
        left_out = self._is_part and total is not None and total > shown
        return f"{shown:,} of {total:,}" if left_out else f"{shown:,}"

    def _order(self) -> str:
        query = self.query_shown
        for column in self.list.columns:
            if column.sort and column.sort == query.sort:
                grows = rises(query.sort, query.descending)
                if query.sort in BACKWARD and column.id not in self.list.on_screen:
                    return "newest first" if grows else "oldest first"
                return f"sort {column.title}{'^' if grows else 'v'}"
        return "oldest first" if query.descending else "newest first"

    # The detail at the side

    @property
    def has_side(self) -> bool:
        """True when the detail is shown beside the list."""
        return self.side.display and self.size.width >= frame.WIDE

    @on(ResourceTable.Moved, "#list")
    def _moved(self) -> None:
        self.session.history.rest(self.list_id, self.list.cursor_key)
        self.session.move_on()
        self.show_keys()
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(RESTING, self._rested)

    def _rested(self) -> None:
        self._resting = None
        self.start(self._read_detail, group="detail")

    async def _read_detail(self) -> None:
        row = self.list.cursor_row
        if not self.has_side and not self.READS_DETAIL:
            return
        try:
            build = _nothing if row is None else await self.detail(row)
        except NotFound:
            build = _nothing  # it went a moment ago, as the list is about to show
        except BursarError as error:
            self._detail_failed(row, error)
            raise
        if row is not None and row.key != self.list.cursor_key:
            return  # the cursor went on meanwhile
        home, self._shown_key = self._shown_key != self.list.cursor_key, self.list.cursor_key
        self.side.show(build, home=home)
        if self.size.width >= frame.VAST:
            await self._relate(row)

    def _detail_failed(self, row: RowT | None, error: BursarError) -> None:
        """What is at the side of one row must not be taken for another's."""
        key = self.list.cursor_key
        if row is not None and row.key == key != self._shown_key:
            self._shown_key, text = key, f"{error.title}: {error.on_screen()}"
            self.side.show(lambda look: wrapped("failed", text, look.width, style=QUIET), home=True)

    async def _relate(self, row: RowT | None) -> None:
        """The third column, where there is room for it."""
        from tui.panes.relations import relation_lines, relations

        found = () if row is None else await relations(self.session, row)
        key = self.session.key("jump")
        self.third.show(lambda look: relation_lines(found, key, look), home=True)

    async def know(self) -> None:
        """The detail of the row, without waiting for the cursor to rest on it."""
        if self.READS_DETAIL:
            await self._read_detail()

    # What the table says

    @on(ResourceTable.Arranged, "#list")
    def _arranged(self) -> None:
        self.legend_panel.redraw()

    @on(ResourceTable.Counted, "#list")
    def _counted(self, event: ResourceTable.Counted) -> None:
        self.counted(event.shown)
        if self.state.marked:
            from tui.panes import bulk

            self.start(bulk.unmark_gone, self, self.list, self.EVERYTHING, group="gone")
        self.show_chrome()

    @on(ResourceTable.Failed, "#list")
    def _failed(self, event: ResourceTable.Failed) -> None:
        again = f"it is tried again; {self.session.key('live.refresh')} tries now"
        self.list.unread = (f"{event.error.title}: {event.error}", again)
        self.list.redraw()
        self.session.told(event.error)

    @on(ResourceTable.Opened, "#list")
    def action_row_open(self) -> None:
        """Open the object under the cursor."""
        if (row := self.list.cursor_row) is not None:
            self.open_row(row)

    @on(ResourceTable.SortAsked, "#list")
    def _sort_asked(self, event: ResourceTable.SortAsked) -> None:
        self.sort_by(event.sort)

    # Actions

    def refusal(self, action: Action) -> str:
        """Without a row there is nothing to open."""
        if action.id in NEEDS_ROW and self.list.cursor_row is None:
            return "no row is selected"
        return super().refusal(action)

    def marks(self) -> int:
        """Those of the list."""
        return len(self.state.marked)

    def action_view_wide(self) -> None:
        """Columns at their full width, or those that fit."""
        self.list.widen()

    def action_view_zoom(self) -> None:
        """The list or the detail alone, or all again."""
        what = "-zoom-side" if self.side.has_focus else "-zoom-list"
        zoomed = self.has_class("-zoom-side") or self.has_class("-zoom-list")
        self.remove_class("-zoom-side", "-zoom-list")
        self.set_class(not zoomed, what)

    def action_row_detail(self) -> None:
        """Show or hide the detail at the side; on a narrow terminal open it."""
        if self.size.width < frame.WIDE:
            self.action_row_open()
            return
        self.side.display = not self.side.display
        self._rested()

    def action_row_raw(self) -> None:
        """The row as the system's own API shows it."""
        if (row := self.list.cursor_row) is not None:
            self.raw(row)

    def action_view_heat(self) -> None:
        """The fullest projects as a map."""
        self.post_message(self.Ordered("heat"))

    def subject(self) -> tuple[str, object] | None:
        """The row under the cursor."""
        row = self.list.cursor_row
        return None if row is None else (self.copied(row), row)

    async def copies(self) -> Sequence[tuple[str, str]]:
        """The marked rows, if there are several, and the one under the cursor."""
        from tui import clipboard

        found = [*await super().copies()]
        if self.marks() > 1:
            rows = await self.listing().rows(list(self.state.marked))
            found = [*clipboard.of_rows(LISTED[self.SCOPE].name, [*rows.values()]), *found]
        return found

    def action_list_export(self) -> None:
        """Write rows to a file."""
        from tui.panes import exporting

        exporting.ask(self)


def _nothing(look: Look) -> Iterable[Line]:
    """The detail of no row."""
    return ()
