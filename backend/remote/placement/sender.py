"""Changes through Placement's API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.core.database import Tx
from backend.core.plan import Command, WireRequest
from backend.core.usecase import decide
from backend.placement.client import Call, Now, call
from backend.placement.client.versions import FULL, GENERATIONS, MOVE, OWNED
from backend.placement.model import (
    Claim,
    CreateProvider,
    DeleteAllocations,
    ModifyProvider,
    ReplaceAllocations,
    Reshape,
)
from backend.placement.service import ROOM
from backend.placement.store import consumers as consumer_store
from backend.placement.store import providers as provider_store
from backend.remote.placement import effects
from backend.remote.placement.mirror import PlacementMirror
from backend.remote.placement.reader import Reader
from backend.remote.placement.reading import Reading
from backend.remote.sender import Case, Created, Effect, Sender

SIGHTS = "sights"
UNCHECKED = "this server does not say whether a consumer changed meanwhile: the last writer wins"
OWNERLESS = "this server is told no project and user: the consumer loses those that it has"


@dataclass(frozen=True, slots=True)
class PlacementCase(Case):
    """A decision with the request that it is."""

    call: Call


class PlacementSender(Sender[PlacementCase, Reader, PlacementMirror]):
    """Plans and carries out what Placement's API offers at the negotiated microversion."""

    system = "placement"
    hidden = "somebody else changed it meanwhile, which hides whether this was done"

    # Reading again

    async def _case(self, command: Command) -> PlacementCase:
        minor = (await self._reader.client()).minor
        told = self._told(command, minor)
        async with self._mirror.turn:
            await self._read_for(told)
            return await self._mirror.database.aread(lambda tx: self._decide(tx, told, minor))

    def _told(self, command: Any, minor: int) -> Command:
        """The command as this server takes it; what it makes has its uuid before, so that it can
        be looked for."""
        found: Command = replace(command, actor=self._reader.actor)
        if isinstance(found, CreateProvider) and not found.uuid:
            return replace(found, uuid=self._runtime.uuid())
        if isinstance(found, ModifyProvider):
            return replace(found, once=minor < MOVE)
        if hasattr(found, "may_reserve_all"):
            return replace(found, may_reserve_all=minor >= FULL)  # type: ignore[call-arg]
        return found

    async def _read_for(self, command: Any) -> None:
        """What a command is about, as it is now."""
        consumers = await self._reader.consumers(_consumers(command))
        held = [p for one in consumers.values() if one for p in one.allocations]
        await self._read([*held, *_providers(command)], consumers, marks=_marked(command))

    async def _read(
        self, uuids: Sequence[str], consumers: dict[str, Any], *, marks: bool = False
    ) -> None:
        providers, classes = await self._reader.providers(), await self._reader.classes()
        told = await self._reader.whole(uuids)
        traits, aggregates = await self._reader.marks(uuids) if marks else ({}, {})
        known = await self._reader.traits() if marks else ()
        listed = [
            replace(one, generation=found.generation) if (found := told.get(one.uuid)) else one
            for one in providers
        ]
        await self._mirror.apply(
            Reading(listed, classes, told, consumers, traits, aggregates, known, fresh=True)
        )

    def _decide(self, tx: Tx, command: Command, minor: int) -> PlacementCase:
        decision = decide(tx, ROOM, command)
        now = Now(
            consumer_store.consumers(tx, _consumers(command)),
            provider_store.providers(tx, _providers(command)),
        )
        asked = call(command, minor, now)
        plan = decision.plan
        told = replace(
            plan,
            request=WireRequest(asked.method, asked.path, asked.body or {}),
            warnings=(*plan.warnings, *_warnings(command, minor)),
        )
        sealed = replace(decision, plan=self._undoable(told)).sealed()
        return PlacementCase(sealed, {SIGHTS: effects.expected(tx, command)}, asked)

    # Sending

    async def _request(self, case: PlacementCase, reason: str) -> tuple[Created, str]:
        note = await (await self._reader.client()).send(case.call)
        return case.decision.created, note

    async def _again(self, case: PlacementCase, created: Created) -> None:
        async with self._mirror.turn:
            await self._look(case.effect)

    async def _seen(self, effect: Effect) -> bool | None:
        sights = effect[SIGHTS]
        async with self._mirror.turn:
            await self._look(effect)
            return await self._mirror.database.peek(lambda tx: effects.seen(tx, sights))

    async def _look(self, effect: Effect) -> None:
        """Read what a change is to be seen by."""
        consumers, providers = effects.about(effect[SIGHTS])
        marks = any(one["kind"] in ("trait", "traits", "aggregates") for one in effect[SIGHTS])
        await self._read(sorted(providers), await self._reader.consumers(consumers), marks=marks)


def _claims(command: Command) -> Sequence[Claim]:
    return command.claims if isinstance(command, ReplaceAllocations | Reshape) else ()


def _consumers(command: Command) -> list[str]:
    if isinstance(command, DeleteAllocations):
        return [command.consumer]
    return [claim.consumer for claim in _claims(command)]


def _providers(command: Command) -> list[str]:
    found = [uuid for claim in _claims(command) for uuid in claim.allocations]
    if isinstance(command, Reshape):
        found += command.stocks
    return [*found, *filter(None, [getattr(command, "provider", "")])]


def _marked(command: Command) -> bool:
    return "Trait" in type(command).__name__ or "Aggregates" in type(command).__name__


def _warnings(command: Command, minor: int) -> list[str]:
    if not _claims(command):
        return []
    found = [UNCHECKED] if minor < GENERATIONS else []
    return [*found, OWNERLESS] if minor < OWNED else found
