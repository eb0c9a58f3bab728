"""The six calls about allocations (spec nico §2.2-2.6)."""

from __future__ import annotations

from starlette.responses import Response

from backend.core.database import Tx
from backend.core.plan import Receipt
from backend.core.usecase import decide
from backend.nico.model import (
    CreateNicoAllocation,
    DeleteNicoAllocation,
    ModifyNicoAllocation,
    SetConstraintValue,
)
from backend.nico.model.reads import ShownAllocation, ShownConstraint
from backend.nico.routes import lists
from backend.nico.routes.dialect import Call, answer
from backend.nico.service import ROOM, api
from backend.nico.wire import bodies, encode

ALLOCATION, CONSTRAINT = "allocationId", "allocationConstraintId"
TAKEN_BACK = "Allocation deleted"

listed = lists.listed(api.ALLOCATIONS, encode.allocation)


async def create(call: Call) -> Response:
    """POST: machines of a type, or a network of a block."""
    actor = call.admin()
    told = bodies.new_allocation(await call.body())
    command = CreateNicoAllocation(
        actor=actor,
        org=call.org,
        name=told.name,
        description=told.description,
        tenant=told.tenant,
        site=told.site,
        kind=told.kind,
        resource=told.resource,
        mode=told.mode,
        value=told.value,
    )

    def made(tx: Tx, receipt: Receipt) -> ShownAllocation:
        return api.any_row(tx, api.ALLOCATIONS, str(receipt.created["allocation"]))

    return answer(encode.allocation(await call.change(command, made)), 201)


async def retrieve(call: Call) -> Response:
    """GET of one."""
    return await lists.row(call, ALLOCATION, api.ALLOCATIONS, encode=encode.allocation)


async def modify(call: Call) -> Response:
    """PATCH of name and description."""
    actor = call.admin()
    uuid = call.uuid(ALLOCATION)
    name, description = bodies.changes(await call.body())
    command = ModifyNicoAllocation(
        actor=actor, org=call.org, allocation=uuid, name=name, description=description
    )
    shown = await call.change(command, lambda tx, _: api.any_row(tx, api.ALLOCATIONS, uuid))
    return answer(encode.allocation(shown))


async def delete(call: Call) -> Response:
    """DELETE: it is gone with the answer."""
    command = DeleteNicoAllocation(
        actor=call.admin(), org=call.org, allocation=call.uuid(ALLOCATION)
    )
    await call.change(command, lambda tx, _: None)
    return answer({"message": TAKEN_BACK}, 202)


async def set_value(call: Call) -> Response:
    """PATCH of a constraint; where nothing changes nothing is written, nor told of what it is."""
    actor = call.admin()
    allocation, constraint = call.uuid(ALLOCATION), call.uuid(CONSTRAINT)
    value = bodies.value(await call.body())
    command = SetConstraintValue(
        actor=actor, org=call.org, allocation=allocation, constraint=constraint, value=value
    )

    def write(tx: Tx) -> ShownConstraint:
        decision = decide(tx, ROOM, command)
        if decision.writes:
            ROOM.perform(tx, decision, "")
        return api.constraint(tx, constraint, related=bool(decision.writes))

    return answer(encode.constraint(await call.desk.database.awrite(write)))
