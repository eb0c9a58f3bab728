"""Values of the filter language: amounts, shares, moments and ages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from backend.core.runtime import micros, moment

INFINITE = 2**63 - 1
UNITS = "KMGTPE"
SECOND = 1_000_000
DAY = 86400 * SECOND
AGES = {"s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": DAY, "w": 7 * DAY, "y": 365 * DAY}
LONGEST = 10_000 * AGES["y"]
NEVER = "never"

_AMOUNT = re.compile(
    r"#?(-?)([0-9]{1,3}(?:,[0-9]{3}){1,6}|[0-9]{1,19})(?:\.([0-9]{1,6}))?"
    r"(?:([KMGTPE])(?:I?B)?|B)?",
    re.IGNORECASE,
)
_SHARE = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,3})?(?=%?\Z)")
_AGE = re.compile(r"(?:[0-9]{1,9}(?:\.[0-9]{1,3})?[smhdwy])+")
_AGE_PART = re.compile(r"([0-9.]+)([smhdwy])")
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?)?)?Z?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?Z?", re.IGNORECASE)
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


@dataclass(frozen=True, slots=True)
class Span:
    """Moments from `low` up to, not including, `high`, in microseconds since the epoch."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Age:
    """A length of time; shown in steps of `step` microseconds."""

    length: int
    step: int


def amount(text: str) -> int:
    """`10G`, `1.5T`, `1,870`, `-3`, `#417`, `inf`; units of 1024. Raises ValueError."""
    if text.lower() == "inf":
        return INFINITE
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise ValueError("no number, such as 12, 10G, 1.5T or inf")
    sign, whole, decimals, unit = found.groups(default="")
    if decimals.strip("0") and not unit:
        raise ValueError("decimals need a unit, such as 1.5G")
    scale = int("1" + "0" * len(decimals))
    factor = 1 << 10 * (UNITS.index(unit.upper()) + 1) if unit else 1
    size = (2 * int(whole.replace(",", "") + decimals) * factor + scale) // (2 * scale)
    if size > INFINITE:
        raise ValueError("too large; inf stands for no limit")
    return -size if sign else size


def amount_text(value: int) -> str:
    """The shortest text that `amount` reads as this value."""
    if value == INFINITE:
        return "inf"
    power = 0
    while value and power < len(UNITS) and value % (1 << 10 * (power + 1)) == 0:
        power += 1
    return f"{value >> 10 * power}{UNITS[power - 1] if power else ''}"


def share(text: str) -> float:
    """`85`, `99.5%`. Raises ValueError."""
    found = _SHARE.match(text)
    if found is None:
        raise ValueError("no percentage, such as 90 or 99.5%")
    return float(found[0])


def decimal(text: str) -> float:
    """`2`, `1.5`. Raises ValueError."""
    if not _SHARE.fullmatch(text):
        raise ValueError("no number, such as 2 or 1.5")
    return float(text)


def age(text: str) -> Age:
    """`5m`, `2d4h`, `1.5h`. Raises ValueError."""
    if not _AGE.fullmatch(text):
        raise ValueError("no age, such as 30s, 5m, 3h, 2d, 6w or 1y")
    parts = [(float(number), AGES[unit]) for number, unit in _AGE_PART.findall(text)]
    length = sum(int(number * unit) for number, unit in parts)
    if length > LONGEST:
        raise ValueError("more than 10000 years")
    return Age(length, min(unit for _, unit in parts))


def span(text: str, now: int) -> Span:
    """A year, month, day, minute or second, the time of a day, `now`, `today`, `yesterday`
    or `tomorrow`, all in UTC. Raises ValueError."""
    if text == "now":
        return Span(now, now + 1)
    midnight = now - now % DAY
    if text in _DAYS:
        start = midnight + _DAYS[text] * DAY
        return Span(start, start + DAY)
    if clock := _CLOCK.fullmatch(text):
        hour, minute, second = (int(part or 0) for part in clock.groups())
        at = _checked(moment(midnight).replace, hour=hour, minute=minute, second=second)
        return Span(at, at + (SECOND if clock[3] else 60 * SECOND))
    if date := _DATE.fullmatch(text):
        return _dated([int(part) for part in date.groups() if part])
    raise ValueError("no time, such as 2026-12-31, 14:30, today or 5m")


def _dated(parts: list[int]) -> Span:
    year, month, day, *clock = [*parts, 1, 1][: max(3, len(parts))]
    if not 1000 <= year <= 9998:
        raise ValueError("a year between 1000 and 9998 is needed")
    low = _checked(partial(datetime, tzinfo=UTC), year, month, day, *clock)
    if len(parts) <= 2:
        after = divmod(12 * year + (month if len(parts) == 2 else 12), 12)
        return Span(low, micros(datetime(after[0], after[1] + 1, 1, tzinfo=UTC)))
    length = {3: timedelta(days=1), 5: timedelta(minutes=1)}.get(len(parts), timedelta(seconds=1))
    return Span(low, low + length // timedelta(microseconds=1))


def _checked(make: Callable[..., datetime], *parts: int, **named: int) -> int:
    try:
        return micros(make(*parts, **named))
    except ValueError:
        raise ValueError("there is no such time") from None
