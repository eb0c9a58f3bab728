"""Calls about resource classes, traits and aggregates (spec placement §4.11)."""

from __future__ import annotations

from starlette.responses import Response

from backend.core.errors import Conflict, Invalid
from backend.core.plan import Command
from backend.placement.model import (
    ANY_GENERATION,
    CreateResourceClass,
    CreateTrait,
    DeleteResourceClass,
    DeleteTrait,
    Named,
    RenameResourceClass,
    SetAggregates,
    SetTraits,
)
from backend.placement.routes.dialect import Call, encoded
from backend.placement.routes.query import query_of
from backend.placement.service import api
from backend.placement.wire import bodies, encode, inbound
from backend.placement.wire.schema import check

RENAMES, MOVING = 6, 19
CLASSES, TRAITS = "/resource_classes", "/traits"


def _newest(found: list[Named]) -> int:
    return max((one.at for one in found), default=0)


async def classes(call: Call) -> Response:
    """GET /resource_classes."""
    found = await call.read(api.classes)
    told = [encode.resource_class(one.name, call.root) for one in found]
    return call.answer({"resource_classes": told}, _newest(found))


async def resource_class(call: Call) -> Response:
    """GET /resource_classes/{name}."""
    name = call.part("name")
    found = await call.read(lambda tx: api.resource_class(tx, name))
    return call.answer(encode.resource_class(name, call.root), found.at)


async def create_class(call: Call) -> Response:
    """POST /resource_classes."""
    name = (await call.json())["name"]
    await call.write(CreateResourceClass(actor=call.actor, name=name))
    return call.place(call.empty(201), f"{CLASSES}/{name}")


async def put_class(call: Call) -> Response:
    """PUT /resource_classes/{name}: a new name up to 1.6, then create it or confirm it."""
    name = call.part("name")
    if call.minor <= RENAMES:
        new = (await call.json())["name"]
        await call.write(RenameResourceClass(actor=call.actor, name=name, new_name=new))
        return call.answer(encode.resource_class(new, call.root))
    _check_custom(name)
    made = await _made(call, CreateResourceClass(actor=call.actor, name=name))
    return call.place(call.empty(201 if made else 204), f"{CLASSES}/{name}")


def _check_custom(name: str) -> None:
    """Raises Invalid on a name that no custom class or trait has."""
    check(bodies.resource_class(0), {"name": name})


async def _made(call: Call, command: Command) -> bool:
    """True when it was not there yet."""
    try:
        await call.write(command)
    except Conflict:
        return False
    return True


async def delete_class(call: Call) -> Response:
    """DELETE /resource_classes/{name}."""
    await call.write(DeleteResourceClass(actor=call.actor, name=call.part("name")))
    return call.empty()


async def traits(call: Call) -> Response:
    """GET /traits."""
    query = query_of(call, {"name", "associated"})
    which = (query.last("associated") or "").lower()
    if query.last("associated") is not None and which not in ("true", "false"):
        raise Invalid("associated is neither true nor false")
    associated = which == "true" if which else None
    kind, colon, names = (query.last("name") or ":").partition(":")
    if not colon:
        raise Invalid("Badly formatted name parameter", hint="name=in:A,B or name=startswith:A")
    among = set(names.split(",")) if kind == "in" else None
    prefix = names if kind == "startswith" else ""
    found = [
        one
        for one in await call.read(lambda tx: api.traits(tx, associated=associated))
        if one.name.startswith(prefix) and (among is None or one.name in among)
    ]
    return call.encoded(encoded({"traits": [one.name for one in found]}), _newest(found))


async def trait(call: Call) -> Response:
    """GET /traits/{name}: no more than that it is there."""
    name = call.part("name")
    return call.marked((await call.read(lambda tx: api.trait(tx, name))).at)


async def put_trait(call: Call) -> Response:
    """PUT /traits/{name}: create it or confirm it."""
    name = call.part("name")
    _check_custom(name)
    made = await _made(call, CreateTrait(actor=call.actor, name=name))
    at = 0 if made else (await call.read(lambda tx: api.trait(tx, name))).at
    return call.place(call.marked(at, 201 if made else 204), f"{TRAITS}/{name}")


async def delete_trait(call: Call) -> Response:
    """DELETE /traits/{name}."""
    await call.write(DeleteTrait(actor=call.actor, name=call.part("name")))
    return call.empty()


async def traits_of(call: Call) -> Response:
    """GET /resource_providers/{uuid}/traits."""
    uuid = call.part("uuid")
    found = await call.read(lambda tx: api.traits_of(tx, uuid))
    return call.answer(encode.marks("traits", found), found.at)


async def set_traits(call: Call) -> Response:
    """PUT /resource_providers/{uuid}/traits."""
    body, uuid = await call.json(), call.part("uuid")
    command = SetTraits(
        actor=call.actor,
        provider=uuid,
        traits=body["traits"],
        generation=inbound.generation(body),
    )
    found = await call.change(command, lambda tx: api.traits_of(tx, uuid))
    return call.answer(encode.marks("traits", found), found.at)


async def drop_traits(call: Call) -> Response:
    """DELETE /resource_providers/{uuid}/traits."""
    await call.write(SetTraits(actor=call.actor, provider=call.part("uuid"), traits=()))
    return call.empty()


async def aggregates_of(call: Call) -> Response:
    """GET /resource_providers/{uuid}/aggregates."""
    uuid = call.part("uuid")
    found = await call.read(lambda tx: api.aggregates_of(tx, uuid))
    return call.answer(encode.marks("aggregates", found, moves=call.minor >= MOVING))


async def set_aggregates(call: Call) -> Response:
    """PUT /resource_providers/{uuid}/aggregates; a bare list before 1.19."""
    body, uuid = await call.json(), call.part("uuid")
    moves = call.minor >= MOVING
    command = SetAggregates(
        actor=call.actor,
        provider=uuid,
        aggregates=body["aggregates"] if moves else body,
        generation=inbound.generation(body) if moves else ANY_GENERATION,
        moves=moves,
    )
    found = await call.change(command, lambda tx: api.aggregates_of(tx, uuid))
    return call.answer(encode.marks("aggregates", found, moves=moves))
