"""Calls about who calls, services, and what projects are called (spec openportal §1.3, §5.5)."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from backend.core.database import Tx
from backend.openportal.model import NameProject
from backend.openportal.model.reads import Person, ShownService
from backend.openportal.routes import lists
from backend.openportal.routes.dialect import Call, Handler, answer
from backend.openportal.service import api
from backend.openportal.wire import bodies, encode
from backend.openportal.wire.links import plain

SECOND = 1_000_000


async def me(call: Call) -> Response:
    """GET users/me."""

    def read(tx: Tx) -> tuple[Person, int]:
        return api.person(tx, call.actor), tx.now

    found, now = await call.read(read)
    until = call.caller.expires_at
    told = encode.person(found, call.link(), max(0, until - now) // SECOND if until else None)
    return answer(lists.columns(call, told), headers={"cache-control": "no-store"})


async def services(call: Call) -> Response:
    """GET of all services."""
    return await lists.page(call, api.SERVICES, await _service(call))


async def service(call: Call) -> Response:
    """GET of one service."""
    key = plain(call.part("uuid"))
    found = await call.read(lambda tx: api.one(tx, call.actor, api.SERVICES, key))
    return lists.shown(call, found, await _service(call))


async def _service(call: Call) -> lists.Encode[ShownService]:
    """How services are told to the caller."""
    sight = await call.read(lambda tx: api.sight(tx, call.actor))
    return partial(encode.service, staff=sight.manages_all)


async def naming(call: Call) -> Response:
    """GET of what a project is called."""
    key = plain(call.part("project"))
    found = await call.read(lambda tx: api.project(tx, call.actor, key))
    return answer(encode.naming(found.project, call.link()))


def _names(fields: bodies.Fields) -> Handler:
    async def handler(call: Call) -> Response:
        key = plain(call.part("project"))
        await call.read(lambda tx: api.require_namer(tx, call.actor, key))
        told = bodies.wanted(await call.body(), fields, tuple(fields))
        given = {name: value or None for name, value in told.items()}
        await call.write(NameProject(actor=call.actor, project=key, **given))
        return await naming(call)

    return handler


set_shortname, set_destinations = _names(bodies.SHORTNAME), _names(bodies.DESTINATIONS)
