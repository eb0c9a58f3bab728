from __future__ import annotations

import pytest

from backend.quotas.model import UNLIMITED
from tui.format.ages import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    age,
    age_in,
    clock,
    day,
    days_until,
    stamp,
    stamp_seconds,
)

AT = 1_794_994_867_000_000


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        (0, "0 s"),
        (-5 * SECOND, "0 s"),
        (3 * SECOND, "3 s"),
        (12 * MINUTE + 59 * SECOND, "12 m"),
        (3 * HOUR, "3 h"),
        (52 * HOUR, "2 d 4 h"),
        (2 * DAY + MINUTE, "2 d"),
        (131 * DAY + 5 * HOUR, "131 d"),
    ],
)
def test_age(passed: int, shown: str) -> None:
    assert age(AT, AT + passed) == shown


def test_an_age_leaves_out_what_a_column_has_no_room_for() -> None:
    passed = 35 * DAY + 19 * HOUR
    assert [age_in(width, AT, AT + passed) for width in (9, 8)] == ["35 d 19 h", "35 d"]
    assert age_in(8, AT, AT + 2 * DAY + 4 * HOUR) == "2 d 4 h"


def test_moments() -> None:
    assert stamp(AT) == "2026-11-18 09:41Z"
    assert stamp_seconds(AT) == "2026-11-18 09:41:07Z"
    assert day(AT) == "2026-11-18"
    assert clock(AT) == "09:41:07"
    assert stamp(0) == "-"
    assert stamp(UNLIMITED) == "beyond 9999"


def test_days_until() -> None:
    assert days_until(AT + 131 * DAY, AT) == "in 131 days"
    assert days_until(AT + MINUTE, AT) == "today"
    assert days_until(AT - DAY, AT) == "1 day ago"
    assert days_until(0, AT) == ""
