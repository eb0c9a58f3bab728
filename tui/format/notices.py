"""What became of an entry's notices, in lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.core.text import display
from backend.notices.model import Delivery, Fate
from tui.format import ages
from tui.format.lines import BAD, GOOD, QUIET, Line, Look, wrapped

TONES = {Fate.SENT: GOOD, Fate.FAILING: BAD}


def lines(found: Sequence[Delivery], look: Look) -> Iterator[Line]:
    """One notice after the other."""
    for n, delivery in enumerate(found):
        tone = TONES.get(delivery.fate, QUIET)
        yield from wrapped(f"notice.{n}", told(delivery, look.now), look.width, 2, tone)


def told(delivery: Delivery, now: int) -> str:
    """`sent 2026-11-25 14:02Z to ada@uni.example (applicant)`."""
    to = ", ".join(f"{display(one.email)} ({one.role})" for one in delivery.recipients)
    whom = f" to {to}" if to else ""
    if delivery.fate is Fate.SENT:
        return f"sent {ages.stamp(delivery.sent_at)}{whom}"
    if delivery.fate is Fate.FAILING:
        times = "once" if delivery.attempts == 1 else f"{delivery.attempts} times"
        left = ages.age(now, delivery.next_at)
        when = f"tried again in {left}" if delivery.next_at > now else "to be tried again"
        return f"not sent{whom}: failed {times}, {when}: {display(delivery.error)}"
    return f"{'waits, goes' if delivery.fate is Fate.WAITING else 'left out, not sent'}{whom}"
