"""The rows behind a table: keys in order, a bounded cache of rows, and what changed lately."""

from __future__ import annotations

import asyncio
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from backend.core.listing import Listing, Query


class Keyed(Protocol):
    """What a row must have: the integer that names its object for ever."""

    @property
    def key(self) -> int: ...


RowT = TypeVar("RowT", bound=Keyed)

PAGE = 64
PAGES = 64
_KEPT = PAGE * PAGES
# Comparing orders costs a scan per row; beyond this a list is too long to mark all news in it.
_SCANNED_ALL = 100_000
_SCANS = 8
_PART = 20_000
"""Keys that are looked through in a third of a millisecond."""
NONE: Mapping[int, int] = MappingProxyType({})


@dataclass(slots=True)
class Mark(Generic[RowT]):
    """A row that changed: `before` is how it was, None when it is new; `ticks` it stays so."""

    before: RowT | None
    ticks: int


class RowSource(Generic[RowT]):
    """Reads one listing for a table. `keys` is the order shown, complete or its first page."""

    MARK_TICKS = 2

    def __init__(self, listing: Listing[RowT]) -> None:
        self.listing = listing
        self.query = Query()
        self.keys: array[int] = array("q")
        self.complete = False
        self.anew = False
        """True when what became different was not seen for so long that it is no news."""
        self.ghosts: set[int] = set()
        self.lost: set[int] = set()
        """Those of the rows here whose objects are in no list any more."""
        self.marks: dict[int, Mark[RowT]] = {}
        self._rows: OrderedDict[int, RowT] = OrderedDict()
        self._absent: set[int] = set()
        self._asked = self._answered = 0

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def shown(self) -> int:
        """Rows of the list, without those only shown because they just vanished."""
        return len(self.keys) - len(self.ghosts)

    def row(self, index: int) -> RowT | None:
        """The row at a place, None while it is not here."""
        return self.get(self.keys[index]) if 0 <= index < len(self.keys) else None

    def get(self, key: int) -> RowT | None:
        """The row of a key, if it is here."""
        row = self._rows.get(key)
        if row is not None:
            self._rows.move_to_end(key)
        return row

    def index(self, key: int, hint: int = 0) -> int | None:
        """Where a key is now; `hint` is where it was."""
        near = max(0, hint - PAGE)
        for start, stop in ((near, hint + PAGE), (0, len(self.keys))):
            with suppress(ValueError):
                return self.keys.index(key, start, stop)
        return None

    def now_at(self, key: int, place: int) -> int:
        """Where a key that was at a place is now; the place itself when it is nowhere."""
        found = self.index(key, place)
        return place if found is None else found

    def unlisted(self, keys: Iterable[int]) -> set[int]:
        """Those of the keys that are in the list no more, or never were."""
        wanted = set(keys)
        return wanted.difference(self.keys) | (wanted & self.ghosts) if wanted else wanted

    async def missed(self, keys: Iterable[int]) -> set[int]:
        """The same, a part of a long list at a time: others have their turn between, and what they
        change then may be missed by mistake."""
        wanted = set(keys)
        gone = wanted & self.ghosts
        for start in range(0, len(self.keys), _PART):
            if not wanted:
                break
            wanted.difference_update(self.keys[start : start + _PART])
            await asyncio.sleep(0)
        return wanted | gone

    async def open(self, query: Query, limit: int) -> None:
        """Switch to another query and read its first page. Raises BursarError."""
        rows = await self.listing.page(query, limit)
        self.query = query
        self.keys = array("q", (row.key for row in rows))
        self.complete = len(rows) < limit
        self.anew = False
        self.ghosts.clear()
        self.lost.clear()
        self.marks.clear()
        self._rows.clear()
        self._keep(rows)

    async def read_keys(self) -> array[int]:
        """All keys of the present query, for `adopt`. Raises BursarError."""
        return await self.listing.keys(self.query)

    async def news(
        self, keys: array[int], first: int, last: int
    ) -> tuple[list[int], dict[int, int]]:
        """Which keys among the places first..last of a new order appeared, and which vanished
        from them, with the places in it that they stand before."""
        old = self.keys
        if not self.complete or old == keys:
            return [], {}
        return await asyncio.to_thread(_compared, old, keys, first, last)

    def adopt(
        self, keys: array[int], appeared: Iterable[int] = (), vanished: Mapping[int, int] = NONE
    ) -> None:
        """Take a new order; the vanished keep their places until `tick` lets them go."""
        for key in appeared:
            self.marks[key] = Mark(None, self.MARK_TICKS)
        places = {key: place for key, place in vanished.items() if key in self._rows}
        self.keys = keys
        self.complete = True
        self.anew = False
        self._absent.clear()
        self.ghosts = set(places)
        for key, place in reversed(sorted(places.items(), key=lambda item: item[1])):
            self.keys.insert(place, key)

    def lacking(self, first: int, last: int) -> list[int]:
        """The keys of the places first..last whose rows are not here."""
        lacking = (key for key in self.keys[max(0, first) : last + 1] if key not in self._rows)
        return [key for key in lacking if key not in self._absent]

    def missing(self, first: int, last: int) -> list[int]:
        """The same of the pages around these places."""
        return self.lacking(max(0, first) // PAGE * PAGE, -(-(last + 1) // PAGE) * PAGE - 1)

    async def load(self, keys: Sequence[int]) -> None:
        """Read rows. Raises BursarError."""
        if keys:
            query = self.query
            found = await self.listing.rows(keys)
            if self.query is not query:
                return
            # What was read meanwhile was asked for later.
            self._keep(row for key, row in found.items() if key not in self._rows)
            self._absent.update(key for key in keys if key not in found)

    async def reread(self, first: int, last: int) -> set[int]:
        """Read the rows of some places anew and forget all others but those that come meanwhile;
        the keys that differ. What is there no more is a ghost from then on."""
        keys, known = list(self.keys[max(0, first) : last + 1]), set(self._rows)
        query, self._asked = self.query, self._asked + 1
        asked = self._asked
        found = await self.listing.rows(keys)
        if self.query is not query or asked < self._answered:
            return set()  # a later question was answered first
        self._answered = asked
        found = {**found, **{key: row for key, row in self._rows.items() if key not in known}}
        before = {key: self._rows.get(key) for key in keys}
        kept = [key for key in {*self.ghosts, *keys} if key not in found]
        vanished = {key: self._rows[key] for key in kept if key in self._rows}
        self._rows.clear()
        self._rows.update(vanished)
        self._keep(found.values())
        self._absent = {key for key in kept if key not in vanished}
        changed = {key for key in keys if key in found and found[key] != before[key]}
        self.lost = set(vanished)
        if self.anew:
            return changed
        for key in changed:
            self._note(key, before[key])
        gone = self.lost.intersection(self.keys[max(0, first) : last + 1]) - self.ghosts
        self.ghosts |= gone
        return changed | gone

    def forget(self, held: int, *, anew: bool) -> None:
        """What changed lately is no news any more, nor what did since if it is read `anew`; no
        ghosts are left but `held`."""
        for key in self.ghosts - {held}:
            self.keys.remove(key)
        self.ghosts &= {held}
        self.marks.clear()
        self.anew = anew

    def tick(self, held: int = 0) -> set[int]:
        """Let marks grow old and ghosts go, except `held`; the keys that look different now."""
        for mark in self.marks.values():
            mark.ticks -= 1
        done = {key for key, mark in self.marks.items() if mark.ticks <= 0}
        for key in done:
            del self.marks[key]
        gone = self.ghosts - {held}
        for key in gone:
            self.keys.remove(key)
        self.ghosts -= gone
        return done | gone

    def _note(self, key: int, before: RowT | None) -> None:
        if before is not None:
            self.marks[key] = Mark(before, self.MARK_TICKS)

    def _keep(self, rows: Iterable[RowT]) -> None:
        for row in rows:
            self._rows[row.key] = row
            self._rows.move_to_end(row.key)
        while len(self._rows) > _KEPT:
            self._rows.popitem(last=False)


def _compared(
    old: array[int], new: array[int], first: int, last: int
) -> tuple[list[int], dict[int, int]]:
    before = {key: first + n for n, key in enumerate(old[first : last + 1])}
    after = set(new[first : last + 1])
    appeared = [key for key in new[first : last + 1] if key not in before]
    vanished = _absent_from(new, [key for key in before if key not in after])
    return _absent_from(old, appeared), _placed(old, new, {key: before[key] for key in vanished})


def _placed(old: array[int], new: array[int], vanished: Mapping[int, int]) -> dict[int, int]:
    """Where in a new order the vanished keys stand with the old places: before what came next
    after them, else after what came before them."""
    if not vanished:
        return {}
    start = max(0, min(vanished.values()) - PAGE)
    near = max(vanished.values()) + PAGE
    places = {key: start + n for n, key in enumerate(new[start:near])}

    def place(at: int) -> int:
        after = (places[key] for key in old[at + 1 : at + PAGE] if key in places)
        before = (places[key] + 1 for key in old[max(0, at - PAGE) : at][::-1] if key in places)
        return next(after, next(before, min(at, len(new))))

    return {key: place(at) for key, at in vanished.items()}


def _absent_from(keys: array[int], wanted: list[int]) -> list[int]:
    if len(keys) <= _SCANNED_ALL:
        known = set(keys)
        return [key for key in wanted if key not in known]
    return [key for key in wanted if key not in keys] if len(wanted) <= _SCANS else []
