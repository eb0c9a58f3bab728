from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.quotas.model import UNLIMITED
from tui.format.bars import OVER, quota_bar, share_bar, text
from tui.format.glyphs import ASCII, UNICODE

KINDS = ["used", "pending", "left", "taken", "over"]
COUNT = st.integers(0, 50) | st.integers(0, UNLIMITED)


@pytest.mark.parametrize(
    ("limit", "usage", "pending", "effective", "bar"),
    [
        (64, 24, 4, 32, "####+..xxxxxxx"),
        (8, 4, 1, 7, "#####++.....xx"),
        (32, 32, 0, 32, "##############"),
        (20, 25, 0, 20, "#############!"),
        (64, 16, 0, 0, "####xxxxxxxxx!"),
        (UNLIMITED, 96, 64, 152, "###++++++....."),
        (UNLIMITED, 96, 64, UNLIMITED, ".............."),
        (0, 0, 0, 0, "xxxxxxxxxxxxxx"),
        (0, 3, 0, 0, "#############!"),
        (8, 0, 0, -5, "xxxxxxxxxxxxxx"),
        (1000, 1, 0, 1000, "#............."),
        (1000, 999, 0, 1000, "#############."),
    ],
)
def test_what_a_bar_shows(limit: int, usage: int, pending: int, effective: int, bar: str) -> None:
    assert text(quota_bar(limit, usage, pending, effective, 14), ASCII) == bar


@given(COUNT, COUNT, COUNT, st.integers(-(2**63), UNLIMITED), st.integers(0, 60))
def test_a_bar_is_exactly_as_wide_as_asked(
    limit: int, usage: int, pending: int, effective: int, width: int
) -> None:
    bar = quota_bar(limit, usage, min(usage, pending), effective, width)
    for glyphs in (ASCII, UNICODE):
        assert len(text(bar, glyphs)) == width
    kinds = [segment.kind for segment in bar]
    assert kinds == sorted(kinds, key=KINDS.index)
    assert len(set(kinds)) == len(kinds)


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(1, 60))
def test_more_usage_never_makes_the_used_part_shorter(limit: int, usage: int, width: int) -> None:
    def used(amount: int) -> int:
        bar = quota_bar(limit, amount, 0, limit, width)
        return sum(segment.cells for segment in bar if segment.kind in ("used", OVER))

    assert used(usage) <= used(usage + 1)


@pytest.mark.parametrize(
    ("own", "used", "capacity", "bar"),
    [
        (8, 8, 16, "#######......."),
        (4, 12, 16, "####xxxxxxx..."),
        (4, 20, 16, "###xxxxxxxxxx!"),
        (20, 20, 16, "#############!"),
        (0, 0, 0, ".............."),
        (0, 5, 0, "xxxxxxxxxxxxx!"),
        (1, 1000, 1000, "#xxxxxxxxxxxxx"),
        (1, 50, 1000, "#x............"),
        (998, 999, 1000, "############x."),
        (999, 1000, 1000, "#############x"),
    ],
)
def test_what_the_bar_of_a_share_shows(own: int, used: int, capacity: int, bar: str) -> None:
    assert text(share_bar(own, used, capacity, 14), ASCII) == bar


@given(COUNT, COUNT, st.integers(-100, UNLIMITED), st.integers(0, 60))
def test_the_bar_of_a_share_is_exactly_as_wide_as_asked(
    own: int, used: int, capacity: int, width: int
) -> None:
    assert len(text(share_bar(min(own, used), used, capacity, width))) == width
