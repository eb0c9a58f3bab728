"""Reads and writes of a Placement at one microversion (spec placement §4)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from backend.core.errors import (
    BursarError,
    Conflict,
    GenerationConflict,
    NotFound,
    Unreachable,
)
from backend.http import Http, Reply, read
from backend.placement.client import replies
from backend.placement.client.calls import Call
from backend.placement.client.replies import ConsumerTold, HeldTold, ProviderTold
from backend.placement.client.versions import CLASSES, TRAITS, TYPES, USAGES, asking
from backend.placement.model import Provider, Stock

LISTED = 64 << 20
"""Bytes of a list, which has no pages, at most."""
LOOKS = 3
"""How often a provider is read until nobody changed it meanwhile."""
EVERY_TYPE = "all"
GHOST = "expected 0"
"""What a refusal says of a consumer that is recorded, and shown to nobody (§4.3)."""
EXORCISED = "the server kept an invisible record of this consumer, so it was sent with generation 0"


class PlacementClient:
    """What an admin's token shows and does. All methods raise BursarError, BadReply where an
    answer makes no sense; what reads is repeated, what writes is sent once."""

    def __init__(self, http: Http, minor: int) -> None:
        self._http, self.minor = http, minor

    # Providers

    async def providers(self) -> list[Provider]:
        """All of them, in no order."""
        return await asyncio.to_thread(_providers, await self._get("/resource_providers"))

    async def find(self, name: str) -> list[Provider]:
        """Those of this name, which is one or none."""
        return _providers(await self._get("/resource_providers", {"name": name}))

    async def provider(self, uuid: str) -> Provider:
        """One of them. Raises NotFound."""
        reply = await self._get(f"/resource_providers/{_part(uuid)}")
        return read(replies.ProviderReply, reply).provider()

    async def stocks(self, uuid: str) -> tuple[int, Mapping[str, Stock]]:
        """The provider's generation and its inventories by class. Raises NotFound."""
        reply = await self._get(f"/resource_providers/{_part(uuid)}/inventories")
        told = read(replies.InventoriesReply, reply)
        stocks = {name: one.stock() for name, one in told.inventories.items()}
        return told.resource_provider_generation, stocks

    async def held(self, uuid: str) -> tuple[int, Mapping[str, HeldTold]]:
        """The provider's generation and who holds what of it. Raises NotFound."""
        reply = await self._get(f"/resource_providers/{_part(uuid)}/allocations")
        return await asyncio.to_thread(_held, reply)

    async def whole(self, uuid: str) -> ProviderTold:
        """Inventories and holders at one generation, as far as the server comes to rest. Usage
        is not asked for: it is the sum of what is held. Raises NotFound."""
        looks = 0
        while True:
            looks += 1
            generation, stocks = await self.stocks(uuid)
            seen, held = await self.held(uuid)
            if seen == generation or looks == LOOKS:
                return ProviderTold(seen, stocks, held)

    async def usages(self, uuid: str) -> Mapping[str, int]:
        """How much of each inventory is used, 0 included. Raises NotFound."""
        reply = await self._get(f"/resource_providers/{_part(uuid)}/usages")
        return read(replies.UsagesReply, reply).usages

    async def traits(self, uuid: str) -> list[str]:
        """The provider's traits; none before 1.6. Raises NotFound."""
        if self.minor < TRAITS:
            return []
        reply = await self._get(f"/resource_providers/{_part(uuid)}/traits")
        return sorted(read(replies.TraitsReply, reply).traits)

    async def aggregates(self, uuid: str) -> list[str]:
        """The aggregates that the provider is in; none before 1.1. Raises NotFound."""
        if self.minor < 1:
            return []
        reply = await self._get(f"/resource_providers/{_part(uuid)}/aggregates")
        return sorted(read(replies.AggregatesReply, reply).aggregates)

    # Consumers

    async def consumer(self, uuid: str) -> ConsumerTold | None:
        """What a consumer holds; None for one that holds nothing, who does not exist."""
        reply = await self._get(f"/allocations/{_part(uuid)}")
        found = replies.consumer(uuid, read(replies.ConsumerReply, reply), reply)
        return found if found.allocations else None

    async def project_usages(self, project: str, user: str = "") -> Mapping[str, Mapping[str, int]]:
        """Usage by type of consumer, `all` where the server does not tell types apart: before
        1.38, and where it fails at doing so (§4.8). None before 1.9."""
        if self.minor < USAGES:
            return {}
        asked = {"project_id": project, **({"user_id": user} if user else {})}
        if self.minor < TYPES:
            told = read(replies.UsagesReply, await self._get("/usages", asked))
            return {EVERY_TYPE: told.usages} if told.usages else {}
        try:
            reply = await self._get("/usages", asked)
        except Unreachable:
            reply = await self._get("/usages", {**asked, "consumer_type": EVERY_TYPE})
        return read(replies.GroupedReply, reply).usages

    # Names

    async def classes(self) -> list[str]:
        """The resource classes that there are; none are told before 1.2."""
        if self.minor < CLASSES:
            return []
        told = read(replies.ClassesReply, await self._get("/resource_classes"))
        return [one.name for one in told.resource_classes]

    async def all_traits(self) -> list[str]:
        """The traits that there are; none before 1.6."""
        if self.minor < TRAITS:
            return []
        return read(replies.TraitsReply, await self._get("/traits")).traits

    # Writing

    async def send(self, call: Call) -> str:
        """Carry it out; what is worth telling beside that it was done.

        It is sent once, but to a consumer that is shown to nobody and refused for its generation:
        then once more, with that one. Raises OutcomeUnknown.
        """
        try:
            await self._sent(call)
        except GenerationConflict as error:
            freed = await self._freed(call, error)
            if freed is None:
                raise await self._explained(call, error) from None
            await self._sent(freed)
            return EXORCISED
        return ""

    async def _sent(self, call: Call) -> None:
        headers = asking(call.minor)
        await self._http.send(call.method, call.path, call.body, headers=headers, largest=LISTED)

    async def _freed(self, call: Call, error: BursarError) -> Call | None:
        """The same call to a ghost, when it is about one."""
        consumer = call.path.rpartition("/")[2]
        fresh = call.body is not None and call.body.get("consumer_generation", 0) is None
        if call.method != "PUT" or not fresh or GHOST not in error.message:
            return None
        if await self.consumer(consumer) is not None:
            return None
        return replace(call, body={**(call.body or {}), "consumer_generation": 0})

    async def _explained(self, call: Call, error: BursarError) -> BursarError:
        """What a changed generation is not: the same code says other things, too (§3.4)."""
        path, _, kind = call.path.partition("/inventories")
        uuid, name = path.rpartition("/")[2], kind.removeprefix("/")
        if call.method == "DELETE" and kind and await self._uses(uuid, name):
            return Conflict(f"{name or 'the inventory'} is in use", data=error.data)
        if call.method == "POST" and kind == "" and call.path.endswith("/inventories"):
            return Conflict("there is an inventory of this class already", data=error.data)
        return error

    async def _uses(self, uuid: str, name: str) -> bool:
        try:
            used = await self.usages(uuid)
        except NotFound:
            return False
        return bool(used.get(name)) if name else any(used.values())

    async def _get(self, path: str, asked: Mapping[str, str] | None = None) -> Reply:
        return await self._http.get(path, asked, headers=asking(self.minor), largest=LISTED)


def _providers(reply: Reply) -> list[Provider]:
    return [one.provider() for one in read(replies.ProvidersReply, reply).resource_providers]


def _held(reply: Reply) -> tuple[int, Mapping[str, HeldTold]]:
    told = read(replies.HeldReply, reply)
    held = {
        uuid: HeldTold(replies.amounts(one.resources), one.consumer_generation)
        for uuid, one in told.allocations.items()
    }
    return told.resource_provider_generation, {u: one for u, one in held.items() if one.amounts}


def _part(text: str) -> str:
    return quote(text, safe="")
