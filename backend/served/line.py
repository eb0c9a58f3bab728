"""Requests to a bursar server, and its lists."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar, cast

from backend.backend import Connection
from backend.core.errors import Invalid
from backend.core.identity import Actor, Role
from backend.core.listing import FieldSpec, Query
from backend.http import LARGEST, Http, Reply
from backend.served import port, wire
from backend.served.port import Named, Page, Wanted
from backend.served.wire import PREFIX, Introduction

RowT = TypeVar("RowT")

MOST_KEYS = 64 << 20
"""Octets of a list's keys: eight million of them."""
ROWS = 500
"""Rows that are asked for at once."""


class Line:
    """Requests to one server; the first one asks what it is."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self.connection = Connection(
            "bursar", http.place, Actor("", Role.VIEWER), read_only=False, empty=False
        )
        self.fields: Mapping[str, Sequence[FieldSpec]] = {}
        self.mismatch = ""
        """That the server is another version, `` when it is not."""
        self.answered: Callable[[], None] = lambda: None
        self._known_with: int | None = None
        self._asking = asyncio.Lock()

    async def introduce(self) -> None:
        """Ask what the server is and who one is there."""
        answer = await self.http.get(f"{PREFIX}/connection")
        told: Introduction = wire.reply(Introduction, answer)
        self.connection = replace(told.connection, place=self.http.place)
        self.fields = told.fields
        self.mismatch = wire.mismatch(answer)
        self._known_with = self.http.signed

    async def known(self) -> None:
        """The same, once with each token."""
        if self._known_with != self.http.signed:
            async with self._asking:
                if self._known_with != self.http.signed:
                    await self.introduce()

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Reply:
        """Read something."""
        await self.known()
        answer = await self.http.get(f"{PREFIX}/{path}", params or {})
        self.answered()
        return answer

    async def ask(self, path: str, body: object, largest: int = LARGEST) -> Reply:
        """Read something that a body describes."""
        await self.known()
        answer = await self.http.send("POST", f"{PREFIX}/{path}", body, asks=True, largest=largest)
        self.answered()
        return answer

    async def read(self, read: str, /, **values: int | str | Sequence[int]) -> Any:
        """A read of a room, by `room/name`."""
        answer = await self.get(read, port.parameters(values))
        return wire.reply(port.reads()[read].result, answer)

    async def search(self, read: str, /, **values: Sequence[str]) -> Any:
        """A read whose parameters are lists of texts."""
        given = {name: list(texts) for name, texts in values.items()}
        answer = await self.ask(read, wire.encode(Named, given))
        return wire.reply(port.reads()[read].result, answer)


class ServedListing(Generic[RowT]):
    """A Listing of the server."""

    def __init__(self, line: Line, name: str) -> None:
        self._line = line
        self._name = name
        row: Any = port.listings()[name]
        self._some: Any = list[row]
        self._by_key: Any = Mapping[int, row]

    @property
    def fields(self) -> Sequence[FieldSpec]:
        """What the server can filter by, nothing before it is known."""
        return self._line.fields.get(self._name, ())

    async def page(self, query: Query, limit: int) -> Sequence[RowT]:
        """The first rows; many of them in parts."""
        if limit > ROWS:
            keys = (await self.keys(query))[:limit]
            rows = await self.rows(keys)
            return [rows[key] for key in keys if key in rows]
        body = wire.encode(Page, Page(query, limit))
        answer = await self._line.ask(f"{self._name}/page", body)
        return cast(Sequence[RowT], wire.reply(self._some, answer))

    async def keys(self, query: Query) -> array[int]:
        """All keys in order."""
        body = wire.encode(Query, query)
        answer = await self._line.ask(f"{self._name}/keys", body, largest=MOST_KEYS)
        try:
            return port.from_octets(answer.body)
        except Invalid as error:
            raise answer.bad(error.message) from None

    async def count(self, query: Query) -> int:
        """How many keys there are."""
        answer = await self._line.ask(f"{self._name}/count", wire.encode(Query, query))
        return cast(int, wire.reply(int, answer))

    async def rows(self, keys: Sequence[int]) -> Mapping[int, RowT]:
        """Rows by key."""
        found: dict[int, RowT] = {}
        for start in range(0, len(keys), ROWS):
            body = wire.encode(Wanted, Wanted(tuple(keys[start : start + ROWS])))
            answer = await self._line.ask(f"{self._name}/rows", body)
            found |= wire.reply(self._by_key, answer)
        return found
