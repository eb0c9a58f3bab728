"""One allocation of OpenPortal on the whole screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from backend.core.errors import BursarError
from backend.openportal.model import PortalDetail, PortalRow
from tui.format import portal_text
from tui.format.lines import Build
from tui.panes.allocation import AllocationPane

if TYPE_CHECKING:
    from backend.core.plan import Command


class PortalPane(AllocationPane[PortalDetail]):
    """How it stands, what it used this month, what went wrong, who uses it."""

    async def ask(self) -> PortalDetail:
        """As it is now."""
        return await self.session.backend.openportal.allocation(self.key)

    def tell(self, found: PortalDetail) -> Build:
        """How it stands."""
        return lambda look: portal_text.allocation(found, look, self.session.key)

    def end(self) -> str:
        """That it was deleted, where that was asked for."""
        return portal_text.end(self.found.row) if self.found else super().end()

    def decide(self, make: Callable[[PortalRow], Command]) -> None:
        """About this one."""
        if self.found is not None and not self.gone:
            try:
                self.change(make(self.found.row))
            except BursarError as error:
                self.session.told(error)
