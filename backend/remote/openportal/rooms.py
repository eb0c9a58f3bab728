"""The room of a Waldur; what is looked at closely is read first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from backend.core.database import Database
from backend.core.runtime import micros
from backend.embedded.openportal import EmbeddedOpenPortal
from backend.openportal.model import Account, AwardReview, PortalDetail

Ask = Callable[[int], Awaitable[None]]
Accounts = Callable[[str], Awaitable[Account | None]]


class RemoteOpenPortal(EmbeddedOpenPortal):
    """Reads of the OpenPortal room. `ask` reads an allocation, or an award, by its key, `account`
    what a project (uuid) was given and spent, which a mirror does not know."""

    def __init__(self, database: Database, ask: Ask, ask_award: Ask, account: Accounts) -> None:
        super().__init__(database)
        self._ask, self._ask_award, self._account = ask, ask_award, account

    async def allocation(self, key: int) -> PortalDetail:
        """All about an allocation. Raises NotFound."""
        await self._ask(key)
        found = await super().allocation(key)
        read_at = micros(self._database.runtime.now())
        account = await self._account(found.row.project)
        return replace(found, account=account, read_at=read_at)

    async def review(self, award: int) -> AwardReview:
        """What deciding on an award needs. Raises NotFound."""
        await self._ask_award(award)
        return await super().review(award)

    async def raw_allocation(self, key: int) -> Mapping[str, object]:
        """The allocation as Waldur's API shows it. Raises NotFound."""
        await self._ask(key)
        return await super().raw_allocation(key)
