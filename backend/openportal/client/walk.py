"""OpenPortal's pages: the order of lists is by name alone, so that pages may repeat and leave out
rows (spec openportal §0, §3.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from backend.http import Paging, Reply
from backend.http.walk import number

Params = Mapping[str, str | int | Sequence[str]]
WALKS: Sequence[Params] = (
    {"page_size": 300},
    {"page_size": 211},
    {"page_size": 157, "o": "created"},
)
"""How a list is asked for until it is whole: what a boundary hides, another one shows."""
COUNT = "x-result-count"
NEXT = re.compile(r"""rel\s*=\s*["']?next\b""", re.IGNORECASE)


def counted(reply: Reply) -> int | None:
    """How many rows there are, None where that is not told."""
    return number(reply.headers.get(COUNT, ""))


def _goes_on(reply: Reply, rows: int) -> bool:
    return bool(NEXT.search(reply.headers.get("link", "")))


PAGES = Paging("page", WALKS, counted, _goes_on)
