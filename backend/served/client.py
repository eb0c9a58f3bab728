"""The Backend port over a bursar server."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, TextIO, TypeVar, cast

from backend.backend import Badges, Connection, JournalDetail, JournalRow, Link
from backend.core.errors import Invalid
from backend.core.identity import Actor, Role
from backend.core.listing import FieldSpec, Query
from backend.core.plan import Command, Plan, Receipt
from backend.core.runtime import Runtime, system_runtime
from backend.http import LARGEST, Http, Reply
from backend.outbox import Outbox
from backend.placement.model import (
    ConsumerDetail,
    ConsumerRow,
    InventoryRow,
    ProviderDetail,
    ProviderRow,
)
from backend.projects.model import (
    ApplicationReview,
    MismatchRow,
    PersonDetail,
    PersonRow,
    ProjectDetail,
    ProjectRow,
    User,
)
from backend.quotas.model import (
    CommissionDetail,
    CommissionRow,
    Explanation,
    FeedEvent,
    History,
    QuotaRow,
    Rates,
    Resource,
    ResourceDetail,
    ResourceRow,
)
from backend.served import port, wire, worldfile
from backend.served.listener import Listener, Pace
from backend.served.orders import Orders
from backend.served.port import Named, Page, Wanted
from backend.served.wire import PREFIX, Introduction, Preview

RowT = TypeVar("RowT")

MOST_KEYS = 64 << 20
"""Octets of a list's keys: eight million of them."""
ROWS = 500
"""Rows that are asked for at once."""
IDS = 15_000
"""Ids that are sent at once; servers take bodies of a megabyte."""


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

    async def rows(self, keys: Sequence[int]) -> Mapping[int, RowT]:
        """Rows by key."""
        found: dict[int, RowT] = {}
        for start in range(0, len(keys), ROWS):
            body = wire.encode(Wanted, Wanted(tuple(keys[start : start + ROWS])))
            answer = await self._line.ask(f"{self._name}/rows", body)
            found |= wire.reply(self._by_key, answer)
        return found


class ServedProjects:
    """Reads of the projects room."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.listing: ServedListing[ProjectRow] = ServedListing(line, "projects/listing")
        self.fullest: ServedListing[ProjectRow] = ServedListing(line, "projects/fullest")
        self.people: ServedListing[PersonRow] = ServedListing(line, "projects/people")
        self.mismatches: ServedListing[MismatchRow] = ServedListing(line, "projects/mismatches")

    async def detail(self, key: int) -> ProjectDetail:
        """Everything about a project. Raises NotFound."""
        return cast(ProjectDetail, await self._line.read("projects/detail", key=key))

    async def person(self, key: int) -> PersonDetail:
        """Everything about a person. Raises NotFound."""
        return cast(PersonDetail, await self._line.read("projects/person", key=key))

    async def queue(self) -> Sequence[int]:
        """Waiting applications, oldest first."""
        return cast(Sequence[int], await self._line.read("projects/queue"))

    async def review(self, application: int) -> ApplicationReview:
        """What deciding on an application needs. Raises NotFound."""
        found = await self._line.read("projects/review", application=application)
        return cast(ApplicationReview, found)

    async def find_person(self, name: str) -> User:
        """The user with this address or uuid. Raises NotFound."""
        return cast(User, await self._line.read("projects/find_person", name=name))

    async def raw(self, key: int) -> Mapping[str, object]:
        """The project as Astakos' API shows it."""
        return cast(Mapping[str, object], await self._line.read("projects/raw", key=key))


class ServedQuotas:
    """Reads of the quotas room."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.listing: ServedListing[QuotaRow] = ServedListing(line, "quotas/listing")
        self.commissions: ServedListing[CommissionRow] = ServedListing(line, "quotas/commissions")
        self.catalog: ServedListing[ResourceRow] = ServedListing(line, "quotas/catalog")

    async def explain(self, key: int) -> Explanation:
        """What is behind a row. Raises NotFound."""
        return cast(Explanation, await self._line.read("quotas/explain", key=key))

    async def history(self, keys: Sequence[int], span: int, count: int) -> Mapping[int, History]:
        """Usage of holdings over the last `span` microseconds. Raises Invalid."""
        found = await self._line.read("quotas/history", keys=keys, span=span, count=count)
        return cast(Mapping[int, History], found)

    async def commission(self, serial: int) -> CommissionDetail:
        """A pending commission. Raises NotFound."""
        return cast(CommissionDetail, await self._line.read("quotas/commission", serial=serial))

    async def feed(self, limit: int) -> Sequence[FeedEvent]:
        """Latest events of commissions."""
        return cast(Sequence[FeedEvent], await self._line.read("quotas/feed", limit=limit))

    async def rates(self, minutes: int) -> Rates:
        """How much happened to commissions in each of the last minutes."""
        return cast(Rates, await self._line.read("quotas/rates", minutes=minutes))

    async def resources(self) -> Sequence[Resource]:
        """Every resource."""
        return cast(Sequence[Resource], await self._line.read("quotas/resources"))

    async def resource(self, key: int) -> ResourceDetail:
        """A resource and what exists of it. Raises NotFound."""
        return cast(ResourceDetail, await self._line.read("quotas/resource", key=key))


class ServedPlacement:
    """Reads of the placement room."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.consumers: ServedListing[ConsumerRow] = ServedListing(line, "placement/consumers")
        self.inventories: ServedListing[InventoryRow] = ServedListing(line, "placement/inventories")
        self.providers: ServedListing[ProviderRow] = ServedListing(line, "placement/providers")

    async def consumer(self, key: int) -> ConsumerDetail:
        """A consumer and its shares. Raises NotFound."""
        return cast(ConsumerDetail, await self._line.read("placement/consumer", key=key))

    async def provider(self, key: int) -> ProviderDetail:
        """A provider and what is of it. Raises NotFound."""
        return cast(ProviderDetail, await self._line.read("placement/provider", key=key))

    async def consumer_named(self, uuid: str) -> ConsumerRow:
        """The consumer with this uuid. Raises NotFound."""
        return cast(ConsumerRow, await self._line.read("placement/consumer_named", uuid=uuid))

    async def provider_named(self, uuid: str) -> ProviderRow:
        """The provider with this uuid or name. Raises NotFound."""
        return cast(ProviderRow, await self._line.read("placement/provider_named", uuid=uuid))

    async def classes(self) -> Sequence[str]:
        """The names of all resource classes."""
        return cast(Sequence[str], await self._line.read("placement/classes"))

    async def orphans(self, live: Sequence[str]) -> Sequence[int]:
        """Consumers that are not among these ids, of which a body holds not many: an orphan is
        what no part of them names."""
        parts = [live[n : n + IDS] for n in range(0, len(live), IDS)] or [live]
        found = [await self._line.search("placement/orphans", live=part) for part in parts]
        named_by_none = set(found[0]).intersection(*found[1:])
        return [key for key in found[0] if key in named_by_none]

    async def raw_consumer(self, key: int) -> Mapping[str, object]:
        """The consumer as Placement's API shows it. Raises NotFound."""
        found = await self._line.read("placement/raw_consumer", key=key)
        return cast(Mapping[str, object], found)

    async def raw_provider(self, key: int) -> Mapping[str, object]:
        """What Placement's API shows of the provider. Raises NotFound."""
        found = await self._line.read("placement/raw_provider", key=key)
        return cast(Mapping[str, object], found)


class ServedJournal:
    """Reads of the journal."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.listing: ServedListing[JournalRow] = ServedListing(line, "journal/listing")

    async def detail(self, seq: int) -> JournalDetail:
        """An entry with its side effects in words. Raises NotFound."""
        return cast(JournalDetail, await self._line.read("journal/detail", seq=seq))


class ServedBackend:
    """A bursar server as a Backend.

    `http` is for the server's root, with `failure=wire.failure`; without an outbox, a change
    whose outcome was not heard is forgotten when the process ends. What is connected is known
    once something was read. To be used from one event loop.
    """

    def __init__(
        self,
        http: Http,
        outbox: Outbox | None = None,
        *,
        pace: Pace | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        runtime, pace = runtime or system_runtime(), pace or Pace()
        self._line = Line(http)
        self._orders = Orders(http, outbox, runtime, pace)
        self._listener = Listener(http, self._introduce, pace, runtime)
        self._line.answered = self._listener.hurry
        self._orders.settled = self._listener.tell
        self.projects = ServedProjects(self._line)
        self.quotas = ServedQuotas(self._line)
        self.placement = ServedPlacement(self._line)
        self.journal = ServedJournal(self._line)

    @property
    def connection(self) -> Connection:
        """What the server is and who one is there, as far as it is known."""
        return self._line.connection

    @property
    def link(self) -> Link:
        """How it stands with the server."""
        return self._listener.link

    async def badges(self) -> Badges:
        """Counts for the chrome; warnings tell what became of changes that were not heard of."""
        badges: Badges = wire.reply(Badges, await self._line.get("badges"))
        own = [self._line.mismatch] if self._line.mismatch else []
        return replace(badges, warnings=(*own, *self._orders.told, *badges.warnings))

    async def plan(self, command: Command) -> Plan:
        """What the command would do now."""
        body = wire.encode(Preview, Preview(command))
        plan: Plan = wire.reply(Plan, await self._line.ask("plan", body))
        return plan

    async def apply(self, plan: Plan, reason: str) -> Receipt:
        """Do what was previewed, once. Raises OutcomeUnknown when the server cannot be asked any
        more; it is asked again later."""
        await self._line.known()
        return await self._orders.carry_out(plan, reason)

    async def export(self, target: TextIO) -> list[str]:
        """Write everything as a world file, of which nothing lacks. Raises BursarError, also when
        not all of it came."""
        await self._line.known()
        await worldfile.receive(self._line.http, target)
        return []

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Hear of every change; from within the event loop."""
        return self._listener.watch(changed)

    async def close(self) -> None:
        """Let go of the server."""
        await self._listener.close()
        await self._orders.close()
        await self._line.http.close()

    async def _introduce(self) -> None:
        await self._line.introduce()
        await self._orders.resume()
