"""Changes through NICo's API."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from backend.core.database import Tx
from backend.core.errors import BursarError, NotAllowed
from backend.core.plan import Command, WireRequest
from backend.core.usecase import Decision, Write, decide
from backend.nico.client import AllocationTold
from backend.nico.model import Allocation, CreateNicoAllocation, Kind, ModifyNicoAllocation
from backend.nico.rules import outbound
from backend.nico.rules.values import plain
from backend.nico.service import ROOM
from backend.nico.store import places
from backend.remote.nico import effects
from backend.remote.nico.mirror import NicoMirror
from backend.remote.nico.reader import Reader
from backend.remote.nico.reading import Reading
from backend.remote.sender import Case, Created, Effect, Sender

SELECT_AT = """
SELECT a.uuid FROM nico_allocation a JOIN nico_tenant t ON t.id = a.tenant_id
JOIN nico_site s ON s.id = a.site_id WHERE t.uuid = ? AND s.uuid = ?"""
Of = tuple[str, str, str]
"""What an allocation is of: kind, type or block, and the site."""


@dataclass(frozen=True, slots=True)
class NicoCase(Case):
    """A decision with the request that it is."""

    request: WireRequest


class NicoSender(Sender[NicoCase, Reader, NicoMirror]):
    """Plans and carries out what NICo's API offers to providers."""

    system = "nico"
    hidden = "somebody else changed it meanwhile, which hides whether this was done"

    async def read(self, uuid: str) -> None:
        """Read an allocation as it is now, with all that is of the same type or block."""
        async with self._mirror.turn:
            told = await self._reader.allocation(uuid)
            of = None
            with suppress(NotAllowed):
                of = _of(told)
            await self._read(of, {uuid: told})

    # Reading again

    async def _case(self, command: Any) -> NicoCase:
        await self._reader.signed_in()
        told = replace(command, actor=self._reader.actor, org=self._reader.api.org.lower())
        async with self._mirror.turn:
            of = await self._read_for(told)
            return await self._mirror.database.aread(lambda tx: self._decide(tx, told, of))

    async def _read_for(self, command: Any) -> Of | None:
        """What a command is about, as it is now. Raises NotAllowed for what nobody knows here."""
        if isinstance(command, CreateNicoAllocation):
            return await self._read_places(command)
        uuid = plain(command.allocation)
        told = await self._reader.allocation(uuid)
        some: dict[str, AllocationTold | None] = {uuid: told}
        if told is not None and isinstance(command, ModifyNicoAllocation):
            some |= await self._at(told.tenant_id, told.site_id)
        of = _of(told)
        await self._read(of, some)
        return of

    async def _read_places(self, command: CreateNicoAllocation) -> Of:
        """What a new allocation is to be of, and those that it could be taken for; who or where is
        not known is looked for once more."""
        where = (plain(command.tenant), plain(command.site))
        if not await self._known(*where):
            await self._mirror.apply(replace(await self._reader.places(), fresh=True))
        some = await self._at(*where) if await self._known(*where) else {}
        of = (command.kind.value, plain(command.resource), where[1])
        await self._read(of, some)
        return of

    async def _known(self, tenant: str, site: str) -> bool:
        """Whether there are such a tenant and such a site."""
        return await self._mirror.database.peek(
            lambda tx: places.tenant(tx, tenant) is not None and places.site(tx, site) is not None
        )

    async def _read(self, of: Of | None, some: Mapping[str, AllocationTold | None]) -> None:
        about = await self._reader.about(*of) if of else Reading(fresh=True)
        await self._mirror.apply(replace(about, some=some))

    async def _at(self, tenant: str, site: str) -> dict[str, AllocationTold | None]:
        """All that a tenant has at a site, None for what is gone."""
        where = (plain(tenant), plain(site))
        listed = await self._reader.client.allocations(tenantId=where[0], siteId=where[1])
        there = await self._mirror.database.peek(lambda tx: tx.all(SELECT_AT, where))
        found: dict[str, AllocationTold | None] = {}
        if listed.whole:
            found = {uuid: None for (uuid,) in there}
        return found | {one.id: one for one in listed.rows}

    def _decide(self, tx: Tx, command: Command, of: Of | None) -> NicoCase:
        decision = decide(tx, ROOM, command)
        request = self._there(decision.plan.request)
        plan = self._undoable(replace(decision.plan, command=command, request=request))
        effect = {**effects.expected(tx, command), "of": of}
        return NicoCase(replace(decision, plan=plan).sealed(), effect, request)

    def _there(self, request: WireRequest) -> WireRequest:
        """The request as this server's API is called."""
        api = self._reader.api
        rest = request.path.removeprefix(outbound.path(api.org.lower()))
        return replace(request, path=api.path() + rest)

    # Sending

    async def _request(self, case: NicoCase, reason: str) -> tuple[Created, str]:
        made = await self._sent(case, self._reader.client.send(case.request))
        creates = isinstance(case.decision.plan.command, CreateNicoAllocation)
        return ({"allocation": made} if creates and made else {}), ""

    async def _refused(self, case: NicoCase, error: BursarError) -> None:
        self._reader.views = self._reader.views or isinstance(error, NotAllowed)

    def _made(self, decision: Decision, created: Created) -> Decision:
        uuid = str(created.get("allocation", ""))
        if not uuid:
            return decision
        writes = [
            replace(one, after=replace(one.after, uuid=uuid))
            for one in decision.writes
            if isinstance(one, Write) and isinstance(one.after, Allocation)
        ]
        return replace(decision, target=f"nico_allocation:{uuid}", writes=writes)

    async def _again(self, case: NicoCase, created: Created) -> None:
        async with self._mirror.turn:
            await self._look(case.effect)

    async def _seen(self, effect: Effect) -> bool | None:
        async with self._mirror.turn:
            await self._look(effect)
            return await self._mirror.database.peek(lambda tx: effects.seen(tx, effect))

    async def _look(self, effect: Effect) -> None:
        """Read what a change is to be seen by."""
        if effect["kind"] == "given":
            some = await self._at(*effect["where"][:2])
        else:
            uuid = effect["allocation"]
            some = {uuid: await self._reader.allocation(uuid)}
        await self._read(tuple(effect["of"]) if effect["of"] else None, some)


def _of(told: AllocationTold | None) -> Of | None:
    """What an allocation is of, None where it is gone. Raises NotAllowed for an unknown kind."""
    it = told.constraint if told else None
    if told is None or it is None:
        return None
    if it.resource_type not in list(Kind):
        what = f"{told.name} gives {it.resource_type or 'something'}, which bursar does not know"
        raise NotAllowed(what, hint="change it with NICo's own tools")
    return it.resource_type, it.resource_type_id, told.site_id
