"""A list of rows with a cursor that stays on its object: reading, moving, keeping places.

How rows look and which keys move is the table's (table.py).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic

from textual.message import Message
from textual.timer import Timer

from backend.core.errors import BursarError
from backend.core.listing import Listing, Query
from tui.format.lines import Look
from tui.widgets.lineview import LineView
from tui.widgets.reader import Reader
from tui.widgets.rows import RowT


class RowView(LineView, Generic[RowT]):
    """Rows of a listing, a few pages of which are held; `show(query)` says which."""

    @dataclass
    class Told(Message):
        """Something about one list."""

        table: RowView[Any]

        @property
        def control(self) -> RowView[Any]:
            """For `@on` with a selector."""
            return self.table

    @dataclass
    class Moved(Told):
        """The cursor is on another object, or on none (`key` 0)."""

        key: int

    @dataclass
    class Opened(Told):
        """The operator asked for the object with the mouse (enter is the pane's)."""

        key: int

    @dataclass
    class SortAsked(Told):
        """The heading of a sortable column was clicked."""

        sort: str

    @dataclass
    class Counted(Told):
        """All keys are known: how many rows there are."""

        shown: int

    @dataclass
    class Failed(Told):
        """Reading failed; what was shown stays."""

        error: BursarError

    def __init__(
        self, listing: Listing[RowT], look: Callable[[], Look], *, id: str | None = None
    ) -> None:
        super().__init__(look, id=id)
        self._reader: Reader[RowT] = Reader(listing, self)
        self.source = self._reader.source
        self.cursor = 0
        self._key = self._held = 0
        self._goal: int | None = None
        self._following: Timer | None = None
        self._wanted: Query | None = None

    # What panes ask and tell

    @property
    def shows(self) -> Query:
        """What is shown."""
        return self.source.query

    @property
    def cursor_key(self) -> int:
        """The key under the cursor, 0 for none."""
        return self._key

    @property
    def cursor_row(self) -> RowT | None:
        """The row under the cursor, None when there is none or it is not here yet."""
        return self.source.get(self._key)

    @property
    def shown(self) -> int | None:
        """How many rows there are, None while that is not known."""
        known = self._reader.is_open and self.source.complete
        return self.source.shown if known else None

    @property
    def bare(self) -> bool:
        """True when no row is shown but one that went, under the cursor."""
        return self.shown == 0 and self.source.ghosts <= {self._key}

    def show(self, query: Query, rest: float = 0) -> None:
        """List what the query says; the cursor stays on its object if that is among it. All of a
        long list is read after `rest` seconds, unless something else is asked for by then."""
        self._wanted = query
        self._start(self._open, query, rest, group="open")

    async def refresh_rows(self) -> None:
        """Read what is visible again and soon the order, or what could not be read when it was
        asked for. Raises BursarError."""
        if self._wanted not in (None, self.shows) or not self._reader.is_open:
            self._retry()
            return
        await self._reader.refresh()
        if self._following is None and self._reader.is_open:
            self._follow()

    def tick(self) -> None:
        """Time passed: marks of change fade, unless the console has let go of the list. What went
        stays under the cursor: no key meant for it may meet its neighbour."""
        if self.is_attached and (self.source.marks or self.source.ghosts):
            faded: set[int] = set()
            self.reorder(lambda: faded.update(self.source.tick(self._key)), follow=False)
            self.repaint_keys(faded)

    def returned(self, *, anew: bool) -> None:
        """Shown again after a while, and about to be read `anew` if something changed."""
        self.reorder(partial(self.source.forget, self._held, anew=anew), follow=False)

    @property
    def held(self) -> int:
        """The object that stays under the cursor though the list lose it, 0 for none."""
        return self._held

    def hold(self) -> None:
        """Keep the object under the cursor until that moves, even while other panes are shown."""
        self._held = self._key

    def go_to(self, key: int) -> None:
        """Put the cursor on an object, at once or when its row is found."""
        self._key, self._held = key, 0
        if (index := self.source.index(key)) is not None:
            self.move_to(index)

    # What the reader tells

    def opened(self) -> None:
        """The first page of another query is here."""
        self._goal = None
        found = self.source.index(self._key) if self._key else None
        self.cursor = found or 0
        if found is None and (self.source.complete or not self._key):
            self._set_key(self.cursor)
        self.set_count(len(self.source))
        self.set_top(max(0, self.cursor - self.room + 1))

    def reorder(self, change: Callable[[], None], *, follow: bool) -> None:
        """Swap the order; the object the operator looks at stays on its line of the screen."""
        before, line, anchor = self._lines(), *self._anchor()
        bare, goal, wanted = self.bare, self._goal, self._nth_key(self._goal or 0)
        change()
        if goal is not None:
            self._goal = self.source.now_at(wanted, goal)
        self._find_cursor()
        self.set_count(len(self.source))
        place = self.source.index(anchor, self.top + line) if anchor else None
        if place is not None and (self.top or place >= self.room):
            self.set_top(place - line)
        if follow and self.set_top(self._top_for(self.cursor)):
            self.refresh()
        after = self._lines()
        self.repaint(self.top + n for n, shown in enumerate(after) if shown != before[n])
        if bare != self.bare:
            self.refresh()  # what an empty list says stands on other lines than its rows

    def repaint_keys(self, keys: set[int]) -> None:
        """These rows may look different; paints those that do."""
        if not self.is_attached:
            return  # it was taken off the screen while they were read, and its styles with it
        first, last = self.in_view()
        shown = self.source.keys[first : last + 1]
        lines = (first + n for n, key in enumerate(shown) if key in keys)
        self.repaint(line for line in lines if self.differs(line))

    def differs(self, line: int) -> bool:
        """True when a row looks different from what is on screen."""
        raise NotImplementedError

    async def _open(self, query: Query, rest: float) -> None:
        await self._reader.open(query, self.size.height, rest)
        self.post_message(self.Counted(self, self.source.shown))

    def _retry(self) -> None:
        opening = any(w.group == "open" and w.node is self and w.is_running for w in self.workers)
        if self._wanted is not None and not opening:
            self.show(self._wanted)

    def _start(
        self,
        reading: Callable[..., Awaitable[None]],
        *given: object,
        group: str,
        exclusive: bool = True,
    ) -> None:
        # A coroutine made here would never be awaited if the worker is cancelled before it starts.
        work: Callable[[], Awaitable[None]] = partial(self._guarded, reading, *given)
        self.run_worker(work, group=group, exclusive=exclusive)

    async def _guarded(self, reading: Callable[..., Awaitable[None]], *given: object) -> None:
        try:
            await reading(*given)
        except BursarError as error:
            self.post_message(self.Failed(self, error))

    def _follow(self) -> None:
        self._following = None
        if (wait := self._reader.wait()) > 0:
            self._following = self.set_timer(wait, self._follow)
        else:
            self._start(self._follow_order, group="order")

    async def _follow_order(self) -> None:
        await self._reader.follow()
        self.post_message(self.Counted(self, self.source.shown))

    def resized(self) -> None:
        """The view has another size: the cursor stays visible and its surroundings are read."""
        self.set_count(len(self.source))
        self.set_top(self._top_for(self.cursor))
        self._prefetch()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The wheel moved the view."""
        super().watch_scroll_y(old_value, new_value)
        self._prefetch()

    def _lines(self) -> list[tuple[int, bool]]:
        first, last = self.in_view()
        return [(self._nth_key(n), n == self.cursor) for n in range(first, last + 1)]

    # The cursor

    @property
    def aim(self) -> int:
        """Where the cursor is, or is on its way to."""
        return self.cursor if self._goal is None else self._goal

    def _anchor(self) -> tuple[int, int]:
        """The line of the screen to hold still, and the key on it: the cursor's if visible."""
        first, last = self.in_view()
        index = self.cursor if first <= self.cursor <= last else first
        return index - first, self._nth_key(index)

    def _find_cursor(self) -> None:
        """After a new order: to the cursor's object, else to its nearest neighbour."""
        index = self.source.index(self._key, self.cursor) if self._key else None
        self.cursor = max(0, min(self.cursor, len(self.source) - 1)) if index is None else index
        if index is None:
            self._set_key(self.cursor)

    def _nth_key(self, index: int) -> int:
        return self.source.keys[index] if 0 <= index < len(self.source) else 0

    def _set_key(self, index: int) -> None:
        key = self._nth_key(index)
        if key != self._key:
            self._key, self._held = key, 0
            self.screen.post_message(self.Moved(self, key))

    def move_to(self, index: int) -> None:
        """Put the cursor on a place, after its rows were read."""
        index = max(0, min(index, len(self.source) - 1))
        self._reader.touched()
        if index == self.cursor and self._key in self.source.ghosts:
            self._held = 0
            self.returned(anew=self.source.anew)
            return
        top = self._top_for(index)
        if self._goal is None and not self.source.lacking(top, top + self.room - 1):
            self._place(index)
        elif self._goal is not None:
            self._goal = index
        else:
            self._goal = index
            self._start(self._follow_goal, group="rows", exclusive=False)

    async def _follow_goal(self) -> None:
        try:
            while (goal := self._goal) is not None:
                key, top = self._nth_key(goal), self._top_for(goal)
                await self._reader.load(top, top + self.room - 1)
                place = self.source.now_at(key, goal)
                self._place(place)
                if self._goal == place:
                    self._goal = None
            await self._reader.load_visible()
        finally:
            self._goal = None

    def _place(self, index: int) -> None:
        before, self.cursor = self.cursor, max(0, min(index, len(self.source) - 1))
        self._set_key(self.cursor)
        if self.set_top(self._top_for(self.cursor)):
            self.refresh()
            self._prefetch()
        elif before != self.cursor:
            self.repaint((before, self.cursor))

    def _top_for(self, index: int) -> int:
        """The first visible place once a place is to be visible."""
        return max(min(self.top, index), index - self.room + 1)

    def _prefetch(self) -> None:
        first, last = self.in_view()
        if self._goal is None and self.source.missing(first - self.room, last + self.room):
            self._start(self._reader.load_visible, group="prefetch")
