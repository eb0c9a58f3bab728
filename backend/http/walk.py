"""A whole list, page by page. Pages may repeat and leave out rows. Links are not followed: behind a
proxy they may name another host, which must not see the token, and pages are numbered anyway."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from backend.core.errors import Invalid, NotFound
from backend.decode import Many
from backend.http.client import Http, Params
from backend.http.reply import Reply, read

T = TypeVar("T")

LARGEST = 64 << 20


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
class Paging:
    """A server's pages: the parameter that numbers them, the `ways` a list is asked for until it
    is whole, how many rows an answer counts, None for not told, and whether there is a page behind
    one of so many rows, as far as a server says that counts nothing."""

    number: str
    ways: Sequence[Params]
    counted: Callable[[Reply], int | None]
    goes_on: Callable[[Reply, int], bool]


@dataclass(frozen=True, slots=True)
class _Walked(Generic[T]):
    """One walk; `count` is what the server said last, None for nothing."""

    rows: dict[Hashable, T]
    count: int | None

    @property
    def whole(self) -> bool:
        return self.count is None or len(self.rows) == self.count


async def walk(
    http: Http,
    path: str,
    params: Params,
    kind: type[T],
    key: Callable[[T], Hashable],
    pages: Paging,
) -> Listed[T]:
    """All rows. Raises NotFound where there is no such list."""
    found: dict[Hashable, T] = {}
    count = 0
    for more in pages.ways:
        try:
            walked = await _once(http, path, {**params, **more}, kind, key, pages)
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
    http: Http,
    path: str,
    params: Params,
    kind: type[T],
    key: Callable[[T], Hashable],
    pages: Paging,
) -> _Walked[T]:
    rows: dict[Hashable, T] = {}
    page, count, last = 1, None, 1
    while True:
        try:
            reply = await http.get(path, {**params, pages.number: page}, largest=LARGEST)
        except NotFound:
            if page == 1:
                raise
            break  # rows went meanwhile
        told = await asyncio.to_thread(_page, reply, kind)
        before, count = len(rows), pages.counted(reply)
        rows |= {key(one): one for one in told}
        if page == 1 and told and count is not None:
            last = -(-count // len(told))
        if not told or (page >= last if count is not None else len(rows) == before):
            break
        if count is None and not pages.goes_on(reply, len(told)):
            break
        page += 1
    return _Walked(rows, count)


def _page(reply: Reply, kind: type[T]) -> list[T]:
    return read(Many[kind], reply)  # type: ignore[valid-type]


def number(told: str) -> int | None:
    """A count in a header, None for what is none."""
    told = told.strip()
    return int(told) if told.isdecimal() and len(told) < 10 else None
