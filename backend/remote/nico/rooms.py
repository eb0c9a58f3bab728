"""The room of a NICo; what is looked at closely is read first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from backend.core.database import Database
from backend.embedded.nico import EmbeddedNico
from backend.nico.model import BlockDetail, Kind, NicoDetail
from backend.remote.nico.poller import CONSTRAINTS
from backend.remote.seen import SeenListing

Saw = Callable[[str, Sequence[int]], None]
Ask = Callable[[int], Awaitable[None]]


class RemoteNico(EmbeddedNico):
    """Reads of the NICo room. `ask` reads an allocation by its key, `ask_constraint` by that of its
    constraint, `ask_resource` a type or a block."""

    def __init__(
        self,
        database: Database,
        saw: Saw,
        ask: Ask,
        ask_constraint: Ask,
        ask_resource: Callable[[Kind, int], Awaitable[None]],
    ) -> None:
        super().__init__(database)
        self.constraints = SeenListing(self.constraints, partial(saw, CONSTRAINTS))
        self._ask, self._ask_constraint = ask, ask_constraint
        self._ask_resource = ask_resource

    async def allocation(self, key: int) -> NicoDetail:
        """All about an allocation. Raises NotFound."""
        await self._ask(key)
        return await super().allocation(key)

    async def constraint(self, key: int) -> NicoDetail:
        """All about a constraint and its allocation. Raises NotFound."""
        await self._ask_constraint(key)
        return await super().constraint(key)

    async def block(self, key: int) -> BlockDetail:
        """All about a root block. Raises NotFound."""
        await self._ask_resource(Kind.ADDRESSES, key)
        return await super().block(key)

    async def raw_type(self, key: int) -> Mapping[str, object]:
        """The instance type as NICo's API shows it. Raises NotFound."""
        await self._ask_resource(Kind.MACHINES, key)
        return await super().raw_type(key)

    async def raw_block(self, key: int) -> Mapping[str, object]:
        """The block as NICo's API shows it. Raises NotFound."""
        await self._ask_resource(Kind.ADDRESSES, key)
        return await super().raw_block(key)

    async def raw_allocation(self, key: int) -> Mapping[str, object]:
        """The allocation as NICo's API shows it. Raises NotFound."""
        await self._ask(key)
        return await super().raw_allocation(key)
