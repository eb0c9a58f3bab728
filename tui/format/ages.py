"""Ages and moments; a moment is microseconds since the epoch, 0 for never."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from backend.core.runtime import micros, moment
from backend.core.text import age as lasting
from backend.core.text import counted

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86400 * SECOND
SPINS = MINUTE
"""How long something may be under way before it is called still running."""
NEVER = "-"


def age(since: int, now: int) -> str:
    """How long ago: `3 s`, `12 m`, `3 h`, `2 d 4 h`, `131 d`."""
    return lasting(max(0, now - since) // SECOND)


def age_in(width: int, since: int, now: int) -> str:
    """The same in so many cells, without its hours where those do not fit."""
    text = age(since, now)
    return text if len(text) <= width else text.partition(" d ")[0] + " d"


def stamp(at: int) -> str:
    """`2026-11-18 09:41Z`."""
    return _formatted(at, "%Y-%m-%d %H:%MZ")


def minutes(told: str) -> str:
    """`2026-12-08 07:17Z` of an ISO moment; what is none stays."""
    try:
        found = datetime.fromisoformat(told)
        return stamp(micros(found if found.tzinfo else found.replace(tzinfo=UTC)))
    except (ValueError, OverflowError):
        return told


def stamp_seconds(at: int) -> str:
    """`2026-11-18 09:41:07Z`."""
    return _formatted(at, "%Y-%m-%d %H:%M:%SZ")


def day(at: int) -> str:
    """`2026-11-18`."""
    return _formatted(at, "%Y-%m-%d")


def clock(at: int) -> str:
    """`09:41:07`."""
    return _formatted(at, "%H:%M:%S")


def days_until(at: int, now: int) -> str:
    """`in 131 days`, `today`, `3 days ago`, `` for never."""
    if not at:
        return ""
    days = at // DAY - now // DAY
    if days == 0:
        return "today"
    words = counted(abs(days), "day")
    return f"in {words}" if days > 0 else f"{words} ago"


def last_day(end: str) -> str:
    """The last day of what ends before an ISO date: `2026-12-30` of `2026-12-31`; what is no date
    stays."""
    try:
        return (date.fromisoformat(end[:10]) - timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return end


def _formatted(at: int, pattern: str) -> str:
    if not at:
        return NEVER
    try:
        when: datetime = moment(at)
    except OverflowError:
        return "beyond 9999"
    # %Y does not pad years before 1000 on every platform.
    return when.strftime(pattern.replace("%Y", f"{when.year:04d}"))
