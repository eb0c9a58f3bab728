from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.quotas.model import UNLIMITED
from tui.format.units import amount, delta, percent, signed

K, M, G, T = 1024, 1024**2, 1024**3, 1024**4
INT64 = st.integers(-(2**63), UNLIMITED)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (17, "17"),
        (1870, "1,870"),
        (-32, "-32"),
        (UNLIMITED, "inf"),
        (UNLIMITED - 1, "9.2e18"),
        (-UNLIMITED, "-9.2e18"),
    ],
)
def test_counts(number: int, shown: str) -> None:
    assert amount(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (1, "1B"),
        (1023, "1023B"),
        (24 * G, "24G"),
        (2560 * G, "2.5T"),
        (512 * M, "512M"),
        (-512 * G, "-512G"),
        (int(14.1 * G), "14.1G"),
        (1024 * M - 1, "1G"),
        (UNLIMITED, "inf"),
        (UNLIMITED - 1, "8E"),
    ],
)
def test_bytes(number: int, shown: str) -> None:
    assert amount(number, "bytes") == shown


@given(number=INT64, unit=st.sampled_from(["", "bytes"]))
def test_an_amount_never_is_longer_than_a_column(number: int, unit: str) -> None:
    assert len(amount(number, unit)) <= (20 if unit == "" else 9)
    assert not re.search(r"\d{16}", amount(number, unit))


@given(number=st.integers(0, UNLIMITED - 1))
def test_bytes_round_to_the_nearest_tenth(number: int) -> None:
    shown = amount(number, "bytes") if number else "0B"
    value = float(shown[:-1]) * 1024 ** "BKMGTPE".index(shown[-1])
    assert abs(value - number) <= max(1, number) * 0.05


def test_styles() -> None:
    assert amount(24 * G, "bytes", "bytes") == "25,769,803,776"
    assert amount(24 * G, "bytes", "raw") == "25769803776"
    assert amount(UNLIMITED, "bytes", "raw") == "inf"


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (20, 28, "+8"),
        (28, 20, "-8"),
        (20, 20, "="),
        (UNLIMITED, UNLIMITED, "="),
        (20, UNLIMITED, "+inf"),
        (UNLIMITED, 20, "-inf"),
        (None, 20, "new"),
        (20, None, "gone"),
    ],
)
def test_delta(before: int | None, after: int | None, shown: str) -> None:
    assert delta(before, after) == shown


def test_deltas_of_bytes() -> None:
    assert delta(128 * G, 96 * G, "bytes") == "-32G"
    assert signed(4 * G, "bytes") == "+4G"
    assert signed(-2) == "-2"


@pytest.mark.parametrize(
    ("usage", "limit", "shown"),
    [
        (17, 28, "60%"),
        (120, 96, "125%"),
        (0, 0, "0%"),
        (1, 0, "of 0"),
        (5, UNLIMITED, "-"),
        (916, 1000, "91%"),
        (996, 1000, "99%"),
        (1000, 1000, "100%"),
        (1004, 1000, "101%"),
        (1019, 1000, "101%"),
        (2, 1000, "0%"),
        (10**18 - 1, 10**18, "99%"),
        (T, 1, ">999%"),
    ],
)
def test_percent(usage: int, limit: int, shown: str) -> None:
    assert percent(usage, limit) == shown
