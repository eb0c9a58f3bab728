"""The rows behind a table: a bounded cache, marks of change, new orders."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Iterable, Mapping, Sequence

from backend.core.listing import Query
from tests.tui.widgets.items import Item
from tui.widgets.fixed import FixedListing
from tui.widgets.rows import PAGE, PAGES, RowSource


def items(keys: Iterable[int], size: int = 0) -> list[Item]:
    return [Item(key, f"item {key}", size) for key in keys]


def opened(listing: FixedListing[Item], limit: int = PAGE) -> RowSource[Item]:
    source = RowSource(listing)
    asyncio.run(source.open(Query(), limit))
    return source


def follow(source: RowSource[Item], first: int = 0, last: int = 9) -> None:
    async def run() -> None:
        keys = await source.read_keys()
        source.adopt(keys, *await source.news(keys, first, last))

    asyncio.run(run())


def test_a_short_list_is_complete_with_its_first_page() -> None:
    source = opened(FixedListing(items(range(1, 4))))
    assert source.complete
    assert list(source.keys) == [1, 2, 3]


def test_a_long_list_shows_its_first_page_before_all_is_known() -> None:
    source = opened(FixedListing(items(range(1, 1001))))
    assert not source.complete
    assert len(source) == PAGE
    assert source.row(0) == Item(1, "item 1")
    follow(source)
    assert len(source) == 1000


def test_rows_are_asked_for_by_whole_pages_or_just_those_that_are_shown() -> None:
    source = opened(FixedListing(items(range(1, 1001))))
    follow(source)
    assert source.lacking(62, 70) == list(range(65, 72))
    assert source.missing(990, 2000) == list(range(961, 1001))
    assert source.missing(0, 10) == []
    assert source.missing(70, 75) == list(range(65, 129))
    asyncio.run(source.load(source.missing(70, 75)))
    assert source.row(70) == Item(71, "item 71")


def test_the_cache_keeps_a_bounded_number_of_pages() -> None:
    source = opened(FixedListing(items(range(1, 10_001))))
    follow(source)
    for page in range(0, 10_000, PAGE):
        asyncio.run(source.load(source.missing(page, page)))
    held = sum(source.get(key) is not None for key in range(1, 10_001))
    assert held == PAGE * PAGES


def test_a_changed_row_is_marked_for_two_ticks() -> None:
    listing = FixedListing(items(range(1, 4)))
    source = opened(listing)
    listing.replace([Item(1, "item 1", 7), *items((2, 3))])
    assert asyncio.run(source.reread(0, 9)) == {1}
    assert source.marks[1].before == Item(1, "item 1")
    assert source.tick() == set()
    assert source.tick() == {1}
    assert source.marks == {}


def test_an_unchanged_list_changes_nothing() -> None:
    source = opened(FixedListing(items(range(1, 4))))
    assert asyncio.run(source.reread(0, 9)) == set()
    follow(source)
    assert source.marks == {}
    assert source.ghosts == set()


def test_appeared_rows_are_new_and_vanished_ones_stay_a_tick() -> None:
    listing = FixedListing(items((1, 2, 3)))
    source = opened(listing)
    listing.replace(items((1, 3, 4)))
    asyncio.run(source.reread(0, 9))
    follow(source)
    assert list(source.keys) == [1, 2, 3, 4]
    assert source.ghosts == {2}
    assert source.unlisted((1, 2, 9)) == {2, 9}
    assert source.shown == 3
    assert source.get(2) == Item(2, "item 2")
    assert source.marks[4].before is None
    assert source.tick() == {2}
    assert list(source.keys) == [1, 3, 4]


def test_what_vanished_stays_between_its_neighbours_when_others_come_above_it() -> None:
    listing = FixedListing(items((9, 8, 7, 6, 5)))
    source = opened(listing)
    listing.replace(items((11, 10, 9, 6)))
    asyncio.run(source.reread(0, 9))
    follow(source)
    assert list(source.keys) == [11, 10, 9, 8, 7, 6, 5]
    listing.replace(items((13, 12, 11, 10, 6)))
    asyncio.run(source.reread(0, 9))
    follow(source)
    assert list(source.keys) == [13, 12, 11, 10, 9, 8, 7, 6, 5]
    assert source.ghosts == {9, 8, 7, 5}


def test_the_first_that_vanished_stays_below_what_comes_above_it() -> None:
    listing = FixedListing(items((9, 8)))
    source = opened(listing)
    listing.replace(items((10, 8)))
    follow(source)
    assert list(source.keys) == [10, 9, 8]


def test_the_last_that_vanished_stays_above_what_comes_below_it() -> None:
    listing = FixedListing(items((1, 2)))
    source = opened(listing)
    listing.replace(items((1, 3)))
    follow(source)
    assert list(source.keys) == [1, 2, 3]


def test_a_row_that_is_there_no_more_is_known_for_that_before_the_order_is_read() -> None:
    listing = FixedListing(items((1, 2, 3)))
    source = opened(listing)
    listing.replace(items((1, 3, 4)))
    assert asyncio.run(source.reread(0, 9)) == {2}
    assert source.ghosts == source.lost == {2}
    assert source.shown == 2
    assert asyncio.run(source.reread(0, 9)) == set()


def test_a_row_that_only_left_the_list_is_not_lost() -> None:
    listing = FixedListing(items((1, 2, 3)))
    source = opened(listing)
    asyncio.run(source.reread(0, 9))
    source.adopt(array("q", (1, 3)), (), {2: 1})
    assert (source.ghosts, source.lost) == ({2}, set())


def test_others_have_their_turn_while_a_long_list_is_looked_through() -> None:
    listing = FixedListing(items(range(1, 200_001)))
    source = opened(listing)
    listing.replace(items(range(2, 200_001)))
    follow(source)
    source.ghosts = {2}
    turns: list[int] = []

    async def other() -> None:
        while True:
            turns.append(0)
            await asyncio.sleep(0)

    async def looked(*keys: int) -> set[int]:
        turns.clear()
        beside = asyncio.create_task(other())
        found = await source.missed(keys)
        beside.cancel()
        return found

    assert asyncio.run(looked(1, 2, 150_000)) == {1, 2}
    assert len(turns) >= 8
    assert asyncio.run(looked(2, 3, 200)) == {2}
    assert len(turns) <= 2
    assert asyncio.run(looked()) == set()


def test_a_row_that_vanished_is_not_asked_for_again_and_again() -> None:
    listing = FixedListing(items(range(1, 200)))
    source = opened(listing)
    follow(source)
    listing.replace(items(range(1, 150)))
    asyncio.run(source.load(source.missing(150, 160)))
    assert source.missing(150, 160) == []


class Late(FixedListing[Item]):
    """Rows of which the first answer is late: it says what was so when it was asked for."""

    def __init__(self, rows: Iterable[Item]) -> None:
        super().__init__(rows)
        self.answers, self._asked = asyncio.Event(), 0

    async def rows(self, keys: Sequence[int]) -> Mapping[int, Item]:
        """What there is now, the first time after `answers`."""
        self._asked += 1
        found = await super().rows(keys)
        if self._asked == 1:
            await self.answers.wait()
        return found


def test_a_late_answer_takes_nothing_away_that_was_read_meanwhile() -> None:
    """The list was empty when its rows were read again, and its first one came by then."""

    async def run() -> None:
        listing = Late(())
        source = RowSource(listing)
        await source.open(Query(), PAGE)
        reading = asyncio.create_task(source.reread(0, 9))
        await asyncio.sleep(0)
        listing.replace(items((1,)))
        source.adopt(await source.read_keys())
        await source.load(source.missing(0, 9))
        listing.answers.set()
        assert await reading == set()
        assert source.get(1) == Item(1, "item 1")

    asyncio.run(run())


def test_what_was_read_later_stays_where_a_late_answer_has_it_otherwise() -> None:
    async def run() -> None:
        listing = Late(items(range(1, 1001)))
        source = RowSource(listing)
        await source.open(Query(), PAGE)
        source.adopt(await source.read_keys())
        reading = asyncio.create_task(source.reread(100, 109))
        await asyncio.sleep(0)
        listing.replace([Item(key, f"item {key}", 7) for key in range(1, 1001)])
        await source.load(source.missing(100, 109))
        listing.answers.set()
        await reading
        assert source.row(100) == Item(101, "item 101", 7)

    asyncio.run(run())


def test_a_key_is_found_near_where_it_was_or_anywhere() -> None:
    source = opened(FixedListing(items((5, 3, 9))))
    assert source.index(3, hint=1) == 1
    assert source.index(9) == 2
    assert source.index(4) is None


def test_what_appears_in_a_huge_list_is_found_without_a_scan_per_row() -> None:
    source = opened(FixedListing(items(range(1, 3))))
    source.keys, source.complete = array("q", range(2, 300_002)), True
    keys = array("q", range(1, 300_001))
    assert asyncio.run(source.news(keys, 0, 40)) == ([1], {})
