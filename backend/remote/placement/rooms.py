"""The room of a Placement, which tells consumers one by one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from backend.core.database import Database
from backend.embedded.placement import EmbeddedPlacement
from backend.placement.model import ConsumerDetail, ProviderDetail
from backend.remote.placement.poller import INVENTORIES, PROVIDERS
from backend.remote.seen import SeenListing

Saw = Callable[[str, Sequence[int]], None]
Ask = Callable[[int], Awaitable[None]]


class RemotePlacement(EmbeddedPlacement):
    """Reads of the placement room; what is looked at closely is read first."""

    def __init__(self, database: Database, saw: Saw, ask_consumer: Ask, ask_provider: Ask) -> None:
        super().__init__(database)
        self.inventories = SeenListing(self.inventories, partial(saw, INVENTORIES))
        self.providers = SeenListing(self.providers, partial(saw, PROVIDERS))
        self._ask_consumer, self._ask_provider = ask_consumer, ask_provider

    async def consumer(self, key: int) -> ConsumerDetail:
        """A consumer and its shares. Raises NotFound."""
        await self._ask_consumer(key)
        return await super().consumer(key)

    async def provider(self, key: int) -> ProviderDetail:
        """A provider and what is of it. Raises NotFound."""
        await self._ask_provider(key)
        return await super().provider(key)

    async def raw_consumer(self, key: int) -> Mapping[str, object]:
        """The consumer as Placement's API shows it. Raises NotFound."""
        await self._ask_consumer(key)
        return await super().raw_consumer(key)

    async def raw_provider(self, key: int) -> Mapping[str, object]:
        """What Placement's API shows of the provider. Raises NotFound."""
        await self._ask_provider(key)
        return await super().raw_provider(key)
