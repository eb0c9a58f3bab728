"""An allocation of OpenPortal in a row: node-hours of this month, state, what is under way."""

from __future__ import annotations

from backend.core.shares import share_of
from backend.openportal.model import HUNDREDTHS, UNLIMITED, PortalRow, State, node_hours
from tui.format import ages
from tui.format.lines import BAD, QUIET, WARN, Look, Part
from tui.format.units import UNKNOWN, Style, amount

MOST_SHOWN = 1000
LONGEST_AWARD = 15
"""Digits of an amount that is written for people."""
HIGH, ALARMING, FULL = 80, 90, 100
"""Percents of a limit from which on it is said so (spec openportal §1.5)."""
STUCK = 15 * ages.MINUTE
"""From when on what is under way, and waits for nobody, is looked after."""
SPINNER = "|/-\\"
_VERBS = {"CREAT": "create", "UPDAT": "update", "DELET": "delete"}


def hours(hundredths: int | None, look: Look) -> str:
    """Node-hours: `612.5`, `1,870`; every digit where amounts are exact."""
    if hundredths is None:
        return UNKNOWN
    return node_hours(hundredths, short=look.units != Style.RAW)


def limit(number: int | None, look: Look) -> str:
    """A node limit: `1,000`, the sign for none, 0 where nothing is allowed."""
    if number is None:
        return UNKNOWN
    return look.glyphs.infinite if number == UNLIMITED else amount(number, style=look.units)


def awarded(text: str, look: Look) -> str:
    """An amount of an award, `4,000 NHR`; what is no such thing as it was written."""
    number, blank, unit = text.partition(" ")
    whole = number.isascii() and number.isdecimal() and len(number) <= LONGEST_AWARD
    return f"{amount(int(number), style=look.units)}{blank}{unit}" if whole else text


def of_limit(usage: int | None, most: int | None, look: Look) -> str:
    """`612.5 of 1,000`."""
    return f"{hours(usage, look)} of {limit(most, look)}"


def fitting(row: PortalRow, look: Look) -> str:
    """`612.5 of 1,000`, the nearest whole node-hours where that does not fit."""
    told = of_limit(row.usage, row.node_limit, look)
    if row.usage is not None and len(told) > look.width:
        return of_limit(_rounded(row.usage, row.node_limit), row.node_limit, look)
    return told


def _rounded(usage: int, most: int | None) -> int:
    """The nearest whole node-hours, or tenths where those would be none or all by mistake."""
    stands, tenth = _stands(usage, most), HUNDREDTHS // 10
    whole = (usage + HUNDREDTHS // 2) // HUNDREDTHS * HUNDREDTHS
    below = usage // tenth * tenth
    return next((one for one in (whole, below) if _stands(one, most) == stands), below + tenth)


def _stands(usage: int, most: int | None) -> tuple[bool, bool, bool]:
    """Whether any is used, all, and more than all."""
    full = HUNDREDTHS * most if most is not None and most >= 0 else None
    return usage > 0, full is not None and usage >= full, full is not None and usage > full


def share(usage: int | None, most: int | None, look: Look) -> tuple[str, str]:
    """This month's usage of the limit: `61%`, its tone; more than all of it is no fault. `of 0`
    where something is used of nothing."""
    if usage is None or most is None:
        return UNKNOWN, QUIET
    if most == UNLIMITED:
        return "", ""
    if most == 0:
        return ("of 0", BAD) if usage > 0 else (look.glyphs.none, QUIET)
    whole = share_of(usage, most * HUNDREDTHS)
    tone = BAD if whole >= ALARMING else WARN if whole >= HIGH else ""
    return f"{whole}%" if whole < MOST_SHOWN else f">{MOST_SHOWN - 1}%", tone


def sign_of(usage: int | None, most: int | None) -> str:
    """`OVER`, `FULL`, `!!`, `!` or ``: the same without colours."""
    if usage is None or most is None or most < 0:
        return ""
    if most == 0:
        return "OVER" if usage > 0 else ""
    whole = share_of(usage, most * HUNDREDTHS)
    if whole > FULL:
        return "OVER"
    return "FULL" if whole >= FULL else "!!" if whole >= ALARMING else "!" if whole >= HIGH else ""


def given_otherwise(row: PortalRow) -> bool:
    """Whether the service gave another limit last than stands here, and nothing is under way."""
    return row.given_limit not in (None, row.node_limit) and not row.state.busy


def state(row: PortalRow) -> Part:
    """Where it stands; what nobody knows is shown as it was told."""
    if row.state is State.UNKNOWN:
        return row.state_told or UNKNOWN, QUIET
    if row.state is State.ERRED:
        return row.state.value, BAD
    if not row.state.busy:
        return row.state.value
    return row.state.value, QUIET if row.waits else WARN


def under_way(row: PortalRow) -> str:
    """`pull`, `limit`, `create` ...: what is being done, `` for nothing."""
    if row.doing is not None:
        return row.doing.value
    return _VERBS.get(row.state.value[:5], "") if row.state.busy else ""


def since(row: PortalRow) -> int:
    """When what is under way was asked for, as far as is known."""
    return row.since or row.modified_at


def is_stuck(row: PortalRow, now: int) -> bool:
    """Whether it is busy for longer than anything takes that waits for nobody."""
    return row.state.busy and not row.waits and now - since(row) > STUCK


def spinner(row: PortalRow, now: int) -> str:
    """A sign that turns while something is under way for a short time, else ``."""
    fresh = row.state.busy and not row.waits and now - since(row) < ages.SPINS
    return SPINNER[now // ages.SECOND % len(SPINNER)] if fresh else ""


def mark(row: PortalRow, look: Look) -> tuple[str, str]:
    """What there is to be said about it: `ERR`, `stuck 5 h`, `waits 2 d`, `| pull`, `FULL`,
    `CODE` where others use the limit that it shares, `DIFF` where the limits of its code differ."""
    if row.state is State.ERRED:
        return "ERR", BAD
    if row.state.busy or row.waits:
        return _progress(row, look)
    if row.is_active is False:
        return "off", QUIET
    told, tone = share(row.drawn, row.node_limit, look)
    sign = sign_of(row.usage, row.node_limit)
    if row.differs and sign != "OVER":
        return "DIFF", tone or WARN
    return "CODE" if told and row.drawn != row.usage else sign, tone


def _progress(row: PortalRow, look: Look) -> tuple[str, str]:
    age = ages.age_in(6, since(row), look.now)
    if row.waits:
        return f"waits {age}", QUIET
    if is_stuck(row, look.now):
        return f"stuck {age}", WARN
    turns = spinner(row, look.now)
    return (f"{turns} {under_way(row)}", "") if turns else (f"{under_way(row)} {age}", "")


def use(row: PortalRow, look: Look) -> list[Part]:
    """`61%` of the limit, used by all that have it, and the mark beside it, or the mark alone."""
    told, tone = share(row.drawn, row.node_limit, look)
    said, style = mark(row, look)
    if len(said) + 5 > look.width:
        return [(said, style)]
    return [(f"{told:>4}", tone), (f" {said}" if said else "", style)]


def where(row: PortalRow, look: Look) -> str:
    """The service, and where there is room what the project is called there."""
    counterpart = row.counterpart or row.backend_id
    if counterpart and len(row.service_name) + len(counterpart) + 2 <= look.width:
        return f"{row.service_name}  {counterpart}"
    return row.service_name


def customer(row: PortalRow) -> str:
    """`Uni Example (UNI)`."""
    name, short = row.customer_name, row.customer_abbreviation
    return f"{name} ({short})" if name and short else name or short or UNKNOWN
