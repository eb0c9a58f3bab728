"""A whole list, page by page: its order is by name alone, so that pages may repeat and leave out
rows (spec openportal §0, §3.2). Links are not followed: behind a proxy they may name another host,
which must not see the token, and pages are numbered anyway."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from backend.core.errors import Invalid, NotFound
from backend.decode import Many
from backend.http import Http, Reply, read

T = TypeVar("T")

Params = Mapping[str, str | int | Sequence[str]]
WALKS: Sequence[Params] = (
    {"page_size": 300},
    {"page_size": 211},
    {"page_size": 157, "o": "created"},
)
"""How a list is asked for until it is whole: what a boundary hides, another one shows."""
COUNT = "x-result-count"
LARGEST = 64 << 20
NEXT = re.compile(r"""rel\s*=\s*["']?next\b""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """The rows of a list, each once, and how many the server counts that did not come."""

    rows: Sequence[T]
    missing: int = 0

    @property
    def whole(self) -> bool:
        """Whether there are no others."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class _Walked(Generic[T]):
    """One walk; `count` is what the server said last, None for nothing."""

    rows: dict[Hashable, T]
    count: int | None

    @property
    def whole(self) -> bool:
        return self.count is None or len(self.rows) == self.count


async def walk(
    http: Http, path: str, params: Params, kind: type[T], key: Callable[[T], Hashable]
) -> Listed[T]:
    """All rows. Raises NotFound where there is no such list."""
    found: dict[Hashable, T] = {}
    count = 0
    for more in WALKS:
        try:
            walked = await _once(http, path, {**params, **more}, kind, key)
        except Invalid:
            if not found:
                raise
            break  # an order that it does not know
        if walked.whole:
            return Listed(list(walked.rows.values()))
        found, count = found | walked.rows, walked.count or 0
        if len(found) == count:
            break
    return Listed(list(found.values()), max(0, count - len(found)))


async def _once(
    http: Http, path: str, params: Params, kind: type[T], key: Callable[[T], Hashable]
) -> _Walked[T]:
    rows: dict[Hashable, T] = {}
    page, count, last = 1, None, 1
    while True:
        try:
            reply = await http.get(path, {**params, "page": page}, largest=LARGEST)
        except NotFound:
            if page == 1:
                raise
            break  # rows went meanwhile
        told = await asyncio.to_thread(_page, reply, kind)
        before, count = len(rows), counted(reply)
        rows |= {key(one): one for one in told}
        if page == 1 and told and count is not None:
            last = -(-count // len(told))
        if not told or (page >= last if count is not None else not _goes_on(reply, rows, before)):
            break
        page += 1
    return _Walked(rows, count)


def _page(reply: Reply, kind: type[T]) -> list[T]:
    return read(Many[kind], reply)  # type: ignore[valid-type]


def _goes_on(reply: Reply, rows: Mapping[Hashable, object], before: int) -> bool:
    """Whether there is a next page, as far as a server says that counts nothing; one that brings
    nothing new is the last, even if it says it were not."""
    return bool(NEXT.search(reply.headers.get("link", ""))) and len(rows) > before


def counted(reply: Reply) -> int | None:
    """How many rows there are, None where that is not told."""
    told = reply.headers.get(COUNT, "").strip()
    return int(told) if told.isdecimal() and len(told) < 10 else None
