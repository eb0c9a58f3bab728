"""Calls that set a provider up (spec nico §2.7, §3)."""

from __future__ import annotations

from starlette.responses import Response

from backend.core.database import Tx
from backend.core.plan import Command, Receipt
from backend.nico.model import (
    AssociateMachines,
    CreateBlock,
    CreateInstanceType,
    DeleteBlock,
    DeleteInstanceType,
    DissociateMachine,
)
from backend.nico.model.reads import ShownBlock, ShownType
from backend.nico.routes.companions import BLOCK, TYPE
from backend.nico.routes.dialect import Call, answer
from backend.nico.service import api
from backend.nico.wire import bodies, encode

MACHINE = "machineId"


async def create_block(call: Call) -> Response:
    """POST of address space."""
    actor = call.admin()
    told = bodies.new_block(await call.body())
    command = CreateBlock(
        actor=actor,
        org=call.org,
        site=told.site,
        name=told.name,
        routing=told.routing,
        prefix=told.prefix,
        length=told.length,
        description=told.description,
    )

    def made(tx: Tx, receipt: Receipt) -> ShownBlock:
        return api.any_row(tx, api.BLOCKS, str(receipt.created["block"]))

    return answer(encode.block(await call.change(command, made)), 201)


async def delete_block(call: Call) -> Response:
    """DELETE of address space of which nothing is given away."""
    actor = call.admin()
    return await _gone(call, DeleteBlock(actor=actor, org=call.org, block=call.uuid(BLOCK)))


async def create_type(call: Call) -> Response:
    """POST of an instance type."""
    actor = call.admin()
    told = bodies.new_type(await call.body())
    command = CreateInstanceType(
        actor=actor, org=call.org, site=told.site, name=told.name, description=told.description
    )

    def made(tx: Tx, receipt: Receipt) -> ShownType:
        return api.any_row(tx, api.TYPES, str(receipt.created["instance_type"]))

    return answer(encode.instance_type(await call.change(command, made)), 201)


async def delete_type(call: Call) -> Response:
    """DELETE of an instance type that nothing refers to."""
    actor = call.admin()
    command = DeleteInstanceType(actor=actor, org=call.org, instance_type=call.uuid(TYPE))
    return await _gone(call, command)


async def associate(call: Call) -> Response:
    """POST of machines of a type."""
    actor = call.admin()
    uuid = call.uuid(TYPE)
    machines = bodies.machine_ids(await call.body())
    command = AssociateMachines(actor=actor, org=call.org, instance_type=uuid, machines=machines)
    await call.change(command, lambda tx, _: None)
    return answer(encode.assignments(uuid, dict.fromkeys(machines)), 201)


async def dissociate(call: Call) -> Response:
    """DELETE of a machine of a type."""
    actor = call.admin()
    uuid, machine = call.uuid(TYPE), call.part(MACHINE)
    command = DissociateMachine(actor=actor, org=call.org, instance_type=uuid, machine=machine)
    return await _gone(call, command)


async def _gone(call: Call, command: Command) -> Response:
    await call.change(command, lambda tx, _: None)
    return answer({"message": "Deleted"}, 202)
