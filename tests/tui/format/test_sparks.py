from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.quotas.model import UNLIMITED, History, Rates
from tui.format.ages import HOUR, MINUTE
from tui.format.glyphs import ASCII, UNICODE
from tui.format.lines import Look
from tui.format.sparks import moved, rates, spark, thinned, unknown, usage

NOW = 1_794_996_000_000_000
GIB = 1024**3
LOOK = Look(38, ASCII, now=NOW)
PAST = History((0, 2, 4, 8), HOUR, NOW, NOW - 9 * HOUR, 8)
FIGURE = st.none() | st.integers(-3, 10) | st.integers(0, UNLIMITED)


def texts(past: History, limit: int = 8, unit: str = "", look: Look = LOOK) -> list[str]:
    return [one.text for one in [*usage("x", past, unit, limit, look), *unknown(past, look)]]


def test_sparks() -> None:
    assert spark([0, 1, 4, 8], 10, UNICODE) == "▁▂▅█"
    assert spark([0, 0], 10, UNICODE) == "▁▁"
    assert spark([], 10) == ""
    assert spark([1, 2, 3], 2, ASCII) == "*%"
    assert spark([1, 2, 3], 0, ASCII) == ""
    assert spark([None, 0, 5], 3, ASCII, top=10) == " .+"


@given(st.lists(FIGURE, max_size=50), st.integers(0, 60), st.integers(0, UNLIMITED))
def test_a_spark_has_a_sign_for_each_figure(values: list[int | None], width: int, top: int) -> None:
    for glyphs in (ASCII, UNICODE):
        picture = spark(values, width, glyphs, top)
        shown = values[-width:] if width else []
        assert len(picture) == len(shown)
        for value, sign in zip(shown, picture, strict=True):
            assert (sign == " ") == (value is None)
            assert (sign == glyphs.spark[0]) == (value is not None and value <= 0)


def test_usage_in_words_and_on_the_scale_of_the_limit() -> None:
    assert texts(PAST) == ["  from 0 to 8, max 8", "  .-+% limit 8"]
    wide = replace(PAST, values=tuple(n * GIB for n in (2, 2, 4, 3)), most=5 * GIB)
    assert texts(wide, 8 * GIB, "bytes") == ["  from 2G to 3G, max 5G", "  --+= limit 8G"]


@pytest.mark.parametrize(
    ("most", "limit", "label"),
    [
        (8, 16, "limit 16"),
        (8, 17, "max 8"),
        (8, 7, "max 8"),
        (8, 0, "max 8"),
        (8, UNLIMITED, "max 8"),
        (0, 20, "max 0"),
    ],
)
def test_what_the_highest_sign_stands_for(most: int, limit: int, label: str) -> None:
    assert texts(replace(PAST, most=most), limit)[1].endswith(label)


def test_what_is_not_known_is_blank_and_said() -> None:
    past = replace(PAST, values=(None, None, 4, 8), since=NOW - 90 * MINUTE)
    assert texts(past) == [
        "  from 4 to 8, max 8",
        "    +% limit 8",
        "  not known before 2026-11-18 08:30Z",
    ]


def test_time_that_passes_without_changes_moves_the_picture() -> None:
    assert moved(PAST, NOW) == (0, 2, 4, 8)
    assert moved(PAST, NOW + 1) == (2, 4, 8, 8)
    assert moved(PAST, NOW + HOUR) == (2, 4, 8, 8)
    assert moved(PAST, NOW + 99 * HOUR) == (8, 8, 8, 8)
    assert moved(PAST, 0) == (0, 2, 4, 8)


@given(st.lists(FIGURE, min_size=1, max_size=100), st.integers(1, 120))
def test_fewer_cells_show_every_so_manieth_figure_and_the_newest(
    values: list[int | None], cells: int
) -> None:
    shown = thinned(values, cells)
    assert 1 <= len(shown) <= cells
    assert shown[-1] == values[-1]


@pytest.mark.parametrize("width", [24, 38, 76, 120])
def test_usage_fits(width: int) -> None:
    past = History(tuple(range(96)), HOUR // 4, NOW, 0, 96)
    picture = texts(past, 100, look=replace(LOOK, width=width))[1]
    assert len(picture) <= width


def test_a_hostile_name_is_shown_as_signs() -> None:
    shown = usage("x", PAST, "", 8, LOOK, "\x1b]0;x\x07[red]")[0].text
    assert "[red]" in shown
    assert not set(shown) & {"\x1b", "\x07"}


# ---------------------------------------------------------------- rates

RATES = Rates(NOW // MINUTE, (None, 4, 8, 2), (None, 0, 8, 0), (None, None, 0, 1))


def test_rates_with_words() -> None:
    assert [one.text for one in rates(RATES, replace(LOOK, width=98))] == [
        "  issued    +%-  last 8  max 8/min",
        "  accepted  .%.  last 8  max 8/min",
        "  refused    .%  last 0  max 1/min",
    ]


def test_a_minute_that_has_just_begun_is_not_told_as_a_rate() -> None:
    begun = Rates(NOW // MINUTE, (9, 9), (None, 9), (None, 2))
    later = replace(LOOK, width=98, now=NOW + MINUTE)
    shown = [one.text.partition("  last")[2] for one in rates(begun, later)]
    assert shown == [" 9  max 9/min", " 9  max 9/min", " 2  max 2/min"]
    shown = [one.text.partition("  last")[2] for one in rates(begun, replace(LOOK, width=98))]
    assert shown == [" 9  max 9/min", " -  max 9/min", " -  max 2/min"]


def test_rates_in_one_line() -> None:
    (together,) = rates(RATES, replace(LOOK, width=78))
    assert together.text == "  7 min (max)  issued  +%- 8  accepted  .%. 8  refused   .% 1"


@pytest.mark.parametrize("width", [60, 78, 95, 96, 138])
def test_rates_fit(width: int) -> None:
    many = Rates(NOW // MINUTE, *[(999,) * 60] * 3)
    assert all(len(one.text) <= width for one in rates(many, replace(LOOK, width=width)))


def test_nothing_happens_in_minutes_that_pass_without_news() -> None:
    later = replace(LOOK, width=78, now=NOW + 2 * MINUTE)
    assert "issued %-.. 8" in rates(RATES, later)[0].text
