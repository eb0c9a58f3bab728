"""What a Placement shows, in a mirror."""

from __future__ import annotations

from pathlib import Path

from backend.core.database import Tx
from backend.core.runtime import Runtime
from backend.placement.client import ProviderTold
from backend.placement.store import marks
from backend.placement.store import providers as provider_store
from backend.remote.mirror import Mirror, Ready
from backend.remote.placement import holders, stock
from backend.remote.placement.reading import Reading


class PlacementMirror(Mirror):
    """The copy of a Placement."""

    def __init__(self, folder: Path, ready: Ready, runtime: Runtime) -> None:
        super().__init__(folder, ready, runtime)
        self._last: dict[str, ProviderTold] = {}
        """What providers said last, while nothing else changed what is held of them."""

    async def apply(self, reading: Reading) -> bool:
        """Make the copy as the reading says; False when it was so already."""
        if reading.fresh:
            self.reads += 1
        changed, _ = await self.write(lambda tx: self._apply(tx, reading))
        self._remember(reading)
        return changed

    def _remember(self, reading: Reading) -> None:
        for uuid, told in reading.told.items():
            if told is None:
                self._last.pop(uuid, None)
            else:
                self._last[uuid] = told
        if reading.providers is not None:
            there = {provider.uuid for provider in reading.providers}
            self._last = {uuid: told for uuid, told in self._last.items() if uuid in there}
        if reading.consumers:
            self._last.clear()

    def _apply(self, tx: Tx, reading: Reading) -> None:
        if reading.classes is not None:
            stock.put_classes(tx, reading.classes)
        if reading.providers is not None:
            stock.put_providers(tx, reading.providers)
        for uuid, told in reading.told.items():
            self._put(tx, uuid, told)
        for uuid, consumer in reading.consumers.items():
            holders.put_consumer(tx, uuid, consumer)
        marks.keep_traits(tx, list(reading.known_traits))
        there = provider_store.providers(tx, [*reading.traits, *reading.aggregates])
        for uuid, names in reading.traits.items():
            if uuid in there:
                stock.put_traits(tx, uuid, names)
        for uuid, uuids in reading.aggregates.items():
            if uuid in there:
                stock.put_aggregates(tx, uuid, uuids)

    def _put(self, tx: Tx, uuid: str, told: ProviderTold | None) -> None:
        if told is None:
            stock.drop_provider(tx, uuid)
        elif self._last.get(uuid) != told and provider_store.provider(tx, uuid) is not None:
            stock.put_stocks(tx, uuid, told.generation, told.stocks)
            holders.put_held(tx, uuid, told.held)
