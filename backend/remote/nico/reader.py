"""Reads a NICo: its lists, or what some of it is now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from backend.core.errors import Invalid, NotFound
from backend.core.identity import Actor, Role
from backend.nico.client import (
    AllocationTold,
    Api,
    BlockTold,
    Listed,
    NicoClient,
    SharedTold,
    Standing,
    TypeTold,
    failure,
)
from backend.nico.model import Kind
from backend.remote.nico.reading import Reading, Uses
from backend.remote.nico.settings import NicoSettings
from backend.remote.several import each

NOBODY = Actor("nobody", Role.USER)
NOBODYS: Mapping[str, int] = {}
"""Instances of a type that nobody uses."""
TOGETHER = 60
"""Allocations that are asked for by their ids in one request."""


class Reader:
    """The client of one NICo. All methods that read raise BursarError. `actor` is whom the token
    stands for, once that was asked; `views` is True once a provider's token has turned out to be
    one that only reads."""

    def __init__(self, settings: NicoSettings) -> None:
        self.place = settings.url
        self._http = settings.http(
            settings.url, token=settings.token, failure=failure, replays=False
        )
        names = (settings.org, settings.api_name, settings.api_version)
        self.api = Api(*names, settings.page_size)
        self.client = NicoClient(self._http, self.api)
        self.standing: Standing | None = None
        self.views = False
        self._signed = 0

    @property
    def answers(self) -> int:
        """How many came."""
        return self._http.answers

    @property
    def actor(self) -> Actor:
        """Whom the token stands for, as far as that is known."""
        it = self.standing
        if it is None:
            return NOBODY
        name = f"user:{it.user.id or self.api.org}"
        if it.provider is None:
            return Actor(name, Role.USER)
        return Actor(name, Role.VIEWER if self.views else Role.ADMIN)

    @property
    def who(self) -> str:
        """His address, or his name, or what he acts for."""
        it = self.standing
        return "" if it is None else it.user.email or it.user.first_name or self.api.org

    def doubt(self) -> None:
        """The server may be another one now: ask again who signed in."""
        self._signed = 0

    async def signed_in(self) -> Standing:
        """Whom the token stands for, and what the organisation is; asked for once a token."""
        if self.standing is None or self._http.signed != self._signed:
            self.standing = await self.client.standing()
            self.views = False
            self._signed = self._http.signed
        return self.standing

    # Whole lists

    async def places(self) -> Reading:
        """Sites, tenants, types and blocks."""
        standing, client = await self.signed_in(), self.client
        provider = standing.provider
        sites, types, blocks = await asyncio.gather(client.sites(), client.types(), client.blocks())
        accounts = await client.accounts(provider.id) if provider else None
        return Reading(standing, sites, accounts, types, blocks)

    async def allocations(self) -> Reading:
        """All that are seen."""
        return Reading(allocations=await self.client.allocations())

    async def parts(self, roots: Iterable[str], *, fresh: bool = False) -> Reading:
        """What was carved of these blocks."""
        return Reading(parts=await each(self.client.derived, roots), fresh=fresh)

    async def machines(self, sites: Sequence[str], types: Sequence[TypeTold]) -> Reading:
        """Machines, and who uses which types; of a tenant what it uses itself."""
        standing = await self.signed_in()
        own = standing.provider
        if own is None:
            return Reading(uses=_own(standing, types))
        found = await self.client.machines()
        uses: dict[str, Mapping[str, int]] = {}
        for site in sites:
            uses |= await self._uses(site)
        others = [one for one in types if one.infrastructure_provider_id != own.id]
        ours = dict.fromkeys((one.id for one in types if one not in others), NOBODYS)
        return Reading(machines=found, uses={**_own(standing, others), **ours, **uses})

    async def _uses(self, site: str) -> Mapping[str, Mapping[str, int]]:
        """Who uses which types of a site."""
        shared = await self.client.shared(site)
        if shared is not None:
            return {one.id: _used(one) for one in shared}
        counted: dict[str, dict[str, int]] = {}
        for one in (await self.client.machines(siteId=site)).rows:
            if one.instance_id and one.tenant_id and one.instance_type_id:
                tenants = counted.setdefault(one.instance_type_id, {})
                tenants[one.tenant_id] = tenants.get(one.tenant_id, 0) + 1
        return counted

    # Some of it

    async def listed(self, uuids: Sequence[str]) -> dict[str, AllocationTold | None]:
        """What these allocations are, in one request or few, or one by one where a server takes
        no more than one id; None for those that are gone."""
        found: dict[str, AllocationTold | None] = dict.fromkeys(uuids)
        for start in range(0, len(uuids), TOGETHER):
            some = list(uuids[start : start + TOGETHER])
            try:
                told = (await self.client.allocations(id=some)).rows
            except Invalid:
                found |= await each(self.client.allocation, some)
            else:
                found |= {one.id: one for one in told if one.id in found}
        return found

    async def resources(self, told: Iterable[AllocationTold]) -> Reading:
        """The types of these allocations, and the blocks that were carved for them."""
        types, blocks = set(), set()
        for one in told:
            it = one.constraint
            if it is not None and it.resource_type == Kind.MACHINES:
                types.add(it.resource_type_id)
            elif it is not None and it.derived_resource_id:
                blocks.add(it.derived_resource_id)
        found = await each(self.client.instance_type, types)
        carved = await each(self._block, blocks)
        return Reading(
            some_types=[one for one in found.values() if one is not None],
            some_blocks=[one for one in carved.values() if one is not None],
        )

    async def allocation(self, uuid: str) -> AllocationTold | None:
        """One as it is now, None where it is gone."""
        try:
            return await self.client.allocation(uuid)
        except NotFound:
            return None

    async def about(self, kind: str, resource: str, site: str) -> Reading:
        """All there is to a type or a block, as it is now."""
        given = await self.client.allocations(resourceTypeId=resource)
        if kind == Kind.MACHINES:
            of = await each(self.client.instance_type, [resource])
            types = [one for one in of.values() if one is not None]
            uses = await self._uses_of(types, site)
            return Reading(some_types=types, uses=uses, of={resource: given}, fresh=True)
        blocks = await each(self._block, [resource])
        parts: Mapping[str, Listed[BlockTold] | None] = {}
        if self._provides():
            parts = {resource: await self.client.derived(resource)}
        known = [one for one in blocks.values() if one is not None]
        return Reading(some_blocks=known, parts=parts, of={resource: given}, fresh=True)

    async def _uses_of(self, types: Sequence[TypeTold], site: str) -> Uses:
        """Who uses these types of a site; of those of another provider, what one uses oneself."""
        own = self.standing.provider if self.standing else None
        ours = [one.id for one in types if own and one.infrastructure_provider_id == own.id]
        found = await self._uses(site) if ours else {}
        return {**_own(self.standing, types), **{uuid: found.get(uuid, NOBODYS) for uuid in ours}}

    async def _block(self, uuid: str) -> BlockTold:
        found = await self.client.block(uuid)
        if found is None:
            raise NotFound(f"there is no block {uuid}")
        return found

    def _provides(self) -> bool:
        return self.standing is not None and self.standing.provider is not None

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()


def _used(one: SharedTold) -> Mapping[str, int]:
    """Instances by tenant."""
    shares = {share.id: share.used_machine_stats for share in one.tenants or ()}
    return {tenant: stats.total or 0 for tenant, stats in shares.items() if stats is not None}


def _own(standing: Standing | None, types: Sequence[TypeTold]) -> Mapping[str, Mapping[str, int]]:
    """What a tenant uses of types, as their figures tell it."""
    if standing is None or standing.tenant is None:
        return {}
    found: dict[str, Mapping[str, int]] = {}
    for one in types:
        used = one.allocation_stats.used if one.allocation_stats else None
        if used is not None:
            found[one.id] = {standing.tenant.id: used}
    return found
