"""What each call about resources, quotas and commissions does: decode, call, encode."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from backend.core.database import Tx
from backend.core.errors import BursarError, Invalid, NotFound
from backend.quotas import component, encode, ledger, service, wire
from backend.quotas.ledger import Resolve
from backend.quotas.routes.dialect import Call, answer, empty, name_of

KEY_CHARS = 255


async def resources(call: Call) -> Response:
    """GET /resources."""
    return await call.read(lambda tx: encode.resources(service.resources(tx)))


async def service_quotas(call: Call) -> Response:
    """GET /service_quotas: members' figures of the component's own resources."""
    users, projects = call.words("user"), call.words("project")
    own = call.actor.component

    def read(tx: Tx) -> object:
        told = encode.service_quotas(component.member_rows(tx, own, users, projects))
        if users is not None and not told:
            raise NotFound("none of these users has quotas here")
        return told

    return await call.read(read)


async def service_project_quotas(call: Call) -> Response:
    """GET /service_project_quotas: the pools of the component's own resources."""
    projects, own = call.words("project"), call.actor.component

    def read(tx: Tx) -> object:
        told = encode.service_project_quotas(component.pool_rows(tx, own, projects))
        if projects is not None and not told:
            raise NotFound("none of these projects has quotas here")
        return told

    return await call.read(read)


async def issue(call: Call) -> Response:
    """POST /commissions."""
    key, timeout = _beyond(call.request.headers)
    body = await call.json()
    command = wire.commission(body, call.actor, call.actor.component, key=key, timeout=timeout)
    serial = await call.desk.ledger.submit(command)
    return answer({"serial": serial}, 201)


def _beyond(headers: Mapping[str, str]) -> tuple[str, int]:
    """What bursar offers beyond Astakos: an idempotency key, seconds until expiry."""
    key = headers.get("idempotency-key", "")
    if len(key) > KEY_CHARS:
        raise Invalid("the Idempotency-Key is too long", hint=f"use at most {KEY_CHARS} characters")
    told = headers.get("bursar-expires-in", "0")
    if not (told.isascii() and told.isdecimal() and len(told) <= 10):
        raise Invalid("Bursar-Expires-In is not a number of seconds", hint="0 never expires")
    return key, int(told)


async def pending(call: Call) -> Response:
    """GET /commissions."""
    own = call.actor.component
    return await call.read(lambda tx: ledger.pending_serials(tx, own))


async def commission(call: Call) -> Response:
    """GET /commissions/<serial>; an unknown one has no body."""
    serial, own = call.number("serial"), call.actor.component
    found = await call.desk.database.aread(lambda tx: component.commission_object(tx, serial, own))
    return empty(404) if found is None else answer(found)


async def resolve(call: Call) -> Response:
    """POST /commissions/<serial>/action; an unknown one has no body."""
    serial = call.number("serial")
    accepted = wire.resolution(await call.json())
    operation = Resolve(call.actor.name, serial, accepted, call.actor.component)
    try:
        await call.desk.ledger.submit(operation)
    except NotFound:
        return empty(404)
    return empty()


async def resolve_many(call: Call) -> Response:
    """POST /commissions/action."""
    actor = call.actor
    wanted = wire.bulk(await call.json())

    def write(tx: Tx) -> ledger.Bulk:
        return ledger.resolve_bulk(tx, actor.name, actor.component, wanted.accept, wanted.reject)

    done = await call.desk.database.awrite(write)
    failed = {serial: _failure(error) for serial, error in done.failed}
    return answer(encode.bulk_answer(done.accepted, done.rejected, failed))


def _failure(error: BursarError) -> tuple[int, str, str]:
    return error.status, name_of(error.status), error.message
