"""Reads and writes of a NICo of any age (spec nico §2-3)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import quote

from backend.core.errors import Invalid, NotAllowed, NotFound
from backend.core.plan import WireRequest
from backend.decode import Body, Count, decode, parse_json
from backend.http import Http, Listed, Paging, Reply, made, read, walk
from backend.http.client import Params
from backend.nico.client.replies import (
    AccountOfServiceTold,
    AccountTold,
    AllocationTold,
    BlockTold,
    MachineTold,
    PartyTold,
    SharedTold,
    SiteTold,
    TypeTold,
    UserTold,
)
from backend.nico.rules import outbound
from backend.nico.wire.told import uuid_or_none

PAGES = "x-pagination"
LARGEST = 100
"""Rows of a page."""
RELATED: Params = {"includeRelation": ["InfrastructureProvider", "Tenant", "Site"]}
FIGURES: Params = {"includeAllocationStats": "true"}
USAGE: Params = {"includeUsageStats": "true"}

T = TypeVar("T")


class _Named(Protocol):
    @property
    def id(self) -> str: ...


NamedT = TypeVar("NamedT", bound=_Named)


class _Pages(Body):
    total: Count = None


@dataclass(frozen=True, slots=True)
class Api:
    """What a server's API is called, and whose view of it is wanted."""

    org: str
    name: str = outbound.NAME
    version: str = outbound.VERSION
    page_size: int = LARGEST

    def path(self, *parts: str) -> str:
        """Where something of the organisation is."""
        root = (self.version, "org", self.org, self.name)
        return "/".join(("", *(quote(part, safe="") for part in (*root, *parts))))


@dataclass(frozen=True, slots=True)
class Standing:
    """Who calls, and what the organisation is to him: a provider, a tenant, or both."""

    user: UserTold
    provider: PartyTold | None = None
    tenant: PartyTold | None = None


class NicoClient:
    """What a token shows and does in one organisation. All methods raise BursarError, BadReply
    where an answer makes no sense; what reads is repeated, what writes is sent once."""

    def __init__(self, http: Http, api: Api) -> None:
        self._http, self.api = http, api
        self._relates = True
        size = max(1, min(api.page_size, LARGEST))
        less = max(1, size * 3 // 4)
        ways: Sequence[Params] = ({"pageSize": size}, {"pageSize": less})
        self._pages = Paging("pageNumber", ways, counted, lambda _, rows: rows >= less)

    # Who one is

    async def standing(self) -> Standing:
        """Who calls and what the organisation is. Raises NotAllowed where it is nothing."""
        user = await self._had(UserTold, "user") or UserTold()
        account = await self._had(AccountOfServiceTold, "service-account")
        if account is not None and account.enabled:
            asked = (account.infrastructure_provider_id, account.tenant_id)
        else:
            asked = ("?", "?")
        provider = await self._had(PartyTold, "infrastructure-provider") if asked[0] else None
        tenant = await self._had(PartyTold, "tenant") if asked[1] else None
        if provider is None and tenant is None:
            told = f"{self._http.place}: organisation {self.api.org} is neither provider nor tenant"
            raise NotAllowed(told, hint="check org, and the roles of the token")
        return Standing(user, provider, tenant)

    async def _had(self, kind: type[T], what: str) -> T | None:
        """What the organisation is at present, None where it is not, or not to this token."""
        with suppress(NotAllowed, NotFound, Invalid):
            return read(kind, await self._get(what, "current"))
        return None

    # Whole lists

    async def allocations(self, **narrow: str | Sequence[str]) -> Listed[AllocationTold]:
        """All that are seen, or those of these values of parameters."""
        return await self._related(
            lambda more: self._all(AllocationTold, {**narrow, **more}, "allocation")
        )

    async def sites(self) -> Listed[SiteTold]:
        """All sites."""
        return await self._all(SiteTold, {}, "site")

    async def accounts(self, provider: str) -> Listed[AccountTold]:
        """A provider's accounts of tenants; older servers want to be told which provider's."""
        asked: Params = {"infrastructureProviderId": provider}
        try:
            return await self._all(AccountTold, {}, "tenant", "account")
        except Invalid:
            return await self._all(AccountTold, asked, "tenant", "account")

    async def types(self) -> Listed[TypeTold]:
        """All instance types with their figures."""
        return await self._all(TypeTold, FIGURES, "instance", "type")

    async def machines(self, **narrow: str) -> Listed[MachineTold]:
        """All machines."""
        return await self._all(MachineTold, narrow, "machine")

    async def blocks(self) -> Listed[BlockTold]:
        """A provider's roots, a tenant's own blocks; none where they are not shown."""
        return await _shown(self._all(BlockTold, USAGE, "ipblock"))

    async def derived(self, block: str) -> Listed[BlockTold] | None:
        """What was carved of a root; None where that is not shown."""
        return await self._perhaps(self._all(BlockTold, USAGE, "ipblock", block, "derived"))

    async def shared(self, site: str) -> Sequence[SharedTold] | None:
        """What tenants have of the types of a site; None for servers that do not tell it."""
        reply = self._get("machine", "instance-type", "stats", params={"siteId": site})
        found = await self._perhaps(reply)
        return None if found is None else await asyncio.to_thread(read, list[SharedTold], found)

    # One by one

    async def allocation(self, uuid: str) -> AllocationTold:
        """One of them. Raises NotFound."""
        return read(
            AllocationTold,
            await self._related(lambda more: self._get("allocation", uuid, params=more)),
        )

    async def instance_type(self, uuid: str) -> TypeTold:
        """One with its figures. Raises NotFound."""
        return read(TypeTold, await self._get("instance", "type", uuid, params=FIGURES))

    async def block(self, uuid: str) -> BlockTold | None:
        """A root or a carved block; None where it is not, or not shown (spec nico §7)."""
        reply = await self._perhaps(self._get("ipblock", uuid, params=USAGE))
        return None if reply is None else read(BlockTold, reply)

    # Writing

    async def send(self, request: WireRequest) -> str:
        """Carry it out; the uuid that is answered, `` for none, as where there is no body. Raises
        OutcomeUnknown, for what is no JSON, too."""
        body = dict(request.body) if request.method != "DELETE" else None
        reply = await self._http.send(request.method, request.path, body)
        with suppress(ValueError):
            return uuid_or_none(made(reply, "id"))
        return ""

    async def _related(self, ask: Callable[[Params], Awaitable[T]]) -> T:
        """An answer with what belongs to allocations; without it where that is refused, as some
        take one of a kind only."""
        if self._relates:
            try:
                return await ask(RELATED)
            except Invalid:
                found = await ask({})
            self._relates = False
            return found
        return await ask({})

    async def _get(self, *parts: str, params: Params | None = None) -> Reply:
        return await self._http.get(self.api.path(*parts), params)

    async def _all(self, kind: type[NamedT], params: Params, *parts: str) -> Listed[NamedT]:
        path = self.api.path(*parts)
        return await walk(self._http, path, params, kind, _id, self._pages)

    @staticmethod
    async def _perhaps(asked: Awaitable[T]) -> T | None:
        """An answer, None where there is none for this token."""
        with suppress(NotAllowed, NotFound):
            return await asked
        return None


def _id(one: _Named) -> str:
    return one.id


async def _shown(asked: Awaitable[Listed[T]]) -> Listed[T]:
    """A list, empty where there is none for this token."""
    return await NicoClient._perhaps(asked) or Listed(())


def counted(reply: Reply) -> int | None:
    """How many rows there are, None where that is not told, or makes no sense."""
    try:
        return decode(_Pages, parse_json(reply.headers.get(PAGES, ""))).total
    except Invalid:
        return None
