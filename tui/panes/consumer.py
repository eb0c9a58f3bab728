"""One consumer of Placement on the whole screen."""

from __future__ import annotations

from backend.placement.model import ConsumerDetail
from tui.format.consumers import consumer
from tui.format.lines import Build
from tui.panes.allocation import AllocationPane


class ConsumerPane(AllocationPane[ConsumerDetail]):
    """Whose it is, and what it holds of each provider."""

    async def ask(self) -> ConsumerDetail:
        """What it holds now."""
        return await self.session.backend.placement.consumer(self.key)

    def tell(self, found: ConsumerDetail) -> Build:
        """Whose, and how much."""
        return lambda look: consumer(found, look)

    async def consumer_found(self) -> ConsumerDetail | None:
        """As it is displayed."""
        return None if self.gone else self.found
