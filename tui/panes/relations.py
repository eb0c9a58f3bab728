"""The third column of very wide terminals: how many things an object has to do with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.core.listing import Query
from tui.format.lines import HEAD, QUIET, Line, Look, line
from tui.panes.related import Related, related
from tui.session import Session

MOST = 100
"""Rows that are counted; beyond that there are many."""

Counted = Sequence[tuple[Related, int]]


async def relations(session: Session, row: object) -> Counted:
    """What a row is related to, and how many rows each list has. Raises BursarError."""
    found = []
    for one in related(row):
        rows = await session.listing(one.list).page(Query(one.text, one.view), MOST + 1)
        found.append((one, len(rows)))
    return found


def relation_lines(found: Counted, key: str, look: Look) -> Iterable[Line]:
    """One line for each list, the number first; `key` goes there."""
    if found:
        yield line("", ("RELATED", HEAD), (f"   {key} goes there", QUIET))
    for number, (one, count) in enumerate(found):
        told = f"{MOST}+" if count > MOST else str(count)
        yield line(str(number), f"{told:>5}  ", (one.words, "" if count else QUIET))
