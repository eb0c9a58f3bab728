from __future__ import annotations

import pytest

from backend.notices.model import Delivery, Fate, Recipient, Role
from tests.tui.hostile import FORBIDDEN, NASTY
from tui.format.ages import MINUTE
from tui.format.lines import Look
from tui.format.notices import lines, told

AT = 1_794_994_867_000_000
ADA = (Recipient("ada@uni.example", Role.APPLICANT),)
TWO = (*ADA, Recipient("ops@uni.example", Role.REVIEWER))


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        (Delivery(Fate.SENT, ADA, AT), "sent 2026-11-18 09:41Z to ada@uni.example (applicant)"),
        (Delivery(Fate.SENT, (), AT), "sent 2026-11-18 09:41Z"),
        (Delivery(Fate.WAITING, ADA), "waits, goes to ada@uni.example (applicant)"),
        (Delivery(Fate.LEFT_OUT, ADA), "left out, not sent to ada@uni.example (applicant)"),
        (
            Delivery(Fate.FAILING, TWO, 0, 3, "exit 1", AT + 8 * MINUTE),
            "not sent to ada@uni.example (applicant), ops@uni.example (reviewer): "
            "failed 3 times, tried again in 8 m: exit 1",
        ),
        (
            Delivery(Fate.FAILING, ADA, 0, 1, "answered 500", AT),
            "not sent to ada@uni.example (applicant): failed once, to be tried again: answered 500",
        ),
    ],
)
def test_what_became_of_a_notice(delivery: Delivery, words: str) -> None:
    assert told(delivery, AT) == words


def test_lines_are_safe_and_broken_at_the_edge() -> None:
    failing = Delivery(Fate.FAILING, (Recipient(NASTY, Role.USER),), 0, 2, NASTY, AT)
    shown = [one.text for one in lines([failing, failing], Look(40, now=AT))]
    assert len(shown) > 2
    assert max(map(len, shown)) <= 40
    assert not FORBIDDEN & set("".join(shown))
