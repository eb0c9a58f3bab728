"""Calls about what consumers hold and projects use (spec placement §4.2-4.8)."""

from __future__ import annotations

from collections.abc import ItemsView
from typing import Any

from starlette.responses import Response

from backend.core.database import Tx
from backend.core.errors import Invalid
from backend.placement.model import DeleteAllocations, ReplaceAllocations, Reshape
from backend.placement.routes import query
from backend.placement.routes.dialect import UNKNOWN_STOCK, Call, encoded
from backend.placement.rules import conflicts
from backend.placement.service import api
from backend.placement.wire import encode, inbound

BY_TYPE = 38


async def show(call: Call) -> Response:
    """GET /allocations/{consumer_uuid}."""
    consumer = call.part("consumer_uuid")
    found = await call.read(lambda tx: api.allocations_of(tx, consumer))
    return call.answer(encode.held(found, call.minor), found.at if found else 0)


async def put(call: Call) -> Response:
    """PUT /allocations/{consumer_uuid}."""
    consumer, body = call.part("consumer_uuid"), await call.json()
    claim = inbound.put_claim(consumer, body, call.minor)
    await call.write(ReplaceAllocations(actor=call.actor, claims=(claim,)))
    return call.empty()


async def post(call: Call) -> Response:
    """POST /allocations."""
    claims = inbound.post_claims(await call.json(), call.minor)
    await call.write(ReplaceAllocations(actor=call.actor, claims=claims))
    return call.empty()


async def delete(call: Call) -> Response:
    """DELETE /allocations/{consumer_uuid}."""
    command = DeleteAllocations(actor=call.actor, consumer=call.part("consumer_uuid"))
    await call.write(command)
    return call.empty()


async def at_provider(call: Call) -> Response:
    """GET /resource_providers/{uuid}/allocations."""
    provider = call.part("uuid")

    def read(tx: Tx) -> tuple[bytes, int]:
        found = api.allocations_at(tx, provider)
        return encoded(encode.held_of(found, call.minor)), found.at

    return call.encoded(*await call.read(read))


async def used(call: Call) -> Response:
    """GET /resource_providers/{uuid}/usages."""
    provider = call.part("uuid")
    return call.answer(encode.used(*await call.read(lambda tx: api.usages_at(tx, provider))))


async def usages(call: Call) -> Response:
    """GET /usages."""
    call.caller.actor(call.endpoint.access, query.project_of(call))
    wanted = query.usages(call)
    found = await call.read(lambda tx: api.usages(tx, wanted.project, wanted.user))
    if call.minor < BY_TYPE:
        return call.answer({"usages": dict(api.summed(found).amounts)})
    if wanted.kind:
        return call.answer(encode.chosen(found, api.summed(found), wanted.kind))
    return call.answer(encode.usages(found))


async def reshape(call: Call) -> Response:
    """POST /reshaper."""
    body = await call.json()
    command = Reshape(
        actor=call.actor,
        stocks={uuid: inbound.stocks(one["inventories"]) for uuid, one in _stocked(body)},
        generations={uuid: inbound.generation(one) for uuid, one in _stocked(body)},
        claims=inbound.post_claims(body["allocations"], call.minor),
    )
    try:
        await call.write(command)
    except Invalid as error:
        data = error.data
        if data.get("rule") != conflicts.NO_PROVIDER or data["provider"] not in command.stocks:
            raise
        raise Invalid(error.message, data={**data, "rule": UNKNOWN_STOCK}) from None
    return call.empty()


def _stocked(body: Any) -> ItemsView[str, Any]:
    found: dict[str, Any] = body["inventories"]
    return found.items()
