"""Calls about allocations of either kind (spec openportal §2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from backend.core.database import Tx
from backend.core.plan import Receipt
from backend.openportal.model import (
    KEEP,
    AllocationCommand,
    CreateAllocation,
    DeleteAllocation,
    MarkErred,
    MarkOk,
    ModifyAllocation,
    PullAllocation,
    SetNodeLimit,
    State,
    UnlinkAllocation,
)
from backend.openportal.model.reads import Shown
from backend.openportal.routes import lists
from backend.openportal.routes.dialect import Call, answer, empty
from backend.openportal.rules.states import ONLY_OK, SETTLED
from backend.openportal.service import api
from backend.openportal.wire import bodies, encode
from backend.openportal.wire.links import plain

PULLING = "Pull operation was successfully scheduled."
NOW_OK, NOW_ERRED = "Resource has been marked as OK.", "Resource has been marked as ERRED."


class Allocations:
    """The calls of one of both kinds."""

    def __init__(self, *, remote: bool) -> None:
        self._remote = remote
        self.list = lists.listed(api.ALLOCATIONS[remote], encode.allocation)
        self.retrieve = lists.retrieved(api.ALLOCATIONS[remote], encode.allocation)

    async def create(self, call: Call) -> Response:
        """POST: a new one, which is made at the resource backend afterwards."""
        told, faults = bodies.read(
            await call.body(),
            bodies.creation(remote=self._remote),
            ("name", "service_settings", "project"),
        )
        await self._check_places(call, told, faults)
        command = CreateAllocation(
            actor=call.actor,
            remote=self._remote,
            name=told["name"],
            service=told["service_settings"],
            project=told["project"],
            description=told.get("description", ""),
            node_limit=told.get("node_limit"),
            counterpart=told.get(bodies.COUNTERPARTS[self._remote]),
        )

        def made(tx: Tx, receipt: Receipt) -> Shown:
            uuid = str(receipt.created["allocation"])
            return api.allocation(tx, call.actor, uuid, remote=self._remote)

        shown = await call.change(command, made)
        found = encode.allocation(shown, call.link())
        return answer(found, 201, {"location": found["url"]})

    async def _check_places(
        self, call: Call, told: Mapping[str, Any], faults: bodies.Faults
    ) -> None:
        """All faults at once: those of the body, and of what it names."""
        project, service = told.get("project", ""), told.get("service_settings", "")
        found = await call.read(
            lambda tx: api.places_of(tx, call.actor, project, service, remote=self._remote)
        )
        every = {**{name: found[name] for name in found if name in told}, **faults}
        if every:
            known = bodies.creation(remote=self._remote)
            raise bodies.refused({name: every[name] for name in known if name in every})

    async def update(self, call: Call) -> Response:
        """PUT: what is left out stays, and where it is stays in any case."""
        return await self._modify(call, ("name",))

    async def change(self, call: Call) -> Response:
        """PATCH."""
        return await self._modify(call, ())

    async def _modify(self, call: Call, required: tuple[str, ...]) -> Response:
        uuid = await self._admitted(call, api.Need(states=ONLY_OK))
        fields = bodies.changes(remote=self._remote)
        told = bodies.wanted(await call.body(), fields, required)
        command = ModifyAllocation(
            actor=call.actor,
            allocation=uuid,
            name=told.get("name"),
            description=told.get("description"),
            node_limit=told.get("node_limit"),
            counterpart=told.get(bodies.COUNTERPARTS[self._remote], KEEP),
        )
        shown = await call.change(command, lambda tx, _: self._shown(tx, call, uuid))
        return answer(encode.allocation(shown, call.link()))

    def _shown(self, tx: Tx, call: Call, uuid: str) -> Shown:
        return api.allocation(tx, call.actor, uuid, remote=self._remote)

    async def delete(self, call: Call) -> Response:
        """DELETE: it goes once the resource backend has let it go."""
        return await self._do(call, DeleteAllocation, api.Need(states=SETTLED))

    async def unlink(self, call: Call) -> Response:
        """POST unlink: it goes now."""
        return await self._do(call, UnlinkAllocation, api.Need(staff=True))

    async def pull(self, call: Call) -> Response:
        """POST pull."""
        need = api.Need(states=SETTLED, backend_id=True)
        await self._do(call, PullAllocation, need)
        return answer({"detail": PULLING}, 202)

    async def set_ok(self, call: Call) -> Response:
        """POST set_ok."""
        await self._do(call, MarkOk, api.Need(staff=True))
        return answer({"detail": NOW_OK})

    async def set_erred(self, call: Call) -> Response:
        """POST set_erred."""
        uuid = await self._admitted(call, api.Need(staff=True))
        told = bodies.wanted(await call.body(), bodies.FAILURE)
        await call.write(MarkErred(actor=call.actor, allocation=uuid, **told))
        return answer({"detail": NOW_ERRED})

    async def set_limits(self, call: Call) -> Response:
        """POST set_limits: stored now, told to the resource backend afterwards."""
        need = api.Need(staff=True, states=SETTLED, also=(State.UPDATE_SCHEDULED,))
        uuid = await self._admitted(call, need)
        told = bodies.wanted(await call.body(), bodies.LIMIT, ("node_limit",))
        await call.write(SetNodeLimit(actor=call.actor, allocation=uuid, **told))
        return answer({"node_limit": told["node_limit"]})

    async def _do(self, call: Call, kind: type[AllocationCommand], need: api.Need) -> Response:
        """What takes no body."""
        uuid = await self._admitted(call, need)
        await call.write(kind(actor=call.actor, allocation=uuid))
        return empty()

    async def _admitted(self, call: Call, need: api.Need) -> str:
        """The uuid in the path, when this may be done with it. Raises in the order of §2.3."""
        uuid = plain(call.part("uuid"))
        await call.read(lambda tx: api.require(tx, call.actor, uuid, need, remote=self._remote))
        return uuid
