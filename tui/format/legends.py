"""Legends of lists: what the words in them mean, as far as those are on screen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

GAP = "   "
"""Between the notes of a line."""
MEANS = " = "


def legend(lines: Iterable[str], titles: Mapping[str, bool]) -> list[str]:
    """The lines without notes that name a column which is not on screen, without those of which
    nothing is left; `titles` says of every column whether it is. Of `USED, LEFT = what they
    mean` those that are stay."""
    found = (GAP.join(filter(None, (_note(one, titles) for one in told.split(GAP))))
             for told in lines)  # fmt: skip
    return [told for told in found if told]


def _note(text: str, titles: Mapping[str, bool]) -> str:
    """The note about what is on screen, `` for none."""
    head, means, rest = text.partition(MEANS)
    if means:
        head = ", ".join(one for one in head.split(", ") if titles.get(one, True))
    text = head and head + means + rest
    return "" if any(not titles[one] for one in _named(text, titles)) else text


def _named(text: str, titles: Mapping[str, bool]) -> list[str]:
    """The titles in a text, the longer ones first: READY LEFT is not LEFT."""
    words = "|".join(map(re.escape, sorted(filter(None, titles), key=len, reverse=True)))
    return re.findall(rf"(?<!\w)(?:{words})(?!\w)", text) if words else []
