"""Calls about providers and their inventories (spec placement §4.9, §4.10)."""

from __future__ import annotations

from starlette.responses import Response

from backend.core.database import Tx
from backend.placement.model import (
    KEEP,
    AddInventory,
    CreateProvider,
    DeleteProvider,
    DropInventory,
    Inventory,
    Listed,
    ModifyProvider,
    Provider,
    ReplaceInventories,
    SetInventory,
    Stocked,
)
from backend.placement.routes.dialect import Call, encoded
from backend.placement.routes.query import provider_filter
from backend.placement.service import api
from backend.placement.wire import encode, inbound
from backend.placement.wire.schema import uuid_of

BODY_OF_NEW, MOVABLE, ALL_RESERVED = 20, 37, 26


async def listed(call: Call) -> Response:
    """GET /resource_providers."""
    wanted = provider_filter(call)

    def read(tx: Tx) -> tuple[bytes, int]:
        found = api.providers(tx, wanted) if wanted else []
        told = encode.providers(found, call.minor, call.root)
        return encoded(told), max((one.at for one in found), default=0)

    return call.encoded(*await call.read(read))


async def show(call: Call) -> Response:
    """GET /resource_providers/{uuid}."""
    uuid = call.part("uuid")
    return _told(call, await call.read(lambda tx: api.provider(tx, uuid)))


def _told(call: Call, found: Listed) -> Response:
    return call.answer(encode.provider(found.provider, call.minor, call.root), found.at)


async def create(call: Call) -> Response:
    """POST /resource_providers; from 1.20 the provider is told."""
    body = await call.json()
    command = CreateProvider(
        actor=call.actor,
        name=body["name"],
        uuid=uuid_of(body.get("uuid", "")) or call.desk.database.runtime.uuid(),
        parent=body.get("parent_provider_uuid") or "",
    )
    found = await call.change(command, lambda tx: api.provider(tx, command.uuid))
    answer = _told(call, found) if call.minor >= BODY_OF_NEW else call.empty(201)
    return call.place(answer, f"/resource_providers/{command.uuid}")


async def modify(call: Call) -> Response:
    """PUT /resource_providers/{uuid}."""
    body, uuid = await call.json(), call.part("uuid")
    parent = body.get("parent_provider_uuid", KEEP)
    command = ModifyProvider(
        actor=call.actor,
        provider=uuid,
        name=body["name"],
        parent=parent or "",
        once=call.minor < MOVABLE,
    )
    return _told(call, await call.change(command, lambda tx: api.provider(tx, uuid)))


async def delete(call: Call) -> Response:
    """DELETE /resource_providers/{uuid}."""
    await call.write(DeleteProvider(actor=call.actor, provider=call.part("uuid")))
    return call.empty()


async def inventories(call: Call) -> Response:
    """GET /resource_providers/{uuid}/inventories."""
    uuid = call.part("uuid")
    return _all(call, await call.read(lambda tx: api.inventories(tx, uuid)))


def _all(call: Call, found: Stocked) -> Response:
    return call.answer(encode.inventories(found), found.at or None)


async def replace_inventories(call: Call) -> Response:
    """PUT /resource_providers/{uuid}/inventories."""
    body, uuid = await call.json(), call.part("uuid")
    command = ReplaceInventories(
        actor=call.actor,
        provider=uuid,
        stocks=inbound.stocks(body["inventories"]),
        generation=inbound.generation(body),
        may_reserve_all=call.minor >= ALL_RESERVED,
    )
    return _all(call, await call.change(command, lambda tx: api.inventories(tx, uuid)))


async def drop_inventories(call: Call) -> Response:
    """DELETE /resource_providers/{uuid}/inventories."""
    await call.write(DropInventory(actor=call.actor, provider=call.part("uuid")))
    return call.empty()


async def add_inventory(call: Call) -> Response:
    """POST /resource_providers/{uuid}/inventories."""
    body, uuid = await call.json(), call.part("uuid")
    command = AddInventory(
        actor=call.actor,
        provider=uuid,
        resource_class=body["resource_class"],
        stock=inbound.stock(body),
        may_reserve_all=call.minor >= ALL_RESERVED,
    )
    path = f"/resource_providers/{uuid}/inventories/{command.resource_class}"
    return call.place(await _changed(call, command, 201), path)


async def set_inventory(call: Call) -> Response:
    """PUT /resource_providers/{uuid}/inventories/{resource_class}."""
    body = await call.json()
    command = SetInventory(
        actor=call.actor,
        provider=call.part("uuid"),
        resource_class=call.part("resource_class"),
        stock=inbound.stock(body),
        generation=inbound.generation(body),
        may_reserve_all=call.minor >= ALL_RESERVED,
    )
    return await _changed(call, command, 200)


async def _changed(call: Call, command: AddInventory | SetInventory, status: int) -> Response:
    uuid, name = command.provider, command.resource_class
    found = await call.change(command, lambda tx: api.inventory(tx, uuid, name))
    return _one(call, found, status)


def _one(call: Call, found: tuple[Provider, Inventory, int], status: int = 200) -> Response:
    provider, inventory, at = found
    return call.answer(encode.inventory(inventory.stock, provider.generation), at, status)


async def inventory(call: Call) -> Response:
    """GET /resource_providers/{uuid}/inventories/{resource_class}."""
    uuid, name = call.part("uuid"), call.part("resource_class")
    return _one(call, await call.read(lambda tx: api.inventory(tx, uuid, name)))


async def drop_inventory(call: Call) -> Response:
    """DELETE /resource_providers/{uuid}/inventories/{resource_class}."""
    name = call.part("resource_class")
    command = DropInventory(actor=call.actor, provider=call.part("uuid"), resource_class=name)
    await call.write(command)
    return call.empty()
