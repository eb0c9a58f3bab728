"""One allocation of NICo on the whole screen."""

from __future__ import annotations

from collections.abc import Sequence

from backend.nico.model import NicoDetail
from tui.format.lines import Build
from tui.format.nico import constraint
from tui.format.supply import UNSHOWN
from tui.panes.allocation import AllocationPane
from tui.session import Session


class NicoPane(AllocationPane[NicoDetail]):
    """What it gives, what that may become, what stands in the way."""

    async def ask(self) -> NicoDetail:
        """As it is now."""
        return await self.session.backend.nico.allocation(self.key)

    def tell(self, found: NicoDetail) -> Build:
        """What it gives."""
        return lambda look: constraint(found, look)


def none_shown(session: Session, what: str) -> Sequence[str]:
    """Why there are none of these in a list, and where they come from."""
    if why := session.lacking(["CreateNicoAllocation"]):
        return (UNSHOWN.format(what), why)
    return (f"There are no {what}.", "They come over NICo's API, or with a world file.")
