"""Reading rows for a table: first page at once, the order behind it, live changes in good time."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Callable
from typing import Generic, Protocol

from backend.core.listing import Listing, Query
from tui.widgets.rows import PAGE, RowSource, RowT

STILL = 1.5
"""Seconds without a key press before rows change their places under the operator."""
_SHARE = 10
"""Reading the order of a long list may take one part in so many of the time."""


class View(Protocol):
    """What a reader needs of its table."""

    @property
    def held(self) -> int:
        """The key that stays although it vanished, 0 for none."""
        ...

    def in_view(self) -> tuple[int, int]: ...

    def opened(self) -> None:
        """The first page of another query is here."""
        ...

    def reorder(self, change: Callable[[], None], *, follow: bool) -> None:
        """Call `change`, which swaps the order, and keep what the operator looks at in place;
        `follow` lets the view go where the cursor's object is."""
        ...

    def repaint_keys(self, keys: set[int]) -> None: ...


class Reader(Generic[RowT]):
    """Keeps a `RowSource` filled with what its view shows. All methods raise BursarError."""

    def __init__(self, listing: Listing[RowT], view: View) -> None:
        self.source: RowSource[RowT] = RowSource(listing)
        self.is_open = False
        self.last_move = 0.0
        self._view = view
        self._due = 0.0
        self._one_order = asyncio.Lock()

    async def open(self, query: Query, height: int, rest: float = 0) -> None:
        """Show another query: its first page, then, `rest` seconds later, the rest of its order."""
        asked = time.monotonic()
        await self.source.open(query, max(PAGE, height))
        self.is_open = True
        self._view.opened()
        if not self.source.complete:
            await asyncio.sleep(rest)
            keys = await self._keys()
            moved = self.last_move > asked
            self._view.reorder(lambda: self.source.adopt(keys), follow=not moved)
        await self.load_visible()

    def touched(self) -> None:
        """The operator moved."""
        self.last_move = time.monotonic()

    def wait(self) -> float:
        """Seconds until the order may be read again."""
        if self.source.anew:
            return 0.0
        return max(0.0, max(self._due, self.last_move + STILL) - time.monotonic())

    async def refresh(self) -> None:
        """Read the visible rows again."""
        if self.is_open:
            self._view.repaint_keys(await self.source.reread(*self._view.in_view()))

    async def follow(self) -> None:
        """Read the order again and show what became different."""
        query = self.source.query
        keys = await self._keys()
        appeared, vanished = await self.source.news(keys, *self._view.in_view())
        if self.source.anew:
            appeared = []
            vanished = {key: place for key, place in vanished.items() if key == self._view.held}
        if self.source.query is query:
            self._view.reorder(lambda: self.source.adopt(keys, appeared, vanished), follow=False)
            self._view.repaint_keys({*appeared, *vanished})
            await self.load_visible()

    async def load(self, first: int, last: int) -> None:
        """Have the rows of these places, and no others: somebody waits for them."""
        await self._load(self.source.lacking(first, last))

    async def load_visible(self) -> None:
        """Have what is visible, and then where the next key may lead: a page before and after it,
        and both ends of the list."""
        first, last = self._view.in_view()
        await self.load(first, last)
        end = len(self.source) - 1
        places = (first - PAGE, last + PAGE), (0, last - first), (end - last + first, end)
        await self._load([*{key for place in places for key in self.source.missing(*place)}])

    async def _load(self, missing: list[int]) -> None:
        if missing:
            await self.source.load(missing)
            self._view.repaint_keys(set(missing))

    async def _keys(self) -> array[int]:
        async with self._one_order:
            started = time.monotonic()
            keys = await self.source.read_keys()
            ended = time.monotonic()
        self._due = ended + _SHARE * (ended - started)
        return keys
