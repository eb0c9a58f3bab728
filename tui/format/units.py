"""Amounts and differences of resources as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from backend.core.shares import share_of
from backend.quotas.model import BYTES, UNLIMITED

INFINITE = "inf"
NEW, GONE = "new", "gone"
UNKNOWN = "?"
_PREFIXES = "BKMGTPE"
_LONG = 10**15


class Style(StrEnum):
    """How amounts are written; `RAW` has every digit and no separators."""

    AUTO = "auto"
    BYTES = "bytes"
    RAW = "raw"


def amount(number: int, unit: str = "", style: str = Style.AUTO) -> str:
    """`24G`, `2.5T`, `1,870`, `inf`; negative numbers keep their sign."""
    if number == UNLIMITED:
        return INFINITE
    if style == Style.RAW:
        return str(number)
    if style == Style.AUTO and unit == BYTES:
        return _scaled(number)
    return f"{number:,}" if abs(number) < _LONG else f"{number:.1e}".replace("e+", "e")


def known(shown: bool, text: str) -> str:
    """A figure, or the sign for one that a server does not show."""
    return text if shown else UNKNOWN


def delta(before: int | None, after: int | None, unit: str = "", style: str = Style.AUTO) -> str:
    """What changes: `+8`, `-32G`, `+inf`, `=`; `new` or `gone` where one side is missing."""
    if before == after:
        return "="
    if before is None or after is None:
        return NEW if before is None else GONE
    if UNLIMITED in (before, after):
        return f"+{INFINITE}" if after == UNLIMITED else f"-{INFINITE}"
    return signed(after - before, unit, style)


def signed(number: int, unit: str = "", style: str = Style.AUTO) -> str:
    """An amount that always shows its sign, as provisions are written."""
    return amount(number, unit, style) if number < 0 else f"+{amount(number, unit, style)}"


def changes(
    change: Sequence[tuple[str, str, int]], style: str = Style.AUTO, *, full: bool = False
) -> str:
    """(resource, unit, quantity) as `+1 vm +4G ram`; `full` keeps the service in the names."""
    return " ".join(
        f"{signed(quantity, unit, style)} {name if full else name.rpartition('.')[2]}"
        for name, unit, quantity in change
    )


def less(most: str, used: str, left: str) -> str:
    """What is `left` as the difference of the amounts `most` and `used` as they are written, where
    all three are of one prefix: who adds them up finds the same."""
    ends = {text[-1:] for text in (most, used, left)}
    if len(ends) > 1 or not ends <= set(_PREFIXES):
        return left
    tenths = _tenths(most) - _tenths(used)
    whole, tenth = divmod(abs(tenths), 10)
    return f"{'-' * (tenths < 0)}{whole}{f'.{tenth}' * bool(tenth)}{left[-1]}"


def _tenths(text: str) -> int:
    whole, _, tenth = text[:-1].partition(".")
    found = 10 * abs(int(whole)) + int(tenth or 0)
    return -found if text.startswith("-") else found


def percent(usage: int, limit: int) -> str:
    """How full, rounded down: `85%`, `-` without a limit, `>999%` beyond, `of 0` where something
    is used of nothing. Only what is full shows 100%."""
    if limit == UNLIMITED:
        return "-"
    if limit <= 0:
        return "0%" if usage <= 0 else "of 0"
    share = share_of(usage, limit)
    return f"{share}%" if share < 1000 else ">999%"


def _scaled(number: int) -> str:
    """Base 1024 with at most one decimal."""
    if number == 0:
        return "0"
    sign, size = "-" if number < 0 else "", abs(number)
    power = 0
    # Half a tenth below the next prefix already rounds up to it: never `1024.0M`.
    while power < len(_PREFIXES) - 1 and 20 * size >= 20 * 1024 ** (power + 1) - 1024**power:
        power += 1
    tenths = (20 * size + 1024**power) // (2 * 1024**power)
    whole, tenth = divmod(tenths, 10)
    return f"{sign}{whole}{f'.{tenth}' if tenth else ''}{_PREFIXES[power]}"
