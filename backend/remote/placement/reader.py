"""Reads a Placement: everything, which is a walk, or what some of it is now."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping, Sequence

from backend.core.identity import Actor, operator
from backend.http import Http, x_auth_token
from backend.placement.client import (
    ConsumerTold,
    PlacementClient,
    ProviderTold,
    failure,
    negotiate,
)
from backend.placement.model import Provider
from backend.remote.placement.settings import PlacementSettings
from backend.remote.several import each


class Reader:
    """The client of one Placement. All methods that read raise BursarError. `minor` is what was
    negotiated, None before."""

    def __init__(self, settings: PlacementSettings) -> None:
        self._settings = settings
        self._url = settings.url
        self._http: Http | None = None
        self._asking = asyncio.Lock()
        self._who = settings.who
        self._doubted = False
        self.minor: int | None = None

    @property
    def place(self) -> str:
        """Where it is, as far as that is known."""
        keystone = self._settings.keystone
        return self._url or (keystone.place if keystone else "")

    @property
    def answers(self) -> int:
        """How many came."""
        return self._http.answers if self._http else 0

    @property
    def actor(self) -> Actor:
        """Whom the token stands for; whoever may read all this is an admin."""
        return operator(self._who)

    @property
    def who(self) -> str:
        """Nobody tells his address."""
        return ""

    async def client(self) -> PlacementClient:
        """The client, once it is known where the server is and what it speaks."""
        async with self._asking:
            if self._http is None:
                self._http = await self._found()
            if self.minor is None or self._doubted:
                self.minor, self._doubted = await self._negotiated(), False
            return PlacementClient(self._http, self.minor)

    def doubt(self) -> None:
        """The server may be another one now: agree on a microversion again."""
        self._doubted = True

    async def _found(self) -> Http:
        keystone = self._settings.keystone
        if keystone is not None:
            self._who = (await keystone.signed_in()).user or self._who
            self._url = self._url or await keystone.endpoint("placement")
        return self._settings.http(
            self._url,
            token=self._settings.token,
            sign=x_auth_token,
            failure=failure,
            verify=self._verify(),
        )

    async def _negotiated(self) -> int:
        front = self._settings.http(self._url, failure=failure, verify=self._verify())
        try:
            return await negotiate(front)
        finally:
            await front.close()

    def _verify(self) -> ssl.SSLContext | bool:
        keystone = self._settings.keystone
        return keystone.verify() if keystone else True

    # Reading

    async def providers(self) -> list[Provider]:
        """All that there are."""
        return await (await self.client()).providers()

    async def classes(self) -> list[str]:
        """All resource classes that are told."""
        return await (await self.client()).classes()

    async def traits(self) -> list[str]:
        """All traits that there are."""
        return await (await self.client()).all_traits()

    async def whole(self, providers: Iterable[str]) -> dict[str, ProviderTold | None]:
        """What these have and who holds of them; None for those that are gone."""
        return await each((await self.client()).whole, providers)

    async def marks(
        self, providers: Sequence[str]
    ) -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
        """Traits and aggregates of these."""
        client = await self.client()
        traits = await each(client.traits, providers)
        aggregates = await each(client.aggregates, providers)
        return (
            {uuid: found for uuid, found in traits.items() if found is not None},
            {uuid: found for uuid, found in aggregates.items() if found is not None},
        )

    async def consumers(self, uuids: Iterable[str]) -> dict[str, ConsumerTold | None]:
        """What these hold, and whose they are; None for those that hold nothing."""
        return await each((await self.client()).consumer, uuids)

    async def close(self) -> None:
        """Let go of connections."""
        if self._http is not None:
            await self._http.close()
